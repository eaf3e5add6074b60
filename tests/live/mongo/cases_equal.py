"""The same courses through OLX, split and draft: the same transcripts, counts and findings.

What the forms cannot hold alike is left out of these courses, and only that:
  - orphans: draft returns them, split and OLX do not (cases_split.py has them);
  - drafts: split's draft branch copies every block, which changes no result;
  - course/static/ and static_import/ are places of an export, not of a contentstore; there a
    name is what domain 4.3 makes of it, so that of two files that differ only in what it cleans
    away one is left;
  - languages only in <video_asset> live in edx-val and in the export, not in the modulestore.
"""
import os
import random

import olx
from cases_random import KINDS, LANGUAGES, Maker
from campus import SHARED, MongoTest, olx_outcome
from olx_campus import BROKEN_SRT, EMPTY, Course, sjson, srt
from resolution_model import content_of


class Plain(Maker):
    """A random course of what every form can hold."""

    def fields(self, val_id):
        out = super().fields(val_id)
        out.pop("video_asset", None)
        return out

    def file_name(self):
        return super().file_name().replace(" v", "_v")

    def add_files(self):
        dice = self.dice
        names = sorted({n.replace("/static/", "").replace("static/", "") for n in self.wanted})
        for n, name in enumerate(names):
            if dice.random() < .55:
                text = "same" if dice.random() < .2 else "%s %d" % (name, n)
                data, _ = content_of(dice.choice(KINDS), text, srt, sjson)
                self.course.files["static/" + olx.clean(name)] = data


NAME = "Übung «eins»"


def hand_made():
    """One of everything that has a rule of its own in design 4."""
    c = Course("Hand", name=NAME)
    c.static({
        "subs_s1.srt.sjson": sjson("by sub"), "raw.srt": srt("map"), "fr_subs_s1.srt.sjson":
        sjson("fr by sub"), "subs_yt1.srt.sjson": sjson("by youtube"), "subs_h5.a.srt.sjson":
        sjson("by html5"), "p.srt": srt("published"), "d.srt": srt("draft"),
        "latin.srt": srt("été", encoding="cp1252"), "bad.srt": BROKEN_SRT, "none.srt": EMPTY,
        "bad.json": b'{"start": []}', "日本.srt": srt("東京"), "a_b.srt": srt("blank"),
        "bom.srt": b"\xef\xbb\xbf" + srt("bom"), "wide.srt": srt("wide", encoding="utf-16")})
    c.video("sub", edx_video_id="v-sub", sub="s1", transcripts={"fr": "gone.srt"})
    c.video("map", edx_video_id="v-map", transcripts={"en": "raw.srt", "ja": "日本.srt"})
    c.video("youtube", edx_video_id="v-youtube", youtube="yt1")
    c.video("default", edx_video_id="v-default", youtube="OEoXaMPEzfM")
    c.video("html5", edx_video_id="v-html5", html5=["https://x/y/h5.a.mp4?dl=1", "z"])
    c.video("static", edx_video_id="v-static", transcripts={"es": "/static/p.srt", "de": ""})
    c.video("blank", edx_video_id=" v-blank ", transcripts={"es": "a b.srt"})
    c.video("noid", transcripts={"es": "p.srt"})
    c.video("alpha", kind="videoalpha", sub="s1")
    c.video("two", edx_video_id="v-two", transcripts={"es": "p.srt"},
            draft={"edx_video_id": "v-two", "transcripts": {"es": "d.srt", "pt": "d.srt"}})
    c.video("ids", edx_video_id="v-ids", transcripts={"es": "p.srt"},
            draft={"edx_video_id": "v-other", "transcripts": {"es": "p.srt"}})
    c.video("new", published=False, draft={"edx_video_id": "v-new", "transcripts": {"es": "d.srt"}})
    c.video("latin", edx_video_id="v-latin", transcripts={"fr": "latin.srt", "it": "bom.srt",
                                                         "nl": "wide.srt"})
    c.video("none", edx_video_id="v-none", transcripts={"fr": "none.srt"})
    c.video("bad", edx_video_id="v-bad", transcripts={"fr": "bad.srt", "es": "p.srt"})
    c.video("json", edx_video_id="v-json", transcripts={"fr": "bad.json"})
    c.video("missing", edx_video_id="v-missing", transcripts={"fr": "missing.srt"})
    c.video("shared-a", edx_video_id="v-shared", transcripts={"fr": "p.srt"})
    c.video("shared-b", edx_video_id="v-shared", transcripts={"fr": "d.srt"})
    c.video("nothing")
    c.video("invalid", edx_video_id="v invalid", transcripts={"fr": "p.srt"})
    return c


class Equal(MongoTest):
    def compare(self, *courses, paths=(), status=None):
        made = [olx.read(c.tree()) for c in courses] + [olx.read(p) for p in paths]
        seen = {}
        for form, key_form in (("split", "course-v1"), ("draft", "slash")):
            expected, blocks = olx_outcome(*courses, key_form=key_form, paths=paths)
            for course in made:
                self.campus.load(course, form, chunk=1000 if form == "draft" else 261120)
            self.campus.source["kind"] = form
            answer = self.campus.migrate()
            got = self.campus.outcome()
            for part in expected:
                self.assertEqual(got[part], expected[part], "%s: %s\n%s" % (
                    form, part, answer.text() + answer.err.decode()))
            self.assertEqual(self.campus.by_block(), blocks, form)
            if status is not None:
                self.assertEqual(answer.status, status, form)
            seen[form] = blocks
            self.campus.lose("status.db", "val.db")
            os.rename(self.campus.path("store"), self.campus.path("store-" + form))
        # The key is part of ids that are made here, of no transcript's bytes.
        self.assertEqual(seen["split"], seen["draft"])
        return seen["split"]

    def test_hand_made_course_is_the_same_from_olx_split_and_draft(self):
        blocks = self.compare(hand_made(), status=1)
        self.assertEqual(blocks[NAME, "video@map", "ja"], sjson("東京"))
        self.assertEqual(blocks[NAME, "video@two", "es"], sjson("published"))
        self.assertEqual(blocks[NAME, "video@html5", "en"], sjson("by html5"))
        self.assertNotIn((NAME, "video@default", "en"), blocks)

    def test_answers_in_batches_of_one_are_put_together(self):
        self.campus.proxy.batch = 1
        self.compare(hand_made(), status=1)
        self.assertGreater(self.campus.proxy.trips().get(("getMore", "fs.chunks"), 0), 10)

    def test_random_courses_are_the_same_from_olx_split_and_draft(self):
        seed = int(os.environ.get("CAMPUS_SEED", "2018"))
        dice = random.Random(seed)
        blocks = self.compare(*[Plain(dice, "R%d" % n, 60).course for n in range(2)])
        self.assertGreater(len(blocks), 30, "CAMPUS_SEED=%d" % seed)
        self.assertTrue(set(LANGUAGES) >= {language for _, _, language in blocks})

    def real(self, year, transcripts):
        path = os.path.join(SHARED, "data", "demox-%d.tar.gz" % year)
        if not os.path.exists(path):
            self.skipTest("the real course is not at %s" % path)
        self.assertEqual(len(self.compare(paths=[path])), transcripts)

    def test_demo_course_of_2015_is_the_same(self):
        self.real(2015, 6)

    def test_demo_course_of_2024_is_the_same(self):
        self.real(2024, 6)


del MongoTest, Maker
