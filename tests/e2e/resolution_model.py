"""Design 4 a second time: what a course promises, which file it is, and what becomes of it.

Works on the fields a test wrote into its course and on the course's files; knows no XML.
"""
import json
import unicodedata

from olx_campus import DEFAULT_YOUTUBE


def clean(path):
    """Domain 4.3: the name of a file in the contentstore."""
    def is_word(ch):
        return unicodedata.category(ch)[0] in "LN" or ch == "_"
    return "".join(ch if is_word(ch) or ch in ".%-" else "_" for ch in path)


class Files:
    """The course's files below its three folders, and how a name finds one."""

    def __init__(self, course):
        self.course = course
        self.places = []
        for place in ("static/", "course/static/", "static_import/"):
            own = {name[len(place):]: name for name in course.files if name.startswith(place)}
            cleaned = {}
            for name in sorted(own, key=lambda n: n.encode("utf-8")):
                cleaned.setdefault(clean(name), own[name])
            self.places.append((own, cleaned))

    def find(self, name):
        for prefix in ("/static/", "static/"):
            if name.startswith(prefix):
                name = name[len(prefix):]
                break
        for own, cleaned in self.places:
            path = own.get(name) or cleaned.get(clean(name))
            if path:
                return path
        return None


def html5_name(url):
    last = url.rsplit("/", 1)[-1]
    return last.rsplit(".", 1)[0] if "." in last else last


def promises(fields, files):
    """{language: (implicit, [names])} of one branch."""
    names = {k: v for k, v in fields.get("transcripts", {}).items() if v}
    sub, youtube = fields.get("sub", "").strip(), fields.get("youtube", "").strip()
    ids = [youtube] if youtube and youtube not in DEFAULT_YOUTUBE else []
    ids += [html5_name(url) for url in fields.get("html5", [])]

    def english(chosen, mapped=None):
        out = ["subs_%s.srt.sjson" % sub, sub] if sub else []
        out += [mapped] if mapped else []
        for i in chosen:
            out += ["subs_%s.srt.sjson" % i, i]
        return out

    out = {}
    for language, name in names.items():
        if language == "en":
            out["en"] = (False, english(ids, name))
        else:
            out[language] = (False, [name] + ["%s_subs_%s.srt.sjson" % (language, i)
                                              for i in ([sub] if sub else []) + ids])
    if sub and "en" not in names:
        out["en"] = (False, english(ids))
    val_id = fields.get("edx_video_id", "").strip()
    for language in fields.get("video_asset", ()):
        name = "%s-%s.srt" % (val_id, language)
        if val_id and language not in out and files.find(name):
            out[language] = (False, [name])
    if "en" not in out and any(files.find(name) for name in english(ids)):
        out["en"] = (True, english(ids))
    return out


class Version:
    """One branch's promise of one language, read."""

    def __init__(self, promise, files, contents):
        self.implicit, names = promise
        self.source = next((p for p in map(files.find, names) if p), None)
        if self.source is None:
            self.state, self.code, self.bytes = "broken", "asset-missing", None
        else:
            self.state, self.code, self.bytes = contents[self.source]


def merge(published, draft):
    """The version that stands, and the codes found beside its own."""
    if published and draft and published.implicit != draft.implicit:
        return (draft if published.implicit else published), []
    if not published or not draft:
        return published or draft, []
    if published.state == "broken":
        return published, []
    if published.state == "empty" and draft.state == "text":
        return draft, []
    if (published.state, published.bytes) == (draft.state, draft.bytes):
        return published, []
    return published, ["draft-differs"]


def predict(course, blocks, contents):
    """What one migration into an empty val makes of @course.

    @blocks: (kind, block, published or None, draft or None); @contents: of each path
    (state, code, bytes). Answers {(block, language): (outcome, source)}, {(val id, language):
    bytes}, and the set of (block, language, code) found.
    """
    files = Files(course)
    outcomes, rows, found = {}, {}, set()
    for kind, block, published, draft in sorted(blocks, key=lambda b: (b[0].encode(),
                                                                      b[1].encode())):
        sides = [promises(b, files) if b is not None else {} for b in (published, draft)]
        ids = [(b or {}).get("edx_video_id", "").strip() for b in (published, draft)]
        val_id = ids[0] or ids[1] or course.uuid(block, kind)
        name = "%s@%s" % (kind, block)
        if ids[0] and ids[1] and ids[0] != ids[1]:
            found.add((name, "-", "draft-id-differs"))
        texts, failed = {}, False
        for language in sorted(set(sides[0]) | set(sides[1])):
            version, beside = merge(*[Version(s[language], files, contents) if language in s
                                      else None for s in sides])
            found |= {(name, language, code) for code in beside}
            if version.code:
                found.add((name, language, version.code))
            if version.state == "text":
                texts[language] = version
            elif version.state == "empty" or version.implicit:
                outcomes[name, language] = ("left out", version.source)
            else:
                outcomes[name, language] = ("failed", version.source)
                failed = True
        for language, version in texts.items():
            key = (val_id, language)
            if key in rows:
                outcomes[name, language] = ("kept", version.source)
                if rows[key] != version.bytes:
                    found.add((name, language, "shared-id-differs"))
            elif failed:
                outcomes[name, language] = ("failed", version.source)
            else:
                outcomes[name, language] = ("migrated", version.source)
        if not failed:
            for language, version in texts.items():
                rows.setdefault((val_id, language), version.bytes)
    return outcomes, rows, found


def content_of(kind, text, make_srt, make_sjson):
    """(bytes of a file, (state, code, bytes stored)) of a kind of file."""
    if kind == "srt":
        return make_srt(text), ("text", None, make_sjson(text))
    if kind == "sjson":
        data = json.dumps({"text": [text], "end": [2], "start": [1]}, indent=2).encode()
        return data, ("text", None, data)
    if kind == "empty":
        return b"\n", ("empty", "transcript-empty", None)
    if kind == "bad srt":
        return b"1\nno time\n" + text.encode(), ("broken", "srt-invalid", None)
    return b'{"start": [' + text.encode() + b"]}", ("broken", "sjson-invalid", None)
