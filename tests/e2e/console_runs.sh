#!/bin/sh
# Runs and their comparison: a dry run, a mock run that it predicted, another one after a fault was
# mended, and one that was imported; then staging is restored, and a key opens the next generation.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/harbour.sh"
command -v python3 >/dev/null || { echo "skipped: python3 is missing"; exit 77; }

ant=course-v1:DeltaU+ANT-5+2018
# The courses as folders, so that a file can be mended.
folders() {
	subferry list >/dev/null || fail "no demo to take courses from"
	for archive in DeltaU.ANT-5.2018 DeltaU.MED.15.2018_T1 DeltaU.NEU.1.2018_T1; do
		mkdir -p "$place/olx/$archive" &&
			tar xzf "$place/state/subferry/demo/courses/$archive.tar.gz" -C "$place/olx/$archive" ||
			fail "no course $archive"
	done
	harbour_conf ana
	sed -i 's|olx/\*.tar.gz|olx/*|' "$place/ana.conf"
}
mend() {
	python3 - "$place/olx/DeltaU.ANT-5.2018/course/static/1-3-the-first-harbours-en.srt" <<'PY'
import sys
text = open(sys.argv[1], encoding="utf-8").read()
alone = "\n\nThis is the most common mistake, so watch out.\n\n"
assert alone in text, "the fault of the demo is another one"
open(sys.argv[1], "w", encoding="utf-8").write(text.replace(alone, "\n\n"))
PY
}
# As if staging's had been carried here.
import_run() {
	python3 - "$place/status.db" <<'PY'
import sqlite3, sys
db = sqlite3.connect(sys.argv[1], timeout=20)
db.execute("INSERT INTO run SELECT 4, hex(randomblob(16)), kind, generation, 'pier', 'staging', release,"
           " version, options, 'eva', 'quay', began, ended, 0, ended + 1, 7, active, 0 FROM run WHERE number = 2")
columns = [row[1] for row in db.execute("PRAGMA table_info(run_course)")][3:]
db.execute("INSERT INTO run_course(run, course, %s) SELECT 4, replace(course, 'DeltaU', 'FarU'), %s"
           " FROM run_course WHERE run = 2" % (", ".join(columns), ", ".join(columns)))
db.execute("INSERT INTO run_finding(run_course, block, language, code, severity, text, seen, waived,"
           " reason, who, at) SELECT c.id, 'video@far', 'es', 'asset-missing', 2, 'none of these', '', 0,"
           " '', '', 1 FROM run_course c WHERE c.run = 4 AND c.course LIKE '%ANT-5%'")
db.commit()
PY
}

folders
as ana scan >/dev/null || fail "no campus"
as ana migrate --all --dry-run >/dev/null 2>&1
as ana migrate --all >/dev/null 2>&1
mend
as ana migrate "$ant" >/dev/null 2>&1
import_run
in_status "4 3" "SELECT count(*), max(number) FILTER (WHERE NOT imported) FROM run"

step "every run has its line, the newest first, an imported one as such"
arguments="-c '$place/ana.conf'"
start 80 24
wait_for "of 3 courses"
keys A
wait_for "runs of harbour"
wait_for "1 of 4"
see "4 runs, newest first" "RUN" "BEGAN" "AT WORK" "COURSES" "MIGRATED" "ERRORS" "IMPORTED" "mock 7 of pier" \
	"Enter compare" "Space tag" "E refresh"
case $(line 6) in *"mock 4"*) ;; *) fail "the newest first" ;; esac
case $(line 9) in *"dry 1"*) ;; *) fail "the oldest last" ;; esac
see "mock 4 (mock 7 of pier)" "eva@quay" "pier, staging"
keys j
wait_for "2 of 4"
see "ana@" "generation 1" "harbour, test, nutmeg, subferry" "1 failed: $ant"
resize 60 15
wait_for "2 of 4"
see "mock 3" "dry 1" "ERRORS" "Enter compare"
resize 80 24
wait_for "GEN"

step "with the run before: what the mended file has fixed"
keys Enter
wait_for "A: mock 2"
see "B: mock 3" "fixed 1" "still 1" "new 0" "courses 3" "srt-invalid" "one line only" "Tab next list" \
	"predictions  none"
