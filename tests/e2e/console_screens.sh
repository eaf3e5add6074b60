#!/bin/sh
# Each screen opens and shows what it must, at 80x24 and at 200x50.
. "$(dirname "$0")/lib.sh"

first=course-v1:DeltaU+ANT-5+2018 # has a missing asset and a malformed file

step "courses: all that is always there, and the keys"
start 80 24
wait_for "of 40 courses"
wait_for "engine here"
see "demo · staging · MOCK" "Migrated 0" "Failed 0" "Not-Migrated 40" "% of courses" "transcripts" \
	"errors" "ETA" "COURSE" "STATUS" "VIDEOS" "EXPECT" "IN VAL" "FIND" "$first" "1 of 40"
poll 20 matched " r run .*p pause .*Enter open .*q quit .*\? help" || fail "footer"
case $(line 1) in *[0-9][0-9]:[0-9][0-9]:[0-9][0-9]) ;; *) fail "no clock in the title" ;; esac

step "course: both sides, and the lines of every screen"
keys Enter
wait_for "MODULESTORE"
wait_for "$first"
see "demo · staging · MOCK" "engine here" "done 0" "failed 0" "left 40 of 40" "EDX-VAL" "expected" \
	"missing" "differing" "extra" "unknown" "Esc back" "? help"

step "a launched course is migrated, and says what failed"
keys r
wait_for "launched 1 course"
wait_for "demo · staging · MOCK 1"
wait_for "Failed" 60
wait_for "failed 1"
keys n
wait_for "srt-invalid"
keys n
wait_for "asset-missing"

step "diff: one video, its languages, its cues"
keys Enter
wait_for "Tab language"
wait_for "MODULESTORE" # its page comes a moment after the footer
see "EDX-VAL" "demo · staging · MOCK" "failed 1"
keys Escape
wait_for "Enter diff"
keys N
keys g
keys Enter
wait_for "sha256"
wait_for "│"
poll 20 matched "[0-9]:[0-9]{2}\.[0-9]{3}" || fail "no cues"
keys Escape
wait_for "Enter diff"

step "findings: of the course, then of all"
keys F
wait_for "findings of …DeltaU+ANT-5+2018"
wait_for "asset-missing"
see "srt-invalid" "errors" "warnings" "notices"
keys Enter
wait_for "of …DeltaU+ANT-5+2018  open"
keys Enter
wait_for "Tab language"
keys Escape
wait_for "of …DeltaU+ANT-5+2018  open"
keys Escape
wait_for "findings of …DeltaU+ANT-5+2018"
keys Escape
wait_for "Enter diff"
keys Escape
wait_for "of 40 courses"
keys F
wait_for "findings of all courses"
keys Enter
wait_for "$first" # or what fits of it
keys Tab
wait_for "of all courses  open"
keys Escape
wait_for "findings of all courses"
keys Escape
wait_for "of 40 courses"

step "log"
keys l
wait_for "WHO"
see "ACT" "WHAT" "ON"
keys Escape
wait_for "of 40 courses"

step "help: keys of the screen below, read from the key table"
keys '?'
wait_for "Keys of this screen: courses"
see "Launch"
lines_of_help() { screen | grep -o "lines [0-9]* to"; }
scrolled() { [ "$(lines_of_help)" != "$lines" ]; }
until shown "Keys of other screens"; do
	lines=$(lines_of_help)
	keys NPage
	poll 20 scrolled || fail "never saw the keys of other screens"
done
keys G
wait_for "On runs"
keys q
wait_for "of 40 courses"

step "200x50 has room for names and times"
resize 200 50
wait_for "VALIDATED"
see "NAME" "CHANGED" "What Makes Us Human?" "l log"

keys q
left 0
