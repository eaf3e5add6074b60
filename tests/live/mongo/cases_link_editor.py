"""Authors at work while a split course is linked: the proxy holds a request, the author edits.

Nothing of what they did may be lost, and nothing may be linked that they decided otherwise.
"""
import copy

from bson import ObjectId

from link_campus import ES, LinkTest, made_id, small
from olx_campus import sjson

INDEX = "modulestore.active_versions"


def is_link(request):
    """A find of one course's index: what linking begins with, and what it reads back with."""
    return "run" in request.get("filter", {}) and "projection" not in request


class LinkEditor(LinkTest):
    kind = "split"

    def setUp(self):
        super().setUp()
        self.course = small(v=ES, w=ES, kept=(ES, dict(ES, display_name="not published")))
        self.named = self.ids(self.course, "v", "w", "kept")

    def hold(self, command="update", collection=INDEX, **how):
        """Loads the course, runs until linking sends @command, and says who is running."""
        self.campus.load(self.course)
        self.scanned()
        held = self.campus.proxy.on(command, collection, **how)
        running = self.begin()
        held.wait()
        return held, running

    def let_go(self, held, running, status=0):
        held.release()
        self.ended(running, status)

    def edit(self, name="v", publish=False, **fields):
        """As Studio does it; returns what the source is then."""
        editor = self.editor(self.course).change(name, **(fields or {"display_name": "edited"}))
        if publish:
            editor.publish(name)
        self.assertTrue(editor.write())
        return self.campus.stored()

    def delete(self, name, *branches):
        editor = self.editor(self.course)
        for branch in branches:
            new = editor.successor(editor.structure(branch))
            new["blocks"].remove(editor.block(new, name))
            editor.block(new, "v", "vertical")["fields"]["children"].remove(["video", name])
            editor.structures.insert_one(new)
            editor.index["versions"][branch] = new["_id"]
        self.assertTrue(editor.write())
        return self.campus.stored()

    # ---- without quiet: linked on top of the edit

    def test_on_top_of_an_edit_before_any_of_our_requests(self):
        """Held: the inserts of either branch, the update, and the readings before them."""
        self.campus.quiet("0s")
        moments = [("insert", "modulestore.structures", 0, None),
                   ("insert", "modulestore.structures", 1, None),
                   ("update", INDEX, 0, None), ("find", INDEX, 0, is_link),
                   ("find", "modulestore.structures", 1, None)]
        for n, (command, collection, skip, when) in enumerate(moments):
            self.course = small("S%d" % n, v=ES, w=ES, kept=(ES, dict(ES, display_name="draft")))
            held, running = self.hold(command, collection, skip=skip, when=when)
            before = self.edit(transcripts={"es": "a.srt", "fr": "b.srt"}, display_name="edited")
            self.let_go(held, running)
            ids = self.ids(self.course, "v", "w", "kept")
            self.judge(before, self.course, ids, unused=2)
            draft = self.editor(self.course)
            block = draft.block(draft.structure(), "v")
            self.assertEqual(block["fields"], {"edx_video_id": ids["v"], "display_name": "edited",
                                               "transcripts": {"es": "a.srt", "fr": "b.srt"}})
        self.assertEqual(self.campus.ids(), sorted(made_id(
            "course-v1:Org+S%d+R" % n, v) for n in range(5) for v in ("v", "w", "kept")))

    def test_on_top_of_an_edit_that_was_published(self):
        self.campus.quiet("0s")
        held, running = self.hold()
        before = self.edit(publish=True)
        self.let_go(held, running)
        self.judge(before, self.course, self.named)

    def test_on_top_of_a_draft_that_was_forced_to_be_published(self):
        """Both heads on the draft's structure; the index says so at the same last_update."""
        self.campus.quiet("0s")
        held, running = self.hold()
        draft = self.editor(self.course).index["versions"]["draft-branch"]
        self.campus.database[INDEX].update_one({}, {"$set": {"versions.published-branch": draft}})
        before = self.campus.stored()
        self.let_go(held, running)
        self.judge(before, self.course, self.named, unused=0)

    def test_an_edit_that_left_last_update_as_it_was(self):
        """The heads are part of the condition too: a tool that writes them alone is not undone."""
        self.campus.quiet("0s")
        held, running = self.hold()
        editor = self.editor(self.course).change("w", display_name="by a tool")
        self.campus.database[INDEX].update_one({}, {"$set": {"versions": editor.index["versions"]}})
        before = self.campus.stored()
        self.let_go(held, running)
        self.judge(before, self.course, self.named)

    def test_a_write_that_moved_no_head(self):
        """Only last_update tells that somebody is at work: another wiki, for instance."""
        held, running = self.hold()
        editor = self.editor(self.course)
        editor.index["search_targets"] = {"wiki_slug": "another"}
        self.assertTrue(editor.write())
        before = self.campus.stored()
        self.let_go(held, running)
        self.untouched(before)
        self.assertIn(("video@v", "link-pending"), self.codes())
        self.campus.quiet("0s")
        self.ran("retry", "--finding", "link-pending", "--all")
        self.linked()
        self.judge(before, self.course, self.named)

    def test_an_author_who_edits_again_and_again(self):
        """Five writes are tried; then it is the retry rule's, and then another day's."""
        self.campus.quiet("0s")
        self.campus.engine["max_retries"] = "0"
        self.campus.load(self.course)
        self.scanned()
        rules = [self.campus.proxy.on("update", INDEX) for _ in range(5)]
        running = self.begin()
        for n, rule in enumerate(rules):
            rule.wait()
            before = self.edit(display_name="edit %d" % n)
            rule.release()
        self.ended(running, status=1)
        self.untouched(before)
        self.assertEqual({c for _, c in self.codes() if c != "draft-differs"}, {"link-failed"})
        self.assertIn("is being edited", self.texts("link-failed")[0])
        before = self.campus.stored()
        self.ran("retry", "--finding", "link-failed", "--all")
        self.linked()
        self.judge(before, self.course, self.named)

    def test_no_author_loses_to_us_but_by_their_own_condition(self):
        """Who read before we wrote misses, as their own client has it (2.2); who reads anew edits
        on top of ours, and the id stays."""
        self.campus.load(self.course)
        self.scanned()
        late = self.editor(self.course).change("v", display_name="too late")
        self.linked()
        self.assertFalse(late.write())
        before = self.campus.stored()
        self.assertTrue(self.editor(self.course).change("v", display_name="anew").write())
        self.linked(self.course.key)
        editor = self.editor(self.course)
        self.assertEqual(editor.block(editor.structure(), "v")["fields"], dict(
            ES, edx_video_id=self.named["v"], display_name="anew"))
        self.assertNotEqual(before, self.campus.stored())

    # ---- with quiet: put off

    def test_put_off_and_linked_when_it_is_quiet(self):
        held, running = self.hold()
        before = self.edit()
        self.let_go(held, running)
        self.untouched(before)
        self.assertEqual([c for c in self.codes() if c[1] != "draft-differs"],
                         [("video@" + v, "link-pending") for v in ("kept", "v", "w")])
        self.assertEqual(self.status_of(self.course.key), "Migrated")
        marks = self.campus.store_marks(), self.campus.val_dump()
        # Not yet quiet: it stays pending.
        self.ran("retry", "--finding", "link-pending", "--all")
        self.linked()
        self.untouched(before)
        self.campus.age(self.course)
        before = self.campus.stored()
        self.ran("retry", "--finding", "link-pending", "--all")
        self.linked()
        self.judge(before, self.course, self.named)
        self.assertNotIn("link-pending", [c for _, c in self.codes()])
        self.assertEqual((self.campus.store_marks(), self.campus.val_dump()), marks)

    # ---- authors who decide for themselves

    def test_the_same_id_in_both_branches_is_done(self):
        held, running = self.hold()
        self.edit(publish=True, edx_video_id=self.named["v"])
        self.campus.age(self.course)
        before = self.campus.stored()
        self.let_go(held, running)
        self.judge(before, self.course, self.named)

    def test_the_same_id_in_the_draft_leaves_the_draft_alone(self):
        self.campus.quiet("0s")
        held, running = self.hold()
        before = self.edit(edx_video_id=" %s " % self.named["v"])
        self.let_go(held, running)
        self.judge(before, self.course, self.named)

    def test_another_id_is_left_alone_and_used_by_a_retry(self):
        for n, publish in enumerate((False, True)):
            self.course = small("S%d" % n)
            held, running = self.hold()
            self.edit(publish=publish, edx_video_id="author-%d" % n)
            self.campus.age(self.course)
            before = self.campus.stored()
            self.let_go(held, running, status=1)
            self.judge(before, self.course, self.ids(self.course, "w"))
            self.assertEqual(self.codes(), [("video@v", "link-failed")])
            self.assertIn("author-%d" % n, self.texts("link-failed")[0])
            self.assertEqual(self.status_of(self.course.key), "Failed")
            # Linking the other block was an edit too.
            self.campus.age(self.course)
            before = self.campus.stored()
            self.ran("retry", "--finding", "link-failed", "--all")
            self.linked()
            self.judge(before, self.course, {"v": "author-%d" % n})
            self.assert_stored("author-%d" % n, "es", sjson("a"))
            self.assertEqual(self.codes(), [])
            self.assertEqual(self.status_of(self.course.key), "Migrated")

    def test_a_block_that_was_deleted_fails_and_the_others_are_linked(self):
        held, running = self.hold()
        self.delete("w", "draft-branch", "published-branch")
        self.campus.age(self.course)
        before = self.campus.stored()
        self.let_go(held, running, status=1)
        self.judge(before, self.course, self.named)
        self.assertIn(("video@w", "link-failed"), self.codes())
        self.assertEqual([c for _, c in self.codes() if c != "draft-differs"], ["link-failed"])
        self.assertIn("no longer", self.texts("link-failed")[0])
        self.linked()       # the course is read anew: there is no such block
        self.assertNotIn("link-failed", [c for _, c in self.codes()])

    def test_a_block_that_was_deleted_from_the_draft_is_linked_where_it_is(self):
        held, running = self.hold()
        self.delete("w", "draft-branch")
        self.campus.age(self.course)
        before = self.campus.stored()
        self.let_go(held, running)
        self.judge(before, self.course, self.named)

    def test_a_course_that_is_gone(self):
        held, running = self.hold()
        self.campus.database[INDEX].delete_many({})
        before = self.campus.stored()
        self.let_go(held, running, status=1)
        self.untouched(before)
        self.assertIn("no longer in the modulestore", self.texts("link-failed")[0])

    def test_a_course_that_came_twice(self):
        held, running = self.hold("find", INDEX, when=is_link)
        index = copy.deepcopy(self.campus.database[INDEX].find_one())
        self.campus.database[INDEX].insert_one(dict(index, _id=ObjectId()))
        before = self.campus.stored()
        self.let_go(held, running, status=1)
        self.untouched(before)
        self.assertIn("twice", self.texts("link-failed")[0])

    def test_an_author_who_takes_the_id_back_before_it_is_read_back(self):
        """Written, read back without it: told, not written again behind their back."""
        self.campus.quiet("0s")
        held, running = self.hold("find", INDEX, when=is_link, skip=1)
        self.assertEqual(self.campus.ids(), sorted(self.named.values()))
        before = self.edit(publish=True, edx_video_id="")
        self.let_go(held, running, status=1)
        self.untouched(before)
        self.assertIn(("video@v", "link-failed"), self.codes())
        self.assertEqual([c for _, c in self.codes() if c != "draft-differs"], ["link-failed"])


del LinkTest
