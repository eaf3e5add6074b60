"""An author in Studio: edits and publishes as the platform does (domain 2.1 to 2.3 and 3).

The steps of an edit are methods of their own, so that a test can put what it likes between them.
"""
import copy
import datetime

from bson import ObjectId


def now():
    value = datetime.datetime.utcnow()
    return value.replace(microsecond=value.microsecond // 1000 * 1000)


class SplitEditor:
    """Of one split course. `index` is what read() saw; write() is on condition that it stands."""

    def __init__(self, database, course, user=77, collection="modulestore"):
        self.heads = database[collection + ".active_versions"]
        self.structures = database[collection + ".structures"]
        self.query = {"org": course.org, "course": course.course, "run": course.run}
        self.user = user
        self.index = None

    def read(self):
        self.index = self.heads.find_one(self.query)
        return self

    def structure(self, branch="draft-branch"):
        return self.structures.find_one({"_id": self.index["versions"][branch]})

    @staticmethod
    def block(structure, name, kind="video"):
        return next((b for b in structure["blocks"] if (b["block_type"], b["block_id"]) ==
                     (kind, name)), None)

    def successor(self, old):
        new = copy.deepcopy(old)
        new.update(_id=ObjectId(), previous_version=old["_id"], edited_by=self.user,
                   edited_on=now(), schema_version=1)
        return new

    def stamp(self, block, structure, source=None):
        info = block.setdefault("edit_info", {})
        info.update(source_version=source, previous_version=info.get("update_version"),
                    update_version=structure["_id"], edited_on=structure["edited_on"],
                    edited_by=self.user)

    def change(self, name, branch="draft-branch", kind="video", **fields):
        """Inserts the structure that an edit makes, and moves no head yet."""
        new = self.successor(self.structure(branch))
        block = self.block(new, name, kind)
        block["fields"].update(fields)
        self.stamp(block, new)
        self.structures.insert_one(new)
        self.index["versions"][branch] = new["_id"]
        return self

    def publish(self, name, kind="video"):
        """The block as it is in the draft becomes the published one."""
        draft = self.block(self.structure("draft-branch"), name, kind)
        new = self.successor(self.structure("published-branch"))
        old = self.block(new, name, kind)
        block = copy.deepcopy(draft)
        block["edit_info"]["update_version"] = old["edit_info"]["update_version"]
        source = draft["edit_info"].get("source_version") or draft["edit_info"]["update_version"]
        self.stamp(block, new, source)
        new["blocks"][new["blocks"].index(old)] = block
        self.structures.insert_one(new)
        self.index["versions"]["published-branch"] = new["_id"]
        return self

    def write(self):
        """Moves the heads; false where somebody else was faster, and the edit is lost."""
        seen = {"_id": self.index["_id"]}
        if "last_update" in self.index:
            seen["last_update"] = self.index["last_update"]
        self.index["last_update"] = now()
        return self.heads.replace_one(seen, self.index).matched_count == 1


def old_edit(database, course, name, category="video", revision=None, collection="modulestore",
             **metadata):
    """An edit in the old modulestore: the whole map of settings is set anew, with no lock."""
    place = database[collection]
    query = {"_id.tag": "i4x", "_id.org": course.org, "_id.course": course.course,
             "_id.category": category, "_id.name": name, "_id.revision": revision}
    found = place.find_one(query)
    return place.update_one({"_id": found["_id"]}, {"$set": {
        "metadata": dict(found["metadata"], **metadata),
        "edit_info.edited_on": now(), "edit_info.edited_by": 77}}).matched_count == 1
