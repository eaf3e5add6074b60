#!/bin/sh
# Every screen at every size that counts: the selected row in sight, keys in the footer, prompts with
# room. And what is asked outlives a terminal that is too small, but nothing is answered there.
. "$(dirname "$0")/lib.sh"

# sound WHAT [MARKS]: the screen is whole; so many rows are marked.
sound() {
	for try in 1 2 3 4 5 6 7 8 9 last; do
		now=$(screen)
		flaw=
		[ "$(printf '%s\n' "$now" | grep -c '▸')" = "${2:-1}" ] || flaw="not ${2:-1} marked rows"
		printf '%s\n' "$now" | tail -1 | grep -qE "Esc back|q quit" || flaw="no way out in the footer"
		printf '%s\n' "$now" | head -1 | grep -q "staging · MOCK" || flaw="no title"
		[ "$(printf '%s\n' "$now" | grep -c '^─')" -ge 2 ] || flaw="not two rules"
		printf '%s\n' "$now" | grep -qE '[^ ─]──|──[^ ─]' && flaw="a rule and a text overlap"
		[ "$flaw" ] || return
		[ "$try" = last ] && fail "$1 at $size: $flaw"
		sleep 0.1
	done
}

# asks KEY TEXT: KEY opens a prompt that has room; Esc closes it.
asks() {
	keys "$1";       wait_for "$2"
	type_text "zyxwvutsrq"
	wait_for "zyxwvutsrq"
	keys Escape;     wait_gone "$2"
}

GOOD=course-v1:DeltaU+BIO.110+2017_T2
# has_not_cut TEXT: it is there whole, be it on two lines.
has_not_cut() { poll 5 joined "$1" || fail "at $size, cut: $1"; }
joined() { screen | tr -d '\n' | sed 's/  *//g' | grep -qF -- "$(echo "$1" | tr -d ' ')"; }

start 80 24
wait_for "1 of 40"
wait_for "engine here"
keys r
wait_for "Failed 1" 60
keys R
wait_for "MOCK 2"
wait_for "✗ Failed"
keys j r;            wait_for "MOCK 3"
wait_for "3 Migrated 1" 60
keys v;              wait_for "validated $GOOD" 60
keys k

for size in 60x15 80x15 60x24 80x24; do
	step "$size"
	resize "${size%x*}" "${size#*x}"
	keys g;          wait_for " 1 of 40 ─"
	sound courses
	keys G;          wait_for "40 of 40 ─"
	sound "courses, the last one"
	asks /           "search:"
	asks f           "filter:"
	wait_for " of 40 ─"
	asks o           "go to:"
	keys t;          wait_for "tagged"
	keys v;          wait_for "validate all 40 courses on staging? y/n"
	keys n u;        wait_gone "tagged"
	keys D;          wait_for "write the screen to: subferry-"
	keys Escape;     wait_gone "write the screen"
	keys T;          wait_for "theme light"
	keys T;          wait_for "theme contrast"
	sound "courses, contrast"
	keys T;          wait_for "theme monochrome"
	keys T;          wait_for "theme dark"
	keys M;          wait_for "M gives it back for copying"
	keys M;          wait_for "terminal's again"
	keys C;          wait_for "HEADING"
	sound columns
	keys G
	sound "columns, the last one"
	keys Escape g;   wait_for " 1 of 40 ─"
	keys Enter;      wait_for "MODULESTORE"
	sound course
	keys G;          wait_for "15 of 15 ─"
	sound "course, the last video"
	keys Enter;      wait_for "Tab language"
	wait_for "cue 1"
	sound diff 2     # a language, and a cue
	keys i;          wait_for "why video"
	sound why
	keys G
	sound "why, the end"
	keys Escape;     wait_for "Tab language"
	keys Escape;     wait_for "of 15 ─"
	keys Escape;     wait_for "of 40 ─"
	keys F;          wait_for "CODE"
	sound findings
	keys Enter;      wait_for "LANG"
	sound items
	keys Escape;     wait_for "OPEN"
	keys Escape l;   wait_for "ACT"
	sound log
	keys A;          wait_for "1 of 3"
	sound runs
	keys Space;      wait_for "one tagged: Enter on another compares both"
	sound "runs, one tagged"
	keys Space G k;  wait_for "2 of 3"
	keys E;          wait_for "campus name to refresh (demo, staging):"
	has_not_cut "the journal is set aside"
	keys Escape;     wait_gone "campus name"
	keys Enter;      wait_for "▸still 2"
	see "A: mock 1" "B: mock 2"
	sound compare 2  # a list, and a row
	keys BTab;       wait_for "▸fixed 0"
	sound "compare, an empty list"
	keys BTab;       wait_for "▸courses 1"
	sound "compare, courses" 2
	keys Escape;     wait_for "2 of 3"
	keys Escape Escape Escape
	wait_for "of 40 ─"
	keys B;          wait_for "cannot be flipped"
	sound board 0
	keys O;          wait_for "! migrated is red"
	keys Escape j B; wait_for "can be flipped"
	sound "board, green" 0
	keys O;          wait_for "course key to switch its flag on:"
	see "What follows"
	has_not_cut "the flag of $GOOD:"
	keys Escape Escape
	keys k Space Space
	wait_for "2 tagged"
	keys B;          wait_for "gate board of 2 courses"
	wait_for "1 can be switched on"
	sound "board of several"
	keys O;          wait_for "course key to switch this one flag on:"
	has_not_cut "the flag of $GOOD:"
	has_not_cut "the other one stays as it is"
	keys Escape Escape u g
	wait_for " 1 of 40 ─"
	keys '?';        wait_for "Keys of this screen"
	sound help 0
	keys Escape Escape
	wait_for "of 40 ─"
done

step "a text comes back with what was typed"
keys /;          wait_for "search:"
type_text "TideX"
wait_for "search: TideX"
resize 40 10;    wait_for "something is asked"
type_text "qqq"
resize 60 15;    wait_for "search: TideX "
type_text "+"
wait_for "search: TideX+"
screen | grep -q "qqq" && fail "typed where nobody saw it"
keys Escape;     wait_gone "search:"

step "a question comes back, and nothing is answered where it cannot be seen"
keys t;          wait_for "tagged"
keys v;          wait_for "y/n"
resize 59 15;    wait_for "59x15"
keys y
keys y
resize 80 24;    wait_for "y/n"
resize 59 15;    wait_for "59x15"
keys y; resize 80 24
wait_for "y/n"
screen | grep -q "valid[a-z]* 40" && fail "answered unseen"
keys n;          wait_for "nothing was done"
keys u
resize 40 10;    wait_for "q leaves"
keys q
left 0
