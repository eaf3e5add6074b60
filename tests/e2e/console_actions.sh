#!/bin/sh
# Every action by each of its keys, its effect seen, and why it is not possible where it is not. At
# the end what was pressed is compared with the table: an action or a key that is new needs a line
# here. What an action does in depth is for the other tests.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/harbour.sh"
command -v python3 >/dev/null || { echo "skipped: python3 is missing"; exit 77; }
command -v bash >/dev/null || { echo "skipped: bash is missing"; exit 77; }

# press ACTION KEY: by its name in the table, and the name of the key in it.
press() {
	printf '%s\t%s\n' "$1" "$2" >>"$place/pressed"
	case $2 in
	Esc) keys Escape ;;
	PgUp) keys PPage ;;
	PgDn) keys NPage ;;
	Shift-Tab) keys BTab ;;
	Backspace) keys BSpace ;;
	^?) keys "C-$(printf %s "${2#^}" | tr 'A-Z' 'a-z')" ;;
	*) keys "$2" ;;
	esac
}
# refused KEY WHY: pressed where the action is not possible, it says why.
refused() {
	screen | grep -qF -- "$2" && fail "it said so before: $2"
	keys "$1"
	wait_for "$2"
}
at() { wait_for " $1 of 38 ─"; }
state_of() { ps -o stat= -p "$1" | cut -c1; }

harbour
harbour_conf ana
printf '%s\n' "[flag]" "kind = sqlite" "path = flag.db" >>"$place/ana.conf"
as ana migrate course-v1:DeltaU+ANT-5+2018 >/dev/null 2>&1
[ $? = 1 ] || fail "the first course has findings"
as ana pause course-v1:DeltaU+BIO.110+2017_T2 >/dev/null &&
	as ana resume course-v1:DeltaU+BIO.110+2017_T2 >/dev/null 2>&1 || fail "no earlier session"

shell 80 24
type_text "'$SUBFERRY' -c '$place/ana.conf'"
keys Enter
wait_for "press c to go on" 30
holder=$(child_of_shell)
at 1

step "what is not possible says why: here and now"
refused z "nothing to undo"
refused H "all is held already: c goes on"
refused w "waive works on course, diff, findings, items, why"
refused W "waive all shown works on items"
refused Tab "next language works on diff, items, log, compare"
refused b "previous language works on diff, items, log"
refused Z "no such key here"

step "rows"
press down j;            at 2
press down Down;         at 3
press up k;              at 2
press up Up;             at 1
press "last row" G;      at 38
press "first row" g;     at 1
press "last row" End;    at 38
press "first row" Home;  at 1
press "page down" PgDn;  at 14
press "page up" PgUp;    at 1
press "page down" ^F;    at 14
press "page up" ^B;      at 1

step "work of an earlier session, and a hold"
press "go on" c
wait_gone "press c to go on"
wait_for "3 Migrated 1"
refused c "nothing waits to go on"
press "hold all" H
wait_for "held by ana since"

step "acts on a course, while all is held: they are not taken up, and can be undone"
keys G
at 38
press launch r;              wait_for "launched 1 course"
press undo z;                wait_for "undone: launch of 1 course"
press "pause or resume" p;   wait_for "paused 1 course"
wait_for "p resume"
press "pause or resume" p;   wait_for "resumed 1 course"
wait_for "p pause"
keys p;                      wait_for "paused 1 course"
press resume P;              wait_for "resumed 1 course"
wait_for "p pause"
keys p;                      wait_for "p resume"
press "show paused" 5;       wait_for "1 of 1 ─"
see "PHIL1"
press "show all" 0;          at 1
in_status pause "SELECT intent FROM course WHERE key LIKE '%PHIL1%'"

step "the engine"
press "more workers" +;      wait_for "engine here, 9 workers"
press "fewer workers" -;     wait_for "engine here, 8 workers"
press "limit the rate" L;    wait_for "transactions a second (0: no limit): 0"
keys C-u 9 Enter;            wait_for "8 workers, at most 9/s"
press "go on" c;             wait_gone "held by ana"

step "retry, dry run and validate, and what they refuse"
keys g;                      at 1
press retry R;               wait_for "retrying 1 course"
in_status 2 "SELECT pass FROM course WHERE key LIKE '%ANT-5%' AND status = 'Failed' AND intent = 'idle'"
in_status 0 "SELECT count(*) FROM course WHERE intent = 'run'"
press "dry run" d;           wait_for ": 0 would migrate"
wait_for " MOCK"
press validate v;            wait_for "validated course-v1:DeltaU+ANT-5"
keys j;                      at 2
refused R "nothing to retry"
keys g;                      at 1

step "tags"
press tag Space;             wait_for "1 tagged"
press "tag all shown" :;     wait_for "38 tagged"
press "untag all" u;         wait_gone "tagged"
press "tag all shown" t;     wait_for "38 tagged"
press undo z;                wait_for "undone: 38 tags"

