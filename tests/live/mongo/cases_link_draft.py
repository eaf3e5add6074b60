"""link = mongo in slash courses: one field of each document, on condition of its old value."""
import random

from bson import SON
from bson.raw_bson import RawBSONDocument

from editor import now, old_edit
from link_campus import ES, FILES, LinkTest, made_id, small
from link_judge import document, elements, with_video_id
from olx import Course
from olx_campus import sjson

BLOCKS = "modulestore"


def is_link(request):
    """A find of blocks by their names: what linking begins with, and what it reads back with."""
    return "_id.name" in request.get("filter", {})


class DraftTest(LinkTest):
    kind = "draft"

    def load_small(self, name="S", **videos):
        self.course = small(name, **videos)
        self.docs = self.campus.load(self.course, "draft")
        self.place = self.campus.database[BLOCKS]
        return self.scanned()

    def ids_of(self, *blocks):
        return {(self.course.course, b): made_id(self.course.slash_key, b) for b in blocks}

    def find(self, name, revision=None):
        return self.place.find_one({"_id.course": self.course.course, "_id.name": name,
                                    "_id.category": "video", "_id.revision": revision})


class LinkDraft(DraftTest):
    def test_one_field_of_both_revisions(self):
        """Whatever the old value was, and whatever else the settings hold."""
        rich = dict(ES, display_name="x \u00e9", deep={"a": [1, 2.5, None, {"b": True}]},
                    start="2030-01-01T00:00:00Z", edx_video_id=None, html5_sources=["u"])
        before = self.load_small(
            plain=ES, null=dict(ES, edx_video_id=None), empty=dict(edx_video_id="", **ES),
            blank=dict(edx_video_id=" \n", **ES), rich=rich, named=dict(ES, edx_video_id="own"),
            both=(ES, dict(rich, edx_video_id="")), new=(None, ES),
            none={"display_name": "no transcript"})
        self.linked()
        self.judge_old(before, self.ids_of("plain", "null", "empty", "blank", "rich", "both", "new"),
                       8)
        for key in self.ids_of("plain", "both", "new").values():
            self.assert_stored(key, "es", sjson("a"))
        self.assertIn("own", self.campus.ids())
        self.assertNotIn("link-pending", [c for _, c in self.codes()])

    def test_raw_ids_of_any_field_order(self):
        """Several orders in one collection, without a revision too: the very bytes are written."""
        names = ["v%d" % n for n in range(8)]
        course = small("S", **{n: (ES, dict(ES, display_name="d")) if n < "v4" else ES
                               for n in names})
        chance = random.Random(7)

        def tweak(docs):
            for block in docs.blocks:
                items = list(block["_id"].items())
                chance.shuffle(items)
                if block["_id"]["name"] == "v6":
                    items = [i for i in items if i[0] != "revision"]
                block["_id"] = SON(items)
        self.campus.load(course, "draft", tweak=tweak)
        before = self.scanned()
        self.linked()
        self.course = course
        self.judge_old(before, self.ids_of(*names), 12)
        self.assertGreater(len({tuple(e[0] for e in elements(document(d, "_id")))
                                for d in before[BLOCKS].values()}), 4)

    def test_an_id_in_one_revision_is_told_to_the_other(self):
        before = self.load_small(v=(ES, dict(ES, edx_video_id="d")),
                                 w=(dict(ES, edx_video_id="p"), ES), x=ES)
        self.linked()
        self.judge_old(before, {
            **self.ids_of("x"), ("S", "v"): "d", ("S", "w"): "p"}, 3)

    def test_orphans_and_old_kinds_and_one_name_in_two_courses(self):
        course = small(v=ES)
        course.block("videoalpha", "v").published = dict(ES)
        course.block("vertical", "v").children.append(("videoalpha", "v"))
        course.block("video", "orphan").published = dict(ES)
        course.block("html", "v").published = {"display_name": "v"}
        other = Course.simple("T", files=FILES, videos={"v": ES})
        self.campus.load(course, "draft")
        self.campus.load(other, "draft")
        before = self.scanned()
        self.linked(course.slash_key)
        after = self.campus.stored()
        named = {}
        for key, stored in after[BLOCKS].items():
            if stored != before[BLOCKS][key]:
                place = RawBSONDocument(stored)["_id"]
                val_id = RawBSONDocument(stored)["metadata"]["edx_video_id"]
                self.assertEqual(stored, with_video_id(before[BLOCKS][key], val_id))
                named[place["course"], place["category"], place["name"]] = val_id
        self.assertEqual(named, {("S", k, b): made_id(course.slash_key, b, k) for k, b in (
            ("video", "v"), ("videoalpha", "v"), ("video", "orphan"))})

    def test_a_block_without_settings_to_speak_of(self):
        """Its draft has no metadata at all, or null: $set makes the map, or cannot."""
        def tweak(docs):
            del docs.document("v", "draft")["metadata"]
            docs.document("w", "draft")["metadata"] = None
        self.course = small(v=(ES, ES), w=(ES, ES), x=ES)
        self.campus.load(self.course, "draft", tweak=tweak)
        before = self.scanned()
        self.linked(status=1)
        self.judge_old(before, self.ids_of("v", "x"), 3)
        self.assertIn(("video@w", "link-failed"), self.codes())

    def test_a_second_run_writes_nothing(self):
        self.load_small()
        self.linked()
        before = self.campus.stored(), self.campus.val_dump()
        self.linked(self.course.slash_key)
        self.assertEqual((self.campus.stored(), self.campus.val_dump()), before)


