"""link = mongo: new ids get into their blocks, as an independent reader finds them (domain 2, 3)."""
import copy
import datetime

from campus import MongoTest
from editor import SplitEditor, old_edit
from olx import Course
from olx_campus import sjson, srt

FILES = {"a.srt": srt("a"), "b.srt": srt("b")}
A = {"transcripts": {"es": "a.srt"}, "display_name": "of its own"}
PLACE = "modulestore.active_versions"


def course(name="L"):
    """same: equal in both branches. differs: the draft has unpublished changes. new: a draft alone.
    has: has an id. nothing: no transcript."""
    return Course.simple(name, files=FILES, videos={
        "same": A, "differs": (A, dict(A, display_name="changed")), "new": (None, A),
        "has": dict(A, edx_video_id="has"), "nothing": {}})


class LinkTest(MongoTest):
    def setUp(self):
        super().setUp()
        self.campus.source.update(link="mongo", index="mongo")
        self.campus.keys["release"] = "hawthorn"

    def migrate(self, *, word="campus", status=0):
        self.campus.run("scan")
        answer = self.campus.run(*(["--word", word] if word else []), "migrate", "--all")
        self.assertEqual(answer.status, status, answer.text() + answer.err.decode())
        return answer

    def heads(self, made):
        return self.campus.database[PLACE].find_one(
            {"org": made.org, "course": made.course, "run": made.run})

    def structure(self, version):
        return self.campus.database["modulestore.structures"].find_one({"_id": version})

    def blocks(self, made, branch):
        return {(b["block_type"], b["block_id"]): b for b in
                self.structure(self.heads(made)["versions"][branch])["blocks"]}

    def uuid(self, made, block):
        return next(i for c, b, i in self.campus.sql(
            "status.db", "SELECT c.key, v.block, v.val_id FROM video v JOIN course c ON"
            " c.id = v.course_id") if c in (made.key, made.slash_key) and b == block)

    def linked(self, made, branch):
        """{block: id} of the videos of a branch that name one."""
        return {pair[1]: b["fields"]["edx_video_id"] for pair, b in self.blocks(made, branch).items()
                if pair[0] == "video" and b["fields"].get("edx_video_id")}

    def ids(self, made, *blocks):
        return dict({"has": "has"}, **{b: self.uuid(made, b) for b in blocks})


