"""Time passes between two commands: authors edit, courses go and come back, lists break off."""
import datetime

from bson import ObjectId

import loader
from campus import MongoTest
from editor import SplitEditor, old_edit
from olx import Course
from olx_campus import sjson, srt

FILES = {"a.srt": srt("a"), "b.srt": srt("b")}


def small(name="S"):
    return Course.simple(name, files=FILES, videos={
        "v": {"edx_video_id": name + "-v", "transcripts": {"es": "a.srt"}},
        "w": {"edx_video_id": name + "-w", "transcripts": {"fr": "b.srt"}}})


class Edited(MongoTest):
    def test_what_an_author_adds_is_migrated_by_the_next_run(self):
        course, old = small(), small("O")
        self.campus.load(course)
        self.campus.load(old, "draft")
        self.migrated()
        self.assertEqual(len(self.campus.rows()), 4)
        editor = SplitEditor(self.campus.database, course).read()
        self.assertTrue(editor.change("v", transcripts={"es": "a.srt", "de": "b.srt"}).write())
        self.assertTrue(old_edit(self.campus.database, old, "v",
                                 transcripts={"es": "a.srt", "de": "b.srt"}))
        before = self.campus.store_marks()
        self.assertEqual(self.campus.run("migrate", course.key, old.slash_key).status, 0)
        for name in ("S-v", "O-v"):
            self.assert_stored(name, "de", sjson("b"))
        self.assertEqual({k: v for k, v in self.campus.store_marks().items() if k in before}, before)
        self.assertEqual(self.campus.run("verify", "--all", "--level", "bytes").status, 0)

    def test_a_draft_that_differs_until_it_is_published(self):
        course = small()
        self.campus.load(course)
        editor = SplitEditor(self.campus.database, course).read()
        self.assertTrue(editor.change("v", transcripts={"es": "b.srt"}).write())
        self.migrated()
        self.assert_stored("S-v", "es", sjson("a"))
        self.assert_findings(("video@v", "es", "draft-differs", "notice"))
        self.assertTrue(editor.read().publish("v").write())
        self.campus.run("migrate", course.key)
        # What val has is kept, and the difference is told.
        self.assert_stored("S-v", "es", sjson("a"))
        self.assertIn(("video@v", "es", "source-changed"),
                      [f[:3] for f in self.campus.findings()])

    def test_nothing_is_written_again_by_a_second_run(self):
        self.campus.load(small())
        self.campus.load(small("O"), "draft")
        self.migrated()
        before = self.campus.val_dump(), self.campus.store_marks()
        self.assertEqual(self.campus.run("migrate", small().key, small("O").slash_key).status, 0)
        self.assertEqual((self.campus.val_dump(), self.campus.store_marks()), before)

    def test_a_file_that_is_saved_again_makes_the_evidence_stale(self):
        course, old = small(), small("O")
        self.campus.load(course)
        self.campus.load(old, "draft")
        self.migrated()
        keys = course.key, old.slash_key
        self.assertEqual(self.campus.run("verify", "--all").status, 0)

        def evidence():
            return {row["key"]: (row["evidence"], row["stale"])
                    for row in self.campus.run("list", "--json").document()["courses"]
                    if row["key"] in keys}
        self.campus.run("migrate", "--dry-run", *keys)
        self.assertEqual(evidence(), {key: ("fresh", None) for key in keys})
        # The platform saves a file by deleting and inserting it: the same name, the same bytes.
        files = self.campus.contentstore["fs.files"]
        for document in list(files.find()):
            files.delete_one({"_id": document["_id"]})
            document["uploadDate"] += datetime.timedelta(seconds=1)
            files.insert_one(document)
        self.campus.run("migrate", "--dry-run", *keys)
        self.assertEqual(evidence(), {key: (
            "stale", "the source has changed: files of the contentstore") for key in keys})
        self.assertEqual(self.campus.run("verify", "--all").status, 0)
        self.campus.run("migrate", "--dry-run", *keys)
        self.assertEqual(evidence(), {key: ("fresh", None) for key in keys})

    def test_a_rehearsal_says_what_the_run_does(self):
        self.campus.load(small())
        self.campus.load(small("O"), "draft")
        self.campus.run("scan")
        dry = self.campus.run("migrate", "--all", "--dry-run", "--json")
        self.assertEqual(self.campus.rows(), {})
        self.assertEqual(self.campus.run("migrate", "--all", "--json").tried(), dry.tried())

    def test_files_are_named_as_people_write_them(self):
        self.campus.load(small())
        self.campus.load(small("O"), "draft")
        self.migrated()
        names = {key[0]: t["source"] for key, t in self.campus.transcripts().items()
                 if key[1] == "video@v"}
        self.assertEqual(names, {
            "course-v1:Org+S+R": "asset-v1:Org+S+R+type@asset+block@a.srt",
            "Org/O/R": "/c4x/Org/O/asset/a.srt"})


