#!/bin/sh
# Waivers in the console, and acts on all courses that have a finding: the question counts, the
# reason is typed, just these are meant.
. "$(dirname "$0")/lib.sh"
command -v python3 >/dev/null || { echo "skipped: python3 is missing"; exit 77; }

demo() { env USER=ana SUDO_USER= HOME="$place" XDG_STATE_HOME="$place/state" "$SUBFERRY" --demo "$@"; }
demo migrate --all >"$place/out" 2>&1
[ $? = 1 ] || { cat "$place/out"; fail "the demo has findings that are errors"; }
status=$place/state/subferry/demo/subferry.db

# query SQL: what the status database says, its columns between blanks.
query() {
	python3 -c 'import sqlite3, sys
for row in sqlite3.connect(sys.argv[1]).execute(sys.argv[2]): print(*row)' "$status" "$1"
}
# in_status TEXT SQL: the answer, once what is under way is written.
in_status() {
	for _ in $(seq 200); do
		[ "$(query "$2")" = "$1" ] && return
		sleep 0.1
	done
	fail "\"$(query "$2")\", not \"$1\": $2"
}
waived="SELECT count(*) FROM finding WHERE waived"
# go_to CODE: the row of that code on the findings screen.
go_to() {
	keys /
	type_text "$1"
	keys Enter
	wait_for "/$1"
}

step "not waivable: refused at once, with the reason of the table"
start 80 24 USER=ana SUDO_USER=
wait_for "of 40 courses"
keys F
wait_for "srt-invalid"
see "w waive"
go_to video-id-invalid
wait_gone "w waive"
keys w
wait_for "video-id-invalid cannot be waived: edx-val accepts letters"
in_status 0 "$waived"

step "one finding: no question, a reason; an empty one is asked for again"
keys g
keys Enter
wait_for "srt-invalid of all courses"
keys w
wait_for "waive srt-invalid of en, reason:"
keys Enter
wait_for "a waiver needs a reason"
keys Space Enter
wait_for "a waiver needs a reason"
in_status 0 "$waived"
type_text "no speech in it, é "
keys Enter
wait_for "waived 1 srt-invalid finding"
see "open 2  courses 1  waived 1" "waived by ana: no speech in it, é" "w unwaive"
keys z # which is for other steps, and passes over none in silence
wait_for "not undone: waivers change with w"
in_status "ana waive course-v1:DeltaU+ANT-5+2018 video@b9df8e35d740329e6aae11fafee2536f en srt-invalid no speech in it, é" \
	"SELECT who, action, object, what, why FROM event WHERE action = 'waive'"

step "waived: the same key takes it back, at once"
keys w
wait_for "open again: 1 srt-invalid finding"
see "open 3  courses 2  waived 0" "w waive"
in_status 0 "SELECT count(*) FROM waiver"
in_status 1 "SELECT count(*) FROM event WHERE action = 'unwaive' AND who = 'ana'"

step "Esc at the question and at the reason: nothing was done"
keys W
wait_for "waive the 3 open srt-invalid of 2 courses? y/n"
keys Escape
wait_for "nothing was done"
keys W y
wait_for "waive 3 srt-invalid, reason:"
type_text "r p v"
keys Escape
wait_for "nothing was done"
in_status 0 "$waived"

step "all shown is what passes the filter, and keys typed ahead answer the question"
keys f
type_text "lang:en"
keys Enter
wait_for "1 of 2"
keys W y a l l Space k n o w n Enter
wait_for "waived 2 srt-invalid findings"
in_status 2 "$waived AND reason = 'all known'"
keys W
wait_for "all that is shown is waived already"
see "R retry" # one is left, behind the filter
keys Escape
wait_for "findings of all courses"
see "waived 2"

step "of several, those that cannot be waived are told, and stay"
keys Enter
wait_for "srt-invalid of all courses"
keys BTab # the code before, which has more open ones now
wait_for "asset-missing of all courses"
keys BTab
wait_for "findings of all courses"
keys f
type_text "severity:error"
keys Enter
wait_for 'filter "severity:error"'
keys W
wait_for "waive the 5 open findings of"
see "1 cannot be waived and stays open: video-id-invalid"
keys n
wait_for "nothing was done"
keys Escape

