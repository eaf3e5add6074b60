"""A campus on disk, seen from outside: OLX courses, a configuration, what val and the store hold.

What a transcript becomes, how its object and its video are called, is worked out here a second
time, from the plan, so that a test never asks the program what it should have done.
"""
import hashlib
import io
import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
import unittest
import uuid
from xml.sax.saxutils import quoteattr

NAMESPACE = uuid.UUID("58b73b98-ab4f-5060-b1e1-4e63ff5201cc")
# What the platform gives a video that names no YouTube id, old and new.
DEFAULT_YOUTUBE = ("OEoXaMPEzfM", "3_yD_cEKoCk")
BUILD = os.environ.get("top_builddir", ".")
SUBFERRY = os.path.abspath(os.environ.get("SUBFERRY", os.path.join(BUILD, "subferry")))


# ---- transcripts and what becomes of them -------------------------------------------------------

def stamp(ms):
    return "%02d:%02d:%02d,%03d" % (ms // 3600000, ms // 60000 % 60, ms // 1000 % 60, ms % 1000)


def srt(*texts, encoding="utf-8"):
    """SubRip with one cue a text, a second long, one after the other."""
    return "".join("%d\n%s --> %s\n%s\n\n" % (n + 1, stamp(n * 1000), stamp(n * 1000 + 900), text)
                   for n, text in enumerate(texts)).encode(encoding)


def sjson(*texts, **how):
    """The same cues as SJSON: without @how, the bytes the platform makes of srt(*texts)."""
    return json.dumps({
        "start": [n * 1000 for n in range(len(texts))],
        "end": [n * 1000 + 900 for n in range(len(texts))],
        "text": [text.replace("\n", " ") for text in texts],
    }, **how).encode("utf-8")


BROKEN_SRT = b"1\n00:00:01,000 -> 00:00:02,000\nan arrow too short\n"
EMPTY = b""


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def object_name(val_id, language, data):
    key = "%s\n%s\n%s" % (val_id, language, sha256(data))
    return "video-transcripts/%s.sjson" % sha256(key.encode("utf-8"))[:32]


# ---- courses ------------------------------------------------------------------------------------

def video_xml(kind, fields, own=""):
    """One element. @fields: attributes by their names, and these, which take another form:

    youtube (youtube_id_1_0), html5 (a list of URLs, as children), transcripts (a map, as
    children; as an attribute if transcripts_form is "attribute"), video_asset (languages).
    @own: attributes written first, as they stand.
    """
    fields = dict(fields)
    form = fields.pop("transcripts_form", "children")
    inside = []
    for url in fields.pop("html5", ()):
        inside.append("<source src=%s/>" % quoteattr(url))
    if "video_asset" in fields:
        rows = "".join('<transcript language_code=%s file_format="srt" provider="Custom"/>'
                       % quoteattr(language) for language in fields.pop("video_asset"))
        inside.append('<video_asset client_video_id="External Video" duration="0.0" image="">'
                      "<transcripts>%s</transcripts></video_asset>" % rows)
    if isinstance(fields.get("transcripts"), dict):
        names = fields.pop("transcripts")
        if form == "attribute":
            fields["transcripts"] = json.dumps(names)
        else:
            inside += ["<transcript language=%s src=%s/>" % (quoteattr(a), quoteattr(b))
                       for a, b in names.items()]
    if "youtube" in fields:
        fields["youtube_id_1_0"] = fields.pop("youtube")
    attributes = "".join(" %s=%s" % (a, quoteattr(b)) for a, b in fields.items())
    return "<%s%s%s>%s</%s>\n" % (kind, own, attributes, "".join(inside), kind)


class Course:
    """A course as it is exported; files are kept here until they are written out."""

    def __init__(self, course, org="Org", run="R", name=None):
        self.org, self.course, self.run = org, course, run
        self.key = "course-v1:%s+%s+%s" % (org, course, run)
        self.name = name or course
        self.files = {}
        self.blocks = []        # XML inside the one vertical
        self.draft_at = 0

    def static(self, files=None, **more):
        for name, data in dict(files or {}, **more).items():
            self.files["static/" + name] = data
        return self

    def video(self, block, kind="video", draft=None, published=True, inline=False, title=None,
              **fields):
        """A block of this name, called @title. @draft: fields of its draft branch, where there is one.

        Without @published it is there as a draft alone.
        """
        own = ' url_name=%s display_name=%s' % (quoteattr(block),
                                                quoteattr(title or "Video " + block))
        path = "%s/%s.xml" % (kind, block.replace(":", "/"))
        if inline:
            self.blocks.append(video_xml(kind, fields, own))
        elif published:
            self.blocks.append("<%s url_name=%s/>\n" % (kind, quoteattr(block)))
            self.files[path] = video_xml(kind, fields, own)
        if draft is not None:
            parent = "block-v1:%s+%s+%s+type@vertical@block@v" % (self.org, self.course, self.run)
            parent = parent.replace("@vertical@block", "@vertical+block")
            at = ' parent_url=%s index_in_children_list="%d"' % (quoteattr(parent), self.draft_at)
            self.draft_at += 1
            self.files["drafts/" + path] = video_xml(kind, draft, own + at)
        return self

    def raw(self, xml):
        """XML as it stands, inside the vertical."""
        self.blocks.append(xml)
        return self

    def uuid(self, block, kind="video"):
        """The id a block without one is to get."""
        return str(uuid.uuid5(NAMESPACE, "%s\n%s\n%s" % (self.key, kind, block)))

    def tree(self):
        out = {
            "course.xml": '<course url_name=%s org=%s course=%s/>\n' % (
                quoteattr(self.run), quoteattr(self.org), quoteattr(self.course)),
            "course/%s.xml" % self.run: '<course display_name=%s><chapter url_name="c"/></course>\n'
                                        % quoteattr(self.name),
            "chapter/c.xml": '<chapter><sequential url_name="s"/></chapter>\n',
            "sequential/s.xml": '<sequential><vertical url_name="v"/></sequential>\n',
            "vertical/v.xml": "<vertical>%s</vertical>\n" % "".join(self.blocks),
            "static/course_image.jpg": b"\xff\xd8\xff",
        }
        out.update(self.files)
        return {name: data if isinstance(data, bytes) else data.encode("utf-8")
                for name, data in out.items() if data is not None}

    def write_folder(self, folder):
        shutil.rmtree(folder, ignore_errors=True)
        for name, data in self.tree().items():
            path = os.path.join(folder, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as f:
                f.write(data)

    def write_archive(self, path, top="course"):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with tarfile.open(path + ".new", "w:gz", format=tarfile.PAX_FORMAT, compresslevel=1) as tar:
            for name, data in sorted(self.tree().items()):
                entry = tarfile.TarInfo("%s/%s" % (top, name))
                entry.size = len(data)
                tar.addfile(entry, io.BytesIO(data))
        os.rename(path + ".new", path)


# ---- the campus ---------------------------------------------------------------------------------

class Answer:
    def __init__(self, done):
        self.status, self.out, self.err = done.returncode, done.stdout, done.stderr

    def text(self):
        return self.out.decode("utf-8")

    def document(self):
        return json.loads(self.text())

    def lines(self):
        """One object a line; anything else on standard output is an error here."""
        return [json.loads(line) for line in self.text().splitlines()]

    def tried(self):
        """Of `migrate --json`: how each video ended, and the rows registered for it."""
        return {(x["course"], x["video"]): (x["result"], x["registered"])
                for x in self.lines() if x["type"] == "tried"}


class Campus:
    def __init__(self, **engine):
        self.folder = tempfile.mkdtemp(prefix="subferry-e2e-")
        self.paths = []
        self.environment = "staging"
        self.engine = dict({"workers": "4", "retry_delay": "20ms", "max_retries": "1"}, **engine)
        self.source = {}
        self.more = {}          # sections with keys of their own, beside or in place of these

    def remove(self):
        shutil.rmtree(self.folder, ignore_errors=True)

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def add(self, course, archive=False, place=None):
        """Writes @course, or writes it anew; @place is where, below the campus."""
        place = place or ("exports/%s%s" % (course.course, ".tar.gz" if archive else ""))
        if place.endswith(".tar.gz"):
            course.write_archive(self.path(place))
        else:
            course.write_folder(self.path(place))
        if place not in self.paths:
            self.paths.append(place)
        return course

    def configure(self):
        parts = {
            "campus": {"name": "campus", "environment": self.environment, "status_db": "status.db"},
            "source": dict({"kind": "olx", "path": "\n  ".join(
                '"%s"' % p for p in self.paths)}, **self.source),
            "val": {"kind": "sqlite", "path": "val.db"},
            "store": {"kind": "directory", "path": "store"},
            "engine": self.engine,
        }
        for part, keys in self.more.items():
            parts[part] = dict(parts.get(part, {}), **keys)
        with open(self.path("campus.conf"), "w", encoding="utf-8") as f:
            for part, keys in parts.items():
                f.write("[%s]\n%s\n" % (part, "".join("%s = %s\n" % k for k in keys.items())))

    def run(self, *args, stdin=b""):
        self.configure()
        return self.plain("-c", self.path("campus.conf"), *args, stdin=stdin)

    def plain(self, *args, stdin=b"", **environment):
        """Runs the program in the campus's folder, with no configuration named."""
        return Answer(subprocess.run(
            [SUBFERRY] + list(args), input=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env=dict(os.environ, HOME=self.folder, **environment), cwd=self.folder, timeout=60,
            check=False))

    def lose(self, *names):
        """Removes files; of a database also what stands beside it."""
        for name in names:
            for path in (name, name + "-wal", name + "-shm"):
                if os.path.exists(self.path(path)):
                    os.unlink(self.path(path))

    def migrate(self, *courses, scan=True):
        """Scans and migrates all or @courses; the answer of `migrate --json`."""
        if scan:
            self.run("scan")
        return self.run("migrate", "--json", *([c.key for c in courses] or ["--all"]))

    def retry(self, code, *courses):
        """Wishes a retry of a finding, runs an engine that follows, answers with its status."""
        keys = [c.key for c in courses] or ["--all"]
        self.run("retry", "--finding", code, *keys)
        return self.run("migrate", *keys).status

    # ---- what is there, read without the program

    def sql(self, name, query, *values):
        """Reads or writes one of the databases; no rows where it does not exist."""
        if not os.path.exists(self.path(name)):
            return []
        db = sqlite3.connect(self.path(name))
        try:
            with db:
                return db.execute(query, values).fetchall()
        finally:
            db.close()

    def rows(self):
        """What val has: (id, language) and the object named."""
        return {(a, b): c for a, b, c in self.sql(
            "val.db", "SELECT v.edx_video_id, t.language_code, t.transcript FROM"
            " edxval_videotranscript t JOIN edxval_video v ON v.id = t.video_id")}

    def ids(self):
        return sorted(r[0] for r in self.sql("val.db", "SELECT edx_video_id FROM edxval_video"))

    def val_dump(self):
        if not os.path.exists(self.path("val.db")):
            return None
        db = sqlite3.connect(self.path("val.db"))
        try:
            return list(db.iterdump())
        finally:
            db.close()

    def val_add(self, val_id, language=None, data=None, name=None, file_format="sjson"):
        """A row put there by somebody else, with its file."""
        if not self.sql("val.db", "SELECT 1 FROM edxval_video WHERE edx_video_id = ?", val_id):
            self.sql("val.db", "INSERT INTO edxval_video(created, edx_video_id, client_video_id,"
                     " duration, status) VALUES('2018-01-01 00:00:00', ?, 'a.mp4', 1.0,"
                     " 'file_complete')", val_id)
        if language is None:
            return None
        name = name or "video-transcripts/%s.%s" % (uuid.uuid4().hex, file_format)
        self.sql("val.db", "INSERT INTO edxval_videotranscript(created, modified, transcript,"
                 " language_code, provider, file_format, video_id) SELECT '2018-01-01 00:00:00',"
                 " '2018-01-01 00:00:00', ?, ?, 'Cielo24', ?, id FROM edxval_video"
                 " WHERE edx_video_id = ?", name, language, file_format, val_id)
        if data is not None:
            os.makedirs(os.path.dirname(self.path("store", name)), exist_ok=True)
            with open(self.path("store", name), "wb") as f:
                f.write(data)
        return name

    def val_remove(self, val_id, language):
        self.sql("val.db", "DELETE FROM edxval_videotranscript WHERE language_code = ? AND video_id"
                 " = (SELECT id FROM edxval_video WHERE edx_video_id = ?)", language, val_id)

    def objects(self):
        out = {}
        for folder, _, names in os.walk(self.path("store")):
            for name in names:
                path = os.path.join(folder, name)
                with open(path, "rb") as f:
                    out[os.path.relpath(path, self.path("store"))] = f.read()
        return out

    def store_marks(self):
        """Enough to see whether a file was written again, even with the same bytes."""
        out = {}
        for name in self.objects():
            s = os.stat(self.path("store", name))
            out[name] = (s.st_ino, s.st_mtime_ns, s.st_ctime_ns, s.st_size)
        return out

    def stored(self, val_id, language):
        """The bytes val's row leads to, or None."""
        name = self.rows().get((val_id, language))
        return None if name is None else self.objects().get(name)

    def findings(self, *courses):
        """(video, language, code, severity) of the open findings; the waived are left out."""
        answer = self.run("findings", "--json", *[c.key for c in courses])
        return sorted((f["video"] or "-", f["language"] or "-", f["code"], f["severity"])
                      for f in answer.document()["findings"] if not f["waived"])

    def course(self, key):
        for row in self.run("list", "--json").document()["courses"]:
            if row["key"] == key:
                return row
        return None

    def transcripts(self):
        """(course, video, language) and what became of it."""
        return {(a, b, c): dict(expected=d, source=e, outcome=f, implicit=g) for a, b, c, d, e, f, g
                in self.sql("status.db", "SELECT c.key, v.type || '@' || v.block, t.language,"
                            " t.expected, t.source, t.outcome, t.implicit FROM transcript t"
                            " JOIN video v ON v.id = t.video_id"
                            " JOIN course c ON c.id = v.course_id")}


class CampusTest(unittest.TestCase):
    """A test with a campus of its own."""
    engine = {}
    maxDiff = 4000

    def setUp(self):
        self.campus = Campus(**self.engine)
        self.addCleanup(self.campus.remove)

    def migrated(self, *courses, status=0, archive=False):
        """Writes the courses out, migrates them and expects an exit status."""
        for course in courses:
            self.campus.add(course, archive=archive)
        answer = self.campus.migrate()
        self.assertEqual(answer.status, status, answer.text() + answer.err.decode())
        return answer

    def assert_stored(self, val_id, language, data):
        """val has the row, under the name that follows from @data, and the file holds @data."""
        name = self.campus.rows().get((val_id, language))
        self.assertIsNotNone(name, "val has no row of %s %s" % (val_id, language))
        stored = self.campus.objects().get(name)
        self.assertEqual(stored, data, "%s %s" % (val_id, language))
        self.assertEqual(name, object_name(val_id, language, data))

    def assert_languages(self, val_id, *languages):
        """val has rows of these languages of @val_id, and of no other."""
        self.assertEqual(sorted(b for a, b in self.campus.rows() if a == val_id),
                         sorted(languages), val_id)

    def assert_findings(self, *expected, courses=(), beside=("link-pending",)):
        """These (video, language, code) are open, and only these; severities where given."""
        found = [f for f in self.campus.findings(*courses) if f[2] not in beside]
        width = len(expected[0]) if expected else 4
        self.assertEqual([f[:width] for f in found], sorted(expected))

    def expect_sources(self, expected):
        """{(val id, language): text or None}: the text that got there, all in one comparison."""
        texts = {}
        for val_id, language in expected:
            data = self.campus.stored(val_id, language)
            texts[val_id, language] = None if data is None else json.loads(data)["text"][0]
        self.assertEqual(texts, expected)