class LinkSplit(LinkTest):
    def check_chain(self, made, docs):
        """One new structure a branch; of its blocks only ids and edit_info are other ones."""
        heads = self.heads(made)
        same = {k: v for k, v in heads.items() if k not in ("versions", "last_update")}
        self.assertEqual(same, {k: v for k, v in docs.index.items()
                                if k not in ("versions", "last_update")})
        self.assertGreater(heads["last_update"], docs.index["last_update"])
        for branch, linked in (("draft-branch", ("same", "differs", "new")),
                               ("published-branch", ("same", "differs"))):
            old, new = docs.branches[branch], self.structure(heads["versions"][branch])
            self.assertNotEqual(new["_id"], old["_id"])
            self.assertEqual(new["previous_version"], old["_id"])
            self.assertEqual(new["original_version"], old["original_version"])
            self.assertEqual(new["schema_version"], 1)
            self.assertGreater(new["edited_on"], old["edited_on"])
            self.assertEqual(list(new), list(old))
            self.assertEqual(self.linked(made, branch), self.ids(made, *linked))
            for before, after in zip(old["blocks"], new["blocks"]):
                after = copy.deepcopy(after)
                if before["block_type"] == "video" and before["block_id"] in linked:
                    self.assertTrue(after["fields"].pop("edx_video_id"))
                    self.check_info(before, after, new, branch)
                    after["edit_info"] = before["edit_info"]
                self.assertEqual(after, before)

    def check_info(self, before, after, structure, branch):
        old, new = before["edit_info"], after["edit_info"]
        self.assertEqual(new["update_version"], structure["_id"])
        self.assertEqual(new["previous_version"], old["update_version"])
        self.assertEqual(new["edited_on"], structure["edited_on"])
        self.assertEqual(new["edited_by"], structure["edited_by"])
        self.assertEqual(new["original_usage"], old["original_usage"])
        if branch == "draft-branch":
            self.assertIsNone(new["source_version"])

    def unpublished(self, made, block):
        """Whether Studio shows unpublished changes: the versions of the two differ (domain 2.3)."""
        versions = []
        for branch in ("draft-branch", "published-branch"):
            info = self.blocks(made, branch)["video", block]["edit_info"]
            versions.append(info["source_version"] or info["update_version"])
        return versions[0] != versions[1]

    def test_the_chain_the_stamps_and_the_heads_are_those_of_an_edit(self):
        made = course()
        docs = self.campus.load(made)
        self.migrate()
        self.check_chain(made, docs)
        self.assertFalse(self.unpublished(made, "same"))
        self.assertTrue(self.unpublished(made, "differs"))
        self.assertEqual(self.campus.database["modulestore.structures"].count_documents({}), 4)
        self.assert_findings(beside=("draft-differs",))
        updates = [r for r in self.campus.proxy.requests() if r.command == "update"]
        self.assertEqual(len(updates), 1)
        query = updates[0].document["updates"][0]["q"]
        self.assertLessEqual({"_id", "last_update", "versions.draft-branch",
                              "versions.published-branch"}, set(query))
        self.assertFalse(updates[0].document["updates"][0].get("upsert", False))

    def test_without_the_word_nothing_is_written(self):
        made = course()
        docs = self.campus.load(made)
        for word in (None, "other"):
            self.campus.run("scan")
            self.migrate(word=word, status=2)
            self.assertEqual(self.heads(made), docs.index)
            self.assertEqual(self.campus.rows(), {})
        self.assertEqual(self.campus.database["modulestore.structures"].count_documents({}), 2)

    def test_a_second_run_writes_nothing_more(self):
        made = course()
        self.campus.load(made)
        self.migrate()
        heads = self.heads(made)
        self.campus.proxy.forget()
        self.assertEqual(self.campus.run("--word", "campus", "migrate", made.key).status, 0)
        self.assertEqual(self.heads(made), heads)
        self.assertEqual([r for r in self.campus.proxy.requests()
                          if r.command in ("insert", "update")], [])

    def test_an_author_between_reading_and_moving_the_heads_loses_nothing(self):
        made = course()
        self.campus.load(made)
        # Whose heads move an instant ago is put off: here the authors are never quiet.
        self.campus.source["link_quiet"] = "0s"
        self.campus.run("scan")
        held = self.campus.proxy.on("update", PLACE)
        running = self.campus.begin("--word", "campus", "migrate", "--all")
        held.wait()
        editor = SplitEditor(self.campus.database, made).read()
        self.assertTrue(editor.change("same", display_name="by the author").write())
        held.release()
        answer = self.campus.done(running)
        self.assertEqual(answer.status, 0, answer.text() + answer.err.decode())
        self.assertEqual(self.linked(made, "draft-branch"), self.ids(made, "same", "differs", "new"))
        self.assertEqual(self.linked(made, "published-branch"), self.ids(made, "same", "differs"))
        self.assertEqual(self.blocks(made, "draft-branch")["video", "same"]["fields"]["display_name"],
                         "by the author")
        new = self.structure(self.heads(made)["versions"]["draft-branch"])
        self.assertEqual(new["previous_version"], editor.index["versions"]["draft-branch"])
        self.assertTrue(self.unpublished(made, "same"))

    def test_an_author_who_gives_the_block_an_id_meanwhile_is_right(self):
        made = course()
        self.campus.load(made)
        self.campus.source["link_quiet"] = "0s"
        self.campus.run("scan")
        held = self.campus.proxy.on("update", PLACE)
        running = self.campus.begin("--word", "campus", "migrate", "--all")
        held.wait()
        self.assertTrue(SplitEditor(self.campus.database, made).read().change(
            "same", edx_video_id="author").write())
        held.release()
        self.campus.done(running)
        self.assertEqual(self.linked(made, "draft-branch")["same"], "author")
        self.assertEqual(self.linked(made, "draft-branch")["differs"], self.uuid(made, "differs"))

    def test_every_write_that_is_lost_is_done_once(self):
        for action in ("before", "after"):
            for command, collection in (("insert", "modulestore.structures"), ("update", PLACE)):
                made = course("L%s%s" % (action, command))
                docs = self.campus.load(made)
                rule = self.campus.proxy.on(command, collection, action)
                self.migrate()
                self.assertEqual(rule.hits, 1)
                self.check_chain(made, docs)

    def test_killed_between_the_id_and_the_heads_the_next_run_links_the_same_id(self):
        for n, (command, collection) in enumerate((("insert", "modulestore.structures"),
                                                   ("update", PLACE))):
            made = course("K%d" % n)
            docs = self.campus.load(made)
            self.campus.run("scan")
            held = self.campus.proxy.on(command, collection)
            running = self.campus.begin("--word", "campus", "migrate", made.key)
            held.wait()
            running.kill()
            self.campus.done(running)
            ids = self.campus.ids()
            self.assertIn(self.uuid(made, "same"), ids)
            before = self.campus.rows()
            held.release()          # it was on its way: the server does it
            self.assertEqual(self.campus.run("--word", "campus", "migrate", made.key).status, 0)
            self.check_chain(made, docs)
            self.assertEqual((self.campus.ids(), self.campus.rows()), (ids, before))

    def test_a_course_edited_of_late_is_put_off_and_linked_by_retry(self):
        made = course()
        self.campus.load(made, when=datetime.datetime.utcnow().replace(microsecond=0))
        before = self.heads(made)
        self.migrate()
        self.assertEqual(self.heads(made), before)
        self.assertIn("link-pending", [f[2] for f in self.campus.findings()])
        self.campus.source["link_quiet"] = "0s"
        self.campus.run("retry", "--finding", "link-pending", made.key)
        self.campus.run("--word", "campus", "migrate", made.key)
        self.assertEqual(self.linked(made, "published-branch"), self.ids(made, "same", "differs"))
        self.assertNotIn("link-pending", [f[2] for f in self.campus.findings()])


