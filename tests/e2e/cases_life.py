"""What comes after the first run: again, lost, kept, changed, removed, waived."""
import os

from olx_campus import BROKEN_SRT, CampusTest, Course, object_name, sjson, srt


def mixed(name, videos, **how):
    """A course with something of everything, faults of the source included."""
    c = Course(name, **how)
    c.static({"bad.srt": BROKEN_SRT, "no.srt": b"", "w.srt": srt("été “x”", encoding="cp1252"),
              "subs_all.srt.sjson": sjson("all"), "same.srt": srt("same")})
    for n in range(videos):
        block, shape = "v%03d" % n, n % 10
        c.static({block + ".srt": srt("text of %s %s" % (name, block))})
        own = {"transcripts": {"es": block + ".srt"}}
        if shape == 0:
            c.video(block, **own)
        elif shape == 1:
            c.video(block, edx_video_id="%s-%s" % (name, block),
                    transcripts={"es": block + ".srt", "fr": "same.srt", "ar": "w.srt"})
        elif shape == 2:
            c.video(block, youtube="all", inline=True)
        elif shape == 3:
            c.video(block, edx_video_id="%s-%s" % (name, block), transcripts={
                "es": block + ".srt", "de": "bad.srt"})
        elif shape == 4:
            c.video(block, transcripts={"es": "gone.srt"})
        elif shape == 5:
            c.video(block, transcripts={"es": "no.srt"}, sub="all")
        elif shape == 6:
            c.video(block, draft={"transcripts": {"es": "same.srt"}}, **own)
        elif shape == 7:
            c.video(block, edx_video_id=name + "-shared", **own)
        elif shape == 8:
            c.video(block, edx_video_id="no good", **own)
        else:
            c.video(block)
    return c


class Again(CampusTest):
    def after(self):
        return self.campus.val_dump(), self.campus.store_marks()

    def test_a_second_run_writes_nothing(self):
        courses = [mixed("M", 20), Course("P").static({"a.srt": srt("a")}).video(
            "a", transcripts={"es": "a.srt"})]
        self.migrated(*courses, status=1)
        before, findings = self.after(), self.campus.findings()
        for args in (["migrate", "--all"], ["migrate"] + [c.key for c in courses],
                     ["verify", "--all", "--level", "cues"], ["scan"], ["retry", "--all"],
                     ["migrate", "--all", "--dry-run"]):
            self.assertIn(self.campus.run(*args).status, (0, 1))
            self.assertEqual(self.after(), before, args)
            self.assertEqual(self.campus.findings(), findings, args)

    def test_a_lost_status_database_costs_nothing(self):
        c = mixed("M", 20)
        self.migrated(c, status=1)
        before, findings, course = self.after(), self.campus.findings(), self.campus.course(c.key)
        self.campus.lose("status.db")
        answer = self.campus.migrate()
        self.assertEqual(answer.status, 1)
        self.assertEqual(answer.lines()[-1]["registered"], 0)
        self.assertEqual(self.after(), before)
        self.assertEqual(self.campus.findings(), findings)
        again = self.campus.course(c.key)
        for name in ("status", "videos", "failed", "expected", "in_val", "errors", "warnings"):
            self.assertEqual(again[name], course[name], name)

    def test_with_val_lost_too_the_same_names_are_made(self):
        c = mixed("M", 20)
        self.migrated(c, status=1)
        rows, marks = self.campus.rows(), self.campus.store_marks()
        self.campus.lose("status.db", "val.db")
        self.assertEqual(self.campus.migrate().status, 1)
        self.assertEqual((self.campus.rows(), self.campus.store_marks()), (rows, marks))

    def test_a_hundred_videos_in_several_courses_of_one_file_name(self):
        courses = [mixed("M%d" % n, 100 if n == 0 else 10) for n in range(4)]
        for n, c in enumerate(courses):
            self.campus.add(c, place="exports/%d/course.tar.gz" % n)
        lines = self.campus.run("scan", "--json").lines()
        self.assertEqual(lines[-1]["found"], 4)
        self.assertEqual(self.campus.migrate().status, 1)
        for c, n in zip(courses, (10, 1, 1, 1)):
            row = self.campus.course(c.key)
            # expected by shape: 1 0 3 1 2 1 (5: English alone) 1 1 1 0, with 2 as one
            self.assertEqual(row["videos"], 10 * n)
            self.assertEqual(row["failed"], 3 * n)
            self.assertEqual(row["expected"], n * (1 + 3 + 1 + 2 + 1 + 1 + 1 + 1 + 1))
            self.assertEqual(row["status"], "Failed")
            # the ones of shape 7 share an id: the first's text, and an error for the others
            self.assert_stored(c.course + "-shared", "es", sjson("text of %s v007" % c.course))
            found = [f[2] for f in self.campus.findings(c)]
            self.assertEqual({code: found.count(code) for code in set(found)}, {
                k: v for k, v in {
                    "srt-invalid": n, "asset-missing": n, "video-id-invalid": n,
                    "transcript-empty": n, "draft-differs": n, "encoding-converted": n,
                    "shared-id-differs": n - 1, "link-pending": 4 * n}.items() if v})
            self.assertEqual(row["in_val"], n * (1 + 3 + 1 + 1 + 1 + 1))
        names = set(self.campus.rows().values())
        self.assertEqual(set(self.campus.objects()), names)


