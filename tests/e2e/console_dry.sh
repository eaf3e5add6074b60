#!/bin/sh
# The dry run of the console: two tagged courses are predicted and nothing is written outside the status
# database; launched, they come as predicted. It waits for an engine without work, and whatever needs the
# engine waits for it; it can be ended, left, and had at one console only.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/harbour.sh"
command -v python3 >/dev/null || { echo "skipped: python3 is missing"; exit 77; }

first=1 second=101
harbour
harbour_conf ana
as ana scan >/dev/null || fail "no campus"
arguments="-c '$place/ana.conf'"

# Everything in val and in the store.
outside() {
	python3 - "$place/val.db" <<'PY'
import sqlite3, sys
db = sqlite3.connect(sys.argv[1], timeout=20)
for table in ("edxval_video", "edxval_coursevideo", "edxval_videotranscript"):
    print(table, *db.execute("SELECT * FROM %s ORDER BY 1" % table))
PY
	find "$place/store" | sort
}
# With one transaction a second there is time to look.
slow() {
	keys L
	wait_for "transactions a second"
	keys C-u 1 Enter
	wait_for "at most 1/s"
}
fast() {
	keys L
	wait_for "transactions a second"
	keys C-u 0 Enter
	wait_gone "at most 1/s"
}
at() { wait_for " $1 of 38 ─"; }

start 80 24
wait_for " of 38" 30
wait_for "engine here" 30
outside >"$place/outside-before" || fail "no val"
slow

step "of the tagged courses, after a question with verb, object and count"
keys g Space Space
wait_for "2 tagged"
keys d
wait_for "dry-run the 2 courses on test? y/n"
keys n
wait_for "nothing was done"
keys d
wait_for "dry-run the 2 courses on test? y/n"
keys y
wait_for "DRY 1"
see "dry run: nothing is migrated; d ends it" "d end dry run" "harbour"

step "what needs the engine says that a dry run is under way; a pause is taken"
keys r
wait_for "a dry run is under way: wait for its end, or d ends it"
keys v
wait_for "a dry run is under way: wait"
keys u G
at 38
keys p
wait_for "paused 1 course; the dry run goes on, d ends it"
keys z
wait_for "undone: pause of 1 course"
keys d
wait_for "end dry run 1 before its end? y/n"
keys n
wait_for "nothing was done"
see "DRY 1"
resize 60 15
wait_for "DRY 1"
see "d end dry run"
resize 80 24

step "a viewer, and a command, are told that the engine they wait for migrates nothing"
terminal=$((second - 1))
start 80 24
wait_for "VIEWER" 30
wait_for "dry run 1 of ana@"
see "dry run 1 in another process: what is launched waits for its end"
keys d
wait_for "no dry run here, engine: dry run 1 of ana@"
keys q
left 0
terminal=$first
as ana doctor | grep -q "engine held by ana@.*, for dry run 1" || fail "doctor does not say so"

step "held it stands, and c lets it go on"
keys H
wait_for "held by ana since"
see "DRY 1"
fast
keys c
wait_for "dry run 1: " 30
wait_for "would migrate"
see "; A shows it" "MOCK" "4 would fail"
see "engine here, 8 workers"

step "nothing was written outside the status database, and no course was changed"
in_status "Not-Migrated idle 38" "SELECT status, intent, count(*) FROM course GROUP BY 1, 2"
in_status "dry 0 2" "SELECT kind, broken_off, (SELECT count(*) FROM run_course WHERE run = number AND ended)
	FROM run"
outside >"$place/outside-after"
cmp -s "$place/outside-before" "$place/outside-after" || fail "$(diff "$place/outside-before" "$place/outside-after")"

step "launched, they come as predicted"
keys g Space Space
wait_for "2 tagged"
keys r
wait_for "launch the 2 courses on test? y/n"
keys y
in_status 2 "SELECT count(*) FROM course WHERE status IN ('Migrated', 'Failed')" 60
keys A
wait_for "mock 2"
see "dry 1"
keys Enter
wait_for "A: dry 1"
see "B: mock 2" "100 % of" "missed 0"
keys Escape
wait_for "mock 2"
keys Escape
at 3

step "one course needs no question; while the engine has work there is no dry run"
keys u
wait_gone "tagged"
keys H
wait_for "held by ana since"
keys G
at 38
keys r
wait_for "launched 1 course"
keys k
at 37
keys d
wait_for "no dry run now: work of the engine is under way here"
keys z
wait_for "undone: launch of 1 course"
poll 20 shown "MOCK" || fail "another mode"

step "a viewer has none, and says who has the engine"
keys c
wait_gone "held by ana"
terminal=$((second - 1))
start 80 24
wait_for "VIEWER" 30
keys d
wait_for "no dry run here, engine: ana@"
keys q
left 0
terminal=$first

step "ended before its end it stays as broken off"
slow
keys g j j
at 3
keys d
wait_for "DRY 3"
keys d
wait_for "end dry run 3 before its end? y/n"
keys y
wait_for "dry run 3: broken off after 0 courses"
wait_for "MOCK"
in_status 1 "SELECT broken_off FROM run WHERE number = 3"

step "who leaves in the middle leaves a run that is broken off, and a sound file"
keys t
wait_for "38 tagged"
keys d
wait_for "dry-run all 38 courses on test? y/n"
keys y
wait_for "DRY 4"
keys q
wait_for "the console has left" 30
in_status "1 1" "SELECT broken_off, ended > 0 FROM run WHERE number = 4"
in_status ok "PRAGMA integrity_check"
in_status "36" "SELECT count(*) FROM course WHERE status = 'Not-Migrated' AND intent = 'idle'"
start 80 24
wait_for "MOCK" 30
wait_for "engine here"
keys A
wait_for "dry 4"
see "dry 3" "broken off"
keys q q
left 0
