#!/bin/sh
# D writes the screen into a file: what was to be seen when it was pressed, and over nothing.
. "$(dirname "$0")/lib.sh"

cd "$place" || exit 99
step "a name of this moment, in the folder where the console was started"
start 80 24
wait_for "1 of 40"
wait_for "engine here"
keys G;          wait_for "40 of 40"
keys x;          wait_for "no such key"
screen >"$place/seen"
keys D;          wait_for "write the screen to: subferry-"
keys Enter;      wait_for "the screen is in subferry-"
set -- "$place"/subferry-*.txt
[ $# = 1 ] && [ -s "$1" ] || fail "no file"
case ${1##*/} in subferry-20[0-9][0-9][01][0-9][0-3][0-9]-[0-2][0-9][0-5][0-9][0-5][0-9].txt) ;;
*) fail "called $1" ;;
esac
[ "$(stat -c %a "$1")" = 600 ] || fail "others may read it"
[ "$(wc -l <"$1")" = 25 ] || fail "not 24 lines and one"
head -1 "$1" | grep -qE '^subferry, campus demo, 20[0-9-]+ [0-9:]+ \+0000, 80x24$' || fail "$(head -1 "$1")"
grep -q ' $' "$1" && fail "blanks at the end of a line"
sed -n '3,$p' "$1" >"$place/dumped"
sed '1d;s/ *$//' "$place/seen" >"$place/expected"
cmp -s "$place/expected" "$place/dumped" || { diff "$place/expected" "$place/dumped"; fail "another screen"; }
grep -q "─ no such key here" "$1" || fail "the message is not in it"
tail -1 "$1" | grep -q "q quit  ? help" || fail "the footer is not in it"

step "a file that is there stays, and the question comes again"
echo mine >"$place/there.txt"
keys D;          wait_for "write the screen to:"
keys C-u
type_text "there.txt"
keys Enter;      wait_for "there is a file of that name, and it stays"
wait_for "another file: there.txt"
type_text "2"
keys Enter;      wait_for "the screen is in there.txt2"
[ "$(cat "$place/there.txt")" = mine ] || fail "written over"
grep -q "40 of 40" "$place/there.txt2" || fail "the screen is not in it"
ln -s "$place/elsewhere" "$place/link.txt"
keys D;          wait_for "write the screen to:"
keys C-u
type_text "link.txt"
keys Enter;      wait_for "and it stays"
keys Escape;     wait_gone "another file"
[ -e "$place/elsewhere" ] && fail "written through a link"

step "~/ is the home, a long path is whole, and what fails says where and why"
deep=$(printf '%0150d' 0)
mkdir "$place/$deep"
keys D;          wait_for "write the screen to:"
keys C-u
type_text "~/$deep/screen.txt"
keys Enter;      wait_for "the screen is in ~/0000"
[ -s "$place/$deep/screen.txt" ] || fail "no file in the home"
keys D;          wait_for "write the screen to:"
keys C-u
type_text "none/screen.txt"
keys Enter;      wait_for "not written: No such file or directory: none/screen.txt"
keys D;          wait_for "write the screen to:"
keys C-u Enter;  wait_for "nothing was written"
before=$(ls "$place" | wc -l)
keys D;          wait_for "write the screen to:"
keys Escape;     wait_gone "write the screen to:"
[ "$(ls "$place" | wc -l)" = "$before" ] || fail "Esc wrote a file"

step "keys typed in one go: what they have done is in it"
keys g j j D C-u
type_text "ahead.txt"
keys Enter;      wait_for "the screen is in ahead.txt"
grep -q " 3 of 40" "$place/ahead.txt" || fail "an older screen"

step "lines and signs as they are"
keys Enter;      wait_for "MODULESTORE"
keys D C-u
type_text "course.txt"
keys Enter;      wait_for "the screen is in course.txt"
LC_ALL=C.UTF-8 grep -q "^──────────" "$place/course.txt" || fail "no rule"
keys q q
left 0

step "leaving waits for the file"
start 80 24
wait_for "1 of 40"
keys D C-u
type_text "last.txt"
keys Enter q
left 0
[ "$(wc -l <"$place/last.txt")" = 25 ] || fail "left before it was written"