keys Tab
wait_for "▸still 1"
wait_for "none of these"
keys Tab
wait_for "nothing new, of the courses that are in both"
keys Tab
wait_for "▸changed 1"
wait_for "another text"
keys Tab
wait_for "nothing was predicted"
keys Tab
wait_for "▸courses 3"
wait_for "A TIME"
keys BTab BTab BTab BTab BTab
wait_for "▸fixed 1"

step "from a line to its item, and back"
keys Enter
wait_for "Tab language"
wait_for "▸en"
keys Escape
wait_for "▸fixed 1"
keys i
wait_for "why video@"
keys Escape
wait_for "▸fixed 1"
keys Escape
wait_for "2 of 4"

step "the dry run predicted the first mock run, and not what was mended since"
keys j Enter
wait_for "A: dry 1"
see "B: mock 2" "100 % of" "missed 0"
wait_for "▸still" # nothing new, nothing fixed: the first list that has rows
see "fixed 0" "new 0"
keys BTab BTab BTab
wait_for "no prediction was missed"
keys Escape
wait_for "3 of 4"
keys G Space
wait_for "one tagged"
keys k k Space
wait_for "two tagged: Enter compares them"
keys Enter
wait_for "A: dry 1"
see "B: mock 3" "of 19 predictions came true, 2 missed"
keys BTab BTab
wait_for "▸missed 4"
wait_for "not-run"
see "source-changed"
see "failed, migrated" "predicted failed, came as migrated" "changed between the runs"
resize 60 15
wait_for "▸missed 4"
see "source-changed" "A: dry 1" "B: mock 3" "failed 1 of 1"
resize 80 24
wait_for "predictions"
keys / q q Enter
wait_for "nothing here holds"
keys / e n Enter
wait_for "/en"
keys f
type_text "zzz"
keys Enter
wait_for "nothing matches the filter"
keys Escape
wait_for "two tagged"
keys Space
wait_for "one tagged"
keys G Space
wait_gone "tagged"

step "a course of another campus cannot be opened"
keys g Enter
wait_for "no run before run 4 has a course of it"
keys Escape
wait_for "1 of 4"
keys Space
wait_for "one tagged: Enter on another compares both"
keys j Enter
wait_for "B: mock 4 (mock 7 of pier)"
see "A: mock 3"
wait_for "▸courses 4"
keys / F a r U Enter
wait_for "course-v1:FarU+ANT-5+2018"
see "A: not run" "B: Failed"
keys Enter
wait_for "course-v1:FarU+ANT-5+2018 is not a course of this campus"
keys Escape
wait_for "2 of 4"

step "a refresh asks for the campus's name, and nothing else will do"
keys E
wait_for "campus name to refresh (harbour, test):"
type_text "harbor"
keys Enter
wait_for "that is not the campus name: nothing was done"
keys E
wait_for "campus name to refresh"
keys Escape
wait_for "nothing was done"
in_status "1 2" "SELECT (SELECT max(generation) FROM run WHERE imported = 0), count(*) FROM course WHERE status = 'Migrated'"
keys E
wait_for "campus name to refresh"
type_text "harbour"
keys Enter
wait_for "generation 2"
wait_for "engine here"
wait_for "left 3 of 3"
in_status 3 "SELECT count(*) FROM course WHERE status = 'Not-Migrated' AND intent = 'idle'"

step "the engine works in the next generation"
keys Escape
wait_for "Not-Migrated"
keys r
wait_for "launched 1 course"
in_status "2 Failed" "SELECT generation, status FROM run JOIN run_course ON run = number WHERE run.ended AND number = 5" 60
keys A
wait_for "mock 5"
keys q
wait_for "Not-Migrated"
keys q
left 0

step "nobody refreshes production"
sed -i 's/^environment = .*/environment = production/' "$place/ana.conf"
start 80 24
left 3
grep -qF "production needs a file of its own" "$place/errors" || fail "not said: the file is of staging"
sed -i 's/^status_db = .*/status_db = production.db/' "$place/ana.conf"
start 80 24
wait_for "of 3 courses"
keys A
wait_for "no run yet"
wait_for "H hold all" # the footer is there
shown "E refresh" && fail "it is offered"
keys E
wait_for "this is production"
keys q q
left 0
