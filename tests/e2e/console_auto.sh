#!/bin/sh
# flip = auto in the console: its engine validates what ended Migrated and switches it on, and the log
# and the board say so; what stands open, or was switched off by hand, stays off. In production it does
# so only where the key names the campus.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/harbour.sh"
command -v python3 >/dev/null || { echo "skipped: python3 is missing"; exit 77; }

GOOD=course-v1:DeltaU+BIO.110+2017_T2
harbour
arguments="-c $place/ana.conf"
cp "$place/state/subferry/demo/flag.db" "$place/flag.db" || fail "no flag"

# conf NAME ENVIRONMENT FLIP: the harbour's campus with a flag.
conf() {
	harbour_conf "$1"
	sed -i -e "s/^environment = .*/environment = $2/" -e "s/^release = .*/release = ginkgo.2/" \
		-e "s/= status.db/= $2.db/" "$place/$1.conf"
	printf '%s\n' "[flag]" "kind = sqlite" "path = flag.db" "flip = $3" >>"$place/$1.conf"
}
# What the platform would read of each course that has a row, oldest first.
rows() {
	python3 -c 'import sqlite3, sys
print(*sqlite3.connect(sys.argv[1], timeout=20).execute(
    "SELECT course_id, group_concat(enabled) FROM video_config_coursevideotranscriptenabledflag GROUP BY course_id"
    ).fetchall() or ["none"])' "$place/flag.db"
}
rows_match() { [ "$(rows)" = "$1" ]; }
rows_are() { poll 20 rows_match "$1" || fail "rows \"$(rows)\", not \"$1\""; }
# On the board, at the end of a course's key.
to() {
	keys /
	type_text "$1"
	keys Enter
	poll 20 selected "$1" || fail "not selected: $1"
	keys / C-u Enter
}
selected() { screen | grep "▸" | grep -qF "$1"; }
# logged COUNT WHAT WHY: so many lines of the log about the course's flag.
logged() {
	status=$1.db count=$2 what=$3 why=$4
	poll 20 log_has || fail "not $count times in the log: $what, $why"
}
log_has() {
	[ "$(python3 -c 'import sqlite3, sys
print(sqlite3.connect(sys.argv[1], timeout=20).execute("SELECT count(*) FROM event WHERE action = ? AND object = ? AND"
    " what LIKE ? AND why LIKE ?", ("flag on", *sys.argv[2:])).fetchone()[0])' \
		"$place/$status" "$GOOD" "$what" "$why")" = "$count" ]
}

step "flip = manual: it ends Migrated, and nothing is switched"
conf ana staging manual
start 80 24
wait_for "engine here" 30
wait_for " of 38"
keys g
to BIO.110
keys r
wait_for "✓ Migrated" 30
keys B
wait_for "cannot be flipped: no evidence"
rows_are none
keys Escape q
left 0

step "flip = auto: the next engine takes up what is Migrated; the board and the log say so"
conf ana staging auto
start 80 24
wait_for "$GOOD: flip = auto: switched on" 60
rows_are "('$GOOD', '1')"
keys g
to BIO.110
keys B
wait_for "✓ evidence"
wait_for "on since"
see "level hash" "own row on"
keys Escape
keys l
wait_for "switched on: own row on, in effect on"
see "flag on"
keys Escape
logged staging 1 "to be switched; was off, on evidence %" "flip = auto"
logged staging 1 "switched on: own row on%" "%"

step "off by hand stays off, and is on again after the next run, under the eyes of who looks at its board"
keys g
to BIO.110
keys X
wait_for "switch off the flag of $GOOD on staging? y/n"
keys y
rows_are "('$GOOD', '1,0')"
keys q
left 0
start 80 24
wait_for "engine here" 30
keys g
to BIO.110
keys B
wait_for "can be flipped"
keys r
rows_are "('$GOOD', '1,0,1')"
wait_for "on since" 30
keys Escape q
left 0

step "what stands open is not switched, and the log says why, once"
as ana --word "$GOOD" flag off "$GOOD" >/dev/null || fail "not off"
python3 - "$place/staging.db" "$GOOD" <<'PY'
import sqlite3, sys
db = sqlite3.connect(sys.argv[1], timeout=20)
db.execute("INSERT INTO finding(course_id, block, language, code, severity, text, seen, waived, reason, who, at)"
           " SELECT id, 'video@x', 'en', 'asset-missing', 2, 'x', '', 0, '', '', 0 FROM course WHERE key = ?",
           sys.argv[2:])
db.execute("UPDATE flag SET auto_pass = 0")
db.commit()
PY
start 80 24
wait_for "flip = auto: cannot be flipped: 1 open error" 60
logged staging 1 "not switched by flip = auto" "%1 open error%"
rows_are "('$GOOD', '1,0,1,0')"
keys q
left 0

step "production: without the campus's name nothing begins at all"
conf ana production auto
as ana list >/dev/null 2>"$place/said" && fail "a production that flips by itself"
grep -qF "the campus's name is repeated: flip = auto harbour" "$place/said" || fail "not said: $(cat "$place/said")"
start 80 24
wait_for "the console has left"
grep -qF "the campus's name is repeated" "$place/errors" || fail "not said on the terminal"
conf ana production "auto quay"
as ana list >/dev/null 2>"$place/said" && fail "a production that flips as another campus"
[ -e "$place/production.db" ] && fail "something was made"
rows_are "('$GOOD', '1,0,1,0')"

step "with it, it does"
conf ana production "auto harbour"
printf '%s\n' "[rollout]" "mock_runs = 0" "coverage = 0" >>"$place/ana.conf"
start 80 24
wait_for "engine here" 30
wait_for " of 38"
keys g
to BIO.110
keys r
wait_for "launch the 1 course on production? y/n"
see "flip = auto: once a course's gates are green the engine"
keys y
wait_for "$GOOD: flip = auto: switched on" 60
rows_are "('$GOOD', '1,0,1,0,1')"
logged production 1 "switched on: own row on%" "%"
keys q
left 0
