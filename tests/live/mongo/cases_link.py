"""link = mongo in split courses: what it writes, when it does not, and what is said of it."""
import datetime

from bson import SON, ObjectId, encode

import cases_reading
from campus import READING
from link_campus import AGO, ES, FILES, LinkTest, loader, made_id, small
from olx import Course
from olx_campus import sjson

LATER = datetime.datetime(2018, 3, 1)
# Names in the order of the loader, which is not what a structure of another writer need have.
ODD_ORDER = ("edit_info", "fields", "asides", "block_id", "defaults", "definition", "block_type")


def reorder(block, names=ODD_ORDER):
    items = [(name, block[name]) for name in names]
    block.clear()
    block.update(items)


class LinkSplit(LinkTest):
    kind = "split"

    def link_and_judge(self, course, *names, tweak=None, **how):
        self.campus.load(course, tweak=tweak, **how)
        before = self.scanned()
        self.linked()
        ids = self.ids(course, *names)
        self.judge(before, course, ids)
        for val_id in ids.values():
            self.assert_stored(val_id, "es", sjson("a"))
        self.assertNotIn("link-pending", [code for _, code in self.codes()])
        self.assertEqual(self.status_of(course.key), "Migrated")
        return before

    def test_all_blocks_in_one_structure_a_branch(self):
        """Nulls, defaults, edit_info of any form, drafts: each as domain 2.1 to 2.3 has it."""
        course = small(
            plain=ES, null=dict(ES, edx_video_id=None), empty=dict(edx_video_id="", **ES),
            blank=dict(edx_video_id="  \t", **ES), named=dict(ES, edx_video_id="own"),
            none={"display_name": "no transcript"}, differs=(ES, dict(ES, display_name="new")),
            new=(None, ES), odd=ES, defaults=ES, overruled=ES, bare=ES, uneven=ES, named_by_both=ES)

        def tweak(docs):
            for branch in docs.branches:
                block = docs.block(branch, "odd")
                reorder(block)
                block["edit_info"] = SON(reversed(list(block["edit_info"].items())))
                block["edit_info"]["more"] = [1.5, "x", {"y": None}]
                block["asides"] = {"aside": {"deep": [True, datetime.datetime(2017, 1, 2)]}}
                docs.block(branch, "defaults").update(fields={}, defaults=dict(
                    ES, edx_video_id="by-default"))
                docs.block(branch, "overruled").update(
                    fields=dict(ES, edx_video_id=None), defaults={"edx_video_id": "by-default-2"})
                del docs.block(branch, "bare")["edit_info"]
                docs.branches[branch].update(assets={"image": [{"filename": "x"}]}, extra=ObjectId())
            del docs.block("published-branch", "uneven")["edit_info"]
            docs.block("draft-branch", "named_by_both")["edit_info"] = {"update_version": ObjectId()}
        self.link_and_judge(course, "plain", "null", "empty", "blank", "differs", "new", "odd",
                            "overruled", "bare", "uneven", "named_by_both", tweak=tweak)
        self.assertIn("own", self.campus.ids())
        self.assertIn("by-default", self.campus.ids())
        writes = {k: n for k, n in self.campus.proxy.trips().items() if k[0] not in READING}
        self.assertEqual(writes, {("insert", "modulestore.structures"): 2,
                                  ("update", "modulestore.active_versions"): 1})

    def test_an_id_in_one_branch_only_is_told_to_the_other(self):
        course = small(v=(ES, dict(ES, edx_video_id="draft-has")),
                       w=(dict(ES, edx_video_id="published-has"), ES), x=ES,
                       y=(dict(ES, edx_video_id="one"), dict(ES, edx_video_id="two")))
        self.campus.load(course)
        before = self.scanned()
        self.linked()
        self.judge(before, course, dict(self.ids(course, "x"), v="draft-has", w="published-has"))
        self.assertEqual(self.codes(), [("video@y", "draft-id-differs")])

    def test_published_follows_a_draft_that_has_its_id(self):
        """Equal versions, one id: not what the platform makes, but it must not get worse."""
        course = small()

        def tweak(docs):
            docs.block("draft-branch", "v")["fields"]["edx_video_id"] = "has"
        self.campus.load(course, tweak=tweak)
        before = self.scanned()
        self.linked()
        self.judge(before, course, dict(self.ids(course, "w"), v="has"))

    def test_both_heads_on_one_structure(self):
        """What force_publish_course leaves: one structure for both branches; now it is two."""
        def tweak(docs):
            docs.index["versions"]["published-branch"] = docs.branches["draft-branch"]["_id"]
            del docs.branches["published-branch"]
        self.link_and_judge(small(), "v", "w", tweak=tweak)

    def test_branches_that_are_missing(self):
        for name, how in (("D", {"published": False}), ("P", {"draft": False})):
            with self.subTest(name):
                self.link_and_judge(small(name), "v", "w", **how)

    def test_branches_that_are_null(self):
        for name, branch in (("D", "published-branch"), ("P", "draft-branch")):
            def tweak(docs, branch=branch):
                docs.index["versions"][branch] = None
                docs.index["versions"]["library"] = ObjectId()
                del docs.branches[branch]
            with self.subTest(branch):
                self.link_and_judge(small(name), "v", "w", tweak=tweak)

    def test_an_index_without_last_update(self):
        self.link_and_judge(small(), "v", "w", last_update=False)
        self.assertIn("last_update", self.campus.database["modulestore.active_versions"].find_one())

    def test_an_index_with_a_null_last_update(self):
        def tweak(docs):
            docs.index["last_update"] = None
        self.link_and_judge(small(), "v", "w", tweak=tweak)

    def test_a_last_update_in_the_future_grows_all_the_same(self):
        """Its clock is wrong; without quiet it is linked, and the lock of editors still holds."""
        self.campus.quiet("0s")

        def tweak(docs):
            docs.index["last_update"] = datetime.datetime.utcnow().replace(
                microsecond=0) + datetime.timedelta(hours=3)
        course = small()
        docs = self.campus.load(course, tweak=tweak)
        self.scanned()
        self.linked()
        found = self.campus.database["modulestore.active_versions"].find_one()
        self.assertGreater(found["last_update"], docs.index["last_update"])
        self.assertNotEqual(found["versions"], docs.index["versions"])

    def test_two_runs_of_one_structure(self):
        """Whoever links one of them leaves the other's index, and what it leads to, as they are."""
        one = small()
        two = Course.simple("S", run="R2", files=FILES, videos={"v": ES, "w": ES})
        docs = self.campus.load(one)
        other = loader.files(two, "split", loader.split(two))
        other.index["versions"] = docs.index["versions"]
        other.branches, other.definitions = {}, []
        self.campus.insert(other)
        before = self.scanned()
        self.linked(one.key)
        self.judge(before, one, self.ids(one, "v", "w"))
        before = self.campus.stored()
        self.linked(two.key)
        self.judge(before, two, self.ids(two, "v", "w"))
        self.assertEqual(self.campus.ids(), sorted(
            made_id(c.key, v) for c in (one, two) for v in ("v", "w")))

    def test_names_differing_in_case_and_blocks_of_other_kinds(self):
        course = small(v=ES, V=ES)
        course.block("videoalpha", "v").published = dict(ES)
        course.block("html", "v").published = {"display_name": "v"}
        course.block("vertical", "v").children += [("videoalpha", "v"), ("html", "v")]
        self.campus.load(course)
        before = self.scanned()
        self.linked()
        after = self.campus.database["modulestore.structures"].find_one({"_id": self.editor(
            course).index["versions"]["published-branch"]})
        named = {(b["block_type"], b["block_id"]): b["fields"].get("edx_video_id")
                 for b in after["blocks"] if "edx_video_id" in b["fields"]}
        self.assertEqual(named, {("video", "v"): made_id(course.key, "v"),
                                 ("video", "V"): made_id(course.key, "V"),
                                 ("videoalpha", "v"): made_id(course.key, "v", "videoalpha")})
        self.assertNotEqual(before, self.campus.stored())

    def test_a_second_run_writes_nothing(self):
        course = small()
        self.link_and_judge(course, "v", "w")
        before = self.campus.stored(), self.campus.val_dump(), self.campus.store_marks()
        self.campus.proxy.forget()
        self.linked(course.key)
        self.assertEqual((self.campus.stored(), self.campus.val_dump(),
                          self.campus.store_marks()), before)
        self.assertLessEqual({k[0] for k in self.campus.proxy.trips()}, READING)

    def test_a_video_that_failed_is_not_linked(self):
        """There is nothing in val under its id; the others of its course are linked."""
        course = small(v=ES, w={"transcripts": {"es": "lost.srt"}})
        self.campus.load(course)
        before = self.scanned()
        self.linked(status=1)
        self.judge(before, course, self.ids(course, "v"))
        self.assertEqual(self.codes(), [("video@w", "asset-missing")])


