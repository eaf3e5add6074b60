#!/bin/sh
# The palette: every action, found by typing its name, on every screen; the footer and the keys
# that say where they work.
. "$(dirname "$0")/lib.sh"

under_cursor() { screen | grep -E '^▸' | tail -1 | grep -qF -- "$1"; }
chosen() { # TEXT: stands on the selected line of the palette
	poll 20 under_cursor "$1" || fail "not selected: $1"
}
# on NAME KEY: opened here, it finds that action and shows that key.
on() {
	keys a;            wait_for "action: "
	type_text "$1"
	chosen "▸ $1 "
	screen | grep -qE "^▸ +$1 +$2( |\$)" || fail "no key $2 for $1"
	keys Escape;       wait_gone "action: "
}

step "typed ahead, it means the rows that come"
start 80 24
wait_for "1 of 40"
wait_for "engine here"
t send-keys G 1 g a l a u n c h Enter
wait_for "launched 1 course" 30
wait_gone "action: "
keys 0
left_alone=$(screen | grep -c "Not-Migrated ")
[ "$left_alone" -gt 5 ] || fail "more than one was launched"
wait_for "4 Failed 1" 60

step "the footer has what can be done to the selected course, and the way on"
footer_is() { case $(line 24) in " $1"*"a actions  "*"? help") ;; *) return 1 ;; esac }
footer() { # TEXT: begins with it
	poll 20 footer_is "$1" || fail "footer without $1"
}
keys g;      footer "r run  R retry  Enter open  v validate"
keys j;      footer "r run  p pause  Enter open  v validate"
keys p;      footer "r run  p resume  Enter open  v validate"
keys P;      wait_for "3 Migrated 1" 60
footer "r run  R retry"
keys Space;  footer "r run  p pause  R retry"
keys u;      wait_gone "tagged"

step "it lists all, and Enter alone does nothing"
keys g j a;  wait_for "actions: type a part of the name"
see "Up and Down choose  Esc: back" "  launch " "  validate "
[ "$(screen | sed -n '/actions: type/,/action: /p' | wc -l)" -ge 12 ] || fail "fewer than ten lines"
keys Enter
keys x
wait_for "action: x"
keys BSpace BSpace
wait_gone "action: "
see "2 In-Progress 0"

step "what is typed narrows it; letters that are keys do nothing"
keys C-p;    wait_for "action: "
type_text "val"
chosen "validate  "
see "Enter: validate  Esc: back"
type_text " xyz"
wait_for "no action fits"
keys Enter
see "action: val xyz"
keys C-u;    wait_for "Up and Down choose"
keys Down Down;  chosen "launch "
keys Up;     chosen "go on "
keys BTab;   chosen "go on "
keys NPage NPage NPage NPage NPage NPage NPage
chosen "last row"
keys Tab;    chosen "last row"
keys PPage;  wait_gone "last row"
keys Escape; wait_gone "action: "

step "what is not possible says why, and does nothing"
keys a
type_text "go on"
chosen "(nothing waits to go on)"
keys Enter;  wait_for "nothing waits to go on"
wait_gone "action: "
keys a
type_text "waive"
chosen "(works on course, diff, findings"
keys Enter;  wait_for "waive works on course, diff, findings, items, why"
keys w;      wait_for "w waive works on course, diff, findings, items, why"
keys W;      wait_for "W waive all shown works on items"
keys Z;      wait_for "no such key here"
keys 4
wait_for "only Failed"
keys 0 2
wait_for "only In-Progress"
t send-keys a r e t r y
chosen "(no course is selected)"
keys Escape
keys 0;      wait_for "of 40 ─"

step "it opens other prompts, screens and lists"
keys a
type_text filter
keys Enter;  wait_for "filter: "
see "fields: "
keys Escape; wait_gone "filter: "
t send-keys a g o Space t o Enter
wait_for "go to: "
see "Enter does it  Esc back"
keys Escape; wait_gone "go to: "
t send-keys a l o g Enter
wait_for "WHO"
see "a actions  Esc back  ? help"
keys l;      wait_for "l log works on every screen but log"
keys Escape; wait_gone "WHO"
t send-keys a h e l p Enter
wait_for "Keys of this screen: courses"
keys Escape; wait_gone "Keys of this screen"

step "several at once are asked for as always"
t send-keys g j j Space Space
wait_for "2 tagged"
t send-keys a p a u s e Enter
wait_for "paused 2 courses"
t send-keys a r e s u m e Enter
wait_for "resume the 2 courses on staging? y/n"
keys Enter;  wait_for "nothing was done"
t send-keys a r e s u m e Enter y
wait_for "resumed 2 courses"
keys u;      wait_gone "tagged"

