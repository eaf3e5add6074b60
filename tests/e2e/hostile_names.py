#!/usr/bin/env python3
"""Texts that mean harm, and a campus whose every name is one of them.

What XML 1.0 allows stands in the courses; what it forbids comes through the other doors: names
of files and folders, rows of val, the status database as another process might have left it,
SJSON, the configuration, the environment.

With a folder as its argument: makes the campus there, migrated and planted, for a console.
"""
import json
import os
import shutil
import sqlite3
import sys
import tarfile
import io

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

# pylint: disable=wrong-import-position
from olx_campus import Campus, Course, object_name, sjson, srt, stamp  # noqa: E402

# A terminal that obeys any of it shows it: a title, a clipboard, an answer typed as keys.
ESCAPES = ("\x1b]0;OWNED\x07\x1b]2;OWNED\x1b\\\x1b]52;c;T1dORUQ=\x07\x1b]8;;http://owned/\x07link"
           "\x1b]8;;\x07\x1bkOWNED\x1b\\\x1b[6n\x1b[5n\x1b[c\x1b[>c\x1b[14t\x1b[21t\x1bP+q544e\x1b\\\x1bP$qm\x1b\\"
           "\x1b[2J\x1b[3J\x1b[10;10HOWNED\x1b[?25h\x1b[?1000h\x1b[?2004h\x1b[?1049l\x1b[20h\x1b[1;3r"
           "\x1b(0\x1b#8\x1bc\x1b[31;5;7mred\x0e\x0f\x05\x07\x08\x08\x08back\rstart\nline\ttab\x0b\x0c\x7f")
# Eight-bit forms of the same: U+0080..9F, which XML 1.0 allows.
C1 = "\x9d0;OWNED\x9c\x9b6n\x9b2J\x90q\x9c\x9eOWNED\x9c\x9fOWNED\x9c\x84\x85\x8d\x8e\x8f\x98x\x9c"
BIDI = "a\u202eLRO\u202c\u2066iso\u2067\u2068\u2069\u200e\u200f\u061c\u202a\u202b\u202dz"
INVISIBLE = "z\u200bw\u200cj\u200d\u2060\ufeff\u00ad\u034f\u180e\u2061\u2064\U000e0041\u206a\u206fx"
STACK = "Z" + "\u0301\u0325" * 100 + "z" + "\u20dd\u0489" * 100
WIDE = "字幕🦀👩\u200d👩\u200d👧🏽👍🏿🇩🇪1\ufe0f\u20e3☁\ufe0fｆｕｌｌ한국\u1112\u1161\u11ab"
AMBIGUOUS = "§±×÷αЖ─①█“”…ﷺ꧅𒐫𝕏\u0e33\u0eb3"
SPACES = "a\u00a0b\u2003c\u3000d\u2028e\u2029f\u1680g\u205f"
LONG = "L" * 10000
LONG_WIDE = "字" * 10000
FORMAT = "%s%n%n%n%1000000d%%%*c%ls{0}\\n\\x1b\\033[31m"
SHELL = "$(touch OWNED)`touch OWNED`;touch OWNED|touch OWNED&&touch OWNED>OWNED #~*?[!x]{a,b}"
MARKUP = "<b onload=alert(1)>&amp;\"'</b>]]>[val]\\u001b;a=b,#{}',''); DROP TABLE course;--\""
DASHES = "--all"
UPWARD = "../../../escaped"
ABSOLUTE = "/tmp/../escaped"
NONCHARACTERS = "\ufdd0\ufdef\U0001fffe\U0010ffff\ufffd\ue000\U000f0000"
LINES = "one\ntwo\rthree\r\nfour\tfive"

