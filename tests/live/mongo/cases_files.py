"""Files in GridFS: whole ones by any chunks and any id, damaged ones never in part (domain 4)."""
import datetime
import hashlib

from bson import SON, Binary, Int64, ObjectId

import loader
from campus import MongoTest
from olx import Course
from olx_campus import sjson, srt

LONG = srt(*["cue %d of a file that takes many chunks" % n for n in range(4000)])
LONG_JSON = sjson(*["cue %d of a file that takes many chunks" % n for n in range(4000)])


def course(files, name="F", **more):
    """A block for each file, whose video id is the file's name without its end."""
    return Course.simple(name, files=files, videos={
        n.split(".")[0]: dict({"edx_video_id": n.split(".")[0], "transcripts": {"es": n}}, **more)
        for n in files})


class Whole(MongoTest):
    """Files that are as they should be."""

    def load_both(self, files, tweak=None, **how):
        """As a split course under the names as they are, and as a slash course, "o-" before."""
        self.campus.load(course(files), tweak=tweak, **how)
        self.campus.load(course({"o-" + n: d for n, d in files.items()}, "Old"), "draft",
                         tweak=tweak, **how)

    def stored(self, name, data):
        self.assert_stored(name, "es", data)
        self.assert_stored("o-" + name, "es", data)

    def test_chunks_of_every_size_and_in_any_order_make_the_file(self):
        def shuffle(docs):
            docs.chunks.reverse()
        self.load_both({"small.srt": srt("small"), "long.srt": LONG}, tweak=shuffle, chunk=1000)
        self.migrated()
        self.stored("small", sjson("small"))
        self.stored("long", LONG_JSON)
        self.assert_findings()

    def test_a_length_that_is_a_multiple_of_the_chunks_is_whole(self):
        data = srt("x" * 100)
        for name, size in (("A", len(data)), ("B", len(data) // 2), ("C", 1)):
            self.campus.load(Course.simple(name, files={"a.srt": data[:size * (len(data) // size)]},
                                           videos={"v": {"edx_video_id": "v" + name, "transcripts":
                                                         {"es": "a.srt"}}}), chunk=size)
        self.migrated()
        self.assert_stored("vA", "es", sjson("x" * 100))
        self.assert_stored("vC", "es", sjson("x" * 100))

    def test_numbers_of_every_type_are_read(self):
        def types(docs):
            for f in docs.files:
                f["length"], f["chunkSize"] = Int64(f["length"]), float(f["chunkSize"])
            for c in docs.chunks:
                c["n"] = Int64(c["n"])
        self.load_both({"a.srt": LONG}, tweak=types, chunk=50000)
        self.migrated()
        self.stored("a", LONG_JSON)

    def test_sums_that_are_there_and_right_and_those_that_are_absent(self):
        def no_sum(docs):
            for f in docs.files:
                if f["displayname"].endswith("null.srt"):
                    f["md5"] = None
        self.load_both({"a.srt": srt("custom"), "null.srt": srt("null")}, tweak=no_sum,
                       custom=True)
        self.campus.load(course({"b.srt": srt("new drivers")}, "New"), drivers="new")
        self.migrated()
        self.stored("a", sjson("custom"))
        self.stored("null", sjson("null"))
        self.assert_stored("b", "es", sjson("new drivers"))

    def test_a_file_without_bytes_is_a_transcript_without_cues(self):
        self.load_both({"a.srt": b"", "b.srt": srt("b")})
        self.migrated()
        self.stored("b", sjson("b"))
        self.assert_findings(("video@a", "es", "transcript-empty", "warning"),
                             ("video@o-a", "es", "transcript-empty", "warning"))

    def test_an_id_written_in_another_order_is_found(self):
        made = course({"a.srt": srt("usual"), "b.srt": LONG, "c.srt": srt("c")}, "Old")
        docs = loader.files(Course.simple("Old", files={"a.srt": srt("usual")}), "draft",
                            loader.old(made))
        loader.add_file(made, "draft", docs, "b.srt", LONG, 9000,
                        order=("tag", "org", "course", "category", "name", "revision"))
        loader.add_file(made, "draft", docs, "c.srt", srt("c"),
                        order=("name", "category", "org", "course", "revision", "tag"))
        self.campus.insert(docs)
        self.migrated()
        self.assert_stored("a", "es", sjson("usual"))
        self.assert_stored("b", "es", LONG_JSON)
        self.assert_stored("c", "es", sjson("c"))
        self.assertEqual(self.campus.contentstore["fs.files"].count_documents({}), 3)

    def test_files_of_neighbours_are_not_taken(self):
        """The same name in another run, course or organisation, in other case, as a thumbnail."""
        own = {"a.srt": srt("own")}
        other = {"a.srt": srt("other"), "b.srt": srt("other")}
        wanted = {"va": {"edx_video_id": "va", "transcripts": {"es": "a.srt"}},
                  "vb": {"edx_video_id": "vb", "transcripts": {"es": "b.srt"}}}
        old_wanted = {"o" + n: dict(f, edx_video_id="o" + n) for n, f in wanted.items()}
        self.campus.load(Course.simple("C", files=own, videos=wanted))
        self.campus.load(Course.simple("D", files=own, videos=old_wanted), "draft")
        for org, name, run in (("Org", "C", "R2"), ("Org", "c", "R"), ("ORG", "C", "R")):
            self.campus.insert(loader.files(Course.simple(name, org, run, files=other), "split",
                                            loader.Documents()))
        for org, name in (("Org", "d"), ("ORG", "D"), ("Org", "D2"), ("Org", "C")):
            self.campus.insert(loader.files(Course.simple(name, org, files=other), "draft",
                                            loader.Documents()))
        docs = loader.Documents()
        for name, form in (("C", "split"), ("D", "draft")):
            loader.add_file(Course.simple(name), form, docs, "b.srt", srt("thumbnail"),
                            category="thumbnail")
        self.campus.insert(docs)
        self.migrated(status=1)
        # One whose file is missing is not migrated at all.
        self.assertEqual(self.campus.ids(), ["ova", "va"])
        self.assert_stored("va", "es", sjson("own"))
        self.assert_stored("ova", "es", sjson("own"))
        self.assert_findings(("video@ovb", "es", "asset-missing", "error"),
                             ("video@vb", "es", "asset-missing", "error"))

    def test_names_are_looked_for_as_the_platform_cleans_them(self):
        self.load_both({"a_b_c_.srt": srt("clean")})
        names = Course.simple("N", files={"a_b_c_.srt": srt("clean"), "e_.srt": srt("mark")}, videos={
            "one": {"edx_video_id": "one", "transcripts": {"es": "/static/a b/c(.srt"}},
            "two": {"edx_video_id": "two", "transcripts": {"es": "e\u0301.srt"}}})
        self.campus.load(names)
        self.migrated()
        self.assert_stored("one", "es", sjson("clean"))
        self.assert_stored("two", "es", sjson("mark"))
        self.stored("a_b_c_", sjson("clean"))


class Large(MongoTest):
    engine = {"max_transcript": "1MiB"}

    def test_a_file_over_the_limit_is_told_and_not_read(self):
        self.campus.load(course({"big.srt": b"x" * (3 << 20), "b.srt": srt("b")}))
        self.migrated(status=1)
        self.assert_findings(("video@big", "es", "transcript-too-large", "error"))
        self.assert_stored("b", "es", sjson("b"))
        asked = [r.document for r in self.campus.proxy.requests() if r.collection == "fs.chunks"]
        self.assertTrue([d for d in asked if "b.srt'" in str(d) and "data" in d["projection"]])
        # whether its last chunk is there, and no byte of it
        self.assertEqual([d["projection"] for d in asked if "big.srt" in str(d)], [{"n": 1}])


class Damaged(MongoTest):
    """Whatever is wrong with a file, no byte of it is a transcript, and a second read agreed."""
    DATA = srt(*["cue %d" % n for n in range(100)])
    FAULTS = {
        "longer": lambda d, n: d.file(n).update(length=d.file(n)["length"] + 1),
        "shorter": lambda d, n: d.file(n).update(length=d.file(n)["length"] - 1),
        "much": lambda d, n: d.file(n).update(length=1 << 40),
        "negative": lambda d, n: d.file(n).update(length=-5),
        "nolength": lambda d, n: d.file(n).pop("length"),
        "nosize": lambda d, n: d.file(n).update(chunkSize=0),
        "nochunks": lambda d, n: d.set_chunks(n, []),
        "first": lambda d, n: d.set_chunks(n, d.chunks_of(n)[1:]),
        "gap": lambda d, n: d.set_chunks(n, d.chunks_of(n)[:2] + d.chunks_of(n)[3:]),
        "last": lambda d, n: d.set_chunks(n, d.chunks_of(n)[:-1]),
        "more": lambda d, n: d.set_chunks(n, d.chunks_of(n) + [SON(
            d.chunks_of(n)[-1], _id=ObjectId(), n=len(d.chunks_of(n)))]),
        "swapped": lambda d, n: swap(d.chunks_of(n)),
        "twice": lambda d, n: d.set_chunks(n, d.chunks_of(n) + [SON(
            d.chunks_of(n)[2], _id=ObjectId())]),
        "twicelost": lambda d, n: d.set_chunks(n, d.chunks_of(n)[:2] + [SON(
            d.chunks_of(n)[2], _id=ObjectId(), n=1)] + d.chunks_of(n)[3:]),
        "cut": lambda d, n: d.chunks_of(n)[1].update(data=Binary(d.chunks_of(n)[1]["data"][:-1])),
        "moved": lambda d, n: move_byte(d.chunks_of(n)),
        "nodata": lambda d, n: d.chunks_of(n)[1].pop("data"),
        "text": lambda d, n: d.chunks_of(n)[1].update(data="text"),
        "md5": lambda d, n: d.file(n).update(md5="0" * 32),
        "custom": lambda d, n: d.file(n).update(custom_md5=hashlib.md5(b"other").hexdigest()),
        "flip": lambda d, n: d.chunks_of(n)[1].update(data=flip(d.chunks_of(n)[1]["data"])),
    }

    def check(self, form):
        made = course(dict({n + ".srt": self.DATA for n in self.FAULTS}, **{"good.srt": srt("good")}))

        def damage(docs):
            for name, fault in self.FAULTS.items():
                fault(docs, name + ".srt")
        self.campus.load(made, form, tweak=damage, chunk=400)
        self.migrated(status=1)
        self.assertEqual(self.campus.ids(), ["good"])
        self.assertEqual(list(self.campus.objects().values()), [sjson("good")])
        self.assert_findings(*[("video@" + n, "es", "asset-damaged", "error")
                               for n in sorted(self.FAULTS)])
        self.assertEqual(self.campus.course(
            "course-v1:Org+F+R" if form == "split" else "Org/F/R")["status"], "Failed")

    def test_no_part_of_a_damaged_file_of_split_is_a_transcript(self):
        self.check("split")

    def test_no_part_of_a_damaged_file_of_draft_is_a_transcript(self):
        self.check("draft")

    def test_damaged_and_missing_are_final_after_a_second_read(self):
        self.campus.engine["retry_delay"] = "700ms"

        def damage(docs):
            docs.set_chunks("bad.srt", [])
        made = course({"bad.srt": self.DATA})
        made.block("video", "gone").published = {"edx_video_id": "gone", "transcripts": {
            "es": "gone.srt"}}
        made.block("vertical", "v").children.append(("video", "gone"))
        self.campus.load(made, tweak=damage)
        self.campus.run("scan")
        self.campus.proxy.forget()
        self.migrated(status=1)
        self.assert_findings(("video@bad", "es", "asset-damaged", "error"),
                             ("video@gone", "es", "asset-missing", "error"))
        looks = [r.at for r in self.campus.proxy.requests() if r.collection == "fs.files" and
                 "gone.srt" in str(r.document)]
        reads = [r.at for r in self.campus.proxy.requests() if r.collection == "fs.chunks"]
        for times in (looks, reads):
            self.assertGreaterEqual(len(times), 2)
            self.assertGreaterEqual(times[-1] - times[0], .7)

    def test_a_file_that_is_there_at_the_second_look_is_migrated(self):
        made = course({"a.srt": self.DATA})
        files = loader.files(made, "split", loader.Documents())
        self.campus.insert(loader.split(made))
        second = self.campus.proxy.on("find", "fs.files", skip=1)
        self.campus.run("scan")
        running = self.campus.begin("migrate", "--all")
        second.wait()
        self.campus.insert(files)
        second.release()
        answer = self.campus.done(running)
        self.assertEqual(answer.status, 0, answer.text())
        self.assert_stored("a", "es", sjson(*["cue %d" % n for n in range(100)]))
        self.assert_findings()


def swap(chunks):
    chunks[1]["n"], chunks[2]["n"] = 2, 1


def move_byte(chunks):
    """The sum of the chunks is right, and none of the two is."""
    one, two = bytes(chunks[1]["data"]), bytes(chunks[2]["data"])
    chunks[1]["data"], chunks[2]["data"] = Binary(one[:-1]), Binary(one[-1:] + two)


def flip(data):
    return Binary(data[:7] + bytes([data[7] ^ 1]) + data[8:])


class Resaved(MongoTest):
    """The platform saves a file anew by deleting and inserting it: between our find and read."""
    OLD, NEW = ["old %d" % n for n in range(60)], ["new %d" % n for n in range(90)]

    def begin(self, form):
        self.made = course({"a.srt": srt(*self.OLD)})
        self.form = form
        self.campus.load(self.made, form, chunk=500)
        self.campus.run("scan")
        self.held = self.campus.proxy.on("find", "fs.chunks")
        running = self.campus.begin("migrate", "--all")
        self.held.wait()
        return running

    def delete(self):
        for name in ("fs.files", "fs.chunks"):
            self.campus.contentstore[name].delete_many({})

    def documents(self):
        self.made.files["a.srt"] = srt(*self.NEW)
        docs = loader.files(self.made, self.form, loader.Documents(), chunk=500)
        for f in docs.files:
            f["uploadDate"] = datetime.datetime(2019, 1, 1)
        return docs

    def end(self, running):
        answer = self.campus.done(running)
        self.assertEqual(answer.status, 0, answer.text() + answer.err.decode())
        self.assert_stored("a", "es", sjson(*self.NEW))
        self.assertEqual(len(self.campus.objects()), 1)
        self.assert_findings()

    def whole(self, form):
        running = self.begin(form)
        self.delete()
        self.campus.insert(self.documents())
        self.held.release()
        self.end(running)

    def test_saved_anew_before_the_chunks_of_split_are_read(self):
        self.whole("split")

    def test_saved_anew_before_the_chunks_of_draft_are_read(self):
        self.whole("draft")

    def test_deleted_before_the_read_and_inserted_before_the_next_look(self):
        running = self.begin("split")
        self.delete()
        again = self.campus.proxy.on("find", None, when=lambda d: "fs." in str(d.get("find")))
        self.held.release()
        again.wait()
        self.campus.insert(self.documents())
        again.release()
        self.end(running)

    def test_half_of_the_new_chunks_are_there_at_the_read(self):
        running = self.begin("split")
        docs = self.documents()
        late, docs.chunks = docs.chunks[3:], docs.chunks[:3]
        self.delete()
        self.campus.insert(docs)
        again = self.campus.proxy.on("find", None, when=lambda d: "fs." in str(d.get("find")))
        self.held.release()
        again.wait()
        loader.insert_many(self.campus.contentstore["fs.chunks"], late)
        again.release()
        self.end(running)


del MongoTest
