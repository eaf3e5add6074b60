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
wait_for "paused"
at_rest # what is under way ends

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
wait_for "resume all"
keys y
wait_for "resumed"
terminal=$first
wait_for "under way"

step "the holder is killed: the viewer becomes the engine, held"
kill -KILL "$holder"
wait_for "the console has left"
terminal=$second
wait_for "press c to go on" 20
see "engine here"
keys c
wait_gone "press c to go on"
wait_for "under way"
keys C-c
left 0
