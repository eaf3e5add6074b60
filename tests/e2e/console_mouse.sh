#!/bin/sh
# The mouse on request: off at the start, selecting, opening, scrolling and pressing keys of the
# footer while it is taken, and given back on every way out.
. "$(dirname "$0")/lib.sh"

# What the terminal of TERM=xterm sends (SGR): a button pressed and released at a column and a
# line from 1; the wheel is only pressed.
sgr() {
	t send-keys -l -- "$(printf '\033[<%d;%d;%dM' "$1" "$2" "$3")"
	[ "$1" -ge 64 ] || t send-keys -l -- "$(printf '\033[<%d;%d;%dm' "$1" "$2" "$3")"
}
# And that of TERM=screen-256color: three bytes, 32 and more; 35 is a release.
bytes() {
	t send-keys -l -- "$(printf '\033[M')$(octal $(($1 + 32)) $(($2 + 32)) $(($3 + 32)))"
	[ "$1" -ge 64 ] || t send-keys -l -- "$(printf '\033[M#')$(octal $(($2 + 32)) $(($3 + 32)))"
}
octal() { for byte; do printf "\\$(printf %03o "$byte")"; done; }
press_bytes() { if [ $mouse = sgr ]; then printf '\033[<0;%d;%dM' "$1" "$2"; else printf '\033[M '; octal $(($1 + 32)) $(($2 + 32)); fi; }
mouse=sgr
press() { $mouse 0 "$1" "$2"; }
wheel_up() { $mouse 64 10 10; }
wheel_down() { $mouse 65 10 10; }
# Where TEXT stands on the screen: its line, its first column.
line_of() { screen | grep -nF -- "$1" | head -1 | cut -d: -f1; }
column_of() { screen | grep -F -- "$1" | head -1 | sed "s|$1.*||" | wc -m; }
press_word() {
	wait_for "$1"
	press "$(column_of "$1")" "$(line_of "$1")"
}
# A click is for what was drawn after the click before: where that one changed nothing to be seen.
drawn() { keys x; wait_for "no such key"; }

mouse_is() { [ "$(t display-message -p '#{mouse_any_flag}')" = "$1" ]; }
taken() {
	poll 20 mouse_is "$1" || fail "the mouse is not as it should be: $2"
}
marked() { # the place of the selected row becomes $1
	poll 20 matched "[ /]$1 of [0-9]+ ─|─ $1 of [0-9]+ ─" || fail "row $1 is not selected"
}
begin() {
	start 80 24 "$@"
	wait_for "1 of 40"
	wait_for "engine here"
	taken 0 "off at the start"
}
take() { keys M; wait_for "M gives it back"; taken 1 "taken"; }

all_clicks() {
	step "$1: what is clicked at before it is taken is nothing"
	begin TERM="$1"
	mouse=$2
	take

	step "$1: a click selects, another one opens, and its second half does nothing more"
	press 20 10;     marked 4
	press 20 3       # elsewhere
	press 20 21      # the details
	drawn
	press 20 10;     wait_for "MODULESTORE"
	press 20 10      # too soon after the first to be meant
	keys x;          wait_for "no such key"
	see "MODULESTORE"
	keys Escape;     wait_for "4 of 40"

	step "$1: the wheel"
	wheel_down;      marked 7
	wheel_down;      marked 10
	wheel_up;        marked 7

	step "$1: the footer"
	press_word "/ search"; wait_for "search:"
	step "$1: nothing while something is asked"
	press 20 8
	wheel_down
	press_word "of 40"
	type_text "zz";  wait_for "search: zz"
	keys Escape;     wait_gone "search:"
	marked 7
	press_word "? help"; wait_for "Keys of this screen"
	press 20 10
	keys j;          wait_for "lines 2 to"
	keys k;          wait_for "Keys of this screen"
	press_word "Esc back"; wait_gone "Keys of this screen"
	marked 7

	step "$1: a click is for the screen that was seen, not for one that keys before it have opened"
	keys '?';        wait_for "Keys of this screen"
	type_text "q$(press_bytes 20 10)"
	wait_gone "Keys of this screen"
	marked 7
}

all_clicks xterm sgr

step "a click is never an answer"
keys t;          wait_for "40 more tagged"
press_word "v validate"; wait_for "y/n"
press 5 24
press 20 10
press_word "y/n"
see "y/n"
keys n;          wait_for "nothing was done"
keys u

step "what is pasted is no mouse"
keys g;          marked 1
type_text "$(printf '\033[200~\033[<0;10;10M\033[201~')"
keys j;          marked 2

step "other screens: columns, findings, log"
keys C;          wait_for "HEADING"
press 20 7;      wait_for "▸ [✓] status"
press 20 7;      wait_for "▸ [ ] status"
keys r Escape;   wait_gone "HEADING"; wait_for "of 40"
keys l;          wait_for "ACT"
wheel_down
keys Escape

step "M gives it back"
keys M;          wait_for "terminal's again"
taken 0 "given back"
press 20 12
keys x;          wait_for "no such key"
keys g;          marked 1

step "given back on every way out"
ends() { # WHAT STATUS
	left "$2"
	taken 0 "after $1"
}
take;            keys q;       ends q 0
begin; take;     keys C-c;     ends ^C 0
begin; take;     signal TERM;  ends TERM 0
begin; take;     signal SEGV;  ends SEGV 139
begin; take;     signal ABRT;  ends ABRT 134

all_clicks screen-256color bytes
keys q
left 0
taken 0 "q"

step "a terminal without one says so"
start 80 24 TERM=vt100
wait_for "1 of 40"
keys M;          wait_for "does not tell of its mouse"
keys q
left 0

if command -v bash >/dev/null; then
	step "^Z gives it back, fg takes it again"
	shell 80 24
	type_text "'$SUBFERRY' --demo"
	keys Enter;      wait_for "1 of 40"
	wait_for "engine here"
	take
	keys C-z;        wait_for "Stopped"
	taken 0 "suspended"
	type_text "fg"
	keys Enter;      wait_for "suspended since"
	taken 1 "continued"
	press 20 10;     marked 4
	keys q;          wait_for "ready>"
	taken 0 "after leaving"
fi
