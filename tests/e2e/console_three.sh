#!/bin/sh
# Two consoles of two operators and a shell of a third on one status database: who has the engine is
# said, every act of each is in the audit with its operator, and when the engine's holder is killed,
# leaves or is suspended the viewer knows: it becomes the engine within 15 s, held, with what was
# launched and paused meanwhile, and one key goes on.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/harbour.sh"
command -v python3 >/dev/null || { echo "skipped: python3 is missing"; exit 77; }
command -v bash >/dev/null || { echo "skipped: bash is missing"; exit 77; }

near=1 far=101
both_away() {
	for terminal in $near $far; do t kill-server 2>/dev/null; done
	rm -rf "$place"
}
trap both_away EXIT

# console TERMINAL OPERATOR: in a shell of its own.
console() {
	terminal=$(($1 - 1))
	shell 110 30
	type_text "'$SUBFERRY' -c '$place/$2.conf'"
	keys Enter
	wait_for "of 38 courses" 30
}
now_ms() { date +%s%3N; }
# intent COURSE: what the status database has of the course with that in its key.
intent() { query "SELECT intent FROM course WHERE key LIKE '%$1%'"; }
# to COURSE: the row of that course; all of the list is shown before and after.
to() {
	keys /
	type_text "$1"
	keys Enter
	for _ in $(seq 100); do
		screen | grep "▸" | grep -qF "$1" && return
		sleep 0.1
	done
	fail "not selected: $1"
}
# in_audit OPERATOR ACTION WHAT [LEAST]: as an event of that operator's, so often at least.
in_audit() {
	in_status 1 "SELECT count(*) >= ${4:-1} FROM event
		WHERE who = '$1' AND action = '$2' AND what LIKE '$3'"
}

# acts OPERATOR FREE: all acts of a console, with courses of its own: FREE is launched, and DeltaU's
# first has findings.
acts() {
	to "$2"
	keys H;   wait_for "held by $1 since"
	keys r;   wait_for "launched 1 course"
	keys z;   wait_for "undone: launch of 1 course"
	keys p;   wait_for "paused 1 course"
	keys P;   wait_for "resumed 1 course"
	keys +;   wait_for "9 workers, was 8"
	keys -;   wait_for "8 workers, was 9"
	keys L;   wait_for "no limit):"
	keys C-u 7 Enter
	wait_for ", at most 7/s"
	keys L;   wait_for "no limit): 7"
	keys C-u 4 Enter
	wait_for ", at most 4/s"
	keys c;   wait_gone "held by"
	in_status "Migrated idle" "SELECT status, intent FROM course WHERE key LIKE '%$2%'" 60
	to "DeltaU+ANT-5"
	keys v;   wait_for "validated course-v1:DeltaU+ANT-5"
	keys R;   wait_for "retrying 1 course"
	in_status "Failed idle" "SELECT status, intent FROM course WHERE key LIKE '%ANT-5%'" 60
	keys F;   wait_for "findings of all courses"
	keys w;   wait_for "reason:"
	type_text "for $1"
	keys Enter
	wait_for "waived 1 asset-missing finding"
	wait_for "waived 1 " # and the totals know it
	wait_for "w unwaive"
	keys w;   wait_for "open again: 1 asset-missing finding"
	keys Escape
	wait_for "of 38 courses"
}
acts_are_told() {
	in_audit "$1" launch "%intent run%"
	in_audit "$1" pause "%"
	in_audit "$1" resume "%"
	in_audit "$1" undo "%"
	in_audit "$1" retry "%"
	in_audit "$1" verify "%"
	in_audit "$1" waive "asset-missing"
	in_audit "$1" unwaive "asset-missing"
	in_audit "$1" hold "held, was going on"
	in_audit "$1" "go on" "going on, was held"
	in_audit "$1" workers "9 workers, was 8"
	in_audit "$1" rate "7 a second, was %"
}

# taken_over OPERATOR SINCE: the viewer of that operator has the engine within 15 s, held; it says so.
taken_over() {
	wait_for "engine here"
	took=$(($(now_ms) - $2))
	echo "  the engine was here after $took ms"
	[ "$took" -lt 15000 ] || fail "the engine was here after $took ms"
	wait_for "press c to go on"
	in_audit "$1" engine "engine starts:%"
	before=$(query "SELECT count(*) FROM attempt")
	sleep 1 # four starts, if it were not held
	[ "$(query "SELECT count(*) FROM attempt")" = "$before" ] || fail "it is not held"
}
goes_on() {
	before=$(query "SELECT count(*) FROM attempt")
	keys c
	wait_gone "press c to go on"
	in_status 1 "SELECT count(*) > $before FROM attempt" 30
}

