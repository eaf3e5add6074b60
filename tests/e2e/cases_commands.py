"""The commands: exit statuses, --json, --dry-run, intents, hostile exports."""
import io
import json
import os
import tarfile

from cases_life import mixed
from olx_campus import BROKEN_SRT, CampusTest, Course, sjson, srt


class Statuses(CampusTest):
    """0 all well, 1 failures or errors, 2 usage or unknown course, 3 could not start."""

    def setUp(self):
        super().setUp()
        self.good = Course("G").static({"a.srt": srt("a")})
        self.good.video("a", edx_video_id="a", transcripts={"es": "a.srt"})
        self.bad = Course("B").static({"b.srt": BROKEN_SRT})
        self.bad.video("b", edx_video_id="b", transcripts={"es": "b.srt"})

    def expect(self, status, *args):
        answer = self.campus.run(*args)
        self.assertEqual(answer.status, status, (args, answer.out, answer.err))
        return answer

    def both(self):
        for c in (self.good, self.bad):
            self.campus.add(c)
        self.expect(0, "scan")

    def test_zero_and_one(self):
        self.both()
        good, bad = self.good.key, self.bad.key
        self.expect(0, "list")
        self.expect(0, "migrate", good, "--dry-run")
        self.expect(1, "migrate", bad, "--dry-run")
        self.expect(0, "migrate", good)
        self.expect(1, "migrate", bad)
        self.expect(1, "migrate", "--all")
        self.expect(0, "verify", good)
        self.expect(1, "verify", bad)
        self.expect(1, "verify", "--all")
        self.expect(0, "findings", good)
        self.expect(0, "list", "--status", "Failed")
        self.expect(0, "list", "--failed-tasks")
        self.expect(0, "why", good)
        self.expect(0, "why", good, "a")
        self.expect(0, "why", good, "video@a", "es")
        self.expect(0, "why", bad, "b", "es")

    def test_a_database_of_an_older_version_is_brought_up_to_date(self):
        for command in (["list"], ["findings"], ["why", self.good.key]):
            self.campus.add(self.good)
            self.expect(0, "scan")
            for sql in ("DROP TRIGGER course_is_new", "DROP TRIGGER course_has_changed",
                        "DROP INDEX course_by_revision",
                        "ALTER TABLE course DROP COLUMN revision", "DROP TABLE steering",
                        "ALTER TABLE holder DROP COLUMN held_by",
                        "ALTER TABLE holder DROP COLUMN workers",
                        "ALTER TABLE holder DROP COLUMN rate",
                        "ALTER TABLE holder DROP COLUMN began",
                        "DROP TABLE run_finding", "DROP TABLE run_transcript",
                        "DROP TABLE run_course", "DROP TABLE run", "DROP TABLE course_source",
                        "DROP TABLE evidence", "DROP TABLE flag", "DROP TABLE former_journal",
                        "ALTER TABLE course DROP COLUMN flag",
                        "ALTER TABLE course DROP COLUMN evidence", "DROP INDEX event_by_time",
                        "PRAGMA user_version=1"):
                self.campus.sql("status.db", sql)
            self.expect(0, "doctor")
            self.assertNotIn(b"older", self.expect(0, *command).err)

    def test_two_for_usage(self):
        self.both()
        good = self.good.key
        for args in (["nonsense"], ["migrate"], ["verify"], ["retry"], ["pause"], ["resume"],
                     ["why"], ["waive"], ["unwaive"], ["migrate", "--nonsense", "--all"],
                     ["migrate", "--all", good], ["verify", "--level", "nonsense", "--all"],
                     ["verify", "--level"], ["list", "--status", "nonsense"], ["list", "colour:red"], ["list", "videos>"],
                     ["scan", "extra"], ["retry", "--finding", "nonsense", "--all"],
                     ["why", good, "a", "es", "extra"], ["waive", good, "a", "es"],
                     ["unwaive", good, "a", "es"]):
            answer = self.expect(2, *args)
            self.assertEqual(answer.out, b"", args)
            self.assertTrue(answer.err, args)

    def test_two_for_the_unknown_and_nothing_is_done(self):
        self.both()
        no = "course-v1:No+Such+Course"
        for args in (["migrate"], ["migrate", "--dry-run"], ["verify"], ["retry"], ["pause"],
                     ["resume"], ["findings"], ["migrate", "--json"]):
            self.expect(2, *(args + [no]))
            self.expect(2, *(args + [self.good.key, no]))
        self.expect(2, "why", no)
        self.expect(2, "why", self.good.key, "nothing")
        self.assertEqual(self.campus.rows(), {})
        row = self.campus.course(self.good.key)
        self.assertEqual((row["status"], row["intent"]), ("Not-Migrated", "idle"))

    def test_three_where_it_cannot_start(self):
        self.both()
        for name, data in (("status.db", b"no database, but long enough to be looked at" * 9),
                           ("val.db", b"no database, but long enough to be looked at" * 9)):
            self.campus.lose("status.db", "val.db")
            with open(self.campus.path(name), "wb") as f:
                f.write(data)
            self.expect(3, "migrate", "--all")
            with open(self.campus.path(name), "rb") as f:
                self.assertEqual(f.read(), data)
        self.campus.lose("status.db", "val.db")
        with open(self.campus.path("store"), "wb") as f:
            f.write(b"a file")
        self.expect(0, "scan")
        self.expect(3, "migrate", "--all")
        self.assertEqual(self.campus.rows(), {})
        self.assertEqual(self.campus.plain("-c", "nothing.conf", "list").status, 3)
        self.campus.source["nonsense"] = "x"
        answer = self.expect(3, "list")
        self.assertRegex(answer.err.decode(), r"campus\.conf:\d+")

    def test_three_without_a_terminal_or_a_configuration(self):
        self.assertEqual(self.campus.plain("list").status, 3)
        self.both()
        self.assertEqual(self.campus.run().status, 2)
        self.assertEqual(self.campus.plain("--help").status, 0)
        self.assertEqual(self.campus.plain("--version").status, 0)
        self.assertEqual(self.campus.plain("migrate", "--help").status, 0)

    def test_a_course_without_transcripts_is_migrated_at_once(self):
        c = Course("N").video("a", edx_video_id="a").video("b")
        answer = self.migrated(c, Course("E"))
        self.assertEqual(answer.lines()[-1]["registered"], 0)
        for key in (c.key, "course-v1:Org+E+R"):
            row = self.campus.course(key)
            self.assertEqual((row["status"], row["expected"], row["in_val"]), ("Migrated", 0, 0))
        self.assertEqual(self.campus.ids(), [])
        self.expect(0, "verify", "--all")

    def test_only_the_named_course_is_migrated(self):
        self.both()
        self.expect(0, "migrate", self.good.key)
        self.assertEqual(list(self.campus.rows()), [("a", "es")])
        row = self.campus.course(self.bad.key)
        self.assertEqual((row["status"], row["intent"], row["tried"]), ("Not-Migrated", "idle", 0))

    def test_all_is_not_migrated_and_failed(self):
        self.both()
        self.expect(1, "migrate", "--all")
        lines = self.expect(1, "migrate", "--all", "--json").lines()
        self.assertEqual([x["key"] for x in lines if x["type"] == "course"], [self.bad.key])
        self.bad.static({"b.srt": srt("mended")})
        self.campus.add(self.bad)
        self.expect(0, "migrate", "--all")
        self.assert_stored("b", "es", sjson("mended"))
        self.assertEqual(self.expect(0, "migrate", "--all", "--json").lines()[-1]["courses"], 0)

    def test_retry_tries_failed_courses(self):
        self.both()
        self.expect(1, "migrate", "--all")
        self.bad.static({"b.srt": srt("mended")})
        self.campus.add(self.bad)
        self.expect(0, "retry", "--all")
        self.assertEqual([self.campus.course(c.key)["intent"] for c in (self.good, self.bad)],
                         ["idle", "run"])
        tried = self.expect(0, "migrate", "--all", "--json").tried()
        self.assertEqual(tried, {(self.bad.key, "video@b"): ("done", 1)})
        self.assert_stored("b", "es", sjson("mended"))

    def test_retry_of_a_finding_takes_only_the_blocks_that_have_it(self):
        self.bad.video("c", edx_video_id="c", transcripts={"es": "gone.srt"})
        self.both()
        self.expect(1, "migrate", "--all")
        self.bad.static({"b.srt": srt("b"), "gone.srt": srt("c")})
        self.campus.add(self.bad)
        self.expect(0, "retry", "--finding", "asset-missing", "--all")
        tried = self.expect(1, "migrate", self.bad.key, "--json").tried()
        self.assertEqual(tried, {(self.bad.key, "video@c"): ("done", 1)})
        self.assertEqual(sorted(self.campus.rows()), [("a", "es"), ("c", "es")])
        self.assertEqual(self.campus.course(self.bad.key)["status"], "Failed")

    def test_courses_that_are_gone_are_left_out_of_all_and_told_when_named(self):
        self.both()
        self.expect(1, "migrate", "--all")
        self.campus.paths = ["exports/E"]
        self.campus.add(Course("E"))
        self.expect(0, "retry", self.bad.key)
        self.expect(0, "scan")
        self.expect(0, "migrate", "--all", "--dry-run")
        self.expect(0, "migrate", "--all")
        self.expect(0, "verify", "--all")
        for args in (["migrate"], ["migrate", "--dry-run"], ["migrate", "--json"]):
            answer = self.expect(1, *args, self.good.key)
            self.assertIn(b"gone from the source", answer.out + answer.err)
        self.assertNotEqual(self.campus.run("verify", self.good.key).status, 0)
        self.assertEqual([self.campus.course(c.key)["status"] for c in (self.good, self.bad)],
                         ["Migrated", "Failed"])
        self.assertEqual(list(self.campus.rows()), [("a", "es")])

    def test_intents_without_an_engine(self):
        self.both()
        good, bad = self.good.key, self.bad.key
        self.expect(0, "pause", good)
        row = self.campus.course(good)
        self.assertEqual((row["status"], row["intent"]), ("Not-Migrated", "pause"))
        self.campus.run("migrate", "--all")
        self.assertEqual(self.campus.course(good)["status"], "Not-Migrated")
        self.assertEqual(self.campus.rows(), {})
        self.expect(0, "resume", good)
        self.assertEqual(self.campus.course(good)["intent"], "run")
        self.campus.run("migrate", "--all")
        self.assertEqual(self.campus.course(good)["status"], "Migrated")
        # Failed and Migrated: refused, with the reason
        for key, status in ((good, "Migrated"), (bad, "Failed")):
            answer = self.campus.run("pause", key)
            self.assertNotEqual(answer.status, 0)
            self.assertTrue(answer.out + answer.err)
            row = self.campus.course(key)
            self.assertEqual((row["status"], row["intent"]), (status, "idle"))

    def test_video_by_type_and_id(self):
        c = Course("T").static({"a.srt": BROKEN_SRT, "b.srt": BROKEN_SRT})
        c.video("x", edx_video_id="x", transcripts={"es": "a.srt"})
        c.video("x", kind="videoalpha", edx_video_id="y", transcripts={"es": "b.srt"})
        self.migrated(c, status=1)
        answer = self.campus.run("why", c.key, "videoalpha@x", "--json")
        self.assertEqual(answer.lines()[1]["edx_video_id"], "y")
        self.expect(0, "waive", c.key, "videoalpha@x", "es", "--finding", "srt-invalid",
                    "--reason", "r")
        self.assert_findings(("video@x", "es", "srt-invalid", "error"))
        self.expect(2, "waive", c.key, "x", "es", "--finding", "srt-invalid", "--reason", "r")