class Kept(CampusTest):
    def setUp(self):
        super().setUp()
        self.campus.add(Course("E"))
        self.campus.migrate()           # val with its tables, and nothing in it

    def course(self, **files):
        c = Course("K")
        for language, data in files.items():
            c.static({language + ".srt": data})
        c.video("a", edx_video_id="a", transcripts={k: k + ".srt" for k in files})
        return c

    def test_rows_that_were_there_are_kept_and_compared(self):
        same = self.campus.val_add("a", "es", sjson("a"))
        other = self.campus.val_add("a", "fr", sjson("not a"))
        before = self.campus.val_dump()
        marks = self.campus.store_marks()
        c = self.course(es=srt("a"), fr=srt("a"))
        self.migrated(c, status=1)
        self.assertEqual(self.campus.rows(), {("a", "es"): same, ("a", "fr"): other})
        self.assertEqual((self.campus.val_dump(), self.campus.store_marks()), (before, marks))
        self.assert_findings(("video@a", "fr", "val-differs", "error"))
        row = self.campus.course(c.key)
        self.assertEqual((row["status"], row["failed"], row["expected"], row["in_val"]),
                         ("Migrated", 0, 2, 2))
        self.assertEqual(self.campus.run("verify", c.key, "--level", "bytes").status, 1)
        self.assert_findings(("video@a", "fr", "val-differs", "error"))
        self.assertEqual(self.campus.retry("val-differs", c), 1)
        self.assertEqual((self.campus.val_dump(), self.campus.store_marks()), (before, marks))

    def test_the_other_languages_go_on(self):
        kept = self.campus.val_add("a", "es", sjson("a"))
        self.migrated(self.course(es=srt("a"), fr=srt("f")))
        self.assertEqual(self.campus.rows()["a", "es"], kept)
        self.assert_stored("a", "fr", sjson("f"))
        self.assert_findings()

    def test_extra_rows_are_no_error(self):
        self.campus.val_add("a", "de", sjson("extra"))
        self.campus.val_add("b", "de", sjson("another video"))
        c = self.course(es=srt("a"))
        self.migrated(c)
        self.assertEqual(self.campus.run("verify", c.key, "--level", "cues").status, 0)
        row = self.campus.course(c.key)
        self.assertEqual((row["expected"], row["in_val"], row["extra"]), (1, 1, 1))
        self.assert_findings()

    def test_a_row_of_a_missing_file_is_told(self):
        name = self.campus.val_add("a", "fr", None)
        c = self.course(es=srt("a"), fr=srt("f"))
        self.migrated(c, status=1)
        self.assertEqual(self.campus.rows()["a", "fr"], name)
        self.assert_findings(("video@a", "fr", "object-missing", "error"))
        self.assert_stored("a", "es", sjson("a"))
        # there is no journalled name to put it under
        self.assertEqual(self.campus.retry("object-missing", c), 1)
        self.assertNotIn(name, self.campus.objects())
        self.assertEqual(self.campus.rows()["a", "fr"], name)

    def test_rows_stay_when_their_source_is_gone_or_broken(self):
        self.campus.val_add("a", "es", sjson("a"))
        self.campus.val_add("b", "fr", sjson("a"))
        before = self.campus.val_dump(), self.campus.store_marks()
        c = Course("K").static({"bad.srt": BROKEN_SRT})
        c.video("a", edx_video_id="a", transcripts={"es": "gone.srt"})
        c.video("b", edx_video_id="b", transcripts={"fr": "bad.srt"})
        self.migrated(c, status=1)
        self.assertEqual((self.campus.val_dump(), self.campus.store_marks()), before)
        row = self.campus.course(c.key)
        self.assertEqual((row["expected"], row["in_val"]), (2, 2))
        self.assert_findings(("video@a", "es", "asset-missing", "error"),
                             ("video@b", "fr", "srt-invalid", "error"))

    def test_with_nothing_to_do_no_byte_of_val_changes(self):
        self.campus.add(self.course(es=srt("a")))
        self.campus.migrate()
        with open(self.campus.path("val.db"), "rb") as f:
            before = f.read()
        self.assertEqual(self.campus.run("migrate", "--all").status, 0)
        with open(self.campus.path("val.db"), "rb") as f:
            self.assertEqual(f.read(), before)

    def test_subrip_in_val_is_kept(self):
        name = self.campus.val_add("a", "es", srt("a"), file_format="srt")
        c = self.course(es=srt("a"))
        self.campus.add(c)
        self.campus.migrate()
        self.assertEqual(self.campus.rows(), {("a", "es"): name})
        self.assertEqual(self.campus.course(c.key)["status"], "Migrated")

    def test_another_object_under_our_name_is_a_conflict(self):
        name = object_name("a", "es", sjson("a"))
        os.makedirs(self.campus.path("store/video-transcripts"), exist_ok=True)
        with open(self.campus.path("store", name), "wb") as f:
            f.write(b"other")
        c = self.course(es=srt("a"), fr=srt("f"))
        self.migrated(c, status=1)
        self.assertEqual(self.campus.objects()[name], b"other")
        self.assertEqual(self.campus.rows(), {})
        self.assert_findings(("video@a", "es", "store-conflict", "error"),
                             beside=("object-unused",))
        answer = self.campus.run("waive", c.key, "a", "es", "--finding", "store-conflict",
                                 "--reason", "x")
        self.assertNotEqual(answer.status, 0)
        os.unlink(self.campus.path("store", name))
        self.assertEqual(self.campus.migrate(scan=False).status, 0)
        self.assert_stored("a", "es", sjson("a"))

    def test_our_object_already_there_is_used(self):
        name = object_name("a", "es", sjson("a"))
        os.makedirs(self.campus.path("store/video-transcripts"), exist_ok=True)
        with open(self.campus.path("store", name), "wb") as f:
            f.write(sjson("a"))
        marks = self.campus.store_marks()
        self.migrated(self.course(es=srt("a")))
        self.assertEqual(self.campus.store_marks(), marks)
        self.assert_stored("a", "es", sjson("a"))


