"""A small reader of OLX exports for the loader: what an importer makes of them (domain 10).

It is not the program's reader, and simpler: an export is a mapping of names to bytes, read from a
folder, from a .tar.gz, or made on the spot; it becomes a Course: blocks with their settings in two
branches, and files by their names in the contentstore.
"""
import json
import os
import re
import tarfile
import unicodedata
import xml.etree.ElementTree as ElementTree

NO_BLOCKS = {"source", "track", "handout", "transcript", "video_asset", "wiki", "textbook"}
CONTAINERS = {"course", "chapter", "sequential", "vertical", "library_content", "split_test",
              "conditional", "randomize", "wrapper"}


def clean(name):
    """A file's name as it becomes a part of an asset key (domain 4.3)."""
    return "".join(c if c in "_.%-" or unicodedata.category(c)[0] == "L" or
                   unicodedata.category(c) in ("Nd", "Nl", "No") else "_" for c in name)


class Block:
    def __init__(self, kind, name):
        self.pair = (kind, name)
        self.published = self.draft = None        # settings; None where the branch lacks it
        self.children = []                        # pairs, of the published branch
        self.draft_children = None                # None: as published


class Course:
    def __init__(self, org, course, run, name=""):
        self.org, self.course, self.run, self.name = org, course, run, name
        self.blocks = {}
        self.files = {}                           # NAME in the contentstore: bytes

    @property
    def key(self):
        return "course-v1:%s+%s+%s" % (self.org, self.course, self.run)

    @property
    def slash_key(self):
        return "/".join((self.org, self.course, self.run))

    def block(self, kind, name):
        return self.blocks.setdefault((kind, name), Block(kind, name))

    def add_files(self, files):
        for name, data in files.items():
            self.files[clean(name)] = data
        return self

    @classmethod
    def simple(cls, course, org="Org", run="R", videos=None, files=None, name=None):
        """A course of one vertical; @videos: block id to settings, or to (published, draft)."""
        self = cls(org, course, run, name or course)
        chain = [("course", "course"), ("chapter", "c"), ("sequential", "s"), ("vertical", "v")]
        for pair, child in zip(chain, chain[1:] + [None]):
            block = self.block(*pair)
            block.published = {"display_name": self.name if pair[0] == "course" else pair[1]}
            block.children = [child] if child else []
        for block_id, fields in (videos or {}).items():
            block = self.block("video", block_id)
            block.published, block.draft = fields if isinstance(fields, tuple) else (fields, None)
            if block.published is not None:
                self.block("vertical", "v").children.append(block.pair)
            else:
                vertical = self.block("vertical", "v")
                vertical.draft = dict(vertical.published)
                vertical.draft_children = (vertical.draft_children or vertical.children) + \
                    [block.pair]
        vertical = self.block("vertical", "v")
        if vertical.draft_children is not None:
            vertical.draft_children += [p for p in vertical.children
                                        if p not in vertical.draft_children]
        return self.add_files(files or {})


def load_files(path):
    """The export's files by their names below the folder of course.xml."""
    files = {}
    if os.path.isdir(path):
        for folder, _, names in os.walk(path):
            for name in names:
                full = os.path.join(folder, name)
                with open(full, "rb") as f:
                    files[os.path.relpath(full, path)] = f.read()
    else:
        with tarfile.open(path, "r:gz") as tar:
            for entry in tar:
                if entry.isfile():
                    files[os.path.normpath(entry.name)] = tar.extractfile(entry).read()
    files = {n: d for n, d in files.items() if not any(
        part.startswith("._") or part == ".DS_Store" for part in n.split("/"))}
    top = min((os.path.dirname(n) for n in files if os.path.basename(n) == "course.xml"), key=len)
    return {os.path.relpath(n, top or "."): d for n, d in files.items()
            if not top or n.startswith(top + "/")}


# ---- settings of a video (domain 10.4) ----------------------------------------------------------

def as_text(value):
    """A string as the exporter may have written it: JSON, or as it stands."""
    try:
        decoded = json.loads(value)
    except ValueError:
        return value
    return decoded if decoded is None or isinstance(decoded, str) else value


def as_json(value, kind):
    try:
        decoded = json.loads(value)
    except ValueError:
        return None
    return decoded if isinstance(decoded, kind) else None