class Json(CampusTest):
    """Standard output holds JSON and nothing else; a line is an object with a type."""

    def test_all_commands(self):
        c = mixed("J", 20)
        c.name = "Kurs \"ä\" <\u202e\x7f>"
        self.campus.add(c)
        empty = Course("E")
        self.campus.add(empty)
        for args in (["scan"], ["migrate", "--all", "--dry-run"], ["migrate", "--all"],
                     ["migrate", c.key], ["verify", "--all"],
                     ["verify", "--all", "--level", "cues"],
                     ["why", c.key], ["why", c.key, "v001"], ["why", c.key, "v001", "ar"]):
            answer = self.campus.run(*args, "--json")
            lines = answer.lines()
            self.assertTrue(all(isinstance(line, dict) and line["type"] for line in lines), args)
            self.assertEqual(lines[-1]["type"], "summary", args)
            self.assertEqual([x for x in lines if x["type"] == "summary"], lines[-1:])
        for args in (["list"], ["findings"], ["findings", c.key], ["list", "--failed-tasks"],
                     ["list", "--status", "Failed"], ["doctor"]):
            document = self.campus.run(*args, "--json").document()
            self.assertIsInstance(document, dict)
            self.assertTrue(document["type"])

    def test_failures_leave_standard_output_alone(self):
        self.campus.add(Course("E"))
        for args in (["migrate", "no", "--json"], ["verify", "no", "--json"],
                     ["why", "no", "--json"], ["findings", "no", "--json"], ["migrate", "--json"]):
            answer = self.campus.run(*args)
            self.assertEqual((answer.status, answer.out), (2, b""), args)
        self.campus.source["x"] = "y"
        for command in ("scan", "list", "doctor"):
            answer = self.campus.run(command, "--json")
            self.assertEqual((answer.status, answer.out), (3, b""))

    def test_control_characters_do_not_get_out(self):
        c = Course("E", name="bad \x1b[31m name")
        c.files["course/R.xml"] = '<course display_name="bad &#155;31m name &#8238; x"><chapter' \
                                  ' url_name="c"/></course>'
        c.static({"a.srt": srt("a").replace(b"-->", b"\x1b[2J\x9b ->")})
        c.video("a", edx_video_id="a\u009b31m", transcripts={"e\u009bs": "a\u202e\u0085.srt"})
        self.migrated(c, status=1)
        for args in (["list"], ["findings"], ["why", c.key], ["why", c.key, "a"],
                     ["verify", "--all"], ["list", "--failed-tasks"]):
            answer = self.campus.run(*args)
            for data in (answer.out, answer.err):
                text = data.decode("utf-8")
                self.assertFalse([ch for ch in text if ord(ch) < 32 and ch not in "\n\t"
                                  or 127 <= ord(ch) < 160 or ch == "\u202e"], (args, text))

    def test_names_of_languages_and_files_survive(self):
        c = Course("E").static({"字 幕.srt": srt("a")})
        c.video("ü", edx_video_id="a", transcripts={"zh-Hans": "字 幕.srt"})
        self.migrated(c)
        lines = self.campus.run("why", c.key, "ü", "--json").lines()
        found = [x for x in lines if x["type"] == "transcript"]
        self.assertEqual([(x["language"], x["source"], x["outcome"]) for x in found],
                         [("zh-Hans", "static/字 幕.srt", "migrated")])


