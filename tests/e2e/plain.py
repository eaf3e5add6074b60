#!/usr/bin/env python3
"""The console as lines (--plain): driven through pipes, as a script or a screen reader's user would.

Whatever is told, no byte of it moves a cursor, draws a box or is obeyed by a terminal.
"""
import os
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

# pylint: disable=wrong-import-position
from hostile_names import HostileCampus
from olx_campus import SUBFERRY

# What a terminal obeys, CR among it; what changes directions; what boxes and bars are drawn with.
OBEYED = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")
DRAWN = re.compile("[\u2500-\u259f]")
FAILS = "course-v1:DeltaU+ANT-5+2018"  # the first course of the demo: two of its videos fail
TIME = 60  # s that an answer may take


def environment(home, **more):
    return dict(os.environ, HOME=home, XDG_STATE_HOME=os.path.join(home, "state"), TZ="UTC",
                LC_ALL="C.UTF-8", TERM="dumb", **more)


class Talk:
    """A console, and what it has said so far."""

    def __init__(self, case, *args, home=None):
        self.case = case
        self.said = b""
        self.at = 0  # what was said before is not looked at again
        self.process = subprocess.Popen(
            [SUBFERRY, "--plain", *args], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, cwd=home, env=environment(home))
        os.set_blocking(self.process.stdout.fileno(), False)
        case.addCleanup(self.kill)

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        if not self.process.stdin.closed:
            self.process.stdin.close()

    def read(self, until):
        """False at the end of what is said."""
        while time.monotonic() < until:
            if select.select([self.process.stdout], [], [], 0.2)[0]:
                data = self.process.stdout.read()
                self.said += data
                return data != b""
        self.case.fail("nothing more is said after:\n" + self.text()[-2000:])

    def text(self):
        return self.said.decode("utf-8", "replace")

    def hear(self, pattern):
        """Waits until @pattern is said behind all that was heard before; returns the match."""
        until = time.monotonic() + TIME
        while True:
            found = re.search(pattern, self.text()[self.at:], re.M)
            if found:
                self.at += found.end()
                return found
            if not self.read(until):
                self.case.fail("never heard %r in:\n%s" % (pattern, self.text()[-3000:]))

    def say(self, *lines):
        for line in lines:
            self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()

    def ask(self, line, pattern):
        self.say(line)
        return self.hear(pattern)

    def ends(self, status=0):
        until = time.monotonic() + TIME
        while self.read(until):
            pass
        self.case.assertEqual(self.process.wait(TIME), status, self.text()[-2000:])
        self.case.check_bytes(self.said)