class Changed(CampusTest):
    """A migrated course, of which something is changed behind our back."""

    def setUp(self):
        super().setUp()
        self.c = Course("C").static({"es.srt": srt("es"), "fr.srt": srt("fr"), "b.srt": srt("b")})
        self.c.video("a", edx_video_id="a", transcripts={"es": "es.srt", "fr": "fr.srt"})
        self.c.video("b", transcripts={"es": "b.srt"})
        self.migrated(self.c)
        self.es = object_name("a", "es", sjson("es"))
        self.rows, self.files = self.campus.rows(), self.campus.objects()

    def verify(self, status, level="hash"):
        answer = self.campus.run("verify", self.c.key, "--level", level, "--json")
        self.assertEqual(answer.status, status, answer.text())
        return answer.lines()

    def test_nothing_changed_is_clean_at_every_level(self):
        for level in ("count", "size", "hash", "bytes", "cues"):
            lines = self.verify(0, level)
            self.assertEqual((lines[-1]["expected"], lines[-1]["in_val"]), (3, 3))
        self.assert_findings()

    def test_removed_row(self):
        self.campus.val_remove("a", "es")
        finding = ("video@a", "es", "val-removed", "error")
        for level in ("count", "bytes"):
            self.verify(1, level)
            self.assert_findings(finding)
        self.assertEqual(self.campus.course(self.c.key)["in_val"], 2)
        # neither by --all nor by naming it, nor for another finding
        for args in (["migrate", "--all"], ["migrate", self.c.key],
                     ["retry", "--finding", "object-missing", self.c.key], ["migrate", self.c.key],
                     ["retry", "--all"], ["migrate", self.c.key]):
            self.campus.run(*args)
            self.assertNotIn(("a", "es"), self.campus.rows(), args)
            self.assert_findings(finding)
        marks = self.campus.store_marks()
        self.assertEqual(self.campus.retry("val-removed"), 0)
        self.assertEqual(self.campus.rows(), self.rows)
        self.assertEqual(self.campus.store_marks(), marks)
        self.assert_findings()
        self.verify(0)

    def test_removed_row_is_seen_without_verify(self):
        self.campus.val_remove("a", "es")
        self.assertEqual(self.campus.migrate(self.c).status, 1)
        self.assert_findings(("video@a", "es", "val-removed", "error"))
        self.assertEqual(self.campus.course(self.c.key)["status"], "Migrated")

    def test_removed_file(self):
        os.unlink(self.campus.path("store", self.es))
        finding = ("video@a", "es", "object-missing", "error")
        for level in ("size", "hash", "bytes", "cues"):
            self.verify(1, level)
            self.assert_findings(finding)
        for args in (["migrate", "--all"], ["migrate", self.c.key],
                     ["retry", "--finding", "val-removed", self.c.key], ["migrate", self.c.key]):
            self.campus.run(*args)
            self.assertNotIn(self.es, self.campus.objects(), args)
            self.assert_findings(finding)
        dump = self.campus.val_dump()
        self.assertEqual(self.campus.retry("object-missing", self.c), 0)
        self.assertEqual(self.campus.objects(), self.files)
        self.assertEqual(self.campus.val_dump(), dump)
        self.assert_findings()

    def test_removed_file_of_a_changed_source_is_not_put(self):
        os.unlink(self.campus.path("store", self.es))
        self.c.static({"es.srt": srt("changed")})
        self.campus.add(self.c)
        self.verify(1)
        self.assertEqual(self.campus.retry("object-missing", self.c), 1)
        del self.files[self.es]
        self.assertEqual(self.campus.objects(), self.files)
        self.assertEqual(self.campus.rows(), self.rows)
        self.assertIn(("video@a", "es", "object-missing", "error"), self.campus.findings())

    def test_changed_source(self):
        self.c.static({"es.srt": srt("changed")})
        self.campus.add(self.c)
        finding = ("video@a", "es", "source-changed", "error")
        for level in ("bytes", "hash", "cues"):
            self.verify(1, level)
            self.assert_findings(finding)
        for args in (["migrate", "--all"], ["migrate", self.c.key],
                     ["retry", "--finding", "source-changed", self.c.key],
                     ["migrate", self.c.key]):
            self.campus.run(*args)
            self.assertEqual((self.campus.rows(), self.campus.objects()), (self.rows, self.files))
            self.assert_findings(finding)
        self.c.static({"es.srt": srt("es")})
        self.campus.add(self.c)
        self.verify(0)
        self.assert_findings()

    def test_changed_source_is_seen_without_verify(self):
        self.c.static({"es.srt": srt("changed")})
        self.campus.add(self.c)
        self.assertEqual(self.campus.migrate(self.c).status, 1)
        self.assert_findings(("video@a", "es", "source-changed", "error"))
        self.assertEqual((self.campus.rows(), self.campus.objects()), (self.rows, self.files))

    def test_changed_file(self):
        data = bytearray(self.files[self.es])
        data[-3] ^= 1
        with open(self.campus.path("store", self.es), "wb") as f:
            f.write(data)
        for level in ("count", "size"):
            self.verify(0, level)
        for level in ("bytes", "cues"):
            self.verify(1, level)
            self.assert_findings(("video@a", "es", "val-differs", "error"))
        with open(self.campus.path("store", self.es), "ab") as f:
            f.write(b" ")
        self.verify(1, "size")
        self.campus.run("migrate", self.c.key)
        self.assertEqual(self.campus.objects()[self.es], bytes(data) + b" ")

    def test_row_that_names_another_file(self):
        other = self.campus.val_add("x", "es", sjson("other"))
        self.campus.sql("val.db", "UPDATE edxval_videotranscript SET transcript = ? WHERE"
                        " transcript = ?", other, self.es)
        self.verify(1, "bytes")
        self.assert_findings(("video@a", "es", "val-differs", "error"),
                             beside=("object-unused", "link-pending"))

    def test_a_language_more_is_migrated_by_naming_the_course(self):
        self.c.static({"de.srt": srt("de")})
        self.c.files["video/a.xml"] = self.c.files["video/a.xml"].replace(
            "<transcript", '<transcript language="de" src="de.srt"/><transcript', 1)
        self.campus.add(self.c)
        self.assertEqual(self.campus.migrate(self.c).status, 0)
        self.assert_stored("a", "de", sjson("de"))
        self.assert_findings()

    def test_a_language_less_is_extra(self):
        self.c.files["video/a.xml"] = self.c.files["video/a.xml"].replace(
            '<transcript language="es" src="es.srt"/>', "")
        self.campus.add(self.c)
        self.assertEqual(self.campus.migrate(self.c).status, 0)
        self.verify(0)
        row = self.campus.course(self.c.key)
        self.assertEqual((row["expected"], row["in_val"], row["extra"]), (2, 2, 1))

    def test_a_course_that_is_gone_is_kept(self):
        self.campus.add(Course("E"))
        self.campus.paths.remove("exports/C")
        lines = self.campus.run("scan", "--json").lines()
        self.assertEqual((lines[-1]["gone"], lines[-1]["added"]), (1, 1))
        row = self.campus.course(self.c.key)
        self.assertEqual((row["gone"], row["status"]), (True, "Migrated"))
        self.campus.paths.append("exports/C")
        lines = self.campus.run("scan", "--json").lines()
        self.assertEqual((lines[-1]["gone"], lines[-1]["back"]), (0, 1))
        row = self.campus.course(self.c.key)
        self.assertEqual((row["gone"], row["status"], row["in_val"]), (False, "Migrated", 3))