class DryRun(CampusTest):
    """What --dry-run says is what the run after it does."""

    def outside(self):
        out = {}
        for folder, _, names in os.walk(self.campus.folder):
            for name in names:
                path = os.path.join(folder, name)
                if not name.startswith("status.db") and name != "campus.conf":
                    s = os.stat(path)
                    out[path] = (s.st_size, s.st_mtime_ns, s.st_ino)
        return out

    def predict(self, *courses, again=None):
        for c in courses:
            self.campus.add(c)
        self.campus.run("scan")
        before = self.outside()
        dry = self.campus.run("migrate", "--all", "--dry-run", "--json")
        self.assertEqual(self.outside(), before)
        if not again:
            for c in courses:
                self.assertEqual(self.campus.course(c.key)["status"], "Not-Migrated")
        findings = self.campus.findings()
        real = self.campus.run("migrate", "--all", "--json")
        self.assertTrue(real.tried())
        # a Failed course tries again what failed; the rest is done, and is predicted so
        rest = {key: ("done", 0) for key in dry.tried() if again and key not in real.tried()}
        self.assertEqual(dry.tried(), {**rest, **real.tried()})
        self.assertEqual(dry.lines()[-1]["registered"], real.lines()[-1]["registered"])
        self.assertEqual(dry.status, real.status)
        pending = [f for f in self.campus.findings() if f[2] == "link-pending"]
        self.assertEqual([f for f in findings if f[2] != "link-pending"],
                         [f for f in self.campus.findings() if f not in pending])

    def test_a_course_with_everything(self):
        self.predict(mixed("D", 40), Course("E"))

    def test_after_a_failed_run(self):
        c = mixed("D", 20)
        self.migrated(c, status=1)
        c.static({"bad.srt": srt("mended")})
        self.predict(c, again=True)

    def test_ids_shared_where_the_first_fails(self):
        c = Course("D").static({"a.srt": srt("a"), "b.srt": srt("b"), "bad.srt": BROKEN_SRT})
        c.video("a", edx_video_id="one", transcripts={"es": "a.srt", "de": "bad.srt"})
        c.video("b", edx_video_id="one", transcripts={"es": "b.srt", "fr": "b.srt"})
        c.video("c", edx_video_id="one", transcripts={"es": "a.srt", "fr": "b.srt"})
        c.video("d", edx_video_id="bad id", transcripts={"es": "a.srt"})
        c.video("e", edx_video_id="bad id", transcripts={"es": "b.srt"})
        c.video("f", edx_video_id="Two", transcripts={"es": "b.srt"})
        c.video("g", edx_video_id="two", transcripts={"es": "b.srt"})
        self.predict(c)

    def test_ids_shared_between_courses(self):
        courses = [Course(name).static({"a.srt": srt("a")}) for name in "DE"]
        for c in courses:
            for n in range(5):
                c.video("v%d" % n, edx_video_id="shared%d" % n, transcripts={"es": "a.srt"})
            self.campus.add(c)
        self.campus.run("scan")
        dry = self.campus.run("migrate", "--all", "--dry-run", "--json")
        real = self.campus.run("migrate", "--all", "--json")
        for answer in (dry, real):
            self.assertEqual(answer.lines()[-1]["registered"], 5)
            self.assertEqual(sorted(answer.tried().values()), [("done", 0)] * 5 + [("done", 1)] * 5)

    def test_beside_what_val_has(self):
        self.campus.add(Course("E"))
        self.campus.migrate()
        self.campus.val_add("D-v001", "es", sjson("theirs"))
        self.campus.val_add("d-V011")
        self.campus.val_add("D-shared", "es", sjson("text of D v007"))
        self.predict(mixed("D", 20))


