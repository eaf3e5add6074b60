"""Writes courses into MongoDB as the platform keeps them (domain 1 to 4), without the program.

split(course) and old(course) make the documents of one course, files(course, form) those of its
contentstore: plain dicts, which a test may change as it likes, the oddities of real campuses
among them, before insert() writes them. Nothing here makes an index: what exists afterwards is
what a test compares with.
"""
import copy
import datetime
import hashlib

from bson import SON, Binary, ObjectId

CHUNK = 261120
EDITOR = 12
NEW_YEAR = datetime.datetime(2018, 1, 1, 10, 20, 30, 456000)
ID_ORDER = ("category", "name", "course", "tag", "org", "revision")


class Documents:
    """What one course consists of. `branches` maps a branch's name to its structure."""

    def __init__(self):
        self.index = None
        self.branches = {}
        self.definitions, self.blocks, self.files, self.chunks = [], [], [], []

    def block(self, branch, name, kind="video"):
        """A block of split's @branch."""
        return next(b for b in self.branches[branch]["blocks"]
                    if b["block_id"] == name and b["block_type"] == kind)

    def document(self, name, revision=None, category="video"):
        """A block of the old modulestore."""
        return next(b for b in self.blocks if b["_id"]["name"] == name and
                    b["_id"]["category"] == category and b["_id"].get("revision") == revision)

    def file(self, name):
        return next(f for f in self.files if f["displayname"] == name and not is_thumbnail(f))

    def chunks_of(self, name):
        file_id = self.file(name)["_id"]
        return sorted((c for c in self.chunks if c["files_id"] == file_id), key=lambda c: c["n"])

    def set_chunks(self, name, chunks):
        file_id = self.file(name)["_id"]
        self.chunks = [c for c in self.chunks if c["files_id"] != file_id] + chunks


def is_thumbnail(document):
    son = document.get("content_son", document["_id"])
    return son["category"] == "thumbnail"


# ---- split --------------------------------------------------------------------------------------

def edit_info(version, source=None, when=NEW_YEAR):
    return SON([("edited_on", when), ("original_usage", None), ("original_usage_version", None),
                ("edited_by", EDITOR), ("previous_version", None), ("update_version", version),
                ("source_version", source)])


def structure(blocks, when):
    own = ObjectId()
    return SON([("_id", own), ("blocks", blocks), ("schema_version", 1), ("root",
                ["course", "course"]), ("original_version", own), ("previous_version", None),
                ("edited_on", when), ("edited_by", EDITOR)])


def split_block(pair, fields, children, definition):
    fields = SON(copy.deepcopy(fields))
    if children:
        fields["children"] = [list(c) for c in children]
    return SON([("block_type", pair[0]), ("block_id", pair[1]), ("definition", definition),
                ("fields", fields), ("defaults", {}), ("asides", {}), ("edit_info", None)])


def split(course, when=NEW_YEAR, published=True, draft=True, last_update=True):
    """Draft-branch holds a copy of every block; published ones were published from it."""
    docs = Documents()
    blocks = {"draft-branch": [], "published-branch": []}
    for pair, block in sorted(course.blocks.items()):
        definition = ObjectId()
        docs.definitions.append(SON([
            ("_id", definition), ("block_type", pair[0]), ("fields", {"data": ""}),
            ("edit_info", {"edited_by": EDITOR, "edited_on": when, "previous_version": None,
                           "original_version": definition}), ("schema_version", 1)]))
        if block.published is not None:
            blocks["published-branch"].append(
                split_block(pair, block.published, block.children, definition))
        fields = block.published if block.draft is None else block.draft
        children = block.children if block.draft_children is None else block.draft_children
        blocks["draft-branch"].append(split_block(pair, fields, children, definition))
    versions = SON()
    for branch in (["draft-branch"] if draft else []) + (["published-branch"] if published else []):
        docs.branches[branch] = structure(blocks[branch], when)
        versions[branch] = docs.branches[branch]["_id"]
    for branch, document in docs.branches.items():
        for block in document["blocks"]:
            same = "draft-branch" in versions and branch == "published-branch" and course.blocks[
                block["block_type"], block["block_id"]].draft is None
            block["edit_info"] = edit_info(document["_id"],
                                           versions["draft-branch"] if same else None, when)
    docs.index = SON([("_id", ObjectId()), ("org", course.org), ("course", course.course),
                      ("run", course.run), ("versions", versions), ("schema_version", 1),
                      ("search_targets", {"wiki_slug": "%s.%s" % (course.org, course.course)}),
                      ("edited_by", EDITOR), ("edited_on", when)])
    if last_update:
        docs.index["last_update"] = when
    return docs


