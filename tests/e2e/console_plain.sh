#!/bin/sh
# ASCII where the locale is not UTF-8, no colour where none is wanted, and quiet when idle.
. "$(dirname "$0")/lib.sh"

escape=$(printf '\033')
in_red() { t capture-pane -p -e | grep -q "$escape\[[0-9;]*31m"; }
reversed() { t capture-pane -p -e | grep -q "$escape\[7m"; }

step "ASCII in the C locale, on every screen"
start 80 24 LC_ALL=C
wait_for "of 40 courses"
wait_for "engine here"
keys r
wait_for "Failed 1" 60
only_ascii() { screen | LC_ALL=C grep -q '[^ -~]' && fail "not ASCII: $1"; return 0; }
only_ascii courses
for key in Enter F l '?'; do
	case $key in
	Enter) text=EDX-VAL ;;
	F) text=CODE ;;
	l) text=WHO ;;
	*) text="Keys of this screen" ;;
	esac
	keys "$key"
	wait_for "$text"
	only_ascii "after $key"
	[ "$key" = Enter ] && continue
	keys Escape
	wait_for EDX-VAL
done
keys q
wait_for "of 40 courses"
keys q
left 0

step "ASCII where it is asked for, in colour"
arguments="--demo --ascii"
start 80 24
have_failed
only_ascii "with --ascii"
poll 20 in_red || fail "no colour"
keys q
left 0
arguments=

step "NO_COLOR: attributes only"
start 80 24 NO_COLOR=1
have_failed
t capture-pane -p -e | grep -q "$escape\[[0-9;]*[34][0-7]m" && fail "colour in spite of NO_COLOR"
poll 20 reversed || fail "nothing is marked"
keys q
left 0

step "with colour, a failed course has one"
start 80 24
have_failed
poll 20 in_red || fail "no colour"

step "idle, only the clock is written"
sleep 2
t pipe-pane -O "cat >'$place/written'"
sleep 4
t pipe-pane
bytes=$(wc -c <"$place/written")
[ "$bytes" -gt 0 ] && [ "$bytes" -lt 400 ] || fail "$bytes bytes in 4 s"
keys q
left 0
