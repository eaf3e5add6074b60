#!/bin/sh
# Finding things: search as it is typed, a course by a part of its key, filters of one digit, tags
# that stay what they were, and the plots of a minute and an hour.
. "$(dirname "$0")/lib.sh"

start 80 24
wait_for "1 of 40"
wait_for "engine here"
wait_for "1 Not-Migrated 40"

step "the totals stand behind the digits that filter; the active one is reversed"
see "2 In-Progress 0" "3 Migrated 0" "4 Failed 0" "of 40 courses"
is_reversed() { t capture-pane -pe | sed -n 2p | grep -qE "$(printf '\033')\[[0-9;]*7m$1"; }
reversed() { # TEXT
	poll 20 is_reversed "$1" || fail "not reversed: $1"
}
keys 1;      reversed "1 Not-Migrated 40"
keys 0
keys G p;    wait_for "5 paused 1"
keys 5;      wait_for "1 of 1 ─"
reversed "5 paused 1"
see "only paused"
keys 5;      wait_for "of 40 ─"
keys G P;    wait_for "resumed 1 course"
keys g

step "search goes there while it is typed; Esc goes back"
keys j j j;  wait_for " 4 of 40"
keys /
type_text zh
wait_for " 28 of 40"
see "search: zh" "found"
type_text 100x
wait_for "no match"
wait_for " 4 of 40"
keys BSpace; wait_for " 28 of 40"
keys Escape; wait_for " 4 of 40"
wait_gone "/zh100"

step "Enter keeps it; n and N go on and around; keys typed ahead mean what is found"
keys /
type_text ferryx
wait_for " 8 of 40"
keys Enter;  wait_for "/ferryx"
keys N;      wait_for "search wrapped"
wait_gone " 8 of 40"
keys n;      wait_for "search wrapped"
wait_for " 8 of 40"
keys n;      wait_for " 9 of 40"
wait_gone "search wrapped"
t send-keys / z h 1 0 0 Enter Space
wait_for "1 tagged"
wait_for " 29 of 40"
line 5 >/dev/null
screen | grep -q "●.*PierX+ZH100" || fail "not what was found is tagged"
keys u;      wait_gone "tagged"

step "in a course the rows are searched here, and counted"
keys g Enter
wait_for "MODULESTORE"
keys v;      wait_for "1 of 15" 30
keys /
type_text e
wait_for "match 1 of"
keys Enter n
wait_for "match 2 of"
keys Escape
wait_for "of 40 courses"

step "a course by a part of its key, from any screen"
keys o
type_text ferryx
wait_for "1 of 9"
see "go to: ferryx"
first=$(line 24)
keys Tab;    wait_for "  2 of "
[ "$(line 24)" != "$first" ] || fail "Tab shows the same course"
keys Up;     wait_for "  1 of "
[ "$(line 24)" = "$first" ] || fail "Up does not come back"
keys BTab;   wait_for "  9 of 9"
keys Escape; wait_gone "go to:"
keys l
wait_for "WHO"
t send-keys o z h 1 0 0 Enter
wait_for "MODULESTORE"
see "course-v1:PierX+ZH100+2017"
keys Escape; wait_for "WHO"
t send-keys F l F l F l # the last that may be opened: where one goes takes its place
t send-keys o z h 1 0 0 Enter
wait_for "MODULESTORE"
see "course-v1:PierX+ZH100+2017"
keys Escape Escape Escape Escape Escape Escape
wait_for "WHO"
keys o
type_text nosuchcourse
wait_for "no course"
keys Enter;  wait_for 'no course has "nosuchcourse"'
keys Escape; wait_for "of 40 courses"

step "a filter tells its fields while it is typed, and the words of one"
keys f
wait_for "fields: status: org: course:"
type_text v
wait_for "fields: videos>"
keys C-u
type_text "!stat"
wait_for "fields: status:"
type_text "us:"
wait_for "Not-Migrated In-Progress"
keys Escape
wait_gone "filter:"

step "tags stay what they were: filters, orders, screens"
keys 0 f
type_text zh100
wait_for "1 of 1 ─"
keys Enter t
wait_for "1 tagged"
keys f C-u
type_text ferryx
wait_for "1 tagged"
keys Enter
wait_gone "1 of 1 ─"
keys t;      wait_for "more tagged"
keys f C-u Enter
wait_for "of 40 ─"
count=$(screen | sed -nE 's/.* ([0-9]+) tagged .*/\1/p')
[ "$count" -gt 1 ] && [ "$count" -lt 40 ] || fail "not a union: $count tagged"
keys s 1;    wait_for "$count tagged"
keys l;      wait_for "WHO"
wait_for "$count tagged"
keys Escape; wait_for "of 40 courses"
keys 0 f
type_text piraeus
keys Enter r # out of sight, and still what is acted on
wait_for "launch the $count courses on staging? y/n"
keys n;      wait_for "nothing was done"

step "a message does not hide that rows are filtered"
keys f C-u
type_text "org:ferryx org:ferryx org:ferryx org:ferryx"
keys Enter
wait_gone "filter: "
keys Z;      wait_for "no such key here"
see " filtered  $count tagged"
keys f C-u
type_text piraeus
keys Enter

step "Esc on the first screen shows all again, and leaves the tags"
keys 4;      wait_for "nothing matches"
keys Escape; wait_for "all courses are shown"
wait_for " of 40 ─"
see "$count tagged"
keys Escape; wait_for "this is the first screen: q leaves"
keys u
wait_gone "tagged"
t send-keys t r # in one go: the act waits for the tags
wait_for "launch all 40 courses on staging? y/n"
keys y

step "plots: what was done, a second or a minute each"
wait_for "done 60 s"
see "errors "
keys m;      wait_for "done 60 min"
resize 200 50
wait_for "/min" # the scale
see "60 min" "errors" "5 paused"
keys m;      wait_for "60 s"
keys q q
left 0
