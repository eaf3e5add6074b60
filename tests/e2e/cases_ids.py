"""Ids of videos: blanks, made ones, invalid ones, twins by case, shared ones; names of objects."""
import re

from olx_campus import BROKEN_SRT, CampusTest, Course, object_name, sjson, srt


class Ids(CampusTest):
    def test_ids_are_stripped(self):
        c = Course("I").static({"a.srt": srt("a"), "subs_s.srt.sjson": sjson("s")})
        c.video("a", edx_video_id="  abc \t", transcripts={"es": "a.srt"}, sub=" s ")
        c.video("b", edx_video_id="   ", transcripts={"es": "a.srt"})
        self.migrated(c)
        self.assert_stored("abc", "es", sjson("a"))
        self.assert_stored("abc", "en", sjson("s"))
        self.assert_stored(c.uuid("b"), "es", sjson("a"))

    def test_ids_are_made_from_key_type_and_block(self):
        c = Course("I.x~1", org="Örg-Ünï", run="2018_T1").static({"a.srt": srt("a")})
        c.video("plain", transcripts={"es": "a.srt"})
        c.video("ÄÖ字", kind="videoalpha", transcripts={"es": "a.srt"})
        c.video("nothing")
        self.migrated(c)
        self.assert_stored(c.uuid("plain"), "es", sjson("a"))
        self.assert_stored(c.uuid("ÄÖ字", "videoalpha"), "es", sjson("a"))
        self.assertEqual(len(self.campus.ids()), 2)
        self.assert_findings(("video@plain", "-", "link-pending", "notice"),
                             ("videoalpha@ÄÖ字", "-", "link-pending", "notice"), beside=())

    def test_ids_val_does_not_know_are_created_only_for_transcripts(self):
        c = Course("I").static({"a.srt": srt("a"), "no.srt": b"", "bad.srt": BROKEN_SRT})
        c.video("new", edx_video_id="new-1", transcripts={"es": "a.srt"})
        c.video("none", edx_video_id="none-1")
        c.video("empty", edx_video_id="empty-1", transcripts={"es": "no.srt"})
        c.video("bad", edx_video_id="bad-1", transcripts={"es": "bad.srt"})
        self.migrated(c, status=1)
        self.assertEqual(self.campus.ids(), ["new-1"])
        self.assertEqual(self.campus.sql("val.db", "SELECT status, client_video_id, duration FROM"
                                         " edxval_video"), [("external", "external-video", 0.0)])

    def test_a_video_val_knows_is_left_as_it_is(self):
        self.campus.add(Course("E"))
        self.campus.migrate()           # makes val with its tables
        self.campus.val_add("known")
        before = self.campus.sql("val.db", "SELECT * FROM edxval_video")
        c = Course("I").static({"a.srt": srt("a")})
        c.video("a", edx_video_id="known", transcripts={"es": "a.srt"})
        self.migrated(c)
        self.assert_stored("known", "es", sjson("a"))
        self.assertEqual(self.campus.sql("val.db", "SELECT * FROM edxval_video"), before)

    def test_invalid_ids_stop_their_block(self):
        bad = {"space": "a b", "umlaut": "ä", "dot": "a.b", "slash": "a/b", "long": "x" * 101,
               "colon": "a:b", "newline": "a\nb"}
        c = Course("I").static({"a.srt": srt("a")})
        for block, val_id in bad.items():
            c.video(block, edx_video_id=val_id, transcripts={"es": "a.srt"})
        c.video("most", edx_video_id="x" * 100, transcripts={"es": "a.srt"})
        c.video("marks", edx_video_id="-_-", transcripts={"es": "a.srt"})
        self.migrated(c, status=1)
        self.assertEqual(self.campus.ids(), ["-_-", "x" * 100])
        found = [f for f in self.campus.findings() if f[2] != "link-pending"]
        self.assertEqual([f[0] for f in found], sorted("video@" + b for b in bad))
        self.assertEqual({f[2:] for f in found}, {("video-id-invalid", "error")})

    def test_twins_by_case_in_one_course_stop_both(self):
        c = Course("I").static({"a.srt": srt("a")})
        c.video("a", edx_video_id="TwIn", transcripts={"es": "a.srt"})
        c.video("b", edx_video_id="twin", transcripts={"fr": "a.srt"})
        c.video("c", edx_video_id="other", transcripts={"fr": "a.srt"})
        self.migrated(c, status=1)
        self.assertEqual(self.campus.ids(), ["other"])
        self.assert_findings(("video@a", "-", "video-id-case", "error"),
                             ("video@b", "-", "video-id-case", "error"))
        # neither is better the next time
        self.assertEqual(self.campus.migrate().status, 1)
        self.assertEqual(self.campus.ids(), ["other"])

    def test_twins_by_case_of_val_stop_theirs(self):
        first = Course("A").static({"a.srt": srt("a")})
        first.video("a", edx_video_id="TwIn", transcripts={"es": "a.srt"})
        self.migrated(first)
        second = Course("B").static({"a.srt": srt("a")})
        second.video("b", edx_video_id="twin", transcripts={"fr": "a.srt"})
        self.migrated(second, status=1)
        self.assertEqual(self.campus.ids(), ["TwIn"])
        self.assert_findings(("video@b", "-", "video-id-case", "error"))
        self.assertEqual(self.campus.course(first.key)["status"], "Migrated")
        # the registered one goes on being well
        self.assertEqual(self.campus.migrate(first).status, 0)
        self.assertEqual(self.campus.run("verify", first.key).status, 0)

    def test_twins_of_a_stranger_in_val(self):
        self.campus.add(Course("E"))
        self.campus.migrate()
        self.campus.val_add("TWIN")
        c = Course("B").static({"a.srt": srt("a")})
        c.video("b", edx_video_id="twin", transcripts={"fr": "a.srt"})
        self.migrated(c, status=1)
        self.assertEqual(self.campus.ids(), ["TWIN"])
        self.assert_findings(("video@b", "-", "video-id-case", "error"))