class Lists(MongoTest):
    def gone(self):
        return sorted(row["key"] for row in self.campus.run("list", "--json").document()["courses"]
                      if row["gone"])

    def test_a_course_that_is_gone_is_marked_and_comes_back(self):
        docs = self.campus.load(small())
        old = self.campus.load(small("O"), "draft")
        self.campus.load(small("T"))
        self.migrated()
        heads = self.campus.database["modulestore.active_versions"]
        heads.delete_one({"_id": docs.index["_id"]})
        root = old.document("R", category="course")
        self.campus.database["modulestore"].delete_one({"_id": root["_id"]})
        self.assertEqual(self.campus.run("scan").status, 0)
        self.assertEqual(self.gone(), ["Org/O/R", "course-v1:Org+S+R"])
        self.assertEqual(len(self.campus.rows()), 6)
        heads.insert_one(docs.index)
        self.campus.database["modulestore"].insert_one(root)
        self.assertEqual(self.campus.run("scan").status, 0)
        self.assertEqual(self.gone(), [])
        self.assertEqual(self.campus.course("Org/O/R")["status"], "Migrated")

    def test_a_list_that_breaks_off_marks_nothing_gone(self):
        for n in range(6):
            self.campus.load(small("S%d" % n))
            self.campus.load(small("O%d" % n), "draft")
        self.assertEqual(self.campus.run("scan").status, 0)
        self.campus.proxy.batch = 2
        for collection in ("modulestore.active_versions", "modulestore"):
            for action in ("before", "after", "cut", "noise", "empty"):
                rule = self.campus.proxy.on("getMore", None, action, when=lambda d, c=collection:
                                            d["collection"] == c)
                answer = self.campus.run("scan")
                self.assertEqual(rule.hits, 1, collection + action)
                self.assertEqual(answer.status, 3, answer.text())
                self.assertEqual(self.gone(), [], collection + action)
        self.assertEqual(self.campus.run("scan").status, 0)
        self.assertEqual(self.gone(), [])
        self.assertEqual(len(self.campus.run("list", "--json").document()["courses"]), 12)

    def test_two_of_one_key_are_told_and_the_others_go_on(self):
        docs = self.campus.load(small())
        self.campus.load(small("T"))
        self.campus.database["modulestore.active_versions"].insert_one(
            dict(docs.index, _id=ObjectId()))
        answer = self.campus.run("scan")
        self.assertIn("second", answer.text() + answer.err.decode())
        self.assertEqual(self.campus.run("migrate", "course-v1:Org+T+R").status, 0)
        self.assert_stored("T-v", "es", sjson("a"))

    def test_a_ccx_is_no_course(self):
        self.campus.load(small())
        self.campus.run("scan")
        self.assertEqual(self.campus.run("migrate", "ccx-v1:Org+S+R+ccx@1").status, 2)
        self.assertEqual(self.campus.run("migrate", "library-v1:Org+S").status, 2)
        self.assertEqual(self.campus.rows(), {})
        self.campus.insert(loader.library("Org", "S", {}))
        self.assertEqual(self.campus.run("migrate", "--all").status, 0)


del MongoTest
