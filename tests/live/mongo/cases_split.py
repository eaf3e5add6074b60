"""What real modulestores hold besides plain courses (domain 1 to 3)."""
import copy

from bson import SON, ObjectId

import loader
from campus import MongoTest
from olx import Course
from olx_campus import sjson, srt

FILES = {"a.srt": srt("a"), "b.srt": srt("b"), "d.srt": srt("default")}


def video(val_id, name="a.srt", **more):
    return dict({"edx_video_id": val_id, "transcripts": {"es": name}}, **more)


class Courses(MongoTest):
    """Which entries of the index are courses, and which is which."""

    def keys(self, **source):
        self.campus.source.update(source)
        self.assertEqual(self.campus.run("scan").status, 0)
        return [row["key"] for row in self.campus.run("list", "--json").document()["courses"]]

    def test_each_kind_lists_its_own_courses_and_no_library(self):
        self.campus.load(Course.simple("New", videos={"v": video("new")}, files=FILES))
        self.campus.load(Course.simple("Old", videos={"v": video("old")}, files=FILES), "draft")
        self.campus.insert(loader.library("Org", "Lib", {"v": video("lib")}))
        self.assertEqual(self.keys(), ["Org/Old/R", "course-v1:Org+New+R"])
        self.migrated()
        self.assertEqual(self.campus.ids(), ["new", "old"])
        self.campus.lose("status.db")
        self.assertEqual(self.keys(kind="split"), ["course-v1:Org+New+R"])
        self.campus.lose("status.db")
        self.assertEqual(self.keys(kind="draft"), ["Org/Old/R"])

    def test_an_index_without_a_branch_of_courses_is_no_course(self):
        def empty(docs):
            docs.index["versions"] = {}
            docs.branches.clear()
        self.campus.load(Course.simple("Empty"), tweak=empty)
        self.campus.load(Course.simple("Full", videos={"v": video("full")}, files=FILES))
        self.assertEqual(self.keys(), ["course-v1:Org+Full+R"])

    def test_courses_that_differ_only_in_case_are_two(self):
        for org, text in (("Org", "one"), ("ORG", "two"), ("org", "three")):
            self.campus.load(Course.simple("C", org=org, videos={"v": video(text)},
                                           files={"a.srt": srt(text)}))
        self.migrated()
        for text in ("one", "two", "three"):
            self.assert_stored(text, "es", sjson(text))
        self.assertEqual(self.keys(), ["course-v1:ORG+C+R", "course-v1:Org+C+R",
                                       "course-v1:org+C+R"])

    def test_slash_courses_that_differ_only_in_case_are_two(self):
        for org, text in (("Org", "one"), ("ORG", "two")):
            self.campus.load(Course.simple("C", org=org, videos={"v": video(text)},
                                           files={"a.srt": srt(text)}), "draft")
        self.migrated()
        for text in ("one", "two"):
            self.assert_stored(text, "es", sjson(text))

    def test_two_runs_share_a_structure_and_have_files_of_their_own(self):
        first = Course.simple("C", run="R1", videos={"v": {"transcripts": {"es": "a.srt"}}},
                              files={"a.srt": srt("first")})
        docs = self.campus.load(first)
        second = Course.simple("C", run="R2", files={"a.srt": srt("second")})
        other = loader.files(second, "split", loader.Documents())
        other.index = copy.deepcopy(docs.index)
        other.index.update(_id=ObjectId(), run="R2")
        self.campus.insert(other)
        self.migrated()
        self.assertEqual(len(self.campus.ids()), 2)
        self.assertEqual(sorted(self.campus.objects().values()),
                         [sjson("first"), sjson("second")])

    def test_a_course_of_one_branch_is_read_from_it(self):
        made = Course.simple("C", videos={"v": (video("v"), video("v", "b.srt"))}, files=FILES)
        self.campus.load(made, published=False)
        made = Course.simple("P", videos={"v": (video("p"), video("p", "b.srt"))}, files=FILES)
        self.campus.load(made, draft=False, last_update=False)
        self.migrated()
        self.assert_stored("v", "es", sjson("b"))
        self.assert_stored("p", "es", sjson("a"))
        self.assert_findings(beside=())

    def test_keys_of_other_scripts_and_signs_work(self):
        self.campus.load(Course.simple("Kürs.1~x", org="Ørg-α", run="2018:学", videos={
            "v": video("v")}, files=FILES))
        self.campus.load(Course.simple("Kürs.1", org="Ørg-α%", run="2018_学", videos={
            "v": video("w")}, files=FILES), "draft")
        self.migrated()
        self.assertEqual(self.campus.ids(), ["v", "w"])
        self.assertEqual(self.keys(), ["course-v1:Ørg-α+Kürs.1~x+2018:学", "Ørg-α%/Kürs.1/2018_学"])

    def test_a_head_without_its_structure_fails_that_course_alone(self):
        def lose(docs):
            docs.branches.pop("published-branch")
        self.campus.load(Course.simple("Bad", videos={"v": video("bad")}, files=FILES), tweak=lose)
        self.campus.load(Course.simple("Good", videos={"v": video("good")}, files=FILES))
        self.migrated(status=1)
        self.assertEqual(self.campus.ids(), ["good"])
        self.assertEqual(self.campus.course("course-v1:Org+Good+R")["status"], "Migrated")
        self.assertEqual(self.campus.course("course-v1:Org+Bad+R")["status"], "Failed")


