#!/bin/sh
# Triage: findings by code, their items, the diff and the story of one; the log, what it shows and
# where its events lead.
. "$(dirname "$0")/lib.sh"

HOME=$place XDG_STATE_HOME=$place/state "$SUBFERRY" --demo migrate --all >"$place/out" 2>&1
[ $? = 1 ] || { cat "$place/out"; fail "the demo has findings that are errors"; }

step "findings: one line a code, the worst first, with what to do"
start 100 30
wait_for "of 40 courses"
keys F
wait_for "findings of all courses"
wait_for "srt-invalid"
see "CODE" "OPEN" "COURSES" "WAIVED" "WHAT TO DO" "errors 8" "warnings 1" "notices 15" "Enter items"
[ "$(screen | grep -cF srt-invalid)" = 2 ] || fail "one line a code, and its details"
case $(line 6) in *srt-invalid*"3 "*"2 "*"The SubRip file has a block"*) ;; *) fail "worst first" ;; esac
see "3 errors" "can be waived"

step "items of a code, and the next code"
keys Enter
wait_for "srt-invalid of all courses"
see "open 3" "courses 2" "LANG" "COURSE" "BLOCK" "1 of 3" "a block of one line only"
keys Tab
wait_for "asset-missing of all courses"
see "1 of 2" "the course's files"
keys BTab
wait_for "srt-invalid of all courses"

step "the desk filters the items, in the filter language"
keys f
type_text "lang:hi"
wait_for "1 of 1"
keys Enter
see 'filter "lang:hi"'
keys f
for _ in 1 2 3 4 5 6 7; do keys BSpace; done
keys Enter
wait_for "1 of 3"

step "a search goes on through the list"
keys /
type_text "hi"
keys Enter
wait_for "/hi"
keys g

step "from an item to its diff at that language, and back"
keys Enter
wait_for "Tab language"
wait_for "▸en" # of its languages that one
keys Escape
wait_for "srt-invalid of all courses"

step "why: the story of the item, searched"
keys i
wait_for "Transcripts:"
see "why video@" ", en" "In the source, now:" "Promised, and what is tried for it:"
keys /
type_text "Attempts"
keys Enter
wait_for "pass 1, try 1"
keys Escape
wait_for "srt-invalid of all courses"
keys Escape
wait_for "findings of all courses"
keys Escape
wait_for "of 40 courses"

step "findings of one course alone"
keys Enter
wait_for "MODULESTORE"
keys F
wait_for "findings of course-v1:DeltaU+ANT-5+2018"
see "asset-missing" "srt-invalid" "errors 2"
keys Escape
wait_for "MODULESTORE"
keys Escape
wait_for "of 40 courses"

step "log: begun, ended, the engine itself; by severity and by filter"
keys l
wait_for "log of the campus"
wait_for "everything"
see "engine starts" "scan" "Tab severity"
keys Tab
wait_for "warnings and errors"
wait_for "1 of 5"
keys Tab
wait_for "errors only"
keys Tab
wait_for "everything"
keys f
type_text "act:begin on:ANT-5"
wait_for "1 of 1"
see "pass 1, was Not-Migrated"
keys Enter

step "from an event to its item"
keys Enter
wait_for "MODULESTORE"
see "course-v1:DeltaU+ANT-5+2018"
keys l
wait_for "log of course-v1:DeltaU+ANT-5+2018"
keys Escape
wait_for "MODULESTORE"
keys Escape
wait_for "log of the campus"
keys f
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18; do keys BSpace; done
type_text "act:scan"
wait_for "40 courses: "
keys Enter
keys Enter
wait_for "names no course or video"
keys q
wait_for "of 40 courses"
keys q
left 0
