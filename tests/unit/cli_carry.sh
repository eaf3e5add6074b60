#!/bin/sh
# Mock runs carried from staging to production, and the gate before production, by the real program.
. "$(dirname "$0")/cli_lib.sh"
command -v python3 >/dev/null || { echo "skipped: no python3"; exit 77; }

conf() { # NAME ENVIRONMENT
	printf '[campus]\nname = %s\nenvironment = %s\nstatus_db = %s.db\n[source]\nkind = olx\n' $1 $2 $1
	printf 'path = olx/*.tar.gz\n[val]\nkind = sqlite\npath = %s.val\n[store]\nkind = directory\n' $1
	printf 'path = %s.store\n[engine]\nretry_delay = 50ms\n' $1
}
nothing_was_done() {
	[ -e harbour.val ] || [ -e harbour.store ] && bad "val or store was made by: $what"
	[ "$(sql harbour.db "SELECT count(*) FROM course WHERE intent = 'run' OR status <> 'Not-Migrated'")" = 0 ] ||
		bad "something was launched by: $what"
	[ "$(sql harbour.db "SELECT count(*) FROM event WHERE action = 'past gate'")" = 0 ] ||
		bad "the audit says that the gate was passed by: $what"
}

"$program" --demo --demo-size 6 list >out 2>err || bad "no demo"
mkdir olx
cp state/subferry/demo/courses/*.tar.gz olx/
conf quay staging >quay.conf
conf harbour production >harbour.conf
failing=$("$program" -c quay.conf migrate --all | sed -n 's/^Failed *\([^ ]*\) .*/\1/p') # mock 1
[ -n "$failing" ] && [ "$(echo "$failing" | wc -l)" -eq 1 ] || bad "not one course of the demo fails"
all=$(sql quay.db "SELECT key FROM course ORDER BY key")
good=$(echo "$all" | grep -vxF "$failing" | head -n 1)

# ---- what is carried before the first scan is there, and a stream that has nothing has no line
run 0 -c quay.conf runs --export 0.json
conf lock production >lock.conf
run 0 -c lock.conf runs --import 0.json; says "imported: 1 mock run"
run 0 -c lock.conf runs; says "mock 1 of quay"
run 0 -c lock.conf runs --compare 1 1; says "1 still there"
run 0 -c lock.conf doctor; says "gate before production: courses are told after subferry scan"
run 3 -c lock.conf runs --export -; silent; complains "nothing to export"

# ---- without mock runs nothing is launched, and nothing is made
run 2 -c harbour.conf migrate --all; silent
complains "the gate before production is closed: 0 of 2 imported mock runs; 0 of 6 courses (0 %, needed: 95 %)"
complains "for example course-v1:"; complains "--word and the campus name"; complains "nothing was done"
nothing_was_done
for wrong in "--word quay" "--word harbour" ""; do
	for reason in "" "--reason because"; do
		[ "$wrong$reason" = "--word harbour--reason because" ] && continue
		# shellcheck disable=SC2086  # words
		run 2 $wrong -c harbour.conf migrate $good $reason; silent; complains "nothing was done"
		nothing_was_done
	done
done
run 2 --word harbour -c harbour.conf migrate $good --reason "  "; silent; complains "a reason has 1 to"
nothing_was_done
run 1 -c harbour.conf migrate --all --dry-run; says "would be migrated"
grep -q gate err && bad "a dry run asks"
nothing_was_done
run 0 -c harbour.conf pause $good
run 2 -c harbour.conf resume $good; silent; complains "the gate before production is closed"
run 2 -c harbour.conf resume --all; complains "0 of 1 course (0 %"
nothing_was_done
sql harbour.db "UPDATE course SET intent = 'idle'"
run 1 -c harbour.conf retry $good; says "nothing to retry"; grep -q gate err && bad "nothing to retry, and asked"
run 0 -c harbour.conf doctor; says "warning: gate before production: closed for all courses together: 0 of 2"

