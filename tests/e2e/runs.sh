#!/bin/sh
# Passes are numbered runs: a dry one, one that is killed in its middle and goes on, one that is
# paused, one that is broken off; and what a run says of a course is what the course ended with.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/harbour.sh"
command -v python3 >/dev/null || { echo "skipped: no python3 to look into the status database"; exit 77; }

migrating=
end() {
	[ -z "$migrating" ] || kill -KILL "$migrating" 2>/dev/null
	clean_up
}
trap end EXIT
ask() { # SQL: the first column of its rows, on one line
	python3 -c 'import sqlite3, sys
rows = sqlite3.connect("file:%s?mode=ro" % sys.argv[1], uri=True).execute(sys.argv[2])
print(*(row[0] for row in rows))' "$place/status.db" "$1"
}
answers() { [ "$(ask "$1" 2>/dev/null)" = "$2" ]; }
expect() { # WHAT SQL
	[ "$(ask "$2")" = "$1" ] || fail "\"$(ask "$2")\" instead of \"$1\": $2"
}
ends_with() { # TEXT: in the last line of standard output
	tail -1 "$place/out" | grep -qF -- "$1" || fail "no \"$1\" in: $(tail -1 "$place/out")"
}
begin() { # ARGUMENT...: migrate in the background; no shell stands between it and a signal
	env LC_ALL=C.UTF-8 TZ=UTC HOME="$place" "$SUBFERRY" -c "$place/ana.conf" migrate "$@" \
		>"$place/out" 2>"$place/err" &
	migrating=$!
}
await() { # SQL: its answer is not 0, while migrate is at work
	poll 60 sh -c 'test "$(python3 -c "import sqlite3, sys
print(sqlite3.connect(sys.argv[1], timeout=10).execute(sys.argv[2]).fetchone()[0])" "$1" "$2" 2>/dev/null || echo 0)" -gt 0' \
		sh "$place/status.db" "$1" || fail "never so: $1"
	kill -0 "$migrating" || fail "migrate has ended before: $1"
}
# What the run says is what its courses are now: to be asked right after it.
whole() { # RUN
	expect 0 "SELECT count(*) FROM (SELECT c.key, v.type || '@' || v.block, t.language, t.outcome, t.sha256
		FROM course c JOIN video v ON v.course_id = c.id AND NOT v.gone JOIN transcript t ON t.video_id = v.id
		WHERE c.key IN (SELECT course FROM run_course WHERE run = $1)
		EXCEPT SELECT r.course, t.block, t.language, t.outcome, t.sha256
		FROM run_course r JOIN run_transcript t ON t.run_course = r.id WHERE r.run = $1)"
	expect 0 "SELECT (SELECT count(*) FROM run_finding f JOIN run_course r ON r.id = f.run_course WHERE r.run = $1)
		- (SELECT count(*) FROM finding f JOIN course c ON c.id = f.course_id
		   WHERE c.key IN (SELECT course FROM run_course WHERE run = $1))"
	expect 0 "SELECT count(*) FROM run_course r JOIN course c ON c.key = r.course WHERE r.run = $1
		AND (r.status <> c.status OR r.videos <> c.videos OR r.expected <> c.expected
		OR r.in_val <> c.in_val OR r.errors <> c.errors OR r.began >= r.ended)"
}

harbour 4
harbour_conf ana "workers = 3" "rate = 12" "retry_delay = 50ms"
as ana scan >/dev/null || fail "the exports cannot be read"
courses=$(ask "SELECT count(*) FROM course")

step "a dry run is a run"
as ana migrate --all --dry-run >"$place/out" 2>&1
ends_with "dry 1: $courses courses: "
expect "dry 0 harbour test nutmeg ana" "SELECT kind || ' ' || broken_off || ' ' || campus || ' ' || environment
	|| ' ' || release || ' ' || who FROM run WHERE ended > began"
