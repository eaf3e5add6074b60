"""What linking may have done to a modulestore, judged from its raw bytes (domain 2.1 to 2.3, 3).

Every document is compared as it is stored, with the order of its fields: what is not allowed to
change has to be the same bytes. Nothing here is taken from the program.
"""
import datetime
import struct

import bson
from bson import ObjectId
from bson.codec_options import CodecOptions
from bson.raw_bson import RawBSONDocument

HEADS = ("draft-branch", "published-branch")
COMMAND = -1                                # the platform's user of management commands
SIZES = {1: 8, 7: 12, 8: 1, 9: 8, 10: 0, 16: 4, 17: 8, 18: 8}
OID, DATE, NULL, TEXT = 7, 9, 10, 2


def elements(data):
    """[(name, type, bytes of the value)] of a document, in its order."""
    out, at = [], 4
    while data[at]:
        end = data.index(b"\0", at + 1)
        kind, name, at = data[at], data[at + 1:end].decode("utf-8"), end + 1
        size = SIZES.get(kind)
        if size is None:
            size = struct.unpack_from("<i", data, at)[0] + {2: 4, 3: 0, 4: 0, 5: 5}[kind]
        out.append((name, kind, data[at:at + size]))
        at += size
    assert at + 1 == len(data)
    return out


def value(data, name):
    """(type, bytes) of a field; (None, b"") where there is none."""
    return next(((kind, at) for key, kind, at in elements(data) if key == name), (None, b""))


def oid(data, name):
    kind, at = value(data, name)
    return ObjectId(at) if kind == OID else None


def document(data, name):
    kind, at = value(data, name)
    return at if kind in (3, 4) else None


def text(data, name):
    kind, at = value(data, name)
    return at[4:-1].decode("utf-8") if kind == TEXT else None


def date(data, name):
    kind, at = value(data, name)
    return datetime.datetime(1970, 1, 1) + datetime.timedelta(
        milliseconds=struct.unpack("<q", at)[0]) if kind == DATE else None


def snapshot(*databases):
    """{collection: {its _id: the bytes of the document}}; same things give same snapshots."""
    out = {}
    raw = CodecOptions(document_class=RawBSONDocument)
    for database in databases:
        for name in database.list_collection_names():
            # mongo-java-server bounds its batches by their number alone, drivers by their bytes.
            found = database.get_collection(name, codec_options=raw).find(
                batch_size=2 if name.endswith(".structures") else 0)
            out[name] = {value(d.raw, "_id"): d.raw for d in found}
    return out


def difference(before, after):
    """{(collection, _id)} of what was added, changed or removed."""
    out = set()
    for name in set(before) | set(after):
        old, new = before.get(name, {}), after.get(name, {})
        out |= {(name, key) for key in set(old) | set(new) if old.get(key) != new.get(key)}
    return out


def put(old, changes, added=()):
    """The bytes of @old with some fields replaced where they stand, others at its end."""
    out = b""
    for name, kind, at in elements(old):
        kind, at = changes.get(name, (kind, at))
        out += bytes([kind]) + name.encode("utf-8") + b"\0" + at
    there = {name for name, _, _ in elements(old)}
    for name in list(changes) + list(added):
        if name not in there:
            kind, at = changes[name]
            out += bytes([kind]) + name.encode("utf-8") + b"\0" + at
    return struct.pack("<i", len(out) + 5) + out + b"\0"


def same_fields(old, new, but, optional=()):
    """@new has the fields of @old in their order, the same bytes in all but @but; behind them
    those of @optional that @old lacks."""
    names = [name for name, _, _ in elements(old)]
    lacking = [name for name, _, _ in elements(new)][len(names):]
    assert [name for name, _, _ in elements(new)][:len(names)] == names, (old, new)
    assert set(lacking) <= set(optional) - set(names), lacking
    for one, two in zip(elements(old), elements(new)):
        assert one[0] in but or one == two, "%s: %s is not %s" % (one[0], two, one)


def blocks_of(structure):
    return [at for _, _, at in elements(document(structure, "blocks"))]


def name_of(block):
    return text(block, "block_type"), text(block, "block_id")


def version(block):
    """Equal versions in both branches: nothing unpublished (domain 2.3)."""
    info = document(block, "edit_info")
    return info and (oid(info, "source_version") or oid(info, "update_version"))


def video_id(block):
    """What the platform sees, stripped."""
    for scope in ("fields", "defaults"):
        at = document(block, scope)
        kind, _ = value(at, "edx_video_id") if at else (None, b"")
        if kind is not None:
            return (text(at, "edx_video_id") or "").strip()
    return ""


