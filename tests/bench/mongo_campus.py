"""A campus in MongoDB for the benchmark, and what is left of it afterwards.

Courses alike, each in both branches of split, the draft one a copy, and one asset a video and
language in GridFS: SubRip of about 12 kB, and for English the subs_ file that its `sub` names, as
the platform wrote it. Every second video has an id that val knows; the others have none.
"""
import hashlib
import json
import os
import sqlite3
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
TESTS = os.path.dirname(HERE)
sys.path[:0] = [TESTS, os.path.join(TESTS, "live", "mongo")]

# pylint: disable=wrong-import-position
import campus as generator
import loader
import olx

LANGUAGES = ("fr", "en", "zh", "es", "ar", "hi", "pt", "de", "ru", "ja")
URI = "SUBFERRY_BENCH_URI"


def words_of(language):
    """Languages that the generator has no words of borrow others'."""
    known = sorted(generator.WORDS)
    return language if language in generator.WORDS else known[len(language + "x") % len(known)]


def stored_sjson(seed, cues):
    """English as Studio kept it: indented."""
    return json.dumps(json.loads(generator.sjson(seed, cues)), indent=2).encode("ascii")


def asset(seed, language, cues):
    if language == "en":
        return stored_sjson(seed, cues * 7 // 4)  # as large as the others
    return generator.subrip(seed, words_of(language), cues)


def make_course(number, args):
    """(course, known ids): @args has videos, languages and cues, a transcript's on average."""
    videos, files, known = {}, {}, []
    for n in range(args.videos):
        seed = number * args.videos + n
        block, fields = "v%04d" % n, {"display_name": "Video %d" % n, "transcripts": {}}
        cues = args.cues // 2 + seed % (args.cues + 1)
        for language in LANGUAGES[:args.languages]:
            name = "%s-%s.srt" % (block, language)
            if language == "en":
                fields["sub"] = "%s-%d" % (block, number)
                name = "subs_%s.srt.sjson" % fields["sub"]
            else:
                fields["transcripts"][language] = name
            files[name] = asset(seed, language, cues)
        if n % 2 == 0:
            fields["edx_video_id"] = "bench-%d-%d" % (number, n)
            known.append(fields["edx_video_id"])
        videos[block] = fields
    return olx.Course.simple("C%05d" % number, org="Bench", videos=videos, files=files), known


class MongoCampus:
    """In @server's database @name; @courses of them."""

    def __init__(self, server, courses, args):
        self.server, self.database = server, server.database("bench")
        self.known, self.lines = [], []
        self.transcripts = courses * args.videos * args.languages
        self.bytes, chunks = 0, 0
        for number in range(courses):
            course, known = make_course(number, args)
            docs = loader.files(course, "split", loader.split(course))
            loader.insert(self.database, docs)
            self.known += known
            self.bytes += sum(map(len, course.files.values()))
            self.lines.append("\t".join([course.org, course.course, course.run] +
                                        [d["_id"] for d in docs.files]))
            chunks = max([chunks] + [c["n"] + 1 for c in docs.chunks])
        self.indexes = self.make_indexes(chunks)

    def make_indexes(self, chunks):
        """Those that the platform makes. The server that stands in for MongoDB uses an index only
        for queries of exactly its fields, so it gets one for what everyone asks fs.chunks; MongoDB
        takes the beginning of the platform's own."""
        database = self.database
        database["modulestore.active_versions"].create_index(
            [("org", 1), ("course", 1), ("run", 1)], unique=True)
        database["fs.chunks"].create_index([("files_id", 1), ("n", 1)], unique=True)
        if self.server.real:
            return "the platform's"
        if chunks > 1:
            return "the platform's (of which this server uses none for fs.chunks)"
        database["fs.chunks"].create_index([("files_id", 1)], unique=True)
        return "the platform's, and fs.chunks (files_id), in place of the prefix of (files_id, n)"

    def write_lines(self, path):
        """For mongo_read: a line a course, its parts and the ids of its files."""
        with open(path, "w", encoding="utf-8") as f:
            f.writelines(line + "\n" for line in self.lines)
        return path


# ---- val ----------------------------------------------------------------------------------------

def make_val(path, known):
    """Django's own migrations make edx-val's tables; the videos of @known are in them."""
    subprocess.run([sys.executable, "-W", "ignore", os.path.join(TESTS, "live", "edxval_check.py"),
                    "migrate", path, path + ".store"], check=True, stdout=subprocess.DEVNULL)
    db = sqlite3.connect(path)
    db.executemany("INSERT INTO edxval_video (created, edx_video_id, client_video_id, duration,"
                   " status)"
                   " VALUES ('2018-01-01 10:20:30', ?, 'lecture.mp4', 61.5, 'file_complete')",
                   [(video,) for video in known])
    db.commit()
    db.close()


def registered(folder, ids):
    """{(course, block, language): digest of the bytes}; @ids: {val's id: (course, block)}."""
    db = sqlite3.connect(os.path.join(folder, "val.db"))
    out = {}
    for video, language, name in db.execute(
            "SELECT v.edx_video_id, t.language_code, t.transcript FROM edxval_videotranscript t"
            " JOIN edxval_video v ON v.id = t.video_id"):
        with open(os.path.join(folder, "store", name), "rb") as f:
            out[ids[video] + (language,)] = hashlib.sha256(f.read()).hexdigest()
    db.close()
    return out


def count(folder):
    db = sqlite3.connect(os.path.join(folder, "val.db"))
    (number,) = db.execute("SELECT count(*) FROM edxval_videotranscript").fetchone()
    db.close()
    return number


def configure(folder, database):
    """subferry's configuration of a campus in @folder."""
    path = os.path.join(folder, "subferry.conf")
    with open(path, "w", encoding="utf-8") as f:
        f.write("""[campus]
name = bench
environment = staging
status_db = status.db
[source]
kind = split
uri_env = %s
database = %s
collection = modulestore
contentstore_database = %s
contentstore_bucket = fs
[val]
kind = sqlite
path = val.db
[store]
kind = directory
path = store
""" % (URI, database, database))
    return path


def environment(uri):
    return dict(os.environ, **{URI: uri})
