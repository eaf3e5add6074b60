"""A campus with link = mongo, and tests that look at its modulestore before and after."""
import datetime
import uuid

import loader
from campus import MongoCampus, MongoTest
from editor import SplitEditor
from link_judge import SplitJudge, judge_old, snapshot
from olx import Course
from olx_campus import NAMESPACE, srt

FILES = {"a.srt": srt("a"), "b.srt": srt("b")}
ES = {"transcripts": {"es": "a.srt"}}
WORD = ("--word", "campus")
AGO = datetime.timedelta(minutes=31)


def made_id(key, block, kind="video"):
    """The id that a block without one gets (design 4)."""
    return str(uuid.uuid5(NAMESPACE, "%s\n%s\n%s" % (key, kind, block)))


def small(name="S", **videos):
    return Course.simple(name, files=FILES, videos=videos or {"v": ES, "w": ES})


class LinkCampus(MongoCampus):
    def __init__(self, *args, **engine):
        super().__init__(*args, **engine)
        self.release = "lilac"
        self.source.update(index="mongo", link="mongo")

    def configure(self):
        super().configure()
        if self.release:
            with open(self.path("campus.conf"), "r+", encoding="utf-8") as f:
                text = f.read()
                f.seek(0)
                f.write(text.replace("[campus]\n", "[campus]\nrelease = %s\n" % self.release, 1))

    def quiet(self, how):
        self.source["link_quiet"] = how

    def stored(self, *args):
        """With no arguments: all of the source, as raw bytes."""
        return super().stored(*args) if args else snapshot(self.database, self.contentstore)

    def age(self, course, when=None):
        """Makes the last edit of a split course one of @when (31 minutes ago)."""
        self.database["modulestore.active_versions"].update_one(
            {"org": course.org, "course": course.course, "run": course.run},
            {"$set": {"last_update": when or datetime.datetime.utcnow() - AGO}})


class LinkTest(MongoTest):
    def setUp(self):
        self.campus = LinkCampus(self.kind, self.options, self.pretend_set, **self.engine)
        self.addCleanup(self.campus.remove)
        self.begun = datetime.datetime.utcnow()

    # ---- what a test does

    def ran(self, *args, status=0):
        answer = self.campus.run(*args)
        self.assertEqual(answer.status, status, answer.text() + answer.err.decode())
        return answer

    def scanned(self):
        self.ran("scan")
        self.campus.proxy.forget()
        return self.campus.stored()

    def linked(self, *keys, status=0):
        return self.ran(*WORD, "migrate", *(keys or ["--all"]), status=status)

    def begin(self):
        return self.campus.begin(*WORD, "migrate", "--all")

    def ended(self, process, status=0):
        answer = self.campus.done(process)
        self.assertEqual(answer.status, status, answer.text() + answer.err.decode())
        return answer

    def editor(self, course):
        return SplitEditor(self.campus.database, course).read()

    # ---- what must be

    @staticmethod
    def ids(course, *blocks, form="split"):
        key = course.key if form == "split" else course.slash_key
        return {block: made_id(key, block) for block in blocks}

    def judge(self, before, course, ids, unused=0):
        SplitJudge(before, course, ids, self.begun).judge(self.campus.stored(), unused)

    def judge_old(self, before, ids, count):
        """@ids: {(course, block): id}; @count documents name theirs now."""
        self.assertEqual(judge_old(before, self.campus.stored(), ids), count)

    def untouched(self, before):
        self.assertEqual(self.campus.stored(), before)

    def codes(self):
        return sorted((f[0], f[2]) for f in self.campus.findings())

    def texts(self, code):
        document = self.campus.run("findings", "--json").document()
        return [f["text"] for f in document["findings"] if f["code"] == code]

    def status_of(self, key):
        return self.campus.course(key)["status"]

    def pairs(self):
        """Videos in val; nothing but what was expected was made."""
        return self.campus.ids()


__all__ = ["AGO", "ES", "FILES", "WORD", "LinkCampus", "LinkTest", "loader", "made_id", "small"]