step "all of a code, from the list of codes; at 60x15 the keys that answer are seen"
wait_for "findings of all courses"
go_to asset-missing
keys w
wait_for "waive the 2 open asset-missing of 2 courses? y/n"
resize 60 15
wait_for "y/n"
keys y
wait_for "waive 2 asset-missing, reason:"
type_text "gone for good"
keys Enter
wait_for "waived 2 asset-missing findings"
resize 80 24
in_status 2 "$waived AND code = 'asset-missing'"
in_status 2 "SELECT count(*) FROM event WHERE action = 'waive' AND why = 'gone for good'"
wait_for "w unwaive"
keys w
wait_for "take back the waivers of 2 asset-missing of 2 courses? y/n"
keys y
wait_for "open again: 2 asset-missing findings"
in_status 0 "$waived AND code = 'asset-missing'"

step "a retry by code is of the courses that have it, and of its blocks only"
resize 60 15
wait_for "left 0 of 40  " # as only the narrow head says it
keys R
wait_for "retry asset-missing in the 2 courses on staging? y/n"
keys n
wait_for "nothing was done"
resize 80 24
wait_for "left 0 of 40 courses"
keys R
wait_for "retry asset-missing in the 2 courses that have it on staging? y/n"
keys n
wait_for "nothing was done"
in_status 0 "SELECT count(*) FROM event WHERE action = 'retry'"
tries=$(query "SELECT count(*) FROM attempt")
keys R y
wait_for "retrying asset-missing in 2 courses"
in_status 2 "SELECT count(*) FROM event WHERE action = 'retry' AND why = 'only blocks with asset-missing'"
in_status 0 "SELECT count(*) FROM course WHERE intent <> 'idle' OR status = 'In-Progress'"
in_status 0 "SELECT count(*) FROM attempt a WHERE a.pass > 1 AND NOT EXISTS
	(SELECT 1 FROM finding f WHERE f.video_id = a.video_id AND f.code = 'asset-missing')"
[ "$(query "SELECT count(*) FROM attempt")" -gt "$tries" ] || fail "nothing was tried again"

step "one course that has it is not asked for; other acts are of these courses whole"
go_to transcript-empty
keys v
wait_for "validated course-v1:"
go_to srt-invalid
launches="SELECT count(*) FROM event WHERE action = 'launch' AND why = ''"
before=$(query "$launches")
keys r # only RiverX+EC1011 has it open yet
in_status $((before + 1)) "$launches"
in_status 0 "SELECT count(*) FROM course WHERE intent <> 'idle' OR status = 'In-Progress'"
go_to link-pending
keys v
wait_for "validate the 2 courses that have link-pending on staging? y/n"
keys n
wait_for "nothing was done"

step "tagged courses are meant, wherever they were tagged"
keys Enter
wait_for "link-pending of all courses"
keys Space Escape
wait_for "findings of all courses"
go_to asset-missing
keys R # the tagged one has none of it
wait_for "1 not: Migrated: no open finding asset-missing"
keys u

step "a video on the course's screen, a language in the diff, an item by its story"
keys Escape
wait_for "of 40 courses"
keys o
type_text "ANT-5"
wait_for "1 of 1"
keys Enter
wait_for "MODULESTORE"
keys /
type_text "1.1 Why"
keys Enter
wait_for "/1.1 Why"
wait_for "w waive"
keys w
wait_for "waive asset-missing of he, reason:"
keys Escape
wait_for "nothing was done"
keys Enter
wait_for "Tab language"
wait_for "▸en" # a language that has none, nor has the video
keys w
wait_for "no finding of this language, nor of the video as a whole"
keys Tab
wait_for "▸he"
keys w
wait_for "waive asset-missing of he, reason:"
type_text "from the diff"
keys Enter
wait_for "waived 1 asset-missing finding"
wait_for "w unwaive"
in_status 1 "$waived AND reason = 'from the diff'"
keys i
wait_for "Transcripts:"
keys w # a story does not say that w would take back a waiver: so it asks
wait_for "take back the waiver of 1 asset-missing of 1 course? y/n"
keys Enter
wait_for "nothing was done"
in_status 1 "$waived AND reason = 'from the diff'"
keys w
wait_for "y/n"
keys y
wait_for "open again: 1 asset-missing finding"
in_status 0 "$waived AND reason = 'from the diff'"
keys q q q q
left 0
