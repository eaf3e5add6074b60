#!/bin/sh
# The gate board and the flag from the console: green gates, the typed word, a flag that is on and
# goes stale, off again, several courses at once; and what the console asks before an act: rows that
# are gone from val in bulk, and the gate before production. What was switched is read in the flag's
# tables by other hands than ours.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/harbour.sh"
command -v python3 >/dev/null || { echo "skipped: python3 is missing"; exit 77; }

ALGO=course-v1:DeltaU+ANT-5+2018
# rows COURSE: what the platform would read of the course's flag, oldest first.
rows() {
	python3 -c 'import sqlite3, sys
print(*[row[0] for row in sqlite3.connect(sys.argv[1], timeout=20).execute(
    "SELECT enabled FROM video_config_coursevideotranscriptenabledflag WHERE course_id = ? ORDER BY id",
    (sys.argv[2],))])' "$place/flag.db" "$1"
}
# rows_are COURSE ROWS
rows_are() {
	poll 20 rows_match "$1" "$2" || fail "flag of $1: \"$(rows "$1")\", not \"$2\""
}
rows_match() { [ "$(rows "$1")" = "$2" ]; }

# The embedded flag, as the platform's migrations make it, with a global row that is on.
make_flag() {
	python3 - "$place/flag.db" <<'PY'
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
db.executescript("""
CREATE TABLE video_config_videotranscriptenabledflag (
 id integer NOT NULL PRIMARY KEY AUTOINCREMENT, change_date datetime NOT NULL,
 enabled bool NOT NULL, enabled_for_all_courses bool NOT NULL, changed_by_id integer NULL);
CREATE TABLE video_config_coursevideotranscriptenabledflag (
 id integer NOT NULL PRIMARY KEY AUTOINCREMENT, change_date datetime NOT NULL,
 enabled bool NOT NULL, course_id varchar(255) NOT NULL, changed_by_id integer NULL);
INSERT INTO video_config_videotranscriptenabledflag
 VALUES (1, '2018-05-02 02:41:07.123456', 1, 0, NULL);
""")
PY
}

# conf NAME ENVIRONMENT: the harbour's campus with a flag, of that environment.
conf() {
	harbour_conf "$1"
	sed -i -e "s/^environment = .*/environment = $2/" -e "s/^release = .*/release = hawthorn.1/" \
		"$place/$1.conf"
	printf '%s\n' "[flag]" "kind = sqlite" "path = flag.db" >>"$place/$1.conf"
}

# console WIDTH HEIGHT [CONF]: on that campus, once its courses are there.
console() {
	arguments="-c $place/${3:-ana}.conf" start "$1" "$2"
	wait_for " of 38" 30
	wait_for "engine here" 30
}
# to COURSE: the row of the course with that in its key.
to() {
	keys /
	type_text "$1"
	keys Enter
	poll 10 selected "$1" || fail "not selected: $1"
	keys / C-u Enter
}
selected() { screen | grep "▸" | grep -qF "$1"; }

harbour
make_flag
conf ana staging