class Trees(MongoTest):
    """Which blocks of a structure belong to the course."""

    def both(self, tweak, videos=("v",)):
        """A course of @videos, @tweak applied to the blocks of each branch."""
        def change(docs):
            for document in docs.branches.values():
                tweak({(b["block_type"], b["block_id"]): b for b in document["blocks"]},
                      document["blocks"])
        self.campus.load(Course.simple("T", videos={v: video(v) for v in videos}, files=FILES),
                         tweak=change)

    def test_orphans_are_left_out_of_split_and_kept_in_draft(self):
        course = Course.simple("T", videos={"in": video("in"), "out": video("out")}, files=FILES)
        course.block("vertical", "v").children.remove(("video", "out"))
        self.campus.load(course)
        self.migrated()
        self.assertEqual(self.campus.ids(), ["in"])
        course.course = "Old"
        self.campus.load(course, "draft")
        self.migrated()
        self.assertEqual(self.campus.ids(), ["in", "out"])

    def test_an_orphaned_container_takes_its_videos_with_it(self):
        def orphan(blocks, _):
            blocks["vertical", "v"]["fields"]["children"].remove(["video", "out"])
            blocks["vertical", "w"] = None
        def add(blocks, every):
            orphan(blocks, every)
            every.append({"block_type": "vertical", "block_id": "w", "fields":
                          {"children": [["video", "out"]]}})
        self.both(add, ("in", "out"))
        self.migrated()
        self.assertEqual(self.campus.ids(), ["in"])

    def test_a_cycle_in_the_course_is_walked_once(self):
        def cycle(blocks, _):
            blocks["vertical", "v"]["fields"]["children"].append(["sequential", "s"])
            blocks["vertical", "v"]["fields"]["children"].append(["vertical", "v"])
        self.both(cycle)
        self.migrated()
        self.assertEqual(self.campus.ids(), ["v"])
        self.assertEqual(self.campus.course("course-v1:Org+T+R")["videos"], 1)

    def test_a_cycle_beside_the_course_is_left_out(self):
        def cycle(blocks, every):
            blocks["vertical", "v"]["fields"]["children"].remove(["video", "out"])
            for one, two in (("x", "y"), ("y", "x")):
                every.append({"block_type": "vertical", "block_id": one, "fields":
                              {"children": [["vertical", two], ["video", "out"]]}})
        self.both(cycle, ("in", "out"))
        self.migrated()
        self.assertEqual(self.campus.ids(), ["in"])

    def test_children_that_are_nowhere_or_twice_do_no_harm(self):
        def dangle(blocks, every):
            blocks["chapter", "c"]["fields"]["children"] += [["video", "nowhere"], ["video", "v"]]
            blocks["vertical", "v"]["fields"]["children"] += [["vertical", "gone"], ["video", "v"]]
            del every
        self.both(dangle)
        self.migrated()
        self.assertEqual(self.campus.course("course-v1:Org+T+R")["videos"], 1)
        self.assert_findings(beside=())

    def test_one_id_of_two_types_is_two_blocks(self):
        def twin(blocks, every):
            blocks["vertical", "v"]["fields"]["children"].append(["html", "v"])
            every.insert(0, {"block_type": "html", "block_id": "v", "fields": {"sub": "no"}})
            blocks["vertical", "v"]["fields"]["children"].append(["videoalpha", "v"])
            every.append({"block_type": "videoalpha", "block_id": "v",
                          "fields": video("alpha", "b.srt")})
        self.both(twin)
        self.migrated()
        self.assert_stored("v", "es", sjson("a"))
        self.assert_stored("alpha", "es", sjson("b"))

    def test_the_root_is_told_by_its_type_and_having_no_parent(self):
        def rename(docs):
            for document in docs.branches.values():
                document["root"] = ["course", "something-else"]
                document["blocks"].reverse()
        self.campus.load(Course.simple("T", videos={"v": video("v")}, files=FILES), tweak=rename)
        self.migrated()
        self.assertEqual(self.campus.ids(), ["v"])

    def test_blocks_of_old_documents_lack_fields_that_newer_ones_have(self):
        def old(blocks, every):
            for block in every:
                for name in ("defaults", "asides", "edit_info", "definition"):
                    del block[name]
            every[:] = [SON(reversed(list(b.items()))) for b in every]
            del blocks
        self.both(old)
        self.migrated()
        self.assertEqual(self.campus.ids(), ["v"])


