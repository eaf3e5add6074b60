# harbour.sh - a campus with a configuration: the demo's courses, whose operator and engine are what
# a test says. Sourced behind lib.sh.

# harbour [COURSES]: the files of the campus, so many courses, of which all but a few are archives.
harbour() {
	subferry --demo-size "${1:-40}" list >/dev/null || fail "no demo to take courses from"
	mkdir "$place/olx" && cp "$place"/state/subferry/demo/courses/*.tar.gz "$place/olx/" ||
		fail "no courses"
}

# harbour_conf OPERATOR [LINE...]: $place/OPERATOR.conf is the campus's configuration, with the lines
# in [engine]; the same status database, val and store for all.
harbour_conf() {
	operator=$1
	shift
	{
		printf '%s\n' "[campus]" "name = harbour" "environment = test" "release = nutmeg" \
			"operator = $operator" "status_db = status.db" "[source]" "kind = olx" \
			"path = olx/*.tar.gz" "[val]" "kind = sqlite" "path = val.db" \
			"[store]" "kind = directory" "path = store" "[engine]" "$@"
	} >"$place/$operator.conf"
}

# as OPERATOR ARGUMENT...: a command on that campus.
as() {
	operator=$1
	shift
	env LC_ALL=C.UTF-8 TZ=UTC HOME="$place" XDG_STATE_HOME="$place/state" "$SUBFERRY" \
		-c "$place/$operator.conf" "$@"
}

# query SQL: what the status database says, its columns between blanks.
query() {
	python3 -c 'import sqlite3, sys
for row in sqlite3.connect(sys.argv[1], timeout=20).execute(sys.argv[2]): print(*row)' \
		"$place/status.db" "$1"
}
# in_status TEXT SQL [SECONDS]: the answer, once what is under way is written.
in_status() {
	for _ in $(seq $((${3:-20} * 10))); do
		[ "$(query "$2")" = "$1" ] && return
		sleep 0.1
	done
	fail "\"$(query "$2")\", not \"$1\": $2"
}

# The process that the shell runs, once it does.
child_of_shell() {
	for _ in $(seq 100); do
		child=$(ps -o pid= --ppid "$(t list-panes -F '#{pane_pid}')" | tr -d ' ')
		[ -n "$child" ] && echo "$child" && return
		sleep 0.1
	done
	fail "the shell runs nothing"
}