# What may stand in an attribute of XML 1.0.
XML = {"c1": C1, "bidi": BIDI, "invisible": INVISIBLE, "stack": STACK, "wide": WIDE,
       "ambiguous": AMBIGUOUS, "spaces": SPACES, "long": LONG, "longwide": LONG_WIDE,
       "format": FORMAT, "shell": SHELL, "markup": MARKUP, "dashes": DASHES, "upward": UPWARD,
       "absolute": ABSOLUTE, "nonchar": NONCHARACTERS, "lines": LINES}
# And what may stand elsewhere.
ANY = dict(XML, escapes=ESCAPES, both=ESCAPES + BIDI + C1 + STACK + WIDE,
           longescapes="\x1b]0;OWNED\x07" * 800)
# No UTF-8: bytes of C1 among them, cut off and overlong characters, surrogates, UTF-16 BOMs.
BROKEN = b"\x9b6n\x9d0;OWNED\x9c\xff\xfe\xc0\xaf\xe0\x80\xaf\xed\xa0\x80\xf8\x88\x80\x80\x80\xe5\xad\x1b[6n"


def ref(text):
    """@text for an attribute, with every character that is not plain as a reference."""
    return "".join(c if c.isalnum() and c.isascii() else "&#%d;" % ord(c) for c in text)


def video(name, block, attributes="", inside=""):
    return '<video url_name="%s" display_name="%s"%s>%s</video>\n' % (
        ref(block), ref(name), attributes, inside)


def transcript(language, file_name):
    return '<transcript language="%s" src="%s"/>' % (ref(language), ref(file_name))


def named_course(course, name):
    """A course of this display name, whatever is in it."""
    course.files["course/%s.xml" % course.run] = \
        '<course display_name="%s"><chapter url_name="c"/></course>\n' % ref(name)
    return course


def inline_course(course, name):
    """The same in one file: the run names no other, and may be as long as it likes."""
    course.files["course.xml"] = (
        '<course url_name="%s" org="%s" course="%s" display_name="%s"><chapter url_name="c"/></course>\n'
        % tuple(ref(text) for text in (course.run, course.org, course.course, name)))
    course.files["course/%s.xml" % course.run] = None
    return course


def make_names():
    """Every field of a video hostile in turn, and all of them at once."""
    c = named_course(Course("Names"), C1 + BIDI + STACK + LINES)
    c.static({"good.srt": srt("fine"), "bad.srt": b"1\n\x1b]0;OWNED\x07\x9b6n --> \xe2\x80\xae\nx\n",
              "controls.srt": srt("a\x1b[2J\x07\x08\u009b6n\u202eb", LONG, STACK, WIDE)})
    for tag, word in XML.items():
        inside = transcript("fr", "good.srt") + transcript(word, "good.srt") + \
            transcript("de", word) + transcript("it", "bad.srt") + transcript("es", "controls.srt")
        inside += '<source src="http://h/%s.mp4"/>' % ref(word)
        ids = ' sub="%s" youtube_id_1_0="%s" edx_video_id="id-%s"' % (ref(word), ref(word), tag)
        c.raw(video(word, "b" + word, ids, inside))
        c.raw(video("id of " + tag, "id-" + tag, ' edx_video_id="%s"' % ref(word),
                    transcript("fr", "good.srt")))
    c.raw('<video display_name="%s">%s</video>\n' % (ref(BIDI), transcript("fr", "good.srt")))
    c.raw('<video url_name="notamap" transcripts="%s" edx_video_id="id-notamap"/>\n' % ref(MARKUP + C1))
    return c


def make_plain():
    """A course like any other, in whose val rows and findings harm is planted."""
    c = Course("Plain", name="Plain")
    for n in range(3):
        c.static({"p%d.srt" % n: srt("one %d" % n, "two")})
        c.video("p%d" % n, edx_video_id="plain-%d" % n, transcripts={"en": "p%d.srt" % n, "fr": "no.srt"})
    return c