class Settings(MongoTest):
    """The values of a block's fields."""

    def tweaked(self, course, tweak, form="split"):
        def change(docs):
            for document in docs.branches.values():
                for block in document["blocks"]:
                    if block["block_type"] == "video":
                        tweak(block)
        self.campus.load(course, form, tweak=change)

    def test_defaults_stand_in_for_fields_that_are_absent(self):
        def under(block):
            block["defaults"] = {"edx_video_id": "default", "transcripts": {"es": "d.srt"},
                                 "sub": None}
            if block["block_id"] == "absent":
                block["fields"] = {}
            if block["block_id"] == "null":
                block["fields"] = {"edx_video_id": "null", "transcripts": None}
            if block["block_id"] == "empty":
                block["fields"] = {"edx_video_id": "empty", "transcripts": {}}
        self.tweaked(Course.simple("S", files=FILES, videos={
            n: video(n) for n in ("absent", "null", "empty", "set")}), under)
        self.migrated()
        self.assert_stored("default", "es", sjson("default"))
        self.assert_stored("set", "es", sjson("a"))
        self.assertEqual(self.campus.ids(), ["default", "set"])

    def test_nulls_are_empty(self):
        nulls = {"edx_video_id": None, "sub": None, "transcripts": {"es": "a.srt", "fr": None},
                 "html5_sources": None, "youtube_id_1_0": None, "display_name": None}
        self.campus.load(Course.simple("S", videos={"v": nulls}, files=FILES))
        self.campus.load(Course.simple("O", videos={"v": nulls}, files=FILES), "draft")
        self.migrated()
        self.assertEqual(len(self.campus.ids()), 2)
        self.assertEqual({language for _, language in self.campus.rows()}, {"es"})

    def test_transcripts_of_another_type_are_empty_with_a_warning(self):
        for form, name in (("split", "S"), ("draft", "O")):
            self.campus.load(Course.simple(name, files=FILES, videos={
                "list": {"edx_video_id": "a", "transcripts": ["a.srt"]},
                "text": {"edx_video_id": "b", "transcripts": "a.srt"},
                "good": video("c-" + name)}), form)
        self.migrated()
        self.assertEqual(self.campus.ids(), ["c-O", "c-S"])
        self.assert_findings(*[("video@" + b, "-", "transcripts-not-a-map")
                               for b in ("list", "list", "text", "text")])

    def test_values_of_another_type_do_no_harm(self):
        odd = {"edx_video_id": 7, "sub": ["x"], "youtube_id_1_0": {"a": 1}, "html5_sources": "x",
               "transcripts": {"es": "a.srt", "fr": 5, "de": ["b.srt"]}}
        self.campus.load(Course.simple("S", videos={"v": odd, "w": video("w")}, files=FILES))
        self.campus.migrate()
        self.assert_stored("w", "es", sjson("a"))

    def test_draft_documents_of_old_times_are_read(self):
        def age(docs):
            for document in docs.blocks:
                document["definition"]["data"] = "<video/>"
                if document["_id"]["revision"] is None and document["_id"]["name"] == "v":
                    del document["_id"]["revision"]
                del document["edit_info"]
            docs.document("w")["_id"]["category"] = "videoalpha"
        self.campus.load(Course.simple("O", videos={"v": video("v"), "w": video("w", "b.srt")},
                                       files=FILES), "draft", tweak=age)
        self.migrated()
        self.assert_stored("v", "es", sjson("a"))
        self.assert_stored("w", "es", sjson("b"))


del MongoTest
