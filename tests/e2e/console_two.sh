#!/bin/sh
# Two consoles and a shell on one status database: the second is a viewer whose keys still
# write intents, a pause from the shell is obeyed, and when the engine's holder is killed the
# viewer becomes the engine, held.
. "$(dirname "$0")/lib.sh"

first=1 second=101

start 80 24
wait_for "of 40 courses"
wait_for "engine here"
holder=$(cat "$place/pid")
keys t r
wait_for "launch all 40 courses"
keys y
wait_for "under way" 30

step "a pause from a shell: nothing new starts"
subferry pause --all >"$place/pause.log" || fail "pause: $(cat "$place/pause.log")"
wait_for "paused" 5
poll 10 shown_no_more "under way"
before=$(sum_of tried)
sleep 1.5 # two times what a transaction of the demo takes: one that was started would show
[ "$(sum_of tried)" = "$before" ] || fail "videos went on: $before, then $(sum_of tried)"

step "a second console is a viewer, and says who has the engine"
terminal=$((second - 1))
start 80 24
wait_for "VIEWER" 30
see "engine: $(id -un)@$(uname -n) since "
resize 110 24
wait_for ", pid $holder"
resize 80 24
wait_gone ", pid $holder"

step "its keys write intents, and the engine follows"
keys : P
wait_for "resume all" 5
keys y
wait_for "resumed" 10
terminal=$first
wait_for "under way" 15

step "the holder is killed: the viewer becomes the engine, held"
kill -KILL "$holder"
wait_for "the console has left"
terminal=$second
wait_for "press c to go on" 20
see "engine here"
keys c
wait_gone "press c to go on"
wait_for "under way" 15
keys C-c
left 0