class LinkQuiet(LinkTest):
    kind = "mongo"

    def test_courses_edited_just_now_are_put_off(self):
        """29 minutes ago, or in a structure of an index without last_update; 31 are enough."""
        now = datetime.datetime.utcnow()
        young, bare, old = small("Young"), small("Bare"), small("Old")
        self.campus.load(young, last_update=True)
        self.campus.load(bare, when=now - datetime.timedelta(minutes=5), last_update=False)
        self.campus.load(old)
        self.campus.age(young, now - datetime.timedelta(minutes=29))
        self.campus.age(old, now - AGO)
        before = self.scanned()
        self.linked()
        self.judge(before, old, self.ids(old, "v", "w"))
        self.assertEqual(self.codes(), [("video@" + v, "link-pending") for v in "vvww"])
        self.assertEqual({self.status_of(c.key) for c in (young, bare, old)}, {"Migrated"})
        self.assertRegex(" ".join(self.texts("link-pending")), "edited 29 minutes ago.* 30 minutes")
        self.assertEqual(len(self.campus.rows()), 6)
        # It is not lost: quiet again, and wished for, it is linked, and nothing is made twice.
        marks = self.campus.store_marks(), self.campus.val_dump()
        self.campus.age(young)
        before = self.campus.stored()
        self.ran("retry", "--finding", "link-pending", "--all")
        self.linked()
        self.judge(before, young, self.ids(young, "v", "w"))
        self.assertEqual((self.campus.store_marks(), self.campus.val_dump()), marks)
        self.campus.quiet("1m")
        before = self.campus.stored()
        self.ran("retry", "--finding", "link-pending", "--all")
        self.linked()
        self.judge(before, bare, self.ids(bare, "v", "w"))
        self.assertEqual(self.codes(), [])

    def test_slash_courses_edited_just_now_are_put_off(self):
        now = datetime.datetime.utcnow()
        for n, key in enumerate(("edited_on", "subtree_edited_on")):
            def tweak(docs, key=key):
                docs.document("s", category="sequential")["edit_info"][key] = \
                    now - datetime.timedelta(minutes=29)
            self.campus.load(small("O%d" % n), "draft", tweak=tweak)
        before = self.scanned()
        self.linked()
        self.untouched(before)
        self.assertEqual(self.codes(), [("video@" + v, "link-pending") for v in "vvww"])
        self.campus.quiet("28m")
        self.ran("retry", "--finding", "link-pending", "--all")
        self.linked()
        self.judge_old(before, {("O%d" % n, v): made_id("Org/O%d/R" % n, v)
                                for n in range(2) for v in "vw"}, 4)
        self.assertEqual(self.codes(), [])


