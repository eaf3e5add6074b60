#!/bin/sh
# Runs on the command line: what a dry run predicts comes true, what changes between two runs is told,
# and programs read names that stay.
. "$(dirname "$0")/cli_lib.sh"
command -v python3 >/dev/null || { echo "skipped: no python3"; exit 77; }

# ---- usage: nothing is made
run 2 --demo runs 1; silent; complains "only --compare"
run 2 --demo runs --full; silent
run 2 --demo runs --compare 1; silent; complains "the numbers of two runs"
run 2 --demo runs --compare 1 2 3; silent
for no in x 0 -- 1x '' 99999999999999999999 99999999999999999999x; do run 2 --demo runs --compare "$no" 1; silent; done
run 2 --demo runs --json now; silent
[ -e state ] && bad "a usage error made something"
run 3 --demo --demo-size 9 runs; complains "subferry scan"; silent

# ---- a small campus: what is predicted comes true
run 0 --demo scan
mkdir olx && cp state/subferry/demo/courses/*.tar.gz olx/
printf '[campus]\nname = m\nenvironment = test\nstatus_db = m.db\n[source]\nkind = olx\npath = olx/*\n' >m.conf
printf '[val]\nkind = sqlite\npath = mval.db\n[store]\nkind = directory\npath = mstore\n' >>m.conf
printf '[engine]\nretry_delay = 50ms\n' >>m.conf
run 0 -c m.conf scan
run 0 -c m.conf runs; [ "$(cat out)" = "no runs" ] || bad "runs before the first"
run 0 -c m.conf runs --json; says '"runs":	[]'
run 1 -c m.conf migrate --all --dry-run
run 1 -c m.conf migrate --all
run 0 -c m.conf runs
says "mock 2"; says "dry 1"; says "2 runs"; says "tester@"
says "; times are local, now +0000"
awk -v host="$(uname -n)" '{ sub(host, "host") } length > 80' out | grep -q . && bad "wider than 80 columns"
# all times for people are of the operator's zone, and say which
TZ=HARBOUR-5:30
run 0 -c m.conf runs; says "now +0530"
run 0 -c m.conf runs --compare 1 2; grep -qE '^began .* \+0530 .* \+0530$' out || bad "of another zone"
run 0 -c m.conf why course-v1:FerryX+MA101x+2015_T1
grep -qE 'begun 2.* \+0530, changed 2.* \+0530$' out || bad "of another zone"
grep -qE '^ .*[0-9]Z' out && bad "UTC beside it"
TZ=UTC
run 0 -c m.conf --plain runs; says "Run: mock 2"; says "  Courses: 8"
run 0 -c m.conf runs --compare 1 2
says "predictions met, 0 misses unexplained"; says "still there: 3"; says "would migrate"
grep -q "predictions missed" out && bad "a prediction was missed"
grep -qE '^([0-9]+) of \1 predictions met' out || bad "not all predictions were met"
run 0 -c m.conf runs --compare 2 2; says "0 fixed, 3 still there, 0 new, 0 changed at source"
run 2 -c m.conf runs --compare 1 9; silent; complains "there is no run 9"

# ---- a file breaks, another one is changed; then both are accepted
mkdir work && tar xzf olx/FerryX.MA101x.2015_T1.tar.gz -C work
rm olx/FerryX.MA101x.2015_T1.tar.gz && mv work/* olx/FerryX.MA101x.2015_T1
key=course-v1:FerryX+MA101x+2015_T1
python3 - <<'PYTHON' || exit 99
import glob
# one has a cue more, the other a block that nobody can read
one, two = sorted(glob.glob("olx/FerryX.MA101x.2015_T1/**/static/*.srt", recursive=True))[:2]
open(one, "a").write("\n\n900\n01:00:00,000 --> 01:00:01,000\nAgain\n")
open(two, "a").write("\n\nlost\n")
PYTHON
run 1 -c m.conf migrate $key --dry-run
"$program" -c m.conf migrate $key >/dev/null 2>err
run 1 -c m.conf runs --compare 2 4
says "changed at source: "; says "another text"; says "open error"; says "source-changed"
run 0 -c m.conf runs --compare 3 4; says "0 misses unexplained"
# a prediction that is older than the change is explained by it
run 1 -c m.conf runs --compare 1 4
says "predictions missed: "; says "not-run: the course was not in the later run"; says "0 misses unexplained"
"$program" -c m.conf findings $key --json >findings
python3 - "$program" <<'PYTHON' || bad "waivers"
import json, subprocess, sys
for f in json.load(open("findings"))["findings"]:
    if f["severity"] == "error":
        subprocess.run([sys.argv[1], "-c", "m.conf", "waive", f["course"], f["video"], f["language"] or "-",
                        "--finding", f["code"], "--reason", "known"], check=True, capture_output=True)
PYTHON
run 0 -c m.conf migrate $key
run 0 -c m.conf runs --compare 4 5; says "waived"; says "0 new,"

# ---- names that programs read
run 0 -c m.conf runs --json
python3 - out <<'PYTHON' || bad "the document of runs"
import json, sys
document = json.load(open(sys.argv[1]))
assert list(document) == ["type", "campus", "environment", "runs"], document
assert [r["number"] for r in document["runs"]] == [5, 4, 3, 2, 1], document
assert [r["kind"] for r in document["runs"]] == ["mock", "mock", "dry", "mock", "dry"], document
run = document["runs"][3]
assert list(run) == """type number kind uid campus environment generation release version options who host
    began ended broken_off imported origin_number seconds active_seconds tried rate courses courses_ended courses_failed videos
    videos_failed expected in_val unknown extra differing errors warnings notices waived migrated kept
    would_migrate untold not_migrated bytes""".split(), list(run)
assert 0 < run["active_seconds"] <= run["seconds"] and run["tried"] > 0, run
# launched again for one course: of its own it has what it tried, in its own time
again = document["runs"][0]
assert again["tried"] > 0 and abs(again["rate"] - again["tried"] / again["active_seconds"]) < 0.01, again
assert run["who"] == "tester" and run["campus"] == "m" and run["courses"] == 8 and run["rate"] > 0, run
assert run["imported"] is None and run["broken_off"] is False and run["ended"] > run["began"], run
PYTHON
run 1 -c m.conf runs --compare 1 4 --json
python3 - out <<'PYTHON' || bad "the document of a comparison"
import json, sys
document = json.load(open(sys.argv[1]))
assert list(document) == """type campus environment a b has_predictions predicted met untold fixed still new
    changed missed courses""".split(), list(document)
assert document["a"]["number"] == 1 and document["b"]["number"] == 4
assert document["has_predictions"] and document["predicted"] > document["met"] and document["untold"] == 0
names = {"fixed": "type course video language code severity waived text",
         "still": "type course video language code severity waived text",
         "new": "type course video language code severity waived text",
         "changed": "type course video language change outcome_a outcome_b",
         "missed": "type course video language cause run help predicted actual code text",
         "courses": "type course status_a status_b seconds_a seconds_b active_seconds_a active_seconds_b"
                    " errors_a errors_b"}
for name, members in names.items():
    for row in document[name]:
        assert list(row) == members.split(), (name, row)
assert document["new"] and document["changed"] and document["missed"] and len(document["courses"]) == 8
assert {row["cause"] for row in document["missed"]} == {"not-run", "source-changed"}, document["missed"]
whole = [row for row in document["missed"] if row["cause"] == "not-run"]
assert len(whole) == 7 and not whole[0]["video"] and whole[0]["predicted"] is None, whole
PYTHON

# ---- long lists are cut, runs of elsewhere are named, and nothing steers a terminal
sql m.db "INSERT INTO run_finding(run_course, block, language, code, severity, text, seen, waived, reason, who, at)
	WITH n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n WHERE i < 25)
	SELECT (SELECT id FROM run_course WHERE run = 5), 'video@' || i, 'xx', 'draft-differs', 0,
	char(27) || '[31m', '', 0, '', '', 0 FROM n"
sql m.db "UPDATE run SET imported = 1525228867000000, origin_number = 7, campus = 'stg' || char(27), broken_off = 1 WHERE number = 4"
run 0 -c m.conf runs --compare 4 5; says "new: 25"; says "and 5 more: --full shows them"
[ "$(grep -c draft-differs out)" -eq 20 ] || bad "not cut at 20"
grep -q "$(printf '\033')" out && bad "an escape reaches the terminal"
run 0 -c m.conf runs --compare 4 5 --full; [ "$(grep -c draft-differs out)" -eq 25 ] || bad "not full"
run 0 -c m.conf runs --compare 4 5 --json; [ "$(grep -c '"draft-differs"' out)" -eq 25 ] || bad "JSON is cut"
run 0 -c m.conf runs; says "mock 7 of stg"; says "broken off"
grep -q "$(printf '\033')" out && bad "an escape reaches the terminal"
sql m.db "UPDATE run SET ended = 0 WHERE number = 5"
run 0 -c m.conf runs; says "goes on"
# a night that it was held, and a run of an older subferry, that counted nothing
sql m.db "UPDATE run SET ended = began + 36000 * 1000000, active = 65 * 1000000 WHERE number = 5"
run 0 -c m.conf runs; grep -qE "mock 5.* 1:05 .*tester@.*, 10:00:00 in all" out || bad "a held run"
sql m.db "UPDATE run SET active = -1 WHERE number = 4"
run 0 -c m.conf runs; grep -qE "mock 4 .* - .* - .* in all" out || bad "a run that nobody timed"
run 0 -c m.conf runs --compare 4 5; grep -qE "^at work +- +1:05" out || bad "times at work"
grep -qE "^transcripts/s +- +[0-9]" out || bad "rates"
run 0 -c m.conf runs --json
python3 -c 'import json; r = {r["number"]: r for r in json.load(open("out"))["runs"]}[4]
assert r["active_seconds"] is None and r["rate"] is None and r["tried"] is None and r["seconds"] > 0, r' || bad "null"
sql m.db "UPDATE run_transcript SET outcome = 'left-out' WHERE run_course = (SELECT id FROM run_course WHERE run = 2 ORDER BY id LIMIT 1)"
run 1 -c m.conf runs --compare 1 2; says "unexplained: none of these: please report it"

[ $failed -eq 0 ] && echo "ok"
exit $failed