class SplitJudge:
    """@ids: {block id: the id that it is to name} of this course's video blocks."""

    def __init__(self, before, course, ids, begun, collection="modulestore"):
        self.course, self.begun = course, begun
        self.ids = {("video", name): val_id for name, val_id in ids.items()}
        self.index_name = collection + ".active_versions"
        self.structure_name = collection + ".structures"
        self.before = before
        self.heads = self.heads_of(before)
        self.known = {}

    def index(self, stored):
        found = [d for d in stored[self.index_name].values() if (
            text(d, "org"), text(d, "course"), text(d, "run")) == (
                self.course.org, self.course.course, self.course.run)]
        assert len(found) == 1
        return found[0]

    def heads_of(self, stored):
        versions = document(self.index(stored), "versions")
        return {branch: oid(versions, branch) for branch in HEADS if oid(versions, branch)}

    def structure(self, stored, head):
        return stored[self.structure_name][OID, head.binary]

    def recent(self, at):
        now = datetime.datetime.utcnow()
        slack = datetime.timedelta(seconds=1)
        assert at is not None and self.begun - slack <= at <= now + slack, at

    # ---- what must be

    def lacking(self, branch):
        """Names of the blocks that this branch has, that are to be linked, and name no id."""
        if branch not in self.heads:
            return set()
        return {name_of(b) for b in blocks_of(self.structure(self.before, self.heads[branch]))
                if name_of(b) in self.ids and not video_id(b)}

    def versions(self, branch):
        """{name: version} of a branch as it was, read once."""
        if branch not in self.known:
            self.known[branch] = {name_of(b): version(b) for b in blocks_of(
                self.structure(self.before, self.heads[branch]))} if branch in self.heads else {}
        return self.known[branch]

    def in_step(self, name):
        draft, published = (self.versions(branch) for branch in HEADS)
        return name in draft and name in published and draft[name] == published[name]

    def judge(self, after, unused=0):
        """Linked, once, and nothing else; up to @unused structures that no head names."""
        changed = {branch: self.lacking(branch) for branch in HEADS}
        heads = self.heads_of(after)
        assert set(heads) == set(self.heads)
        moved = {b for b in HEADS if heads.get(b) != self.heads.get(b)}
        assert moved == {b for b in HEADS if changed[b]}, "heads moved: %s" % moved
        added = {head for name, (_, head) in difference(self.before, after)
                 if name == self.structure_name}
        new = {heads[b].binary for b in moved}
        assert len(new) == len(moved), "one structure each"
        assert new <= added and len(added - new) <= unused, "%d new structures" % len(added)
        for key, old in self.before[self.structure_name].items():
            assert after[self.structure_name].get(key) == old, "a structure was changed"
        index = value(self.index(after), "_id")
        assert {d for d in difference(self.before, after) if d[0] != self.structure_name} == (
            {(self.index_name, index)} if moved else set())
        self.judge_index(after, moved)
        for branch in sorted(moved):        # draft first
            self.judge_structure(after, branch, heads, changed)

    def judge_index(self, after, moved):
        old, new = self.index(self.before), self.index(after)
        if not moved:
            assert old == new
            return
        same_fields(old, new, ("versions", "last_update"), ("last_update",))
        same_fields(document(old, "versions"), document(new, "versions"), moved)
        self.recent(date(new, "last_update"))
        assert date(old, "last_update") is None or date(new, "last_update") > date(
            old, "last_update")

    def judge_structure(self, after, branch, heads, changed):
        old_id, new_id = self.heads[branch], heads[branch]
        old, new = self.structure(after, old_id), self.structure(after, new_id)
        same_fields(old, new, ("_id", "previous_version", "edited_by", "edited_on", "blocks"))
        assert oid(new, "previous_version") == old_id
        assert bson.decode(new)["edited_by"] == COMMAND
        self.recent(date(new, "edited_on"))
        assert len(blocks_of(old)) == len(blocks_of(new))
        for one, two in zip(blocks_of(old), blocks_of(new)):
            if name_of(one) not in changed[branch]:
                assert one == two, "%s %s changed" % name_of(one)
                continue
            same_fields(one, two, ("fields", "edit_info"), ("fields", "edit_info"))
            self.judge_fields(one, two)
            source = None
            if branch == "published-branch" and self.in_step(name_of(one)):
                source = heads["draft-branch"] if name_of(one) in changed["draft-branch"] else \
                    self.versions("draft-branch")[name_of(one)]
            self.judge_info(one, two, new, source)

    def judge_fields(self, old, new):
        name = name_of(old)
        same_fields(document(old, "fields") or EMPTY, document(new, "fields"), ("edx_video_id",),
                    ("edx_video_id",))
        assert text(document(new, "fields"), "edx_video_id") == self.ids[name], name

    @staticmethod
    def judge_info(one, two, structure, source):
        written = ("edited_on", "edited_by", "previous_version", "update_version",
                   "source_version")
        old, new = document(one, "edit_info") or EMPTY, document(two, "edit_info")
        same_fields(old, new, written, written)
        assert oid(new, "previous_version") == oid(old, "update_version")
        assert value(new, "previous_version")[0] in (OID, NULL)
        assert oid(new, "update_version") == oid(structure, "_id")
        assert value(new, "edited_on") == value(structure, "edited_on")
        assert bson.decode(new)["edited_by"] == COMMAND
        assert oid(new, "source_version") == source, "%s: %s is not %s" % (
            name_of(one), oid(new, "source_version"), source)
        assert value(new, "source_version")[0] == (OID if source else NULL)


EMPTY = bson.encode({})


def with_video_id(stored, val_id):
    """A document of the old modulestore after {$set: {"metadata.edx_video_id": @val_id}}."""
    data = val_id.encode("utf-8") + b"\0"
    metadata = put(document(stored, "metadata") or EMPTY,
                   {"edx_video_id": (TEXT, struct.pack("<i", len(data)) + data)})
    return put(stored, {"metadata": (3, metadata)})


def judge_old(before, after, ids, collection="modulestore"):
    """Of slash courses: {(course, block): id}. Every document of these blocks that named none
    names it now, and nothing else has changed in the whole database."""
    expected = {name: dict(documents) for name, documents in before.items()}
    count = 0
    for key, stored in before[collection].items():
        place = document(stored, "_id")
        val_id = ids.get((text(place, "course"), text(place, "name")))
        metadata = document(stored, "metadata") or EMPTY
        if text(place, "category") == "video" and val_id and not (
                text(metadata, "edx_video_id") or "").strip():
            expected[collection][key] = with_video_id(stored, val_id)
            count += 1
    for name, key in difference(expected, after):
        raise AssertionError("%s: %s\nis not %s" % (
            name, decoded(after.get(name, {}).get(key)), decoded(expected.get(name, {}).get(key))))
    return count


def decoded(data):
    return data and bson.decode(data)