class Hostile(CampusTest):
    """Exports that lead elsewhere or without measure: refused in words, and nothing outside."""

    def archive(self, *entries):
        """A good course in an archive, and these (TarInfo, data) behind it."""
        c = Course("X").static({"a.srt": srt("a")})
        c.video("a", edx_video_id="a", transcripts={"es": "a.srt"})
        path = self.campus.path("exports/X.tar.gz")
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with tarfile.open(path, "w:gz", compresslevel=1) as tar:
            for name, data in c.tree().items():
                entry = tarfile.TarInfo("course/" + name)
                entry.size = len(data)
                tar.addfile(entry, io.BytesIO(data))
            for entry, data in entries:
                entry.size = len(data)
                tar.addfile(entry, io.BytesIO(data))
        self.campus.paths = ["exports/X.tar.gz", "exports/G"]

    def entry(self, name, kind=tarfile.REGTYPE, link=""):
        out = tarfile.TarInfo(name)
        out.type, out.linkname = kind, link
        return out

    def check(self):
        good = Course("G").static({"a.srt": srt("g")})
        good.video("g", edx_video_id="g", transcripts={"es": "a.srt"})
        self.campus.add(good)
        scan = self.campus.run("scan")
        migrate = self.campus.run("migrate", "--all")
        self.assertIn(1, (scan.status, migrate.status))
        said = scan.out + scan.err + migrate.out + migrate.err
        self.assertIn(b"X.tar.gz", said + json.dumps(
            self.campus.run("list", "--json").document()).encode())
        self.assertEqual(list(self.campus.rows()), [("g", "es")])
        for name in ("evil", "../evil", "exports/evil", "store/evil"):
            self.assertFalse(os.path.lexists(self.campus.path(name)))

    def test_paths_that_lead_out(self):
        for name in ("../evil", "course/../../evil", "/tmp/subferry-evil",
                     "course/static/../../../e"):
            self.archive((self.entry(name), b"x"))
            self.check()
            self.campus.remove()
            self.setUp()

    def test_links_and_devices(self):
        for kind, link in ((tarfile.SYMTYPE, "/etc/passwd"), (tarfile.LNKTYPE, "/etc/passwd"),
                           (tarfile.SYMTYPE, "../../../evil"), (tarfile.CHRTYPE, ""),
                           (tarfile.FIFOTYPE, "")):
            self.archive((self.entry("course/static/l.srt", kind, link), b""))
            self.check()
            self.campus.remove()
            self.setUp()

    def test_a_bomb(self):
        self.archive((self.entry("course/static/bomb.srt"), b"\0" * (300 << 20)))
        scan = self.campus.path("exports/X.tar.gz")
        self.assertLess(os.path.getsize(scan), 4 << 20)
        good = Course("G")
        self.campus.add(good)
        self.campus.run("scan")
        self.campus.run("migrate", "--all")
        for row in self.campus.run("list", "--json").document()["courses"]:
            self.assertIn(row["status"], ("Migrated", "Failed"))

    def test_broken_archives(self):
        for cut in ("short", "garbage", "empty", "no course"):
            self.archive()
            path = self.campus.path("exports/X.tar.gz")
            with open(path, "rb") as f:
                data = f.read()
            data = {"short": data[:len(data) // 2], "garbage": b"no archive at all" * 100,
                    "empty": b"", "no course": None}[cut]
            if data is None:
                with tarfile.open(path, "w:gz") as tar:
                    tar.addfile(self.entry("course/about/x.html"), io.BytesIO(b""))
            else:
                with open(path, "wb") as f:
                    f.write(data)
            self.check()
            self.campus.remove()
            self.setUp()

    def test_entities_are_not_expanded(self):
        c = Course("X").static({"a.srt": srt("a")})
        c.files["secret"] = b"s.srt"
        c.files["video/a.xml"] = (
            '<!DOCTYPE video [<!ENTITY x SYSTEM "../secret">]><video url_name="a"'
            ' edx_video_id="a" sub="x">&x;</video>')
        c.raw('<video url_name="a"/>')
        self.campus.add(c)
        answers = [self.campus.run("scan"), self.campus.run("migrate", "--all")]
        self.assertIn(1, [a.status for a in answers])
        self.assertEqual(self.campus.rows(), {})

    def test_two_exports_of_one_course(self):
        one, two = (Course("X").static({"a.srt": srt(t)}) for t in ("one", "two"))
        for c, place in ((one, "exports/1"), (two, "exports/2")):
            c.video("a", edx_video_id="a", transcripts={"es": "a.srt"})
            self.campus.add(c, place=place)
        scan = self.campus.run("scan", "--json")
        self.assertEqual(scan.status, 1)
        self.assertEqual(scan.lines()[-1]["problems"], 1)
        self.campus.run("migrate", "--all")
        first = self.campus.rows()
        self.campus.lose("status.db", "val.db")
        self.campus.migrate()
        self.assertEqual(self.campus.rows(), first)

    def test_links_out_of_a_folder_are_not_followed(self):
        c = Course("X")
        c.video("a", edx_video_id="a", transcripts={"es": "l.srt"})
        self.campus.add(c)
        with open(self.campus.path("secret.srt"), "wb") as f:
            f.write(srt("secret"))
        os.symlink(self.campus.path("secret.srt"), self.campus.path("exports/X/static/l.srt"))
        self.assertEqual(self.campus.migrate().status, 1)
        self.assertEqual(self.campus.rows(), {})