expect "workers 3, rate 12, retries 3 x 0.05 s, largest transcript 3 MiB, link none" "SELECT options FROM run"
expect "$courses" "SELECT count(*) FROM run_course WHERE run = 1 AND ended >= began AND began > 0"
expect "0" "SELECT count(*) FROM run_transcript WHERE outcome IN ('planned', 'migrated')"
would=$(ask "SELECT sum(would) FROM run_course")
[ "$would" -gt 20 ] || fail "$would transcripts are too few"
ends_with "$would transcripts would be migrated now;"

step "a dry run that is broken off says so, and one that is killed is settled by the next engine"
begin --all --dry-run
await "SELECT count(*) FROM run WHERE number = 2"
kill -TERM $migrating
wait $migrating
migrating=
expect 1 "SELECT broken_off FROM run WHERE number = 2 AND ended > 0"
begin --all --dry-run
await "SELECT count(*) FROM run WHERE number = 3"
kill -KILL $migrating
wait $migrating 2>/dev/null
migrating=
expect 0 "SELECT ended FROM run WHERE number = 3"

step "a mock run that is killed in its middle goes on: one run, all courses whole"
begin --all
await "SELECT count(*) FROM transcript WHERE outcome = 'migrated'"
kill -KILL $migrating
wait $migrating 2>/dev/null
migrating=
expect 1 "SELECT broken_off FROM run WHERE number = 3 AND ended > 0"
expect "mock 0" "SELECT kind || ' ' || ended FROM run WHERE number = 4"
left=$(ask "SELECT count(*) FROM course WHERE status = 'In-Progress'")
[ "$left" -gt 0 ] || fail "nothing was under way when it was killed"
expect "$left" "SELECT count(*) FROM run_course WHERE run = 4 AND ended = 0"
expect 0 "SELECT count(*) FROM run_transcript WHERE run_course IN (SELECT id FROM run_course WHERE run = 4 AND ended = 0)"
as ana migrate --all >"$place/out" 2>&1
ends_with "mock 4: "
expect "$courses" "SELECT count(*) FROM run_course WHERE run = 4 AND ended > 0"
expect "0" "SELECT broken_off FROM run WHERE number = 4 AND ended > began"
expect "$would" "SELECT sum(migrated) FROM run_course WHERE run = 4"
expect 4 "SELECT count(*) FROM run"
whole 4

step "what was predicted came true"
expect 0 "SELECT count(*) FROM run_course d JOIN run_transcript p ON p.run_course = d.id
	JOIN run_course m ON m.course = d.course AND m.run = 4
	LEFT JOIN run_transcript a ON a.run_course = m.id AND a.block = p.block AND a.language = p.language
	WHERE d.run = 1 AND CASE p.outcome WHEN 'would-migrate' THEN 'migrated' ELSE p.outcome END IS NOT a.outcome"

step "nothing to do is no run"
as ana migrate --all --json >"$place/out" 2>&1
ends_with '"mode":"mock","courses":0'
expect 4 "SELECT count(*) FROM run"

step "a pause keeps the run, whatever comes between"
set -- $(ask "SELECT key FROM course WHERE videos > 5 ORDER BY videos DESC")
begin "$1" "$2"
await "SELECT count(*) = 2 FROM run_course WHERE run = 5"
as ana pause "$1" >/dev/null || fail "it cannot be paused"
wait $migrating
migrating=
ends_with "mock 5: 2 courses: "
ends_with ", 1 paused"
expect "$1" "SELECT course FROM run_course WHERE run = 5 AND ended = 0"
expect 0 "SELECT ended FROM run WHERE number = 5"
as ana migrate "$2" --dry-run --json >"$place/out" 2>&1
ends_with '"run":6,"kind":"dry"'
ends_with '"untold":0'
as ana resume "$1" >/dev/null || fail "it cannot be resumed"
as ana migrate "$1" --json >"$place/out" 2>&1
ends_with '"mode":"mock","run":5,"kind":"mock"'
expect 0 "SELECT broken_off FROM run WHERE number = 5 AND ended > 0"
expect 2 "SELECT count(*) FROM run_course WHERE run = 5 AND ended > 0"
expect 6 "SELECT count(*) FROM run"
whole 5
