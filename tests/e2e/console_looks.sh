#!/bin/sh
# Four themes by their colours, remembered; where there are none to choose from, T says why.
. "$(dirname "$0")/lib.sh"

escape=$(printf '\033')
attributes() { t capture-pane -p -e; }
looks_like() { attributes | grep -qE "$escape\[([0-9;]*;)?($1)(;[0-9;]*)?m"; }
# has ATTRIBUTES / has_not ATTRIBUTES: such a sequence, or part of one, is on the screen.
has() {
	poll 20 looks_like "$1" || fail "no text looks like $1"
}
looks_otherwise() { ! looks_like "$1"; }
has_not() {
	poll 20 looks_otherwise "$1" || fail "some text looks like $1"
}
# What is written from the first byte on: nothing of another theme.
record() { t pipe-pane -O "cat >'$place/written'"; }

colours='3[0-6]|9[0-7]|4[0-7]|10[0-7]'

step "dark: the colours of always, on the terminal's own background"
start 80 24
have_failed
has 31
has 2
has_not '4[0-7]|10[0-7]'

step "T: light, without the colours that nobody reads on white"
keys T;          wait_for "theme light"
has 31
has_not '3[236]|9[236]'
has_not '4[0-7]|10[0-7]'

step "T: contrast, black and white of its own, nothing dim"
keys T;          wait_for "theme contrast"
has '40'
has '97'
has '107'
has '33'
has_not 2
has_not '31|32|34|35|36'
[ "$(attributes | grep -c "40m")" -ge 1 ] || fail "no background of its own"

step "T: monochrome, told by signs and words alone"
keys T;          wait_for "theme monochrome"
has_not "$colours"
has_not 2
has 7
see "✗ Failed"

step "T: dark again, then light, and m; both are there in the next console, from its first frame"
keys T;          wait_for "theme dark"
keys T;          wait_for "theme light"
keys m;          wait_for "the last hour"
keys q
left 0
start 80 24
record
have_failed
wait_for "done 60 min"
has 31
grep -qE "$escape\[([0-9;]*;)?3[236](;[0-9;]*)?m" "$place/written" && fail "a flash of another theme"
keys m;          wait_for "the last minute"
keys q
left 0

step "eight colours: xterm, and the console of Linux"
for type in xterm linux; do
	start 80 24 TERM=$type
	have_failed
	[ "$type" = xterm ] && wait_for "done 60 s"
	has_not '3[236]'
	keys T;  wait_for "theme contrast"
	has '40'
	has '37'
	has_not '9[0-7]|10[0-7]'
	keys T;  wait_for "theme monochrome"
	has_not "$colours"
	keys T;  wait_for "theme dark"
	has 31
	keys T;  wait_for "theme light"
	keys q
	left 0
done

step "without default colours: black on white, white on black"
if command -v tic >/dev/null && command -v infocmp >/dev/null; then
	infocmp -x xterm | sed 's/^xterm|/poor|/; s/[ \t]op=[^,]*,//' >"$place/poor.ti"
	tic -x -o "$place/terminfo" "$place/poor.ti" 2>/dev/null || fail "no terminal could be made"
	start 80 24 TERM=poor TERMINFO="$place/terminfo"
	have_failed
	has 30
	has 47
	keys T T T;  wait_for "theme dark"
	has 37
	has 40
	keys T;      wait_for "theme light"
	keys q
	left 0
fi

step "contrast: its ground does not stay on the shell's screen"
start 80 24
have_failed
keys T;  wait_for "theme contrast"
keys q
left 0
start 80 24
have_failed
keys T T T;  wait_for "theme light"
keys q
left 0

step "runs, a comparison and the gates: told by signs and words alone, in black and white, in ASCII"
told_by_signs() { # FAILED DONE CURSOR WIDTH HEIGHT
	have_failed
	resize "$4" "$5"
	has_not "$colours"
	keys A;          wait_for "runs of demo"
	wait_for "$3 $1 mock 1"
	has_not "$colours"
	keys E;          wait_for "! after a restore"
	keys Escape;     wait_for "nothing was done"
	keys Enter;      wait_for "no run before run 1"
	has_not "$colours"
	keys Escape Escape
	wait_for "1 of 40"
	keys B;          wait_for "cannot be flipped"
	see "$1 migrated" "$2 links"
	keys O;          wait_for "! migrated is red"
	has_not "$colours"
	keys Escape Space Space
	wait_for "2 tagged"
	keys B;          wait_for "gate board of 2 courses"
	wait_for "0 can be switched on"
	has_not "$colours"
	keys Escape u q
	left 0
}
start 80 24 NO_COLOR=1;             told_by_signs ✗ ✓ ▸ 80 24
start 80 24 TERM=vt100;             told_by_signs ✗ ✓ ▸ 60 15
arguments="--demo --ascii"
start 80 24 NO_COLOR=1;             told_by_signs x v '>' 80 24
start 80 24 TERM=linux NO_COLOR=1;  told_by_signs x v '>' 60 15
arguments=

step "no colours: monochrome, and T says why"
stays() {
	have_failed
	has_not "$colours"
	keys T;  wait_for "theme monochrome, and no other: $1"
	has_not "$colours"
	keys q
	left 0
}
start 80 24 NO_COLOR=1;      stays "NO_COLOR is set"
start 80 24 TERM=vt100;      stays "this terminal has no colours"

step "an empty NO_COLOR is none, and the choice was kept"
start 80 24 NO_COLOR=
have_failed
has 31
has_not '3[236]'
keys q
left 0