step "search, filter, course by its name"
warning_is_gone() { shown_no_more "undone: " && shown_no_more "! retrying 0" || { keys C-l && false; }; }
poll 20 warning_is_gone || fail "still there: what filters give way to"
press search /
wait_for "search:"
type_text "FerryX"
keys Enter
wait_for "/FerryX"
keys g;                      at 1
press "next match" n;        at 7
press "next match" n;        at 8
press "previous match" N;    at 7
keys / C-u Enter
wait_gone "/FerryX"
press filter f
type_text "key:PierX"
keys Enter
wait_for 'filter "key:PierX"'
press back Esc
wait_for "all courses are shown"
press filter f
type_text "key:PierX"
keys Enter
wait_for 'filter "key:PierX"'
press back Backspace
wait_for "all courses are shown"
press "go to course" o
type_text "LIT14"
keys Enter
wait_for "MODULESTORE"
see "TideX+LIT14"
keys Escape
wait_for "Not-Migrated"
press "show Not-Migrated" 1; wait_for "only Not-Migrated"
press "show In-Progress" 2;  wait_for "only In-Progress"
wait_for "no course has this status"
refused r "no course is selected"
refused Space "nothing is selected"
press "show Migrated" 3;     wait_for "only Migrated"
press "show Failed" 4;       wait_for "only Failed"
press "show all" 0;          at 1

step "order and columns"
keys g
press "sort by next column" s;     wait_for "sorted by status"
press "sort by next column" '>';   wait_for "sorted by videos"
press "sort by column before" '<'; wait_for "sorted by status"
press "reverse order" S;           wait_for "sorted by status, descending"
press "choose columns" C;          wait_for "[ ] name"
keys g j;                          wait_for " 2 of 13"
press "show or hide column" Space; wait_for "[✓] name"
press "sort by this column" s;     wait_for "sorted by name"
press "reverse order" S;           wait_for "sorted by name, descending"
press "default columns" r;         wait_for "sorted by key"
see "[ ] name"
press back Enter
wait_for "Not-Migrated"
at 1

step "how it looks"
press plots m
wait_for "the plots show the last hour"
press plots m
wait_for "the plots show the last minute"
press mouse M
wait_for "the mouse selects"
press mouse M
wait_for "the mouse is the terminal's again"
press "next theme" T
wait_for "theme light"
press "dump screen" D
wait_for "write the screen to:"
keys C-u
type_text "$place/dumped"
keys Enter
wait_for "the screen is in"
grep -qF "harbour" "$place/dumped" || fail "the dump holds no screen"
printf 'SCRIBBLED' >"$(t display-message -p '#{pane_tty}')"
wait_for "SCRIBBLED"
press redraw ^L
wait_gone "SCRIBBLED"

step "help, the palette, the log"
press help '?'
wait_for "Keys of this screen: courses"
press back Esc
at 1
press actions a
wait_for "actions: type a part of the name"
keys Escape
wait_gone "actions: type"
press actions ^P
wait_for "actions: type a part of the name"
keys Escape
wait_gone "actions: type"
press log l
wait_for "log of the campus"
refused l "log works on every screen but log"
press "next language" Tab;           wait_for "warnings and errors"
press "next language" Right;         wait_for "errors only"
press "previous language" Left;      wait_for "warnings and errors"
press "previous language" Shift-Tab; wait_for "everything"
press "previous language" b;         wait_for "errors only"
press quit q
at 1

step "runs, and two of them compared"
press runs A
wait_for "runs of harbour"
wait_for "mock 1"
refused A "runs works on every screen but runs"
press tag Space
wait_for "one tagged"
press tag Space
wait_gone "one tagged"
press refresh E
wait_for "campus name to refresh (harbour, test):"
keys Escape
wait_for "nothing was done"
press open Enter
wait_for "A: mock"
press back Esc
wait_for "mock 1"
press back Esc
at 1
refused E "refresh works on runs"

step "findings, their items, their story; waivers"
press findings F
wait_for "findings of all courses"
refused F "findings works on every screen but findings, items"
press waive w
wait_for "waive asset-missing of he, reason:"
type_text "gone"
keys Enter
in_status "gone" "SELECT reason FROM finding WHERE waived"
press open Enter
wait_for "asset-missing of all courses"
press waive w
wait_for "open again: 1 asset-missing finding"
press "waive all shown" W
wait_for "waive asset-missing of he, reason:"
type_text "all"
keys Enter
in_status "all" "SELECT reason FROM finding WHERE waived"
refused W "all that is shown is waived already"
press why i
wait_for "why video@"
press back Esc
wait_for "asset-missing of all courses"
keys Escape
wait_for "findings of all courses"
keys Escape
at 1

step "the gate board"
press "gate board" B
wait_for "cannot be flipped"
see "flag backend"
refused B "gate board works on courses, course, diff, findings, items, why"
refused O "migrated is red"
press "look again" .
wait_for "every gate is looked at anew"
press "flag off" X
wait_for "switch off the flag of course-v1:DeltaU+ANT-5+2018 on test? y/n"
keys y
wait_for "off already"
printf 'flag on\tO\n' >>"$place/pressed" # console_board.sh sees what it does
press back Esc
at 1

step "a course, and a video's diff"
press open Enter
wait_for "MODULESTORE"
press open Enter
wait_for "Tab language"
press quit q
wait_for "Enter diff"
keys q
at 1

step "suspended and back"
press suspend ^Z
wait_for "Stopped"
[ "$(state_of "$holder")" = T ] || fail "not stopped"
type_text "fg"
keys Enter
wait_for "suspended since"

step "an engine that is being stopped takes no acts, and q leaves"
lock "$place/status.db"
keys H
press quit q
wait_for "stopping: "
refused r "the engine is being stopped"
unlock
wait_for "ready>"

step "nothing of the table was left out"
"$(dirname "$SUBFERRY")/tests/unit/list_keys" | awk -F '\t' '{
	count = split($2, names, " ")
	for (i = 1; i <= count; i++)
		print $1 "\t" names[i]
}' | sort -u >"$place/table"
sort -u "$place/pressed" | diff "$place/table" - >"$place/left-out" ||
	{ cat "$place/left-out"; fail "(action, key): < only in the table, > only here"; }
