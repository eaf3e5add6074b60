#!/bin/sh
# Work that a killed console left behind waits for one key.
. "$(dirname "$0")/lib.sh"

start 80 24
wait_for "of 40 courses"
wait_for "engine here"
keys t r
wait_for "launch all 40 courses"
keys y
wait_for "under way" 30
signal KILL
wait_for "the console has left"

step "started again, it holds and asks"
start 80 24
wait_for "under way: press c to go on" 30
see "c go on"
keys c
wait_gone "press c to go on"
wait_for "under way" 30

step "^C lets transactions finish, and leaves"
keys C-c
left 0