class LinkWord(LinkTest):
    def nothing_was_done(self, before):
        self.untouched(before)
        self.assertIsNone(self.campus.val_dump())
        self.assertEqual(self.campus.objects(), {})
        self.assertEqual(self.campus.sql("status.db", "SELECT key FROM course"), [])
        self.assertEqual(self.campus.proxy.requests(housekeeping=True), [])

    def test_without_the_word_nothing_is_done(self):
        self.campus.load(small())
        before = self.campus.stored()
        for word in ((), ("--word", "Campus"), ("--word", "campu"), ("--word", "campus ")):
            answer = self.ran(*word, "migrate", "--all", status=2)
            self.assertIn("nothing was done", answer.err.decode())
            self.nothing_was_done(before)
        self.ran("--word", "", "migrate", "--all", status=2)
        self.nothing_was_done(before)
        answer = self.campus.run("migrate", "--all", stdin=b"campus\n")
        self.assertEqual(answer.status, 2)
        self.nothing_was_done(before)

    def test_a_rehearsal_needs_no_word_and_writes_nothing(self):
        self.campus.load(small())
        before = self.scanned()
        self.ran("migrate", "--all", "--dry-run")
        self.untouched(before)

    def test_without_link_nothing_is_written(self):
        self.campus.source.update(link="none")
        self.campus.load(small())
        self.campus.load(small("O"), "draft")
        before = self.scanned()
        self.ran("migrate", "--all")
        self.ran("verify", "--all")
        self.untouched(before)
        self.assertEqual(self.codes(), [("video@" + v, "link-pending") for v in "vvww"])
        self.assertLessEqual({k[0] for k in self.campus.proxy.trips()}, READING)

    def test_turned_on_later_it_links_what_is_pending(self):
        """Whoever has migrated with link = none links with the same ids."""
        course, old = small(), small("O")
        self.campus.source.update(link="none")
        self.campus.load(course)
        self.campus.load(old, "draft")
        before = self.scanned()
        self.ran("migrate", "--all")
        marks = self.campus.store_marks(), self.campus.val_dump()
        self.campus.source.update(link="mongo")
        self.ran("retry", "--finding", "link-pending", course.key)
        self.linked()
        self.judge(before, course, self.ids(course, "v", "w"))
        before = self.campus.stored()
        self.linked(old.slash_key)
        self.judge_old(before, {("O", v): made_id(old.slash_key, v) for v in "vw"}, 2)
        self.assertEqual((self.campus.store_marks(), self.campus.val_dump()), marks)
        self.assertEqual(self.codes(), [])

    def refused(self, section, key, *words):
        answer = self.ran("--word", "campus", "migrate", "--all", status=3)
        with open(self.campus.path("campus.conf"), encoding="utf-8") as f:
            lines = f.read().splitlines()
        start = lines.index("[%s]" % section)
        line = next((n for n in range(start, len(lines)) if lines[n].startswith(key + " ")), start)
        said = answer.err.decode()
        self.assertIn("campus.conf:%d:" % (line + 1), said)
        for word in words:
            self.assertIn(word, said)
        self.assertEqual(self.campus.proxy.requests(housekeeping=True), [])

    def test_where_the_index_may_be_elsewhere_it_is_refused(self):
        self.campus.load(small())
        before = self.campus.stored()
        del self.campus.source["index"]
        self.refused("source", "link", "index = mongo")
        self.campus.source["index"] = "mysql"
        self.refused("source", "index", "mysql")
        self.campus.source["index"] = "mongo"
        for release in ("nutmeg", "open-release/nutmeg.2", "olive", "Sumac", "master", "gingko"):
            self.campus.release = release
            self.refused("campus", "release", release)
        self.campus.release = None
        self.refused("source", "link", "release")
        self.untouched(before)
        self.assertIsNone(self.campus.val_dump())
        self.campus.release = "open-release/maple.3"
        self.linked()