harbour
for operator in ana ben cyd; do harbour_conf $operator "workers = 8"; done
as cyd migrate course-v1:DeltaU+ANT-5+2018 >/dev/null 2>&1
[ $? = 1 ] || fail "the first course has findings"

step "one has the engine, the other is a viewer that says who, where and since when"
console $near ana
wait_for "engine here"
ana=$(child_of_shell)
console $far ben
wait_for "VIEWER"
wait_for "engine: ana@$(uname -n) since "
resize 140 30
wait_for ", pid $ana"
since=$(query "SELECT strftime('%H:%M', since / 1000000, 'unixepoch') FROM holder")
see "since $since,"

step "every act of either is in the audit, by its operator"
acts ben "DeltaU+BIO.110"
acts_are_told ben
terminal=$near
acts ana "DeltaU+BIO.220"
acts_are_told ana

step "and of the shell, while the consoles look on"
as cyd pause course-v1:TideX+HEB1+2018_Q3 >/dev/null || fail "pause"
as cyd resume course-v1:TideX+HEB1+2018_Q3 >/dev/null || fail "resume"
as cyd verify course-v1:DeltaU+BIO.110+2017_T2 >/dev/null || fail "verify"
video=$(query "SELECT block FROM finding WHERE code = 'asset-missing' AND NOT waived LIMIT 1")
as cyd waive course-v1:DeltaU+ANT-5+2018 "$video" he --finding asset-missing --reason "for cyd" >/dev/null || fail "waive"
as cyd unwaive course-v1:DeltaU+ANT-5+2018 "$video" he --finding asset-missing >/dev/null || fail "unwaive"
as cyd retry course-v1:DeltaU+ANT-5+2018 >/dev/null || fail "retry"
in_audit cyd pause "%"
in_audit cyd resume "%"
in_audit cyd verify "%"
in_audit cyd waive "asset-missing"
in_audit cyd unwaive "asset-missing"
in_audit cyd retry "%"
in_status 0 "SELECT count(*) FROM event WHERE who NOT IN ('ana', 'ben', 'cyd')"

step "the holder is killed at work: the viewer takes over, and what it was asked meanwhile is not lost"
terminal=$far
to "TideX+KO100"
keys r;   wait_for "launched 1 course"
in_status 1 "SELECT count(*) > 0 FROM attempt a JOIN video v ON v.id = a.video_id
	JOIN course c ON c.id = v.course_id WHERE c.key LIKE '%KO100%'"
keys - -; wait_for ", 6 workers, at most 4/s"
at=$(now_ms)
kill -KILL "$ana"
to "TideX+MUS2"
keys r;   wait_for "launched 1 course"
keys j p; wait_for "paused 1 course"
taken_over ben "$at"
see "engine here, 6 workers, at most 4/s" # as the engine before was steered
[ "$(intent MUS2) $(intent PHIL1) $(intent KO100)" = "run pause run" ] ||
	fail "what was wished meanwhile is lost"
goes_on
in_audit ben "go on" "%" 2

step "who comes back is a viewer; the holder leaves with q: the same"
terminal=$near
wait_for "Killed"
keys C-l
console $near ana
wait_for "VIEWER"
wait_for "engine: ben@$(uname -n) since "
terminal=$far
keys q
wait_for "ready>"
wait_gone "of 38 courses"
at=$(now_ms)
terminal=$near
to "TideX+ART7"
keys r;   wait_for "launched 1 course"
taken_over ana "$at"
see "engine here, 6 workers, at most 4/s"
goes_on

step "the holder is suspended: a viewer says so, and whose it is"
console $far ben
wait_for "VIEWER"
terminal=$near
keys C-z
wait_for "Stopped"
terminal=$far
wait_for "the console of ana is suspended"
see "VIEWER"
keys q
wait_for "ready>"
terminal=$near
type_text "fg"
keys Enter
wait_for "suspended since"
keys C-c
wait_for "ready>" 30