step "what is pasted is text"
keys a;      wait_for "action: "
t set-buffer "$(printf 'valid\nate\r')"
t paste-buffer -p
wait_for "action: validate"
chosen "validate  "
keys Escape; wait_gone "action: "

step "the keys it shows are those of the screen"
on launch r
on "sort by next column" s
keys g Enter; wait_for "1 of 15"
on waive w
on open Enter
keys g Enter; wait_for "FORMAT OBJECT"
on "next language" Tab
on launch r
keys i;      wait_for "why video@"
on search /
keys Escape Escape
wait_for "MODULESTORE"
keys Escape; wait_for "of 40 courses"
keys F;      wait_for "WHAT TO DO"
on filter f
keys Enter;  wait_for "1 of"
on "waive all shown" W
keys Escape Escape
wait_for "of 40 courses"
keys C;      wait_for "show or hide"
on "default columns" r
on "sort by this column" s
keys Escape
keys '?';    wait_for "Keys of this screen: courses"
see "a actions  Esc back"
on quit q
keys Escape; wait_for "of 40 courses"

step "resized while open, even to where nothing can be seen"
keys a;      wait_for "action: "
type_text sort
chosen "sort by next column"
resize 60 15
wait_for "(works on columns)"
chosen "sort by next column"
resize 200 50
wait_for "TRIES"
chosen "Sort by the next column"
resize 59 14; wait_for "too small"
keys Enter
resize 60 15; wait_for "action: sort"
chosen "sort by next column"
keys Escape; wait_for "a actions  q quit  ? help"
wait_gone "action: "
wait_gone "sorted by"

step "60x15: the selected one's whole text, and ten lines"
keys a;      wait_for "action: "
[ "$(screen | sed -n '/actions: type/,/action: /p' | wc -l)" = 12 ] || fail "not ten lines"
type_text suspend
chosen "suspend"
see "─ Hold, let transactions finish, and give the"
keys Escape
keys '?';    wait_for "Keys of this screen"
keys G;      wait_for "On columns"
keys Escape; wait_gone "On columns"

step "help has every action of the table, and says where the others are"
resize 200 60
keys '?';    wait_for "Keys of this screen: courses"
wait_for "Every action, found by typing its name"
see "On course, diff, findings, items, why" "On columns"
sed -nE 's/^\tX\([A-Z_0-9]+, .*, +"(.*)"\).*/\1/p' "${top_srcdir:-$(dirname "$0")/../..}/ui/keys.h" >"$place/help"
[ "$(wc -l <"$place/help")" -gt 50 ] || fail "the table was not found"
screen >"$place/shown"
while read -r text; do
	grep -qF -- "$text" "$place/shown" || fail "help does not say: $text"
done <"$place/help"
keys q q
left 0

step "what waits to go on is the first key, and goes on from the palette"
arguments="--demo --demo-reset"
start 80 24
wait_for "1 of 40"
wait_for "engine here"
arguments=--demo
t send-keys t a l a u n c h Enter
wait_for "launch all 40 courses on staging? y/n"
keys y;      wait_for "under way"
signal KILL
wait_for "the console has left"
start 80 24
wait_for "press c to go on"
case $(line 24) in " c go on  "*"a actions  q quit  ? help") ;; *) fail "footer" ;; esac
t send-keys a g o Space o n Enter
wait_gone "press c to go on"
wait_gone "c go on"
signal KILL

step "another row that comes under the cursor while the palette hides it is not acted on"
keys q q
wait_for "the console has left"
arguments="--demo --demo-reset"
start 80 24
wait_for "1 of 40"
wait_for "engine here"
arguments=--demo
keys 1 j;    wait_for "2 of 40"
seen=$(subferry list --json | python3 -c 'import json, sys; print(sorted(c["key"] for c in json.load(sys.stdin)["courses"])[1])')
screen | grep -F "▸" | grep -qF "${seen#*:}" || fail "$seen is not the selected one"
keys a;      wait_for "action: "
type_text launch
chosen "▸ launch "
subferry migrate "$seen" >/dev/null 2>&1
wait_for "(another row has come"
keys Enter;  wait_for "another row has come under the cursor"
wait_for "2 of 39"
[ "$(subferry list --json | grep -c Not-Migrated)" = 39 ] || fail "another one was launched"
sleep 0.5    # looked at: now it is the one that is meant
keys r;      wait_for "launched 1 course"
keys q q