class Waivers(CampusTest):
    def waive(self, c, video, language, code, status=0):
        answer = self.campus.run("waive", c.key, video, language, "--finding", code,
                                 "--reason", "the author knows")
        self.assertEqual(answer.status, status, answer.err)

    def test_a_waived_language_is_left_out_and_the_others_go_on(self):
        c = Course("W").static({"bad.srt": BROKEN_SRT, "f.srt": srt("f")})
        c.video("a", edx_video_id="a", transcripts={"es": "bad.srt", "fr": "f.srt",
                                                    "de": "gone.srt"})
        self.migrated(c, status=1)
        self.assertEqual(self.campus.rows(), {})
        self.waive(c, "video@a", "es", "srt-invalid")
        self.waive(c, "a", "de", "asset-missing")
        self.assertEqual(self.campus.migrate().status, 0)
        self.assert_languages("a", "fr")
        self.assert_findings()
        row = self.campus.course(c.key)
        self.assertEqual((row["status"], row["expected"], row["in_val"], row["waived"]),
                         ("Migrated", 1, 1, 2))
        self.assertEqual(self.campus.run("verify", c.key, "--level", "bytes").status, 0)
        waived = [f for f in self.campus.run("findings", "--json").document()["findings"]
                  if f["waived"]]
        self.assertEqual({f["reason"] for f in waived}, {"the author knows"})

    def test_a_waiver_holds_for_the_content_it_saw(self):
        c = Course("W").static({"x.srt": BROKEN_SRT, "ok.srt": srt("ok")})
        c.video("a", edx_video_id="a", transcripts={"es": "x.srt", "fr": "ok.srt"})
        self.migrated(c, status=1)
        self.waive(c, "a", "es", "srt-invalid")
        self.migrated(c)
        self.assert_languages("a", "fr")
        c.static({"x.srt": BROKEN_SRT + b"another"})
        self.campus.add(c)
        self.assertEqual(self.campus.migrate(c).status, 1)
        self.assert_findings(("video@a", "es", "srt-invalid", "error"))
        self.assertEqual(self.campus.course(c.key)["status"], "Failed")
        c.static({"x.srt": BROKEN_SRT})
        self.campus.add(c)
        self.assertEqual(self.campus.migrate(c).status, 0)
        c.static({"x.srt": srt("mended")})
        self.campus.add(c)
        self.assertEqual(self.campus.migrate(c).status, 0)
        self.assert_stored("a", "es", sjson("mended"))
        self.assert_findings()

    def test_a_file_that_appears_voids_the_waiver_of_its_absence(self):
        c = Course("W")
        c.video("a", edx_video_id="a", transcripts={"es": "x.srt"})
        self.migrated(c, status=1)
        self.waive(c, "a", "es", "asset-missing")
        self.migrated(c)
        self.assertEqual(self.campus.course(c.key)["expected"], 0)
        c.static({"x.srt": srt("x")})
        self.campus.add(c)
        self.assertEqual(self.campus.migrate(c).status, 0)
        self.assert_stored("a", "es", sjson("x"))

    def test_unwaive(self):
        c = Course("W").static({"x.srt": BROKEN_SRT})
        c.video("a", edx_video_id="a", transcripts={"es": "x.srt"})
        self.migrated(c, status=1)
        self.waive(c, "a", "es", "srt-invalid")
        self.migrated(c)
        answer = self.campus.run("unwaive", c.key, "a", "es", "--finding", "srt-invalid")
        self.assertEqual(answer.status, 0, answer.err)
        self.assertEqual(self.campus.migrate(c).status, 1)
        self.assert_findings(("video@a", "es", "srt-invalid", "error"))

    def test_differences_can_be_waived(self):
        self.campus.add(Course("E"))
        self.campus.migrate()
        self.campus.val_add("a", "es", sjson("theirs"))
        c = Course("W").static({"a.srt": srt("a"), "b.srt": srt("b"), "c.srt": srt("c")})
        c.video("a", edx_video_id="a", transcripts={"es": "a.srt"})
        c.video("b", edx_video_id="b", transcripts={"es": "b.srt"})
        c.video("c", edx_video_id="b", transcripts={"es": "c.srt"})
        c.video("d", edx_video_id="d", transcripts={"es": "c.srt"})
        self.migrated(c, status=1)
        c.static({"b.srt": srt("changed")})
        self.campus.add(c)
        self.campus.val_remove("d", "es")
        self.assertEqual(self.campus.run("verify", c.key).status, 1)
        four = [("video@a", "es", "val-differs"), ("video@b", "es", "source-changed"),
                ("video@c", "es", "shared-id-differs"), ("video@d", "es", "val-removed")]
        self.assert_findings(*four)
        for video, language, code in four:
            self.waive(c, video, language, code)
        self.assert_findings()
        before = self.campus.val_dump()
        self.assertEqual(self.campus.run("verify", c.key, "--level", "bytes").status, 0)
        self.assertEqual(self.campus.migrate(c).status, 0)
        self.assert_findings()
        self.assertEqual(self.campus.val_dump(), before)

    def test_what_cannot_be_waived(self):
        c = Course("W").static({"a.srt": srt("a")})
        c.video("a", edx_video_id="a b", transcripts={"es": "a.srt"})
        c.video("b", edx_video_id="X", transcripts={"es": "a.srt"})
        c.video("c", edx_video_id="x", transcripts={"es": "a.srt"})
        c.video("d", edx_video_id="d", transcripts={"es": "gone.srt"})
        self.migrated(c, status=1)
        before = self.campus.findings()
        for video, code in (("a", "video-id-invalid"), ("b", "video-id-case"),
                            ("c", "video-id-case")):
            self.assertNotEqual(self.campus.run("waive", c.key, video, "-", "--finding", code,
                                                "--reason", "x").status, 0)
        for args in (["--finding", "asset-missing"], ["--reason", "x"],
                     ["--finding", "nonsense", "--reason", "x"],
                     ["--finding", "asset-missing", "--reason", ""]):
            self.assertEqual(self.campus.run("waive", c.key, "d", "es", *args).status, 2, args)
        self.assertEqual(self.campus.run("waive", c.key, "nothing", "es", "--finding",
                                         "asset-missing", "--reason", "x").status, 2)
        self.assertEqual(self.campus.run("waive", "no/such/course", "d", "es", "--finding",
                                         "asset-missing", "--reason", "x").status, 2)
        self.assertEqual(self.campus.findings(), before)