def video_settings(element):
    out = {}
    urls = [e.get("src") for e in element.iter("source") if e.get("src")]
    if urls:
        out["html5_sources"] = urls
    names = {e.get("language"): e.get("src") for e in element.findall("transcript")
             if e.get("language") and e.get("src") is not None}
    if names:
        out["transcripts"] = names
    for name, value in element.attrib.items():
        if name == "youtube":
            for part in value.split(","):
                speed, _, video = part.strip().partition(":")
                if video and re.fullmatch(r"1(\.0+)?", speed.strip()):
                    out["youtube_id_1_0"] = video.strip()
        elif name == "html5_sources":
            decoded = as_json(value, list)
            if decoded is not None:
                out[name] = decoded
        elif name == "transcripts":
            try:
                out[name] = json.loads(value)
            except ValueError:
                out[name] = value
        elif name not in ("url_name", "parent_url", "parent_sequential_url",
                          "index_in_children_list"):
            out[name] = as_text(value)
    return out


# ---- blocks -------------------------------------------------------------------------------------

class Reader:
    def __init__(self, files):
        self.files = files
        root = self.xml("course.xml")
        run = root.get("url_name") or root.get("slug")
        self.course = Course(root.get("org", "edX"), root.get("course"), run)
        self.walked = set()

    def xml(self, name):
        data = self.files.get(name)
        return None if data is None else ElementTree.fromstring(data)

    @staticmethod
    def pointer(element):
        allowed = {"url_name", "org", "course"} if element.tag == "course" else {"url_name"}
        return len(element) == 0 and not (element.text or "").strip() and \
            "url_name" in element.attrib and set(element.attrib) <= allowed

    def definition(self, kind, name, below=""):
        return self.xml("%s%s/%s.xml" % (below, kind, name.replace(":", "/")))

    def children(self, element, draft):
        out = []
        for child in element:
            name = child.get("url_name") if isinstance(child.tag, str) else None
            if name is None or child.tag in NO_BLOCKS:
                continue
            out.append((child.tag, name))
            if not self.pointer(child):
                self.define(child.tag, name, child, draft)
            elif not draft:
                self.walk(child.tag, name)
        return out

    def define(self, kind, name, element, draft):
        block = self.course.block(kind, name)
        fields = video_settings(element) if kind in ("video", "videoalpha") else \
            {"display_name": element.get("display_name", "")}
        children = self.children(element, draft) if kind in CONTAINERS else []
        if draft:
            block.draft, block.draft_children = fields, children
        elif block.published is None:
            block.published, block.children = fields, children

    def walk(self, kind, name):
        if (kind, name) in self.walked:
            return
        self.walked.add((kind, name))
        element = self.definition(kind, name)
        if element is not None:
            self.define(kind, name, element, False)
        elif kind not in CONTAINERS | {"video", "videoalpha"}:
            self.course.block(kind, name).published = {}

    def drafts(self):
        for path in sorted(self.files):
            match = re.fullmatch(r"drafts/([^/]+)/(.+)\.xml", path)
            if not match:
                continue
            kind, name = match[1], match[2].replace("/", ":")
            element = self.xml(path)
            self.define(kind, name, element, True)
            parent = element.get("parent_url") or element.get("parent_sequential_url")
            if parent:
                self.hang(self.parent(parent), (kind, name),
                          int(element.get("index_in_children_list", "0")))

    @staticmethod
    def parent(usage):
        new = re.search(r"\+type@([^+]+)\+block@(.+)$", usage)
        old = re.match(r"i4x://[^/]+/[^/]+/([^/]+)/([^/@?]+)", usage)
        return (new or old).groups()

    def hang(self, parent, pair, index):
        """A new draft becomes a child of its parent, in the draft branch."""
        block = self.course.blocks.get(parent)
        if block is None:
            return
        if block.draft_children is None:
            block.draft_children = list(block.children)
        if pair not in block.draft_children:
            block.draft_children.insert(index, pair)

    def read(self):
        course = self.course
        self.walk("course", course.run)
        self.drafts()
        # What Studio imports gets the root of its own modulestore's form.
        root = course.blocks.pop(("course", course.run))
        root.pair = ("course", "course")
        course.blocks[root.pair] = root
        course.name = root.published.get("display_name", "")
        for block in course.blocks.values():
            for children in (block.children, block.draft_children or []):
                for n, pair in enumerate(children):
                    if pair == ("course", course.run):
                        children[n] = root.pair
        course.files = static_files(self.files, "static/")
        return course


def static_files(files, folder):
    """By their cleaned names; of several the one that needed no cleaning, else the first."""
    out = {}
    for path in sorted(n for n in files if n.startswith(folder)):
        name = path[len(folder):]
        if name == clean(name) or clean(name) not in out:
            out[clean(name)] = files[path]
    return out


def read(source):
    """@source: a path, or a mapping of names to bytes."""
    return Reader(source if isinstance(source, dict) else load_files(source)).read()