class Plain(unittest.TestCase):
    maxDiff = 2000

    def setUp(self):
        self.home = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.home, True)

    def check_bytes(self, data, drawn=True):
        text = data.decode("utf-8")
        for found in (OBEYED.search(text), drawn and DRAWN.search(text)):
            if found:
                self.fail("U+%04X in %r" % (ord(found.group()),
                                            text[max(0, found.start() - 60):found.end() + 20]))

    moved = None

    def migrated(self):
        """The first course is migrated, as far as it can be. Done once, for all that begin so."""
        if not Plain.moved:
            Plain.moved = tempfile.mkdtemp()
            self.addClassCleanup(shutil.rmtree, Plain.moved, True)
            self.piped("launch\nwait\n")
            shutil.copytree(self.home, Plain.moved, dirs_exist_ok=True)
        else:
            shutil.copytree(Plain.moved, self.home, dirs_exist_ok=True)

    def talk(self, *args):
        return Talk(self, *(args or ("--demo",)), home=self.home)

    def started(self, *args):
        talk = self.talk(*args)
        talk.hear(r"^selected: row 1\.")
        talk.hear(r"^courses> ")
        return talk

    def piped(self, text, *args):
        """All at once, as from a file; what was said."""
        done = subprocess.run([SUBFERRY, "--plain", *(args or ("--demo",))], input=text.encode(),
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=2 * TIME,
                              cwd=self.home, env=environment(self.home), check=False)
        self.check_bytes(done.stdout)
        self.assertEqual(done.returncode, 0, done.stdout[-2000:])
        return done.stdout.decode()

    # ---- the newcomer's path

    def test_the_whole_path_by_what_is_told(self):
        talk = self.talk()
        talk.hear("^subferry: campus demo, environment staging")
        talk.hear("^campus: demo. Environment staging. Mode mock.")
        talk.hear("^engine here, [0-9]+ workers")
        talk.hear("^counts: 40 courses, Not-Migrated 40, In-Progress 0, Migrated 0, Failed 0")
        talk.hear("^waits: nothing is launched")
        talk.hear("^1 of 40: %s. Status Not-Migrated. Not looked at yet." % re.escape(FAILS))
        talk.hear("^30 more: type more.")
        talk.ask("help", "^launch, key r: Launch the tagged courses, else the selected one.")
        talk.hear("^mouse, key M: .* Not now: there is no screen")
        talk.ask("launch", "^courses> launch$")
        talk.hear("^launched 1 course$")
        talk.hear("^progress: .* of 40 courses Migrated")
        talk.ask("pause", "^paused 1 course$")
        talk.hear("^courses> ")
        talk.ask("", r"^1 of 40: .*\. Status (In-Progress|Not-Migrated), paused")
        talk.ask("resume", "^resumed 1 course$")
        talk.ask("wait", "^error: %s Failed" % re.escape(FAILS))
        talk.hear("^progress: 0 of 40 courses Migrated, 1 Failed, nothing is launched$")
        talk.hear("^waited: no work is under way")
        talk.ask("failed", r"^courses: 1\. Only Failed\.")
        talk.hear(r"^1 of 1: .*\. Status Failed\. Videos 15\. Expected 19\. In val 15\. Findings 2\.")
        talk.hear("^finding: error asset-missing, language he: .*none of these files is there")
        talk.ask("findings", "^findings of all courses, by code: 2 codes")
        talk.ask("open 1", "^1 of 1: error asset-missing. Language he. Course %s. Video video@"
                 % re.escape(FAILS))
        talk.hear("^items> ")
        talk.ask("why", "^why: .*, language he, course %s" % re.escape(FAILS))
        talk.hear("^10 of [0-9]+: ")
        talk.ask("more", "^11 of [0-9]+: ")
        talk.hear("^why> ")
        talk.ask("back", "^findings of all courses, asset-missing: 1")
        talk.ask("open", "^diff: .*, block video@")
        talk.hear("^language he: failed, missing in val")
        talk.hear("^source of he: ")
        talk.hear("^diff> ")
        talk.ask("R", "^retrying 1 course$")
        talk.ask("wait", "^waited: no work is under way")
        talk.ask("validate", "^diff> validate")
        talk.ask("wait", "validated %s, level bytes: 15 of 19 in val" % re.escape(FAILS))
        talk.ask("log", "^log of %s: [0-9]+ events, newest first" % re.escape(FAILS))
        talk.hear("^1 of [0-9]+: .*: verify %s" % re.escape(FAILS))
        for screen in ("diff", "items", "findings"):
            talk.hear("^[a-z]+> ")
            talk.ask("q", "^%s(:| of)" % screen.replace("items", "findings"))
        talk.ask("q", "^courses: 1")
        talk.ask("q", "^leaving$")
        talk.hear("^subferry has ended$")
        talk.ends()

    def test_a_course_tells_both_sides(self):
        self.migrated()
        said = self.piped("open\nlist\nmore\nlist\n/Why we study\n\nopen\n")
        self.assertRegex(said, r"(?m)^course: %s, What Makes Us Human\?$" % re.escape(FAILS))
        self.assertRegex(said, "(?m)^transcripts: expected 19, in val 15, missing 4, differing 0")
        self.assertRegex(said, r"(?m)^1 of 15: .*\. State done\. Modulestore en\. Edx-val en\. "
                               r"Relation same: en\. No findings\.$")
        self.assertRegex(said, r"Relation missing in val: ")
        self.assertRegex(said, "(?m)^11 of 15: ")
        self.assertRegex(said, "(?m)^language en: expected, same$")
        self.assertRegex(said, r"(?m)^language he: failed, missing in val$")
        self.assertRegex(said, "(?m)^1 of 15: cue 1: source .*; store has none; not compared$")

    def test_the_gates_are_told_and_a_flag_takes_its_word(self):
        good = "course-v1:DeltaU+BIO.110+2017_T2"
        said = self.piped("2\nboard\nflag on\nback\nlaunch\nwait\nvalidate\nwait\nboard\n"
                          "flag on\n%s-no\nflag on\n%s\nwait\nlook again\nflag off\nn\n"
                          "flag off\ny\nwait\nlook again\n" % (good, good))
        self.assertRegex(said, "(?m)^warning: migrated is red: Not-Migrated: ")
        self.assertRegex(said, "(?m)^gate board: %s$" % re.escape(good))
        self.assertRegex(said, "(?m)^verdict: can be flipped$")
        self.assertRegex(said, r"(?m)^1 of [0-9]+: migrated: green\. 14 of 14 videos, run mock 1, ")
        self.assertRegex(said, r"(?m)^2 of [0-9]+: evidence: green\. level bytes, .*, source unchanged$")
        self.assertRegex(said, r"(?m)^7 of [0-9]+: flag: off for learners: the course has no row of "
                               r"its own, the global row is on$")
        self.assertRegex(said, "(?m)^8 of [0-9]+: what follows from switching it on:$")
        self.assertRegex(said, "(?m)^course key to switch its flag on: %s-no$" % re.escape(good))
        self.assertIn("that is not the course key: nothing was done", said)
        self.assertRegex(said, "(?m)^flag of %s: switched on$" % re.escape(good))
        self.assertRegex(said, "(?m)^verdict: on since ")
        self.assertRegex(said, "(?m)^7 of 7: flag: on for learners: the course's row is on, the global")
        self.assertRegex(said, r"(?m)^switch off the flag of %s on staging\? y or n: n$"
                         % re.escape(good))
        self.assertRegex(said, "(?m)^flag of %s: switched off$" % re.escape(good))

    def test_the_gate_before_production_is_told_and_takes_word_and_reason(self):
        self.piped("state\n") # makes the demo's courses
        path = os.path.join(self.home, "p.conf")
        with open(path, "w", encoding="utf-8") as conf:
            conf.write("[campus]\nname = harbour\nenvironment = production\nrelease = ginkgo.2\n"
                       "operator = ana\nstatus_db = p.db\n[source]\nkind = olx\n"
                       "path = state/subferry/demo/courses/*.tar.gz\n[val]\nkind = sqlite\n"
                       "path = pval.db\n[store]\nkind = directory\npath = pstore\n")
        talk = self.started("-c", path)
        unmet = ("^warning: the gate before production is not met: 0 of 2 imported mock runs; 0 of 1 "
                 "course .* in 2 of them; for example %s$" % re.escape(FAILS))
        for word in ("harbor", "harbour"):
            talk.say("launch")
            talk.hear(unmet)
            talk.hear("^campus name to launch 1 course anyway: ")
            talk.say(word)
            if word == "harbor":
                talk.hear("that is not the campus name: nothing was done$")
        talk.hear("reason, for the audit: ")
        talk.say("the window closes")
        talk.hear("launched 1 course")
        talk.say("quit")
        talk.ends()

    def test_runs_are_told_and_compared_and_a_refresh_takes_the_word(self):
        self.migrated()
        subprocess.run([SUBFERRY, "--demo", "migrate", FAILS], cwd=self.home, check=False,
                       env=environment(self.home), stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)
        said = self.piped("runs\ntag\ntag\nopen\nnext list\n" + 3 * "previous language\n" +
                          "open\nback\nback\nrefresh\nelsewhere\nrefresh\ndemo\nstate\n")
        self.assertRegex(said, r"(?m)^runs of demo: 2, newest first\.$")
        self.assertRegex(said, r"(?m)^1 of 2: mock 2, began .*, took .*\. Courses 1, failed 1\. Transcripts: "
                               r"15 migrated, 4 not migrated\. Errors 2\. Generation 1\.$")
        self.assertRegex(said, r"(?m)^where: campus demo, environment staging, release ginkgo$")
        self.assertRegex(said, "(?m)^failed: %s" % re.escape(FAILS))
        self.assertRegex(said, "(?m)^one tagged: open on another compares both$")
        self.assertRegex(said, "(?m)^no run is tagged$")
        self.assertRegex(said, r"(?m)^run A: mock 1, ")
        self.assertRegex(said, r"(?m)^run B: mock 2, ")
        self.assertRegex(said, r"(?m)^lists: fixed 0, still 2, new 0, changed 0, missed 0, courses 1\.")
        self.assertRegex(said, "(?m)^nothing fixed, of the courses that are in both\\.$")
        self.assertRegex(said, "(?m)^1 of 2: error asset-missing. Language he. Course %s. Video "
                         % re.escape(FAILS))
        self.assertRegex(said, "(?m)^1 of 1: %s. A Failed, .* B Failed, .*Errors 2 and 2$"
                         % re.escape(FAILS))
        self.assertRegex(said, "(?m)^course: %s, " % re.escape(FAILS))
        self.assertIn("campus name to refresh (demo, staging): elsewhere", said)
        self.assertIn("that is not the campus name: nothing was done", said)
        self.assertRegex(said, "(?m)^generation 2")
        self.assertRegex(said, "(?m)^counts: 40 courses, Not-Migrated 40, ")

    def test_a_difference_is_told_cue_by_cue(self):
        self.migrated()
        stored = os.path.join(self.home, "state", "subferry", "demo", "store")
        changed = 0
        for folder, _, names in os.walk(stored):
            for name in names:
                path = os.path.join(folder, name)
                with open(path, encoding="utf-8") as f:
                    text = f.read()
                with open(path, "w", encoding="utf-8") as f:
                    changed += 1
                    f.write(re.sub(r'("start": \[\s*)([0-9]+)', r"\g<1>7", text, count=1))
        self.assertGreater(changed, 10)
        said = self.piped("open\nopen 1\n")
        self.assertRegex(said, "(?m)^compared, en: 1 of [0-9]+ lines differ; source")
        self.assertRegex(said, r"(?m)^1 of [0-9]+: cue 1: source 00:00:[0-9.]+ to 00:00:[0-9.]+, .*; "
                               r"store 00:00:00\.007 to .*; start differs$")

    # ---- lines in

    def test_lines_ahead_mean_what_they_say(self):
        said = self.piped("filter MA101\nlaunch\nwait\n")
        self.assertRegex(said, r"(?m)^courses: 1\. .*filter \"MA101\"")
        self.assertRegex(said, "(?m)^launched 1 course$")
        self.assertRegex(said, "(?m)^progress: [01] of 40 courses Migrated.*nothing is launched$")
        said = self.piped("more\nmore\nlaunch 12\n40\n41\ntag 2\ndown\nTab\n")
        self.assertRegex(said, "(?m)^11 of 40: ")
        self.assertRegex(said, "(?m)^21 of 40: ")
        self.assertRegex(said, "(?m)^there is no row 41: the list has 40$")
        self.assertRegex(said, "(?m)^tagged: 1$")
        self.assertRegex(said, "(?m)^4 of 40: ")

    def test_the_end_of_the_input_leaves_as_q_does(self):
        said = self.piped("launch\n")
        self.assertRegex(said, "(?m)^launched 1 course$")
        self.assertTrue(said.endswith("subferry has ended\n"), said[-300:])
        self.assertRegex(said, "(?m)^leaving")
        said = self.piped("launch all\nsta")  # the last line without its newline
        self.assertRegex(said, "(?m)^campus: demo")
        self.assertIn("subferry has ended\n", self.piped(""))

    def test_what_nobody_knows_is_no_action(self):
        said = self.piped("frobnicate\nfind\nsor\nlaun\nunwise 3\n" + "x" * 9000 + "\n\x01\x02\nstate\n")
        self.assertEqual(said.count("no such action here: help lists them"), 3, said)
        self.assertRegex(said, "(?m)^findings of all courses")  # the beginning of one name alone
        self.assertIn("that line was too long: nothing was done", said)
        self.assertRegex(said, "(?m)^several begin so: sort by next column, ")
        self.assertIn("warning: no course is selected", said)  # findings are of many
        self.assertNotIn("launched 1", said)

    def test_a_question_is_a_line_and_only_yes_is_yes(self):
        talk = self.started()
        for no in ("n", "", "Y es", "launch"):
            talk.ask("tag all", "^tagged: 40|^40 more tagged|^0 more tagged")
            talk.hear("^courses> ")
            talk.ask("launch", r"^launch all 40 courses on staging\? y or n: ")
            talk.ask(no, "^nothing was done$")
            talk.hear("^courses> ")
        talk.ask("launch", r"^launch all 40 courses on staging\? y or n: ")
        talk.ask("y", "^launched 40 courses$")
        talk.hear("^progress: .* of 40 courses Migrated, .* Failed, .*/s")
        talk.process.stdin.close()
        talk.hear("^leaving")
        talk.ends()

    def test_an_open_question_ends_with_the_input(self):
        said = self.piped("tag all\nlaunch\n")
        self.assertIn("y or n: ", said)
        self.assertIn("nothing was done", said)
        self.assertNotIn("launched 40", said)

    def test_a_filter_that_is_none_says_so(self):
        said = self.piped("filter bogus:1\nfilter\n\nfilter\nstatus:failed\n")
        self.assertIn('unknown field "bogus"', said)
        self.assertIn("fields: ", said)
        self.assertRegex(said, "(?m)^nothing passes the filter")

    # ---- others, signals

    def test_a_number_names_the_row_that_was_told_with_it(self):
        talk = self.started()
        talk.ask("not-migrated", "^courses> ")
        second = talk.ask("2", r"^2 of 40: (\S+)\. ").group(1)
        talk.hear("^courses> ")
        # elsewhere it is migrated meanwhile, and leaves the list
        subprocess.run([SUBFERRY, "--demo", "migrate", second], env=environment(self.home),
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        talk.hear("^another row is selected now:$")
        third = talk.hear(r"^2 of 39: (\S+)\. ").group(1)
        talk.ask("launch 3", "^warning: row 3 is another one than was told: nothing was done$")
        talk.hear(r"^3 of 39: (?!%s)" % re.escape(third))
        talk.ask("2", r"^2 of 39: %s\." % re.escape(third))
        talk.ask("launch 3", "^launched 1 course$")
        talk.ask("quit", "^subferry has ended")
        talk.ends()

    def test_a_second_one_is_a_viewer(self):
        first = self.started()
        second = self.talk()
        second.hear(r"^campus: demo\. Environment staging\. Mode viewer\.")
        second.hear("^engine: .*@.*, pid %d" % first.process.pid)
        second.hear("^courses> ")
        second.ask("launch", "^launched 1 course$")
        second.ask("wait", "^waited: no work is under way")
        first.hear("^progress: .* 1 Failed")
        second.ask("quit", "^subferry has ended")
        second.ends()
        first.process.stdin.close()
        first.ends()

    def test_work_of_an_earlier_session_waits_for_go(self):
        talk = self.started()
        talk.ask("launch", "^launched 1 course$")
        talk.process.kill()
        talk.process.wait()
        talk = self.talk()
        talk.hear("^waits: 1 course was under way before: go on, key c, goes on with it")
        talk.hear("^courses> ")
        talk.ask("wait", "^waited: work waits, too")
        talk.ask("go on", "^courses> go on")
        talk.hear("^waits: nothing any more, work goes on")
        talk.ask("wait", "^waited: no work is under way")
        talk.process.stdin.close()
        talk.ends()

    def test_the_first_interrupt_finishes_the_second_ends(self):
        talk = self.started("--demo", "--demo-size", "4")
        talk.ask("launch", "^launched 1 course$")
        talk.hear("^progress: ")
        talk.process.send_signal(signal.SIGINT)
        talk.hear("^leaving")
        talk.ends()
        talk = self.started()
        talk.ask("go on", "^waits: nothing any more")
        talk.process.send_signal(signal.SIGINT)
        talk.hear("^leaving")
        talk.process.send_signal(signal.SIGINT)
        talk.ends()

    def test_a_terminal_is_left_as_it_is(self):
        ours, theirs = pty.openpty()
        self.addCleanup(os.close, ours)
        with subprocess.Popen([SUBFERRY, "--plain", "--demo"], stdin=theirs, stdout=theirs,
                              stderr=theirs, cwd=self.home, env=environment(self.home)) as process:
            os.close(theirs)
            said = b""
            while b"courses> " not in said:
                said += os.read(ours, 4096)
            os.write(ours, b"state\nq\n")
            try:
                while True:
                    said += os.read(ours, 4096)
            except OSError:
                pass  # the other end is closed
            self.assertEqual(process.wait(TIME), 0)
        self.check_bytes(said.replace(b"\r\n", b"\n"))  # the terminal's own, of each newline
        self.assertEqual(said.count(b"state"), 1)  # the terminal has echoed it: we have not

    # ---- untrusted texts

    def test_hostile_names_stay_harmless(self):
        campus = HostileCampus()
        self.addCleanup(campus.remove)
        campus.make()
        campus.configure()
        screens = "".join("open %d\nmore\nopen\nmore\nnext\nback\nback\n" % n for n in range(1, 8))
        script = ("tag all\nlaunch\ny\nwait\nstate\n" + screens +
                  "findings\nopen 1\nmore\nwhy\nmore\nback\nback\nback\nlog\nmore\nmore\nback\n/\x1b[2J\n"
                  "filter \x1b]0;x\x07\ngo to \u202e\nvalidate\ny\nwait\n")
        done = subprocess.run([SUBFERRY, "--plain", "-c", campus.path("campus.conf")],
                              input=script.encode(), stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=4 * TIME, check=False,
                              env=environment(self.home))
        self.check_bytes(done.stdout, drawn=False)  # names may hold what boxes are drawn with
        self.assertEqual(done.returncode, 0, done.stdout[-2000:])
        self.assertGreater(done.stdout.count(b"\ncourse: "), 4)

    # ---- commands

    def test_tables_of_commands_are_told(self):
        self.migrated()
        for command, first, second in (
                (("list", "finding:error"), "Course: " + FAILS, "  Status: Failed"),
                (("findings",), "Finding: asset-missing", "  Severity: error"),
                (("list", "--failed-tasks"), "Id: ", "  Created: ")):
            done = subprocess.run([SUBFERRY, "--plain", "--demo", *command], stdout=subprocess.PIPE,
                                  cwd=self.home, env=environment(self.home), check=False)
            lines = done.stdout.decode().split("\n")
            self.check_bytes(done.stdout)
            at = next((n for n, line in enumerate(lines) if line.startswith(first)), None)
            self.assertIsNotNone(at, done.stdout)
            self.assertTrue(lines[at + 1].startswith(second), lines[at + 1])
            self.assertNotRegex(done.stdout.decode(), r"(?m)\S {2,}\S|  $")
        done = subprocess.run([SUBFERRY, "--plain", "--demo", "list", "--json"],
                              stdout=subprocess.PIPE, env=environment(self.home), check=False)
        self.assertTrue(done.stdout.startswith(b'{\n\t"type":\t"list"'), done.stdout[:100])


if __name__ == "__main__":
    unittest.main()