class LinkTold(LinkTest):
    """What doctor, verify and why say of linking."""

    def loaded(self):
        self.campus.load(small())
        self.campus.load(small("O"), "draft")
        return self.scanned()

    def test_doctor_leaves_no_trace(self):
        before, there = self.loaded(), self.campus.inventory()
        said = self.ran("doctor").text()
        self.assertLessEqual({k[0] for k in self.campus.proxy.trips()}, READING)
        self.assertRegex(said, r"ok\s+link\s+linking: ")
        self.assertNotIn("takes an update", said)
        said = self.ran("doctor", "--write").text()
        for name in ("modulestore.active_versions", "modulestore"):
            self.assertIn("%s.%s takes an update" % (self.campus.database.name, name), said)
        self.untouched(before)
        self.assertEqual(self.campus.inventory(), there)
        self.campus.source.update(link="none")
        self.assertRegex(self.ran("doctor").text(), r"ok\s+link\s+none: ")

    def test_doctor_tells_rights_that_are_missing(self):
        before = self.loaded()

        def status(actions):
            privileges = [{"resource": {"db": self.campus.database.name, "collection": ""},
                           "actions": actions}]
            self.campus.proxy.forget()
            self.campus.proxy.on("connectionStatus", None, "answer", times=9, reply={
                "ok": 1.0, "authInfo": {"authenticatedUsers": [{"user": "u", "db": "admin"}],
                                        "authenticatedUserRoles": [],
                                        "authenticatedUserPrivileges": privileges}})
        status(["find"])
        self.assertRegex(self.ran("doctor", status=1).text(),
                         r"FAILED\s+link\s+linking: the account may not insert in .*structures")
        status(["find", "insert"])
        self.assertRegex(self.ran("doctor", status=1).text(), r"may not update in .*active_versions")
        status(["find", "insert", "update"])
        self.assertIn("may update in", self.ran("doctor").text())
        self.campus.proxy.on("update", None, "answer", reply={
            "ok": 0.0, "code": 13, "codeName": "Unauthorized", "errmsg": "not authorized on x"})
        self.assertIn("not authorized on x", self.ran("doctor", "--write", status=1).text())
        self.untouched(before)

    def test_verify_and_why_after_linking(self):
        self.loaded()
        self.linked()
        before = self.campus.stored()
        for level in ("count", "bytes"):
            self.ran("verify", "--all", "--level", level)
            self.assertEqual(self.codes(), [])
        for key in (small().key, small("O").slash_key):
            said = self.ran("why", key, "v").text()
            self.assertRegex(said, r"(?m)\blink\b.*" + made_id(key, "v"))
            self.assertNotIn("link-pending", said)
        self.untouched(before)

    def test_a_right_that_is_missing_fails_the_course_in_the_servers_words(self):
        before = self.loaded()
        for command, collection in (("insert", "modulestore.structures"),
                                    ("update", "modulestore")):
            self.campus.proxy.on(command, collection, "answer", times=99, when=lambda d, c=(
                command, collection): d[c[0]] == c[1], reply={
                    "ok": 0.0, "code": 13, "codeName": "Unauthorized",
                    "errmsg": "not authorized on campus to " + command})
        self.linked(status=1)
        self.untouched(before)
        self.assertEqual(self.codes(), [("video@" + v, "link-failed") for v in "vvww"])
        said = " ".join(self.texts("link-failed"))
        self.assertIn("not authorized on campus to insert", said)
        self.assertIn("not authorized on campus to update", said)
        self.assertEqual(self.status_of(small().key), "Failed")
        self.campus.proxy.forget()
        self.ran("retry", "--all")
        self.linked()
        self.assertEqual(self.codes(), [])
        self.assertEqual({self.status_of(k) for k in (small().key, small("O").slash_key)},
                         {"Migrated"})