# ---- carried
run 2 -c quay.conf runs --export; run 2 -c quay.conf runs --export a --import b
run 2 -c quay.conf runs --export a --json; run 2 -c quay.conf runs --export a 1
run 0 -c quay.conf runs --export 1.json; says "1.json: 1 mock run: 6 courses, "
run 3 -c quay.conf runs --export 1.json; silent; complains "1.json is there already"
run 3 -c quay.conf runs --export no/1.json; complains "no/1.json cannot be written: No such file"
# shellcheck disable=SC2086  # keys
run 1 -c quay.conf migrate $all # mock 2
run 0 -c quay.conf runs --export 2.json; says "2 mock runs: 12 courses"
"$program" -c quay.conf runs --export - >stream 2>err || bad "runs --export -"
[ "$(sed '1d;$d' stream | sha256sum)" = "$(sed '1d;$d' 2.json | sha256sum)" ] || bad "the stream is another file"
[ "$(find . -name '2.json*' | wc -l)" -eq 1 ] || bad "something was left beside the file"
# one that is killed while it writes, where the file system has files without a name
if python3 -c 'import os; os.close(os.open(".", os.O_TMPFILE | os.O_WRONLY))' 2>/dev/null; then
	(ulimit -c 0; ulimit -f 70; exec "$program" -c quay.conf runs --export killed.json) >out 2>&1
	[ $? -gt 128 ] || bad "the export was not killed"
	[ -z "$(find . -name 'killed.json*')" ] || bad "a killed export left something"
fi

sed 's/"mock"/"real"/' 2.json >r.json
head -n 20 2.json >c.json
: >e.json
for file in r c e; do
	run 3 -c harbour.conf runs --import $file.json; silent; complains "$file.json"
done
run 3 -c harbour.conf runs --import none.json; complains "none.json cannot be read: No such file"
[ "$(sql harbour.db "SELECT count(*) FROM run WHERE imported")" = 0 ] || bad "a refused file left a run"
run 0 -c harbour.conf runs --import 1.json; says "imported: 1 mock run: 6 courses"
run 2 -c harbour.conf migrate $good; complains "1 of 2 imported mock runs"
nothing_was_done
"$program" -c harbour.conf runs --import - <stream >out 2>err || bad "runs --import -"
says "imported: 1 mock run"; says "1 run or waiver was here already, and left as it is"
run 0 -c harbour.conf runs; says "mock 1 of quay"; says "mock 2 of quay"
[ "$(sql harbour.db "SELECT count(*) FROM event WHERE action = 'import' AND object IN ('1.json', 'standard input')")" = 2 ] ||
	bad "the audit of the imports"

# ---- two mock runs: the course without errors may go, the other not
run 2 -c harbour.conf migrate --all; complains "is closed: 1 unwaived error of 1 course in the last of them; for example $failing"
run 2 -c harbour.conf migrate "$failing"; complains "1 unwaived error"
nothing_was_done
run 0 -c harbour.conf migrate $good; says "Migrated"
[ "$(sql harbour.db "SELECT count(*) FROM event WHERE action = 'past gate'")" = 0 ] || bad "an open gate was passed"
# forced, with word and reason, which are in the audit before the launch
run 1 --word harbour -c harbour.conf migrate "$failing" --reason "the file comes tomorrow"; says "Failed"
sql harbour.db "SELECT action, object, what, why FROM event WHERE action IN ('past gate', 'launch') ORDER BY id DESC LIMIT 2" >out
sed -n 1p out | grep -q "^launch|$failing" || bad "the launch is not behind the pass in the audit"
sed -n 2p out | grep -qF "past gate|harbour|1 course past the gate before production, which is not met: 1 unwaived error of 1 course in the last of them; for example $failing (the campus name was given as --word)|the file comes tomorrow" ||
	bad "word and reason are not in the audit"
run 2 -c harbour.conf retry "$failing"; silent; complains "1 unwaived error"
run 0 --word harbour -c harbour.conf retry "$failing" --reason again; says "to be tried again"
sql harbour.db "UPDATE course SET intent = 'idle'"
# what has begun goes on without being asked again
sql harbour.db "UPDATE course SET intent = 'pause', status = 'In-Progress' WHERE key = '$failing'"
run 0 -c harbour.conf resume "$failing"; says "resumed"
sql harbour.db "UPDATE course SET intent = 'idle', status = 'Failed' WHERE key = '$failing'"

# ---- a waiver of staging arrives, and opens the gate
item=$(sql quay.db "SELECT block, language FROM finding WHERE severity = 2" | head -n 1)
code=$(sql quay.db "SELECT code FROM finding WHERE severity = 2" | head -n 1)
run 0 -c quay.conf waive "$failing" "${item%|*}" "${item#*|}" --finding "$code" --reason "filmed so"
run 0 -c quay.conf runs --export 3.json; says "1 waiver"
run 0 -c harbour.conf runs --import 3.json; says "imported: 0 mock runs"; says "1 waiver"
[ "$(sql harbour.db "SELECT waived, reason FROM finding WHERE severity = 2")" = "1|filmed so" ] ||
	bad "the waiver does not cover what is open here"