def library(org, name, videos):
    """A v1 library: no course, whatever it holds."""
    docs = Documents()
    blocks = [split_block(("library", "library"), {"display_name": name},
                          [("video", v) for v in videos], ObjectId())]
    blocks += [split_block(("video", v), f, [], ObjectId()) for v, f in videos.items()]
    document = structure(blocks, NEW_YEAR)
    document["root"] = ["library", "library"]
    docs.branches["library"] = document
    docs.index = SON([("_id", ObjectId()), ("org", org), ("course", name), ("run", "library"),
                      ("versions", {"library": document["_id"]}), ("schema_version", 1),
                      ("search_targets", {}), ("edited_by", EDITOR), ("edited_on", NEW_YEAR),
                      ("last_update", NEW_YEAR)])
    return docs


# ---- the old modulestore ------------------------------------------------------------------------

def usage(course, pair):
    name = course.run if pair[0] == "course" else pair[1]
    return "i4x://%s/%s/%s/%s" % (course.org, course.course, pair[0], name)


def old_document(course, pair, fields, children, revision, when):
    name = course.run if pair[0] == "course" else pair[1]
    out = SON([("_id", SON([("tag", "i4x"), ("org", course.org), ("course", course.course),
                            ("category", pair[0]), ("name", name), ("revision", revision)])),
               ("definition", {"data": {}, "children": [usage(course, c) for c in children]}),
               ("metadata", SON(copy.deepcopy(fields))),
               ("edit_info", {"edited_on": when, "edited_by": EDITOR, "subtree_edited_on": when,
                              "subtree_edited_by": EDITOR, "published_date": when,
                              "published_by": EDITOR})])
    if not children:
        del out["definition"]["children"]
    return out


def old(course, when=NEW_YEAR):
    """One document a block, and a second one of revision "draft" where the draft differs."""
    docs = Documents()
    for pair, block in sorted(course.blocks.items()):
        if block.published is not None:
            docs.blocks.append(old_document(course, pair, block.published, block.children, None,
                                            when))
        if block.draft is not None:
            children = block.children if block.draft_children is None else block.draft_children
            docs.blocks.append(old_document(course, pair, block.draft, children, "draft", when))
    return docs


# ---- the contentstore ---------------------------------------------------------------------------

def id_fields(course, name, category="asset", order=ID_ORDER):
    values = {"category": category, "name": name, "course": course.course, "tag": "c4x",
              "org": course.org, "revision": None}
    return SON((key, values[key]) for key in order)


def files(course, form, docs, chunk=CHUNK, custom=False, drivers="old"):
    """Adds the course's files. @custom: with a custom_md5; @drivers "new" leaves out md5."""
    for name, data in sorted(course.files.items()):
        add_file(course, form, docs, name, data, chunk, custom, drivers)
        if name.endswith((".jpg", ".png")):
            add_file(course, form, docs, name, b"small", chunk, custom, drivers, "thumbnail")
    return docs


def add_file(course, form, docs, name, data, chunk=CHUNK, custom=False, drivers="old",
             category="asset", order=ID_ORDER):
    son = id_fields(course, name, category, order)
    if form == "split":
        file_id = "asset-v1:%s+%s+%s+type@%s+block@%s" % (
            course.org, course.course, course.run, category, name)
        son["run"] = course.run
        filename = file_id
    else:
        file_id, filename = son, "/c4x/%s/%s/%s/%s" % (course.org, course.course, category, name)
    digest = hashlib.md5(data).hexdigest()
    document = SON([("_id", file_id), ("content_son", son), ("filename", filename),
                    ("contentType", "application/octet-stream"), ("displayname", name),
                    ("chunkSize", chunk), ("length", len(data)), ("uploadDate", NEW_YEAR),
                    ("import_path", None), ("thumbnail_location", None), ("locked", False)])
    if drivers == "old":
        document["md5"] = digest
    if custom:
        document["custom_md5"] = digest
    docs.files.append(document)
    for n in range(0, (len(data) + chunk - 1) // chunk):
        docs.chunks.append(SON([("_id", ObjectId()), ("files_id", file_id), ("n", n),
                                ("data", Binary(data[n * chunk:(n + 1) * chunk]))]))
    return document


# ---- writing ------------------------------------------------------------------------------------

def insert(database, docs, contentstore=None, bucket="fs", collection="modulestore"):
    """Writes a course's documents, in the platform's order: structures, definitions, index."""
    store = database if contentstore is None else contentstore
    for name, documents in ((".structures", docs.branches.values()),
                            (".definitions", docs.definitions),
                            (".active_versions", [docs.index] if docs.index else []),
                            ("", docs.blocks)):
        insert_many(database[collection + name], documents)
    insert_many(store[bucket + ".files"], docs.files)
    insert_many(store[bucket + ".chunks"], docs.chunks)


def insert_many(collection, documents):
    documents = list(documents)
    for at in range(0, len(documents), 500):
        collection.insert_many(documents[at:at + 500])