class LinkLarge(LinkTest):
    kind = "split"

    def padded(self, videos, blocks, size):
        course = small("Large", **{"v%04d" % n: ES for n in range(videos)})
        for n in range(blocks):
            course.block("html", "h%06d" % n).published = {"display_name": "x" * size}
        return course

    def test_many_blocks_of_a_large_structure(self):
        """In as many requests as for one block, and in the memory that is allowed."""
        course = self.padded(1500, 24000, 290)
        docs = self.campus.load(course)
        size = max(len(encode(d)) for d in docs.branches.values())
        self.assertGreater(size, 14 << 20)
        before = self.scanned()
        used = cases_reading.Memory.peak(self, "--word", "campus", "migrate", "--all")
        print("%d MiB, structure %d MiB, " % (used >> 20, size >> 20), end="")
        self.assertLess(used, (64 << 20) + 3 * size)
        writes = {k: n for k, n in self.campus.proxy.trips().items() if k[0] not in READING}
        self.assertEqual(writes, {("insert", "modulestore.structures"): 2,
                                  ("update", "modulestore.active_versions"): 1})
        self.judge(before, course, self.ids(course, *("v%04d" % n for n in range(1500))))

    def test_what_does_not_fit_is_not_linked(self):
        """Its structure is just below 16 MiB; with the ids it would be above."""
        course = self.padded(40, 15, 1 << 20)
        spare = course.block("html", "spare")
        spare.published = {"display_name": ""}
        size = len(encode(loader.split(course).branches["draft-branch"]))
        spare.published["display_name"] = "x" * ((16 << 20) - size - 1000)
        self.campus.load(course)
        before = self.scanned()
        self.linked(status=1)
        self.untouched(before)
        self.assertEqual({c for _, c in self.codes()}, {"link-failed"})
        self.assertIn("16777216", self.texts("link-failed")[0])
        self.assertEqual(len(self.campus.rows()), 40)


del LinkTest