def make_cues():
    """Cues as hostile as names, stored as they are: SJSON may hold every character."""
    c = named_course(Course("Cues"), ESCAPES.translate({n: None for n in range(32)}) + WIDE)
    texts = [word for _, word in sorted(ANY.items())] + ["\x00nul\x00", "\ud800"]
    data = json.dumps({"start": [n * 1000 for n in range(len(texts))],
                       "end": [n * 1000 + 900 for n in range(len(texts))], "text": texts}).encode()
    c.static({"c.sjson": data, "latin.srt": BROKEN.join([srt("a")[:-2], b"\n"])})
    c.video("c", edx_video_id="cues-1", transcripts={"en": "c.sjson", "fr": "latin.srt"})
    return c


def make_keys():
    """What a course key may be made of: letters of all scripts, as many as one likes."""
    return [inline_course(Course("K" + "字" * 200, org="אΟع", run="R" * 3000), LONG_WIDE),
            inline_course(Course("k" * 10000, org="...", run="~.:-"), LONG),
            inline_course(Course("..", org="..", run=".."), UPWARD),
            inline_course(Course("-c", org="--", run="--all"), DASHES)]


REFUSED = [  # parts of a key that the format does not allow
    ("x%2e%2e", "a\x9b6n\u202e", "r"), ("o/../../escaped", "c", "r"), ("o", "c d\ne", "r"),
    ("o", "c", "%s%n"), ("o", "c", LONG + "\u202e")]


def refused_tree(folder, org, course, run):
    os.makedirs(folder)
    with open(os.path.join(folder, b"course.xml" if isinstance(folder, bytes) else "course.xml"),
              "w", encoding="utf-8") as f:
        f.write('<course org="%s" course="%s" url_name="%s"/>' % (ref(org), ref(course), ref(run)))


def byte_name(text):
    """A name for a file: any bytes but / and NUL, 255 at most."""
    data = text if isinstance(text, bytes) else text.encode("utf-8")
    return data.replace(b"/", b"\xe2\x88\x95").replace(b"\0", b"")[:250]


