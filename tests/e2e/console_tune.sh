#!/bin/sh
# The engine is steered while it works: hold all and go on, workers, a limit on starts; by the console
# that has it and by a viewer; and every act is in the audit with its operator.
. "$(dirname "$0")/lib.sh"

first=1 second=101
under_way() { screen | sed -n 's/.* \([0-9]*\) under way.*/\1/p' | head -1; }

start 120 24 USER=ana
wait_for "of 40 courses"
wait_for "engine here, 8 workers"
keys t r
wait_for "launch all 40 courses"
keys y
wait_for "under way" 30

step "H: what is under way runs out, nothing more starts"
keys H
wait_for "held by ana since"
see "c goes on" "c go on"
wait_gone "under way"
at_rest
see "ETA: held"

step "H again is refused, with what goes on"
keys H
wait_for "all is held already: c goes on"

step "while it is held: workers, pressed quickly they add up"
keys - - - - -
wait_for "engine here, 3 workers"
wait_for "3 workers, was"
keys + - -
wait_for "engine here, 2 workers"
keys -
wait_for "engine here, 1 worker "
wait_for "1 worker, was 2"
keys -
wait_for "one worker is the least"

step "and a limit, which is told where no news takes its place"
keys L
wait_for "no limit): 0"
keys C-u 1 Enter
wait_for "at most 1 transaction a second"
wait_for "engine here, 1 worker, at most 1/s"
keys L
wait_for "no limit): 1"
keys C-u 0 Enter
wait_for "no limit on the rate"
wait_gone "at most 1/s"

step "c goes on, one at a time"
keys c
wait_gone "held by ana"
wait_for "1 under way"
for _ in $(seq 20); do
	count=$(under_way)
	[ "${count:-0}" -le 1 ] || fail "$count under way with one worker"
	sleep 0.1
done
keys c
wait_for "nothing waits to go on"

step "more workers do more"
keys + + + +
wait_for "engine here, 5 workers"
several_under_way() { count=$(under_way) && [ "${count:-0}" -gt 1 ]; }
poll 20 several_under_way || fail "never more than one under way with five workers"

step "L: a limit; what is no number is asked again"
keys L
wait_for "transactions a second (0: no limit): 0"
keys C-u x
keys Enter
wait_for "digits only"
see "transactions a second"
keys C-u
type_text 99999
keys Enter
wait_for "10000 a second are the most"
keys C-u 1 Enter L # at once: it begins with what was just typed, not with what the engine still has
wait_for "transactions a second (0: no limit): 1"
keys Escape
wait_for "engine here, 5 workers, at most 1/s"
wait_for " 1 under way" # those of before have run out
begun=$(date +%s)
before=$(sum_of tried)
sleep 5
after=$(sum_of tried)
took=$(($(date +%s) - begun))
# one start a second, and what was under way at either end
[ $((after - before)) -le $((took + 3)) ] || fail "$((after - before)) videos in $took s, one a second at most"
more_tried() { [ "$(sum_of tried)" -gt "$before" ]; }
poll 20 more_tried || fail "nothing was tried"
keys L
wait_for "no limit): 1"
keys Escape
wait_gone "no limit):"
see "5 workers, at most 1/s"

step "a viewer sees it, and steers"
terminal=$((second - 1))
start 140 24 USER=ben
wait_for "VIEWER" 30
wait_for "5 workers, at most 1/s"
keys L
wait_for "no limit): 1"
keys C-u 0 Enter
wait_gone "at most 1/s"
keys +
wait_for ", 6 workers"
keys H
wait_for "held by ben since"
see "c goes on"
terminal=$first
wait_for "engine here, 6 workers "
wait_for "held by ben since"
wait_gone "under way"

step "whoever is there goes on"
keys c
wait_gone "held by ben"
wait_for "under way"
terminal=$second
wait_gone "held by ben"

step "the log names who did it"
terminal=$first
resize 200 50
keys l
wait_for "log of the campus"
keys f
type_text "-act:begin -act:end -act:launch" # or the courses fill it
keys Enter
for text in "ana *hold *.*held, was going on" "ana *go on *.*going on, was held" \
	"ana *workers *.*workers, was" "ana *rate *.*1 a second, was no limit" \
	"ben *rate *.*no limit, was 1 a second" "ben *workers *.*6 workers, was 5" \
	"ben *hold *.*held, was going on"; do
	poll 20 matched "$text" || fail "not in the log: $text"
done
keys C-c
left 0
