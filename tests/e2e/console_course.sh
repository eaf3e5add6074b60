#!/bin/sh
# A course, modulestore beside edx-val: every mark, draft and published, what does not fit, the
# findings of the selected line, the filter.
here=$(dirname "$0")
. "$here/lib.sh"

export SUBFERRY
command -v python3 >/dev/null || { echo "skipped: python3 is missing"; exit 77; }
PYTHONDONTWRITEBYTECODE=1 python3 "$here/course_oddities.py" "$place/campus" ||
	fail "no campus could be made"
arguments="-c $place/campus/campus.conf"

# row VIDEO PATTERN: the line of this video is so from its left side on, in extended regular
# expressions; blanks stand for one or more.
row() {
	pattern=$(printf '%s' "$2" | sed 's/ /[ ]+/g')
	poll 20 matched "Video $1[ ]+$pattern *\$" || fail "the row of $1 is not: $2"
}

# select VIDEO: from wherever the cursor is.
select_row() {
	keys g
	at=1
	wait_for " 1 of 10 ─"
	until matched "^ ▸ . Video $1 "; do
		[ "$at" -lt 10 ] || fail "cannot select $1"
		keys j
		at=$((at + 1))
		wait_for " $at of 10 ─"
	done
}

step "not tried yet is no fault; what somebody registered is seen at once"
start 80 24
wait_for "course-v1:Org+Odd+R"
keys Enter
wait_for "MODULESTORE"
keys v
wait_for "Video same" 60
row same "en es 2 ◌ — 0 ·"
row many "ar cs de \\+15 18 ◌ — 0 ·"
row differs "es fr 2 ≠ ≠es 1 ✗ 1"
row extra "fr 1 \\+ \\+de 0 \\+1"
row nothing "— 0 · — 0 ·"
see "Not-Migrated  0 of 10 videos" "validated bytes, just now"

step "both sides once it was run: same, differing, missing, extra"
keys r
wait_for "Failed  9 of 10 videos" 60
see "expected 31" "in val 29" "missing 2" "differing 1" "extra 1" "unknown 0"
row same "en es 2 = en es 2 ·"
row differs "es fr 2 ≠ ≠es fr 2 ✗ 1"
row extra "fr 1 \\+ fr \\+de 1 \\+1"
row missing "es fr 2 − −es −fr 0 ✗ 2"
row leftout "fr !es 1 = fr 1 ! 1"
row many "ar cs de \\+15 18 = ar cs de \\+15 18 ·"

step "draft, published and implicit are told apart, a language each"
row branches "en •es °fr 3 = en es fr 3 ·"
row implicit "en\\* 1 = en 1 ·"
screen | grep -qE "Video draft.*\(draft\) °es " || fail "a block that is a draft alone"

step "each language stands in the same column of its side"
columns() { screen | grep "Video $1 " | awk -v word="$2" '{ # 1 for the left, 2 for the right
	line = $0; at = 0
	while ((i = index(substr(line, at + 1), word)) > 0) { at += i; printf "%d ", at }
}'; }
# shellcheck disable=SC2046
set -- $(columns same es) $(columns missing fr) $(screen | grep MODULESTORE |
	awk '{ print index($0, "MODULESTORE"), index($0, "EDX-VAL") }')
[ $(($2 - $1)) -eq $(($6 - $5)) ] || fail "es of both sides: $1 and $2, sides at $5 and $6"

step "n goes from difference to difference; its findings stand below, language by language"
keys g n
wait_for "val-differs"
see "video@differs" "val id differs" "differing es" "2 of 10"
keys n
wait_for "extra de"
keys n
wait_for "transcript-empty"
see "left out es"
keys n
wait_for "asset-missing"
see "missing es fr" "gone.srt: the file is not there" "fr  srt-invalid" '00:00:02,000"' "try "
keys n
wait_for "val-differs"
keys N
wait_for "asset-missing"

step "the rule explains the marks, the worst first"
see "≠ differing  − missing"

step "f is the filter language: the last good one stays while another cannot be understood"
keys f
type_text "missing>0"
wait_for "1 of 1 "
see "Video missing"
type_text " -foo:bar"
wait_for 'unknown field "foo"'
see "Video missing" "1 of 1 "
keys Enter
wait_for 'unknown field "foo"'
keys f C-u
type_text "vallang=fr -extra>0"
keys Enter
wait_for "of 4 "
see "Video leftout" "Video branches" "Video differs" "Video many"
keys f C-u Enter
wait_for "of 10 "

step "search is plain text"
keys /
type_text "leftout"
keys Enter
wait_for "transcript-empty"
keys /
keys Enter

step "sorted by difference, the worst first"
keys s s s s
wait_for "sorted by difference, descending"
[ "$(screen | grep -E "Video [a-z]+" | head -n 3 | sed -E 's/.*Video ([a-z]+).*/\1/' | tr '\n' ' ')" = \
	"differs missing extra " ] || fail "not sorted by difference"

step "a wide screen has room for words, for more languages, for all findings"
resize 200 60
wait_for "− missing "
see "≠ differing" "= same" "+ extra" "validated bytes" "ja  ko  nl +5" "! left out" "* implicit"
keys g
select_row missing
wait_for 'srt-invalid  static/broken.srt: line 1: no "-->" in "00:00:01,000 -> 00:00:02,000"'
see "asset-missing  gone.srt"

step "60x15 has the marks, too"
resize 60 15
wait_for "extra 1  …" # the sums no longer fit
row missing "es fr 2 − −es −fr 0 ✗ 2"
see "MODULESTORE" "EDX-VAL" "srt-invalid"
keys q q
left 0

step "in ASCII the marks are as many"
arguments="-c $place/campus/campus.conf --ascii"
start 80 24
wait_for "course-v1:Org+Odd+R"
keys Enter
wait_for "MODULESTORE"
row branches "en \\^es 'fr 3 = en es fr 3 \\."
row differs "es fr 2 # #es fr 2 x 1"
row missing "es fr 2 - -es -fr 0 x 2"
row extra "fr 1 \\+ fr \\+de 1 \\+1"
screen | LC_ALL=C grep -q '[^ -~]' && fail "not all is ASCII"

keys q q
left 0

step "of a course that cannot be read nobody knows the videos"
arguments=
start 80 24
wait_for "1 of 40"
echo damaged >"$place/state/subferry/demo/courses/DeltaU.ANT-5.2018.tar.gz"
keys Enter
wait_for "the videos are listed once the course is launched or validated"
keys r
wait_for "this course could not be read: its videos are not known"
see "Unrecognized archive format"
keys q q
left 0