run 0 -c harbour.conf doctor; says "gate before production: open for all courses (imported mock runs: 2, with 100 %"
run 0 -c harbour.conf migrate --all; says "5 Migrated, 0 Failed"; says "0 errors"
run 0 -c harbour.conf runs --import 3.json; says "3 runs or waivers were here already"

# ---- what an import that was killed left counts for nothing, and goes with the next engine or import
arriving() {
	sql harbour.db "INSERT INTO run(number, uid, kind, generation, campus, environment, release, version, options, who, host, began,
ended, broken_off, imported, origin_number) SELECT 90, printf('%032x', 90), 'arriving', generation, campus,
environment, release, version, options, who, host, began, ended, 0, 1, 3 FROM run WHERE number = 1"
	sql harbour.db "INSERT INTO run_course(id, run, course, status, began, ended, problem,
source_version, source_assets, videos, failed, expected, in_val, unknown, extra, differing, errors, warnings,
notices, waived, bytes, migrated, kept, would, untold, not_migrated) SELECT 900, 90, course, status, began, ended, problem,
source_version, source_assets, videos, failed, expected, in_val, unknown, extra, differing, 5, warnings,
notices, waived, bytes, migrated, kept, would, untold, not_migrated FROM run_course WHERE id = 1"
}
gone() {
	[ "$(sql harbour.db "SELECT count(*) FROM run_course WHERE run = 90")" = 0 ] || bad "its rows stay"
	[ "$(sql harbour.db "SELECT count(*) FROM event WHERE action = 'import' AND what LIKE '1 run of an import%'")" = $1 ] ||
		bad "the audit does not say that its rows were taken away"
}
arriving
run 0 -c harbour.conf runs; grep -q "mock 90" out && bad "a run is listed that is not all there"
run 2 -c harbour.conf runs --compare 1 90; complains "there is no run 90"
run 0 -c harbour.conf doctor; says "imported mock runs: 2, with 100 %"
run 0 -c harbour.conf migrate $good; gone 1
arriving
run 0 -c harbour.conf runs --import 3.json; says "imported: 0 mock runs"
complains "an import before this one was broken off: what it had left (1 run,"; gone 2

# ---- a campus from Hawthorn on says what a launch means
sed 's/^environment.*/&\nrelease = lilac/' quay.conf >lilac.conf
# shellcheck disable=SC2086  # keys
run 0 -c lilac.conf migrate $all; complains "each registered transcript is live at once"
run 0 -c quay.conf migrate $good; grep -q "live at once" err && bad "a campus of no release is told"

# ---- and one whose engine switches flags on by itself
sed 's/^environment.*/&\nrelease = ginkgo.2/' quay.conf >auto.conf
printf '%s\n' "[flag]" "kind = command" "program = /bin/false" "flip = auto" >>auto.conf
run 0 -c auto.conf migrate $good; complains "once a course's gates are green the engine switches its flag on"
sed -i 's/^flip.*/flip = manual/' auto.conf
run 0 -c auto.conf migrate $good; grep -q "gates are green" err && bad "what a person switches is told as the engine's"

# ---- on a terminal, word and reason are typed
conf pier production >pier.conf
answer() { # STATUS WORD REASON
	python3 - "$2" "$3" "$program" -c pier.conf migrate $good >out 2>err <<'PYTHON'
import os, pty, sys
pid, fd = pty.fork()
if not pid:
    os.execv(sys.argv[3], sys.argv[3:])
text, answers = b"", [(b"all the same: ", sys.argv[1]), (b"audit: ", sys.argv[2])]
try:
    while got := os.read(fd, 4096):
        text += got
        if answers and answers[0][0] in text:
            os.write(fd, answers.pop(0)[1].encode() + b"\n")
except OSError:
    pass
print(text.decode())
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
PYTHON
	got=$? what="migrate, $2, $3"
	[ $got -eq "$1" ] || bad "status $got instead of $1: $what"
	says "the gate before production is closed"
}
answer 2 harbour ""; says "what was typed is not the campus name; nothing was done"
answer 2 pier "  "; says "what was typed is no reason; nothing was done"
[ -e pier.val ] && bad "something was made without a reason"
answer 0 pier "the window ends at 6"; says "1 Migrated"
[ "$(sql pier.db "SELECT why FROM event WHERE action = 'past gate'")" = "the window ends at 6" ] ||
	bad "the typed reason is not in the audit"

[ $failed -eq 0 ] && echo "ok"
exit $failed
