#!/bin/sh
# The diff: what the store really holds beside what the course promises. A stored file is changed
# on disk, in one cue's time and another's text, among texts that are hard to draw.
. "$(dirname "$0")/lib.sh"

scripts=$(cd "$(dirname "$0")" && pwd)
rich() { python3 "$scripts/rich_course.py" "$@"; }
command -v python3 >/dev/null || { echo "skipped: python3 is missing"; exit 77; }
course=course-v1:DeltaU+HIST-30+2016 # a folder, whose English transcripts are SJSON
demo=$place/state/subferry/demo
subferry() {
	env LC_ALL=C.UTF-8 HOME="$place" XDG_STATE_HOME="$place/state" "$SUBFERRY" --demo "$@" \
		>"$place/out" 2>"$place/errors" || fail "subferry $*: $(cat "$place/out" "$place/errors")"
}

# Opens the diff of the course's first video.
open_diff() {
	wait_for "of 40 courses"
	keys /
	type_text "HIST-30"
	keys Enter
	wait_for "▸ ${1#*:}" # a narrow column has no room for more
	keys Enter
	wait_for "Enter diff"
	wait_for "MODULESTORE"
	keys Enter
	wait_for "sha256"
}

under_cursor() { screen | grep -F "▸" | tail -n 1 | grep -qF -- "$1"; }
# selected TEXT: the cursor stands on a line of the diff that holds it.
selected() {
	poll 20 under_cursor "$1" || fail "the cursor is not on: $1"
}

# walls COLUMN LINE...: the wall stands in that column on each of the lines.
walls() {
	screen >"$place/screen"
	rich wall "$place/screen" >"$place/walls"
	column=$1
	shift
	for line; do
		got=$(sed -n "${line}p" "$place/walls")
		[ "$got" = "$column" ] || fail "line $line: the wall is in column $got, not in $column"
	done
}

step "a course is migrated, and a stored file changes behind our back"
subferry list
rich write "$demo/courses/DeltaU.HIST-30.2016/static"
subferry migrate "$course"
rich change "$demo/store"

step "the first difference is under the cursor, and told"
start 80 24
open_diff "$course"
see "2 of 10 lines differ" "≠" "MODULESTORE" "EDX-VAL" "sjson" "SJSON"
selected "02.270"
see "cue 2: start 2000 here, 2270 there; same text" "here  2000-3900 ms" "there 2270-3900 ms"
selected "≠t"

step "n and N go from one difference to the next and around"
keys n
selected "letters"
see "cue 7: text from character"
selected "≠x"
keys n
selected "02.270"
keys N
selected "letters"
keys N
selected "02.270"

step "the wall stands in one column beside Arabic, Hebrew, Japanese, jamo, emoji and controls"
first=$(screen | grep -nF "on choisit" | cut -d : -f 1)
keys g
selected "on choisit"
walls 40 "$first" $(seq $((first + 1)) $((first + 8)))
see "اختر" "今日は" "👩👩👧" "␊lines␉" "�over" "zero�width"
keys G
selected "last cue"
walls 40 "$first" $(seq $((first + 1)) $((first + 8)))

step "a search finds a text of either side"
keys g
keys /
type_text "letters"
keys Enter
selected "letters"
keys /
keys C-u
keys Enter

step "200x50: whole names, and the wall again"
resize 200 50
wait_for "(as converted)"
see "video-transcripts/" "static/subs_"
keys g
selected "on choisit"
first=$(screen | grep -nF "on choisit" | head -n 1 | cut -d : -f 1)
walls 100 "$first" $(seq $((first + 1)) $((first + 9)))

step "60x15 keeps cues and words"
resize 60 15
wait_gone "(as converted)"
keys n
selected "02.270"
see "cue 2: start 2000 here, 2270 there"
keys q q q q
left 0

step "same cues in other bytes, and a file that is gone, are told as what they are"
rich change-back "$demo/store"
start 80 24
open_diff "$course"
see "same cues, other bytes: only formatting differs"
keys n
wait_for "no difference here"
rm -rf "$demo/store/video-transcripts"
keys Escape
wait_for "Enter diff"
keys Enter
wait_for "object missing:"
see "on choisit"
keys n
wait_for "not compared"
keys q q q q
left 0

step "ASCII"
rm -rf "$demo/val.db"
arguments="--demo --ascii"
start 80 24
wait_for "of 40 courses"
keys /
type_text "HIST-30"
keys Enter
wait_for "> ${course#*:}"
keys Enter
wait_for "Enter diff"
wait_for "MODULESTORE"
keys Enter
wait_for "not in edx-val: no row for en"
see " cues | -"
see "on choisit" "??????????"
[ -z "$(screen | tr -d '\n' | LC_ALL=C tr -d ' -~')" ] || fail "not all is ASCII"
keys q q q q
left 0
