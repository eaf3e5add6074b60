#!/bin/sh
# One key takes the last step back: tags, filters, and intents that nobody has taken up yet.
. "$(dirname "$0")/lib.sh"
command -v python3 >/dev/null || { echo "skipped: python3 is missing"; exit 77; }

subferry() {
	env LC_ALL=C.UTF-8 TZ=UTC HOME="$place" XDG_STATE_HOME="$place/state" "$SUBFERRY" --demo "$@"
}
# expect_intents INTENT NUMBER: so many courses have it, as another process sees it.
expect_intents() {
	got=$(subferry list --json | grep -c "\"intent\":.*\"$1\"")
	[ "$got" = "$2" ] || fail "$got courses have the intent $1, not $2"
}

# work of an earlier session: the console holds until one goes on, so nothing is taken up
subferry scan >/dev/null || exit 99
first=$(subferry list | grep -o "course-v1:[^ ]*" | head -n 1)
subferry pause "$first" >/dev/null && subferry resume "$first" >/dev/null 2>&1 || fail "no earlier session"
start 80 24
wait_for "press c to go on" 30
wait_for "1 of 40 ─"

step "without a step there is nothing to undo, and it says so"
keys z;      wait_for "nothing to undo"

step "tags: one by one, all shown, none; each is a step of its own"
keys Space Space
wait_for "2 tagged"
keys t;      wait_for "40 tagged"
keys u;      wait_gone "tagged"
keys z;      wait_for "undone: removal of 40 tags"
see "40 tagged"
keys z;      wait_for "undone: 38 tags"
see "2 tagged"
keys z;      wait_for "undone: 1 tag"
see "1 tagged"
keys z z;    wait_for "nothing to undo"
wait_gone "tagged"

step "a typed filter is one step, not one a character"
keys f
type_text "key:edX"
keys Enter
wait_for "filter \"key:edX\""
wait_gone "of 40 ─"
keys f C-u
type_text "videos>3"
keys Enter
wait_for "filter \"videos>3\""
keys z;      wait_for "undone: filter \"videos>3\""
wait_gone "of 40 ─"
keys z;      wait_for "undone: filter \"key:edX\""
wait_for "of 40 ─"

step "a filter that Esc gave up is no step"
keys f
type_text "key:nobody"
wait_for "nothing matches"
keys Escape
wait_for "of 40 ─"
keys z;      wait_for "nothing to undo"

step "a status by its digit, and all of them, and both by Esc"
keys 3;      wait_for "no course has this status"
keys 5;      wait_for "only paused"
keys 0;      wait_for "of 40 ─"
keys z;      wait_for "undone: every status"
wait_for "only paused"
keys f
type_text "key:edX"
keys Enter
wait_for "filter \"key:edX\""
keys Escape; wait_for "all courses are shown"
keys z;      wait_for "undone: showing all courses"
wait_for "only paused"
see "filter"
keys z z z;  wait_for "undone: only Migrated"
wait_for "of 40 ─"
keys z;      wait_for "nothing to undo"

step "a step is of the screen whose it is, and goes with it"
keys f
type_text "key:edX"
keys Enter
wait_for "filter \"key:edX\""
keys l;      wait_for "newest first"
keys z;      wait_for "undone: filter \"key:edX\", on the screen courses"
keys Escape; wait_for "of 40 ─"
keys l;      wait_for "newest first"
keys f
type_text "act:scan"
keys Enter
wait_for "filter"
keys Escape; wait_for "of 40 ─"
keys z;      wait_for "nothing to undo"

step "a launch that nobody has taken up: its intent goes, and the audit tells"
expect_intents run 1
keys j r;    wait_for "launched 1 course"
expect_intents run 2
keys z;      wait_for "undone: launch of 1 course"
expect_intents run 1
keys l;      wait_for "undo"
see "intent idle again"
keys Escape

step "of several, step by step, also what was paused after it was launched"
keys t r;    wait_for "launch all 40 courses"
keys y;      wait_for "launched 39, 1 not"
expect_intents run 40
keys p;      wait_for "paused 40 courses"
expect_intents pause 40
keys z;      wait_for "undone: pause of 40 courses"
expect_intents run 40
keys z;      wait_for "undone: launch of 39 courses"
expect_intents run 1
expect_intents pause 0
keys z;      wait_for "undone: 40 tags"

step "what cannot be written is not undone, says why, and is a step still"
db=$(find "$place" -name subferry.db | head -1)
keys t;      wait_for "40 tagged"
keys u j r;  wait_for "launched 1 course"
lock "$db"
keys z;      wait_for "undo: the status database is locked by"
wait_for "z tries again"
see "not undone, z tries again: launch of 1 course"
unlock
expect_intents run 2
keys z;      wait_for "undone: launch of 1 course"
expect_intents run 1
keys z;      wait_for "undone: removal of 40 tags"
keys z;      wait_for "undone: 40 tags"

step "an act that was refused is no step"
keys g j R;  wait_for "nothing to retry"
keys z;      wait_for "nothing to undo"

step "what the engine has begun is not taken back, and it says what to do"
keys c
wait_for "In-Progress 1" 30
keys G r;    wait_for "In-Progress 2" 30
keys z;      wait_for "not undone: launch of 1 course"
see "pause it"
keys z;      wait_for "nothing to undo"
keys q
left 0
