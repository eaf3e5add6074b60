#!/bin/sh
# Columns and order are chosen, take effect at once, and are there in the next console.
. "$(dirname "$0")/lib.sh"

first=course-v1:DeltaU+ANT-5+2018

step "80x24: what matters first"
start 80 24
wait_for "1 of 40"
wait_for "engine here"
see "COURSE▴" "STATUS" "VIDEOS" "EXPECT" "IN VAL" "FIND"
screen | grep -qE "NAME|TRIES|CHANGED" && fail "more than there is room for"
keys r
wait_for "✗ Failed" 60

step "60x15: keys stay readable"
resize 60 15
wait_gone "VIDEOS"
see "$first" "STATUS" "IN VAL" "FIND"

step "200x50: everything"
resize 200 50
wait_for "VALIDATED"
see "NAME" "PROGRESS" "DIFF" "TRIES" "CHANGED" "What Makes Us Human?"
resize 80 24
wait_gone "VALIDATED"

step "a column is chosen, another one left out; the list below shows it"
keys C;            wait_for "HEADING"
see "as many as the screen is wide" "key of the course"
keys Space;        wait_for "the key is always shown"
keys j j j j;      wait_for "▸ [✓] videos"
keys Space;        wait_for "▸ [ ] videos"
keys G k k k;      wait_for "▸ [ ] attempts"
keys Space;        wait_for "▸ [✓] attempts"
see "TRIES" "${first#*:}"

step "it sorts, with the most first; S turns that round"
keys s;            wait_for "sorted by attempts, descending"
see "TRIES▾"
keys S;            wait_for "sorted by attempts"
see "TRIES▴"
keys S;            wait_for "TRIES▾"
keys Enter;        wait_for "of 40 courses"
see "TRIES▾" "EXPECT"
screen | grep -qF "VIDEOS" && fail "videos were left out"
keys g
case $(line 7) in *"${first#*:}"*" 1"*) ;; *) fail "the only course with an attempt is not the first" ;; esac

step "below: what was found, the last attempt, and the key that is next"
wait_for "attempt 1, "
see "srt-invalid en" "2 of 15 failed" "R retries it"
keys j;            wait_for "r launches it"

step "only paused courses: 5"
keys p;            wait_for "p resumes it"
keys 5;            wait_for "only paused  1 of 1"
keys 5;            wait_for "of 40 ─"
keys g

step "a filter that cannot be understood is told, and the last good one stays"
keys f
type_text "status:failed"
wait_for "1 of 1 ─"
type_text " videos>"
wait_for "videos> wants a number"
see "1 of 1 ─" "✗ Failed"
type_text "x"
wait_for 'videos>x'
wait_for "1 of 1 ─"
keys Escape;       wait_for "of 40 ─"
screen | grep -qF "wants a number" && fail "there is no filter to complain of"
keys g

step "the next console has both"
keys q
left 0
start 80 24
wait_for "1 of 40"
wait_for "TRIES▾"
wait_for "engine here"
screen | grep -qF "VIDEOS" && fail "videos were left out"
case $(line 7) in *"${first#*:}"*" 1"*) ;; *) fail "the order did not come back" ;; esac

step "an order whose column is not shown is said in the rule"
keys C;            wait_for "▸ [✓] attempts"
keys Space;        wait_for "▸ [ ] attempts"
keys Escape;       wait_for "by attempts▾"

step "r brings everything back, in the next console too, however soon it comes"
keys C r;          wait_for "as many as the screen is wide"
keys q
wait_for "COURSE▴"
see "VIDEOS"
keys s q
left 0
start 80 24
wait_for "STATUS▴"
see "VIDEOS"

keys q
left 0