class LinkDraftEditor(DraftTest):
    """The old modulestore has no lock: each condition is on the field itself."""

    def hold(self, command="update", skip=0, when=None, name="S", **videos):
        self.load_small(name, **(videos or {"v": ES, "w": ES}))
        held = self.campus.proxy.on(command, BLOCKS, skip=skip, when=when)
        running = self.begin()
        held.wait()
        return held, running

    def let_go(self, held, running, status=0):
        held.release()
        self.ended(running, status)

    def edit(self, name="v", revision=None, **metadata):
        self.assertTrue(old_edit(self.campus.database, self.course, name, revision=revision,
                                 **metadata))
        return self.campus.stored()

    def copy(self, name, **metadata):
        """What a first edit of a published block does: it is copied to a draft, and that edited."""
        found = self.place.find_one({"_id.name": name, "_id.category": "video"})
        found["_id"]["revision"] = "draft"
        found["metadata"] = dict(found["metadata"], **metadata)
        found["edit_info"]["edited_on"] = now()
        self.place.insert_one(found)
        return self.campus.stored()

    def test_an_edit_between_reading_and_writing_stays(self):
        for n in range(3):      # before either write, and before it is read back
            with self.subTest(n):
                held, running = self.hold("update" if n < 2 else "find", n if n < 2 else 1,
                                          None if n < 2 else is_link, "S%d" % n)
                metadata = dict(self.find("v")["metadata"])
                before = self.edit(transcripts={"es": "a.srt", "fr": "b.srt"}, display_name="e")
                self.let_go(held, running)
                ids = self.ids_of("v", "w")
                metadata.update(transcripts={"es": "a.srt", "fr": "b.srt"}, display_name="e",
                                edx_video_id=ids[self.course.course, "v"])
                self.assertEqual(self.find("v")["metadata"], metadata)
                self.assertEqual(self.codes(), [])
                self.judge_old(before, ids, 2 - n)

    def test_an_author_who_empties_or_nulls_the_field(self):
        """The condition misses, and the document is read again."""
        for n, value_now in enumerate(("", None)):
            with self.subTest(value_now):
                held, running = self.hold(name="S%d" % n, v=dict(ES, edx_video_id="  "))
                before = self.edit(edx_video_id=value_now)
                self.let_go(held, running)
                self.judge_old(before, self.ids_of("v"), 1)

    def test_the_same_id(self):
        held, running = self.hold()
        before = self.edit(edx_video_id=self.ids_of("v")["S", "v"])
        self.let_go(held, running)
        self.judge_old(before, self.ids_of("v", "w"), 1)
        self.assertEqual(self.codes(), [])

    def test_another_id_is_left_alone_and_used_by_a_retry(self):
        held, running = self.hold(v=(ES, dict(ES, display_name="d")), w=ES)
        before = self.edit(edx_video_id="author")
        self.let_go(held, running, status=1)
        # Nothing at all of the block: its draft is not given another id than the author's.
        self.judge_old(before, self.ids_of("w"), 1)
        self.assertIn(("video@v", "link-failed"), self.codes())
        self.assertIn("author", self.texts("link-failed")[0])
        self.campus.quiet("0s")
        before = self.campus.stored()
        self.ran("retry", "--finding", "link-failed", "--all")
        self.linked()
        self.judge_old(before, {("S", "v"): "author"}, 1)
        self.assert_stored("author", "es", sjson("a"))
        self.assertNotIn("link-failed", [c for _, c in self.codes()])

    def test_a_block_that_was_deleted(self):
        held, running = self.hold()
        self.place.delete_one({"_id.name": "v", "_id.category": "video"})
        before = self.campus.stored()
        self.let_go(held, running, status=1)
        self.judge_old(before, self.ids_of("v", "w"), 1)
        self.assertEqual(self.codes(), [("video@v", "link-failed")])

    def test_a_draft_that_is_made_meanwhile_is_linked_too(self):
        """A copy of the block as it was before: linked like one that was there from the start."""
        self.campus.quiet("0s")
        held, running = self.hold()
        before = self.copy("v", display_name="edited")
        self.let_go(held, running)
        self.judge_old(before, self.ids_of("v", "w"), 3)
        self.assertNotIn("link-failed", [c for _, c in self.codes()])

    def test_a_draft_that_is_made_meanwhile_waits_where_it_is_not_quiet(self):
        """Its course is being edited: what is left is pending, and no failure."""
        held, running = self.hold()
        before = self.copy("v", display_name="edited")
        self.let_go(held, running)
        after = self.campus.stored()
        self.assertNotIn("edx_video_id", self.find("v", "draft")["metadata"])
        self.assertIn(("video@v", "link-pending"), self.codes())
        self.assertNotIn("link-failed", [c for _, c in self.codes()])
        self.assertNotEqual(before, after)
        self.campus.quiet("0s")
        before = self.campus.stored()
        self.ran("retry", "--finding", "link-pending", "--all")
        self.linked()
        self.judge_old(before, self.ids_of("v", "w"), 1)

    def test_settings_written_as_they_were_read_take_a_link_back(self):
        """The manual warns of it. It is told, and the next run that names the course links again."""
        self.campus.quiet("0s")
        held, running = self.hold("find", 1, is_link)
        self.place.update_one({"_id.name": "v", "_id.category": "video"},
                              {"$set": {"metadata": dict(ES)}})
        before = self.campus.stored()
        self.let_go(held, running, status=1)
        self.untouched(before)
        self.assertEqual(self.codes(), [("video@v", "link-failed")])
        self.linked(self.course.slash_key)
        self.judge_old(before, self.ids_of("v", "w"), 1)
        self.assertEqual(self.codes(), [])

    def test_a_course_that_is_gone(self):
        held, running = self.hold("find", 0, is_link)
        self.place.delete_one({"_id.category": "course"})
        before = self.campus.stored()
        self.let_go(held, running, status=1)
        self.untouched(before)
        self.assertIn("no longer in the modulestore", self.texts("link-failed")[0])


del LinkTest, DraftTest