class Shared(CampusTest):
    def test_equal_texts_are_one(self):
        c = Course("H").static({"a.srt": srt("a"), "b.srt": srt("a")})
        c.video("a", edx_video_id="one", transcripts={"es": "a.srt"})
        c.video("b", edx_video_id="one", transcripts={"es": "b.srt", "fr": "a.srt"})
        self.migrated(c)
        self.assert_stored("one", "es", sjson("a"))
        self.assert_stored("one", "fr", sjson("a"))
        self.assertEqual(len(self.campus.objects()), 2)
        self.assert_findings()

    def test_of_unequal_texts_the_first_by_type_and_id_wins_in_every_run(self):
        blocks = [("video", "Z"), ("video", "a"), ("videoalpha", "A"), ("videoalpha", "B")]
        c = Course("H")
        for kind, block in reversed(blocks):
            text = kind + block
            c.static({text: srt(text)})
            c.video(block, kind=kind, edx_video_id="one", transcripts={"es": text})
        differ = [("video@a", "es", "shared-id-differs", "error"),
                  ("videoalpha@A", "es", "shared-id-differs", "error"),
                  ("videoalpha@B", "es", "shared-id-differs", "error")]
        self.migrated(c, status=1)
        for _ in range(3):
            self.assert_stored("one", "es", sjson("videoZ"))
            self.assert_findings(*differ)
            row = self.campus.course(c.key)
            self.assertEqual((row["status"], row["failed"]), ("Migrated", 0))
            self.assertEqual(self.campus.migrate(c).status, 1)
        self.assertEqual(self.campus.run("verify", c.key, "--level", "bytes").status, 1)
        self.assert_findings(*differ)
        # and without the status database
        self.campus.lose("status.db")
        self.assertEqual(self.campus.migrate().status, 1)
        self.assert_stored("one", "es", sjson("videoZ"))
        self.assert_findings(*differ)

    def test_the_first_that_succeeds_gives_the_language(self):
        c = Course("H").static({"bad.srt": BROKEN_SRT, "b.srt": srt("b")})
        c.video("a", edx_video_id="one", transcripts={"es": "bad.srt"})
        c.video("b", edx_video_id="one", transcripts={"es": "b.srt"})
        self.migrated(c, status=1)
        self.assert_stored("one", "es", sjson("b"))
        self.assert_findings(("video@a", "es", "srt-invalid", "error"))

    def test_courses_share_an_id(self):
        one, two = Course("A"), Course("B")
        for c in (one, two):
            c.static({"same.srt": srt("same"), "own.srt": srt(c.course)})
            c.video("v", edx_video_id="one", transcripts={"es": "same.srt"})
            c.video("w", edx_video_id="two", transcripts={"es": "own.srt"})
        self.migrated(one, two, status=1)
        self.assert_stored("one", "es", sjson("same"))
        winner = self.campus.stored("two", "es")
        self.assertIn(winner, (sjson("A"), sjson("B")))
        loser, other = (one, two) if winner == sjson("B") else (two, one)
        self.assert_findings(courses=[other])
        self.assert_findings(("video@w", "es", "shared-id-differs", "error"), courses=[loser])
        for c in (one, two):
            self.assertEqual(self.campus.course(c.key)["status"], "Migrated")
        # naming them in the other order changes nothing
        marks, rows = self.campus.store_marks(), self.campus.val_dump()
        self.assertEqual(self.campus.migrate(two, one).status, 1)
        self.assertEqual((self.campus.store_marks(), self.campus.val_dump()), (marks, rows))
        self.assert_findings(("video@w", "es", "shared-id-differs", "error"), courses=[loser])

    def test_courses_one_after_the_other(self):
        one, two = Course("A"), Course("B")
        for c in (one, two):
            c.static({"own.srt": srt(c.course)})
            c.video("w", edx_video_id="two", transcripts={"es": "own.srt"})
            self.campus.add(c)
        self.assertEqual(self.campus.migrate(two).status, 0)
        self.assertEqual(self.campus.migrate(one).status, 1)
        self.assert_stored("two", "es", sjson("B"))
        self.assert_findings(("video@w", "es", "shared-id-differs", "error"), courses=[one])
        self.assert_findings(courses=[two])

    def test_objects_are_named_after_id_language_and_bytes(self):
        c = Course("H").static({"a.srt": srt("a"), "b.srt": srt("b")})
        c.video("a", edx_video_id="one", transcripts={"es": "a.srt", "pt-BR": "a.srt",
                                                      "fr": "b.srt"})
        c.video("b", edx_video_id="two", transcripts={"es": "a.srt"})
        self.migrated(c)
        expected = {object_name(*key[:2], sjson(key[2])): sjson(key[2]) for key in (
            ("one", "es", "a"), ("one", "pt-BR", "a"), ("one", "fr", "b"), ("two", "es", "a"))}
        self.assertEqual(self.campus.objects(), expected)
        for name in expected:
            self.assertRegex(name, re.compile(r"^video-transcripts/[0-9a-f]{32}\.sjson$"))
        self.assertEqual(set(self.campus.sql(
            "val.db", "SELECT provider, file_format FROM edxval_videotranscript")),
            {("Custom", "sjson")})
