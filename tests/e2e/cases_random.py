"""A random campus against the model of design 4. CAMPUS_SEED=N makes another one."""
import os
import random

from olx_campus import DEFAULT_YOUTUBE, CampusTest, Course, sjson, srt
from resolution_model import content_of, predict

LANGUAGES = ["en", "en", "es", "fr", "zh-Hans"]
KINDS = ["srt"] * 8 + ["sjson"] * 4 + ["empty", "bad srt", "bad json"]


class Maker:
    """A course of random blocks. Names come from a small stock, so that they meet."""

    def __init__(self, dice, name, videos):
        self.dice, self.course = dice, Course(name)
        self.stock = ["n%02d" % n for n in range(videos // 4 + 2)]
        self.blocks, self.wanted = [], set()
        for n in range(videos):
            self.add_block("b%03d" % n if dice.random() < .8 else "B-%d" % n)
        self.contents = {}
        self.add_files()

    def maybe(self, chance, value):
        return value() if self.dice.random() < chance else None

    def name(self):
        return self.dice.choice(self.stock)

    def fields(self, val_id):
        dice, out = self.dice, {}
        if val_id:
            out["edx_video_id"] = val_id if dice.random() < .8 else " %s " % val_id
        if dice.random() < .3:
            out["sub"] = self.name() if dice.random() < .9 else " "
        if dice.random() < .5:
            out["youtube"] = dice.choice([self.name(), self.name(), self.name()]
                                         + list(DEFAULT_YOUTUBE))
        if dice.random() < .4:
            out["html5"] = [dice.choice(["http://x/%s.mp4", "https://y.z/a/%s.x.webm?a=b", "%s"])
                            % self.name() for _ in range(dice.randint(1, 2))]
        if dice.random() < .6:
            out["transcripts"] = {dice.choice(LANGUAGES): self.file_name()
                                  for _ in range(dice.randint(1, 3))}
            out["transcripts_form"] = dice.choice(["children", "attribute"])
        if val_id and dice.random() < .3:
            out["video_asset"] = dice.sample(["en", "es", "fr"], dice.randint(1, 2))
        return out

    def file_name(self):
        dice = self.dice
        return dice.choice(["", "/static/%s.srt", "static/%s.srt", "%s v.srt", "%s_v.srt",
                            "%s.srt", "%s.srt", "%s.srt"]).replace("%s", self.name())

    def add_block(self, block):
        dice, c = self.dice, self.course
        kind = dice.choice(["video", "video", "video", "videoalpha"])
        val_id = dice.choice([None, "%s-%s" % (c.course, block), "%s-%s" % (c.course, block),
                              "%s-shared-%s" % (c.course, self.name())])
        published = self.fields(val_id)
        draft = None
        if dice.random() < .4:
            draft = dict(published, **self.fields(val_id)) if dice.random() < .7 else \
                self.fields(dice.choice([None, val_id, "%s-d-%s" % (c.course, block)]))
            if dice.random() < .3:
                draft.pop("transcripts", None)
        if draft is not None and dice.random() < .15:
            published = None
        c.video(block, kind=kind, draft=draft, published=published is not None,
                inline=draft is None and dice.random() < .3, **(published or {}))
        self.blocks.append((kind, block, published, draft))
        self.want(published)
        self.want(draft)

    def want(self, fields):
        """Names that might be looked for, so that files of such names are made."""
        fields = fields or {}
        self.wanted |= {n for n in fields.get("transcripts", {}).values() if n}
        ids = [fields.get(k, "").strip() for k in ("sub", "youtube")]
        ids += [u.rsplit("/", 1)[-1].rsplit(".", 1)[0] for u in fields.get("html5", [])]
        for i in filter(None, ids):
            self.wanted |= {i, "subs_%s.srt.sjson" % i}
            self.wanted |= {"%s_subs_%s.srt.sjson" % (x, i) for x in ("es", "fr", "zh-Hans")}
        val_id = fields.get("edx_video_id", "").strip()
        self.wanted |= {"%s-%s.srt" % (val_id, x) for x in fields.get("video_asset", ())}

    def add_files(self):
        dice = self.dice
        for n, name in enumerate(sorted(self.wanted)):
            if dice.random() < .45:
                continue
            name = name.replace("/static/", "").replace("static/", "")
            if dice.random() < .2:
                name = name.replace("_v", " v") if "_v" in name else name.replace(" v", "@v")
            place = dice.choice(["static/"] * 6 + ["course/static/", "static_import/"])
            text = "same" if dice.random() < .2 else "%s %d" % (name, n)
            data, content = content_of(dice.choice(KINDS), text, srt, sjson)
            self.course.files[place + name] = data
            self.contents[place + name] = content


class Random(CampusTest):
    """Four courses of a hundred videos, as folders and as archives."""
    engine = {"workers": "8"}

    def test_random_campus(self):
        seed = int(os.environ.get("CAMPUS_SEED", "2018"))
        dice = random.Random(seed)
        makers = [Maker(dice, "R%d" % n, 100) for n in range(4)]
        for n, maker in enumerate(makers):
            self.campus.add(maker.course, archive=n % 2 == 1)
        self.campus.run("scan")
        dry = self.campus.run("migrate", "--all", "--dry-run", "--json")
        answer = self.campus.run("migrate", "--all", "--json")
        rows, where = {}, "CAMPUS_SEED=%d" % seed
        self.assertEqual(len(answer.tried()), 400, where)
        self.assertEqual(dry.tried(), answer.tried(), where)
        done = self.campus.transcripts()
        for maker in makers:
            outcomes, own, found = predict(maker.course, maker.blocks, maker.contents)
            rows.update(own)
            said = {key[1:]: (t["outcome"].replace("-", " "), t["source"] or None)
                    for key, t in done.items() if key[0] == maker.course.key
                    and t["outcome"] != "extra"}
            unlike = {k: (said.get(k), outcomes.get(k)) for k in set(said) | set(outcomes)
                      if said.get(k) != outcomes.get(k)}
            self.assertEqual(unlike, {}, where)
            self.assertEqual({f[:3] for f in self.campus.findings(maker.course)
                              if f[2] != "link-pending"}, found, where)
        objects = self.campus.objects()
        self.assertEqual({key: objects[name] for key, name in self.campus.rows().items()}, rows,
                         where)
        self.assertEqual(len(objects), len(rows), where)
        self.assertEqual(self.campus.run("verify", "--all", "--level", "bytes").status, 1)
        before = self.campus.val_dump(), self.campus.store_marks()
        self.campus.run("migrate", *[m.course.key for m in makers])
        self.assertEqual((self.campus.val_dump(), self.campus.store_marks()), before, where)