class LinkDraft(LinkTest):
    def documents(self):
        return {str(d["_id"]): d for d in self.campus.database["modulestore"].find()}

    def test_only_the_id_is_set_and_in_each_revision(self):
        made = course()
        self.campus.load(made, "draft")
        before = self.documents()
        self.migrate()
        changed = {}
        for key, after in self.documents().items():
            if after == before[key]:
                continue
            name = after["_id"]["name"], after["_id"]["revision"]
            changed[name] = after["metadata"].pop("edx_video_id")
            self.assertEqual(after, before[key])
        self.assertEqual(changed, {(n, r): self.uuid(made, n) for n, r in (
            ("same", None), ("differs", None), ("differs", "draft"), ("new", "draft"))})
        self.assert_stored(self.uuid(made, "same"), "es", sjson("a"))

    def test_an_author_between_reading_and_writing_is_right(self):
        made = course()
        self.campus.load(made, "draft")
        self.campus.source["link_quiet"] = "0s"
        self.campus.run("scan")
        held = self.campus.proxy.on("update", "modulestore", times=1)
        running = self.campus.begin("--word", "campus", "migrate", "--all")
        held.wait()
        for name in ("same", "differs"):
            self.assertTrue(old_edit(self.campus.database, made, name, edx_video_id="author",
                                     display_name="by the author"))
        held.release()
        self.campus.done(running)
        found = self.documents()
        for document in found.values():
            if document["_id"]["name"] in ("same", "differs") and not document["_id"]["revision"]:
                self.assertEqual(document["metadata"]["display_name"], "by the author")
                self.assertEqual(document["metadata"]["edx_video_id"], "author")


class LinkRefused(LinkTest):
    def test_what_would_have_no_effect_is_refused_with_an_explanation(self):
        self.campus.load(course())
        for index, release, word in ((None, "hawthorn", "index"), ("mysql", "hawthorn", "mysql"),
                                     ("mongo", None, "release"), ("mongo", "nutmeg", "nutmeg"),
                                     ("mongo", "redwood", "redwood")):
            self.campus.source.pop("index", None)
            self.campus.keys.pop("release", None)
            if index:
                self.campus.source["index"] = index
            if release:
                self.campus.keys["release"] = release
            answer = self.campus.run("--word", "campus", "migrate", "--all")
            self.assertEqual(answer.status, 3, (index, release))
            self.assertIn(word, answer.err.decode())
        self.assertEqual([r.command for r in self.campus.proxy.requests()
                          if r.command in ("insert", "update")], [])


del MongoTest, LinkTest
