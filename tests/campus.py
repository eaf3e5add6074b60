"""A small campus made on the spot: OLX course folders and a configuration.

Everything follows from the numbers given, so that two campuses made alike hold the same bytes.
"""
import json
import os

WORDS = {
    "en": "the quick brown fox jumps over the lazy dog",
    "fr": "« le pivot à gauche », dit-elle, puis l'été",
    "es": "¿dónde está la señal? mañana, aquí",
    "zh": "我们先选择一个支点然后排序",
    "ar": "نختار محورا ثم نقسم القائمة",
    "hi": "पहले हम एक आधार चुनते हैं",
}


def subrip(seed, language, cues):
    words = WORDS[language].split()
    out = []
    for n in range(cues):
        begin = n * 2500 + seed
        text = " ".join(words[(n + k) % len(words)] for k in range(len(words)))
        out.append("%d\n%s --> %s\n%s\n%s %d\n" % (
            n + 1, stamp(begin), stamp(begin + 2000), text, language, seed * 1000 + n))
    return "\n".join(out).encode("utf-8")


def stamp(ms):
    return "%02d:%02d:%02d,%03d" % (ms // 3600000, ms // 60000 % 60, ms // 1000 % 60, ms % 1000)


def sjson(seed, cues):
    return json.dumps({
        "start": [n * 1500 + seed for n in range(cues)],
        "end": [n * 1500 + seed + 1400 for n in range(cues)],
        "text": ["line %d of %d" % (n, seed) for n in range(cues)],
    }).encode("ascii")


class Course:
    """One course folder as Studio exports it."""

    def __init__(self, folder, name, run="R"):
        self.folder, self.name, self.run = folder, name, run
        self.videos = []
        for part in ("course", "chapter", "sequential", "vertical", "video", "static"):
            os.makedirs(os.path.join(folder, part))

    def put(self, name, data):
        with open(os.path.join(self.folder, name), "wb") as f:
            f.write(data if isinstance(data, bytes) else data.encode("utf-8"))

    def video(self, block, languages=(), video_id=None, seed=None, cues=12, youtube=None, empty=()):
        """A block with one SubRip file a language; @empty ones have a file without cues."""
        seed = len(self.videos) if seed is None else seed
        names = {}
        for language in list(languages) + list(empty):
            names[language] = "%s-%s.srt" % (block if video_id is None else video_id, language)
            self.put("static/" + names[language],
                     b"" if language in empty else subrip(seed, language, cues))
        attributes = 'url_name="%s" display_name="Video %s"' % (block, block)
        if video_id:
            attributes += ' edx_video_id="%s"' % video_id
        if youtube:
            attributes += ' youtube_id_1_0="%s"' % youtube
            self.put("static/subs_%s.srt.sjson" % youtube, sjson(seed, cues))
        children = "".join('<transcript language="%s" src="%s"/>' % item
                           for item in sorted(names.items()))
        self.put("video/%s.xml" % block, "<video %s>%s</video>\n" % (attributes, children))
        self.videos.append(block)

    def finish(self):
        pointers = "".join('<video url_name="%s"/>' % v for v in self.videos)
        self.put("course.xml", '<course url_name="%s" org="Crash" course="%s"/>\n'
                 % (self.run, self.name))
        self.put("course/%s.xml" % self.run,
                 '<course display_name="Course %s"><chapter url_name="c"/></course>\n' % self.name)
        self.put("chapter/c.xml", '<chapter><sequential url_name="s"/></chapter>\n')
        self.put("sequential/s.xml", '<sequential><vertical url_name="v"/></sequential>\n')
        self.put("vertical/v.xml", "<vertical>%s</vertical>\n" % pointers)


def make_small(folder):
    """Two courses, 30 transcripts to register, with the cases that take a path of their own:
    a block without an id, two that share one, an English only found by its YouTube id, and one
    file without cues."""
    one = Course(os.path.join(folder, "one"), "One")
    for n in range(6):
        one.video("plain%d" % n, ("en", "fr", "zh"), "id-one-%d" % n)
    one.video("noid", ("en", "es"))
    one.video("shared-a", ("ar",), "id-shared", seed=70)
    one.video("shared-b", ("ar",), "id-shared", seed=70)
    one.video("implicit", (), "id-implicit", youtube="QwErTyUiOp1")
    one.finish()
    two = Course(os.path.join(folder, "two"), "Two")
    for n in range(3):
        two.video("plain%d" % n, ("en", "hi"), "id-two-%d" % n, cues=40)
    two.video("some-empty", ("en", "es"), "id-two-empty", empty=("fr",))
    two.finish()
    return 30


def make_large(folder, courses=24, videos=10):
    for c in range(courses):
        course = Course(os.path.join(folder, "c%02d" % c), "Large%02d" % c)
        for n in range(videos):
            course.video("v%d" % n, ("en", "fr"), "id-%d-%d" % (c, n), seed=c * videos + n, cues=30)
        course.finish()
    return courses * videos * 2


def configure(folder, courses, workers):
    """Writes the configuration of a campus in @folder, whose courses are below @courses."""
    path = os.path.join(folder, "subferry.conf")
    with open(path, "w", encoding="utf-8") as f:
        f.write("""[campus]
name = crash
environment = staging
status_db = status.db
[source]
kind = olx
path = %s/*
[val]
kind = sqlite
path = val.db
[store]
kind = directory
path = store
[engine]
workers = %d
retry_delay = 2s
max_retries = 3
max_transcript = 3MiB
""" % (courses, workers))
    return path


def make_many(folder, courses, videos, languages, cues):
    """Courses alike, for measuring: @videos a course, one file a video and language."""
    for c in range(courses):
        course = Course(os.path.join(folder, "c%05d" % c), "Many%05d" % c)
        for n in range(videos):
            seed = c * videos + n
            course.video("v%03d" % n, languages, "id-%d-%d" % (c, n), seed=seed,
                         cues=cues // 2 + seed % (cues + 1))
        course.finish()
    return courses * videos * len(languages)