class HostileCampus(Campus):
    """Made in @folder, or in one of its own, below which a file outside would be seen."""

    def __init__(self, folder=None, **engine):
        super().__init__(**engine)
        if folder:
            shutil.rmtree(self.folder)
            self.folder = folder
        self.top = self.folder
        self.folder = os.path.join(self.top, "a", "b", "campus")
        os.makedirs(self.folder)

    def remove(self):
        shutil.rmtree(self.top, ignore_errors=True)

    def configure(self):
        self.paths = ["exports/*"]
        super().configure()

    def make(self):
        exports = self.path("exports").encode()
        self.courses = [make_names(), make_plain(), make_cues()] + make_keys()
        for n, course in enumerate(self.courses):
            self.add(course, place="exports/c%d" % n)
        self.add(named_course(Course("Arch").static({"a.srt": srt("x")}).video(
            "a", edx_video_id="arch-1", transcripts={"en": "a.srt", C1: "a.srt"}), MARKUP),
                 place="exports/arch.tar.gz")
        self.courses.append(Course("Arch"))
        # names on the disk: of folders that hold a course, of such that do not, of its files
        folder = os.path.join(exports, byte_name(ESCAPES))
        shutil.copytree(self.path("exports/c1").encode(), folder)
        with open(os.path.join(folder, b"course.xml"), "w", encoding="utf-8") as f:
            f.write('<course url_name="R" org="Org" course="Disk"/>')
        for word in list(ANY.values()) + [BROKEN]:
            with open(os.path.join(folder, b"static", byte_name(word)), "wb") as f:
                f.write(srt("a"))
        for n, word in enumerate(list(ANY.values()) + [BROKEN]):
            place = os.path.join(exports, b"%d" % n + byte_name(word)[:240])
            os.makedirs(place, exist_ok=True)
            with open(os.path.join(place, b"course.xml"), "wb") as f:
                f.write(b"<course " + BROKEN if n % 2 else b"")
        for n, parts in enumerate(REFUSED):
            refused_tree(self.path("exports", "refused%d" % n), *parts)
        for n, name in enumerate((UPWARD + ".srt", "/" + UPWARD, "c/" + UPWARD, ESCAPES, C1 + "/" + BIDI)):
            with tarfile.open(self.path("exports/evil%d.tar.gz" % n), "w:gz") as tar:
                for path, data in ((name, b"OWNED"), ("c/course.xml", b"<course org='o'/>")):
                    entry = tarfile.TarInfo(path)
                    entry.size = len(data)
                    tar.addfile(entry, io.BytesIO(data))

    def plant_val(self):
        """What edx-val might hold: rows of our videos in languages and under names of all kinds."""
        for tag, word in list(ANY.items()):
            self.val_add("plain-0", word[:200] + tag, sjson(word))
            self.val_add("plain-0", tag, name="video-transcripts/" + word)
            self.val_add(word[:1000] + tag, "en", name="video-transcripts/x.sjson")
        for n, name in enumerate((UPWARD, ABSOLUTE, "video-transcripts/../../escaped", ESCAPES, C1, "",
                                  "/", ".", LONG)):
            self.val_add("plain-1", "l%d" % n, name=name or " ")
        texts = [ESCAPES, C1, BIDI, STACK, LONG]
        self.val_add("plain-2", "en", sjson(*texts))
        data = sjson("one", ESCAPES)
        self.val_add("cues-1", "de", data, name=object_name("cues-1", "de", data))

    def plant_status(self):
        """As another process, or a broken one, might have left the status database."""
        db = sqlite3.connect(self.path("status.db"))
        db.text_factory = bytes
        texts = list(ANY.values())
        broken = "CAST(x'%s' AS TEXT)" % (BROKEN + b"\0after").hex()
        # two courses stay readable, or no screen would show what they hold
        kept = "course-v1:Org+Plain+R' OR key = 'course-v1:Org+Cues+R"
        whole = {"course": {row[0] for row in db.execute(
            "SELECT id FROM course WHERE key = '%s'" % kept)}}
        whole["video"] = {row[0] for row in db.execute(
            "SELECT id FROM video WHERE course_id IN (SELECT id FROM course WHERE key = '%s')" % kept)}
        for table, columns in (("course", "name location problem intent_finding"),
                               ("video", "name type expected_languages val_languages"),
                               ("transcript", "source val_object detail encoding format"),
                               ("finding", "text seen reason who block language"),
                               ("waiver", "reason who block language"), ("attempt", "text"),
                               ("event", "who action object what why")):
            for (row,) in db.execute("SELECT id FROM %s ORDER BY id" % table).fetchall():
                for n, column in enumerate(columns.split()):
                    if (row + n) % 3 == 2 and table not in ("event", "finding", "attempt"):
                        continue
                    if column in ("location", "type") and row in whole[table]:
                        continue
                    pick = (row * 5 + n) % (len(texts) + 1)
                    try:
                        if pick == len(texts):
                            db.execute("UPDATE %s SET %s = %s WHERE id = ?" % (table, column, broken),
                                       (row,))
                        else:
                            db.execute("UPDATE %s SET %s = ? WHERE id = ?" % (table, column),
                                       (texts[pick], row))
                    except sqlite3.IntegrityError:
                        pass # a value of a column that takes none but its own
        for n, text in enumerate(texts):
            db.execute("INSERT INTO event(at, severity, who, action, object, what, why, hash)"
                       " VALUES(?, 1, ?, ?, ?, ?, ?, '')",
                       (1525229000000000 + n, text, text[:5000], text[:5000], text, text))
        db.commit()
        db.close()


def main():
    campus = HostileCampus(os.path.abspath(sys.argv[1]))
    campus.make()
    for args in (["scan"], ["migrate", "--all"]):
        campus.run(*args)
    campus.plant_val()
    campus.run("verify", "--all")
    campus.plant_status()


if __name__ == "__main__":
    main()
