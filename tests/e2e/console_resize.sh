#!/bin/sh
# Any size, at any time, on any screen.
. "$(dirname "$0")/lib.sh"

# through WHAT...: every size and back; WHAT is to be seen at 80x24 again.
through() {
	resize 200 50; wait_gone "too small"
	resize 40 10;  wait_for "40x10"
	see "staging"
	resize 60 15;  wait_gone "too small"
	see "staging"
	resize 59 15;  wait_for "59x15"
	resize 1 1
	sleep 0.3
	keys j
	resize 2 3
	resize 300 2
	sleep 0.3
	resize 80 24;  wait_gone "too small"
	wait_for "$1"
	[ -f "$place/status" ] && fail "the console has ended"
	return 0
}

start 80 24
wait_for "of 40 courses"
wait_for "engine here"
step "courses";  through "STATUS"
keys r;          wait_for "launched"
wait_for "Failed 1" 60
step "course";   keys Enter; wait_for "EDX-VAL";      through "EDX-VAL"
step "diff";     keys Enter; wait_for "Tab language"; through "MODULESTORE"
step "findings"; keys F;     wait_for "CODE";         through "CODE"
step "log";      keys l;     wait_for "ACT";          through "ACT"
step "help";     keys '?';   wait_for "Keys of this"; through "Up and Down scroll"

step "help breaks lines that are too long, and scrolls no further than it must"
resize 60 15;    wait_for "lines 1 to 10"
keys End
wait_for "Choice of columns: as many as fit,"
see "                     sorted by key"
resize 120 40;   wait_for "Plots of the last minute, or of the last hour"
see "Show courses of every status"
resize 80 24;    wait_for "Up and Down scroll"

step "a prompt that cannot be seen comes back"
keys Escape;     wait_for "ACT"
keys /;          wait_for "search:"
resize 20 5;     wait_for "20x5"
resize 80 24;    wait_for "search:"
keys Escape;     wait_for "Esc back"
keys q q q q
wait_for "of 40 courses"

step "started in a small terminal"
keys q
left 0
start 30 8
wait_for "30x8"
keys q
left 0
