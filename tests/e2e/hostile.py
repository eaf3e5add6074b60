#!/usr/bin/env python3
"""Planted names do no harm in what a command prints or in what is written.

Every command runs over a campus whose every name is hostile (hostile_names.py): what it prints
holds nothing a terminal obeys, its JSON is JSON, it ends as it should, and no file appears
outside its folders. The screens are console_hostile.sh's.
"""
import glob
import json
import os
import re
import stat
import sys
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

# pylint: disable=wrong-import-position
from hostile_names import ANY, BIDI, BROKEN, C1, ESCAPES, LONG, XML, HostileCampus
from olx_campus import srt

# What must never reach a terminal: C0 but newline, DEL, C1, and what changes directions.
OBEYED = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")
OBJECT = re.compile(r"video-transcripts/[0-9a-f]{32}\.sjson")
ROWS_MAX = 6 << 20  # bytes one command may print over this campus: rows, not rows times width


class Hostile(unittest.TestCase):
    maxDiff = 2000

    @classmethod
    def setUpClass(cls):
        cls.campus = HostileCampus()
        cls.addClassCleanup(cls.campus.remove)
        cls.campus.make()
        cls.scanned = cls.campus.run("scan")
        cls.migrated = cls.campus.run("migrate", "--all")

    # ---- what is looked at

    def check_stream(self, what, data):
        self.assertLess(len(data), ROWS_MAX, what)
        text = data.decode("utf-8")  # an error here is a failure, too
        if text.startswith("{\n\t"):
            text = re.sub("(?m)^\t+|:\t", "", text)  # between the values of a document
        found = OBEYED.search(text)
        if found:
            self.fail("%s: U+%04X in %r" % (what, ord(found.group()),
                                            text[max(0, found.start() - 60):found.end() + 20]))
        if text:
            self.assertTrue(text.endswith("\n"), what)

    def check(self, answer, what, statuses=(0, 1)):
        self.assertIn(answer.status, statuses, (what, answer.err[-600:]))
        self.check_stream("%s, standard output" % (what,), answer.out)
        self.check_stream("%s, standard error" % (what,), answer.err)
        return answer

    def check_json(self, answer, what, statuses=(0, 1)):
        self.check(answer, what, statuses)
        text = answer.text()
        if text.startswith("{\n"):
            return [json.loads(text)]
        return [json.loads(line) for line in text.split("\n") if line]

    def run_all(self, statuses=(0, 1)):
        """Every command that asks, plain and as JSON; and `why` of all there is."""
        run = self.campus.run
        for args in (["scan"], ["list"], ["list", "--status", "Failed"], ["list", "--failed-tasks"],
                     ["findings"], ["doctor"], ["verify", "--all", "--level", "count"],
                     ["verify", "--all", "--level", "cues"], ["migrate", "--all", "--dry-run"]):
            self.check(run(*args), args, statuses)
            self.check_json(run(*args, "--json"), args + ["--json"], statuses)
        for key in [row["key"] for row in run("list", "--json").document()["courses"]]:
            self.check(run("why", key), ["why", key[:80]], statuses)
            lines = self.check_json(run("why", key, "--json"), ["why", key[:80]], statuses)
            self.check(run("findings", key), ["findings", key[:80]], statuses)
            self.check(run("verify", key, "--json"), ["verify", key[:80]], statuses)
            for line in lines:
                if line.get("type") == "video" and line.get("video"):
                    self.why_video(key, line["video"], statuses)

    def why_video(self, key, video, statuses):
        answer = self.check(self.campus.run("why", key, video), ["why", video[:80]], statuses + (2,))
        if answer.status != 2:
            lines = self.check_json(self.campus.run("why", key, video, "--json"), ["why"], statuses)
            languages = {line["language"] for line in lines if line["type"] == "transcript"}
            for language in sorted(x for x in languages if x and not x.isalpha() and "\0" not in x)[:4]:
                self.check(self.campus.run("why", key, video, language), ["why", video[:80],
                           language[:80]], statuses + (2,))

    # ---- what is written

    def check_files(self):
        """Nothing outside, nothing run, and in the store only names of edx-val's form."""
        campus = self.campus
        self.assertEqual(os.listdir(campus.top), ["a"])
        self.assertEqual(os.listdir(os.path.join(campus.top, "a", "b")), ["campus"])
        there = {name for name in os.listdir(campus.folder)
                 if not re.fullmatch(r"(status|val)\.db(-wal|-shm|-lock|\.lock)?", name)}
        self.assertLessEqual(there, {"exports", "campus.conf", "store"})
        planted = {name for _, _, name in campus.sql("val.db", "SELECT 0, 0, transcript FROM"
                                                     " edxval_videotranscript WHERE provider = 'Cielo24'")}
        for name in campus.objects():
            if name not in planted:
                self.assertRegex(name, OBJECT)
        self.assertFalse(os.path.exists("/escaped") or os.path.exists("/tmp/escaped"))
        for name in ("status.db", "val.db"):
            self.assertEqual(campus.sql(name, "PRAGMA integrity_check"), [("ok",)])
            self.assertEqual(campus.sql(name, "PRAGMA foreign_key_check"), [])
        for path in glob.glob(campus.path("status.db*")):
            self.assertFalse(os.stat(path).st_mode & (stat.S_IWOTH | stat.S_IXUSR), path)

    # ---- tests, in the order of their names

    def test_1_scan_and_migrate(self):
        self.check(self.scanned, "scan", (1,))
        self.check(self.migrated, "migrate", (1,))
        for line in self.scanned.err.decode().splitlines():
            self.assertEqual(line.count(self.campus.folder), 1, line)
        known = {row["key"]: row for row in self.campus.run("list", "--json").document()["courses"]}
        for course in self.campus.courses:
            self.assertIn(course.key, known)
        self.assertIn("course-v1:Org+Disk+R", known)
        # names are stored as they are: what is harmless is made where they are shown
        self.assertEqual(known["course-v1:Org+Names+R"]["name"].count("\u202e"), 1)
        self.assertEqual(known["course-v1:Org+Cues+R"]["status"], "Migrated")
        self.assertEqual(known[self.campus.courses[4].key]["name"], LONG)
        # and every block id has come through, whatever it is made of
        blocks = {row[0] for row in self.campus.sql("status.db", "SELECT block FROM video")}
        for tag, word in XML.items():
            self.assertIn("b" + word, blocks, tag)
        self.check_files()

    def test_2_cues_are_data(self):
        """What is stored is what the course holds, byte by byte; as is what convert writes."""
        with open(self.campus.path("exports", "c2", "static", "c.sjson"), "rb") as f:
            data = f.read()
        self.assertEqual(self.campus.stored("cues-1", "en"), data)
        answer = self.campus.plain("convert", self.campus.path("exports/c2/static/c.sjson"))
        self.assertEqual((answer.status, answer.out), (0, data))
        self.check_stream("convert", answer.err)
        ends = str.maketrans("", "", "\n\r\x0b\x0c\x85\u2028\u2029")  # a line of SubRip ends there
        text = (ESCAPES + C1 + BIDI).translate(ends)
        path = os.path.join(self.campus.folder.encode(), b"exports", b"c2", b"\x1b]0;OWNED\x07\x9b6n.srt")
        with open(path, "wb") as f:
            f.write(srt(text))
        answer = self.campus.plain("convert", path)
        self.assertEqual(json.loads(answer.text())["text"], [text])
        with open(path, "wb") as f:
            f.write(srt(text).replace(b"-->", b"\x1b]0;OWNED\x07\x9b6n ->"))
        self.check(self.campus.plain("convert", path), "convert", (1,))
        self.assertEqual(self.campus.plain("convert", path).out, b"")

    def test_3_every_command(self):
        self.run_all()
        self.check_files()

    def test_4_val_holds_harm(self):
        self.campus.plant_val()
        before = self.campus.store_marks()
        self.run_all()
        # ours are registered beside them, theirs stand as they stood
        self.check(self.campus.run("retry", "--all"), "retry")
        self.check_json(self.campus.run("migrate", "--all", "--json"), "migrate")
        after = self.campus.store_marks()
        self.assertEqual({name: after.get(name) for name in before}, before)
        self.check_files()

    def test_5_columns_stand(self):
        """A name that is long does not push the rows of the others to the right."""
        lines = self.campus.run("list").text().splitlines()
        plain = [line for line in lines if "course-v1:Org+Plain+R" in line]
        self.assertEqual(len(plain), 1)
        self.assertLess(len(plain[0]), 300)
        self.assertLess(len(lines[0]), 300)
        long = [line for line in lines if LONG in line]
        self.assertEqual(len(long), 1)  # and is there in full

    def test_6_waivers(self):
        """What an operator types is as untrusted as the rest."""
        key = "course-v1:Org+Names+R"
        found = [f for f in self.campus.run("findings", key, "--json").document()["findings"]
                 if f["video"] and f["language"] and f["code"] == "asset-missing"]
        self.assertTrue(found)
        for n, word in enumerate(w for w in ANY.values() if len(w) < 1000):
            f = found[n % len(found)]
            self.check(self.campus.run("waive", key, f["video"], f["language"], "--finding", f["code"],
                                       "--reason", word), ["waive", n], (0, 1, 2))
        for args in (["findings", key], ["why", key]):
            self.check(self.campus.run(*args), args)
            self.check_json(self.campus.run(*args, "--json"), args)
        f = found[0]
        self.check(self.campus.run("unwaive", key, f["video"], f["language"], "--finding", f["code"]),
                   "unwaive")

    def test_7_arguments(self):
        """Words of the command line, which a person may have pasted."""
        words = [w.encode()[:100000] for w in ANY.values()] + [BROKEN.replace(b"\0", b"")]
        for word in words:
            for args in (["why", word], ["why", "course-v1:Org+Plain+R", word], ["findings", word],
                         ["why", "course-v1:Org+Plain+R", "p0", word], ["list", "--status", word],
                         [word], [b"--" + word], ["migrate", word], ["verify", word, "--json"],
                         ["list", word], ["list", b"name:" + word], ["list", "--sort", word],
                         ["findings", "--filter", b"text:" + word],
                         ["retry", "--finding", word, "--all"], ["pause", word], ["convert", word]):
                if word == b"--all" and args[0] in ("migrate", "verify", "pause", "why", "findings"):
                    continue
                self.check(self.campus.run(*args), [args[0], word[:60]], (0, 1, 2, 3))
            self.check(self.campus.plain("-c", word, "list"), ["-c", word[:60]], (2, 3))
        self.check_files()

    def test_8_configuration_and_environment(self):
        for n, word in enumerate([w.encode() for w in ANY.values()] + [BROKEN]):
            lines = word.replace(b"\n", b" ").replace(b"\r", b" ").replace(b"\0", b"")
            for part, name in (("campus", "name"), ("campus", "environment"), ("campus", "operator"),
                               ("campus", "release"), ("source", "path"), ("val", "path"), ("x", "y"),
                               ("engine", "workers"), ("engine", "rate"), ("store", "kind"))[n % 2::2]:
                with open(self.campus.path("other.conf"), "wb") as f:
                    f.write(self.conf(part, name, lines))
                self.check(self.campus.plain("-c", self.campus.path("other.conf"), "doctor"),
                           (part, name, lines[:60]), (0, 1, 2, 3))
            for path in glob.glob(self.campus.path("other*")):
                os.unlink(path)
            value = os.fsdecode(word.replace(b"\0", b"")[:100000])
            for name in ("SUDO_USER", ("USER", "LC_ALL", "TZ", "SUBFERRY_CLOCK", "XDG_STATE_HOME")[n % 5]):
                answer = self.campus.plain("-c", self.campus.path("campus.conf"), "pause",
                                           "course-v1:Org+Plain+R", **{name: value})
                self.check(answer, (name, word[:60]), (0, 1, 2, 3))
        who = {row[0] for row in self.campus.sql("status.db", "SELECT DISTINCT who FROM event")}
        self.assertTrue(who)
        self.check(self.campus.run("why", "course-v1:Org+Plain+R"), "why")

    @staticmethod
    def conf(part, name, value):
        parts = {"campus": {"name": b"other", "environment": b"test", "status_db": b"other.db"},
                 "source": {"kind": b"olx", "path": b"exports/*"},
                 "val": {"kind": b"sqlite", "path": b"other-val.db"},
                 "store": {"kind": b"directory", "path": b"other-store"}, "engine": {}}
        parts.setdefault(part, {})[name] = value
        return b"".join(b"[%s]\n" % p.encode() + b"".join(
            b"%s = %s\n" % (k.encode(), v) for k, v in keys.items()) for p, keys in parts.items())

    def test_9_status_database(self):
        """As another process might have left it: shown harmless, or refused in words."""
        self.campus.plant_status()
        self.run_all((0, 1, 3))
        answer = self.campus.run("list", "--json")
        self.assertEqual(answer.status, 0)
        self.check_files()


def main():
    program = unittest.main(argv=[sys.argv[0]] + sys.argv[1:], verbosity=2, exit=False)
    return 0 if program.result.wasSuccessful() and program.result.testsRun else 1


if __name__ == "__main__":
    sys.exit(main())
