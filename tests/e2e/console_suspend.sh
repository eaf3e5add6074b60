#!/bin/sh
# ^Z holds, lets transactions finish, and suspends: others may write meanwhile, viewers are told,
# and fg goes on. What does not finish within five seconds is said, and work goes on.
. "$(dirname "$0")/lib.sh"

first=1 second=101
# From /proc, for ps is not everywhere. T: stopped.
state_of() { sed 's/.*) \(.\) .*/\1/' "/proc/$1/stat"; }
child_of() { sed -n "s/^\([0-9]*\) (.*) . $1 .*/\1/p" /proc/[0-9]*/stat 2>/dev/null; }

shell 80 24
type_text "'$SUBFERRY' --demo --demo-size 120"
keys Enter
wait_for "of 120 courses"
wait_for "engine here"
holder=$(t list-panes -F '#{pane_pid}')
holder=$(child_of "$holder")
keys t r
wait_for "launch all 120 courses"
keys y
wait_for "under way" 30

step "a transaction that cannot end: after five seconds it says why, and works on"
lock "$place/state/subferry/demo/subferry.db"
see "under way"
keys C-z
wait_for "suspending"
wait_for "not suspended: after 5 s"
see "still under way"
[ "$(state_of "$holder")" != T ] || fail "stopped in the midst of a transaction"
unlock
wait_for "under way" 30

step "otherwise it lets them finish, and gives the shell the terminal"
keys C-z
wait_for "Stopped"
[ "$(t display-message -p '#{alternate_on}')" = 0 ] || fail "still on the alternate screen"
[ "$(t display-message -p '#{cursor_flag}')" = 1 ] || fail "the cursor is still hidden"
[ "$(state_of "$holder")" = T ] || fail "not stopped"

step "while it stands still nothing is written, and others may write"
before=$(sum_of tried)
subferry pause --all >"$place/pause.log" 2>&1 || fail "pause: $(cat "$place/pause.log")"
[ "$(sum_of tried)" = "$before" ] || fail "videos went on: $before, then $(sum_of tried)"

step "a viewer says why work waits"
terminal=$((second - 1))
shell 80 24
type_text "'$SUBFERRY' --demo --demo-size 120"
keys Enter
wait_for "VIEWER" 30
wait_for "suspended"
keys t P
wait_for "resume all"
keys y
wait_for "resumed"
keys q
wait_for "ready>"

step "fg goes on"
terminal=$first
type_text "fg"
keys Enter
wait_for "suspended since"
wait_for "under way"
wait_gone "work waits"
went_on() { [ "$(sum_of tried)" -gt "$before" ]; }
poll 20 went_on || fail "work did not go on"

step "again, with nothing under way"
keys t p
wait_for "paused"
wait_gone "under way"
keys C-z
wait_for "Stopped"
type_text "fg"
keys Enter
wait_for "suspended since"

step "a question is there again with what was typed, and what is to be typed"
keys A
wait_for "runs of demo"
keys E
wait_for "campus name to refresh (demo, staging):"
type_text "de"
see "refresh (demo, staging): de" "! after a restore: "
keys C-z
wait_for "Stopped"
type_text "fg"
keys Enter
wait_for "refresh (demo, staging): de"
see "! after a restore: " "the journal is set"
keys Escape
wait_for "nothing was done"
keys q
wait_for "1 of 120"
keys q
wait_for "ready>"
[ "$(t display-message -p '#{alternate_on}')" = 0 ] || fail "still on the alternate screen"
