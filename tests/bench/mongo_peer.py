"""The platform's own migration of transcripts, in Python, as domain 5, 6 and 11.2 describe it.

    mongo_peer.py DATABASE VAL STORE [IDS]      the server: SUBFERRY_BENCH_URI

A task a course lists the videos of its published and of its draft branch; a subtask a branch,
video and language reads the block again, finds the transcript's asset by the platform's order of
candidates, one file of GridFS at a time, converts it with pysrt and json, and registers it with
edxval's own calls: Django in autocommit on SQLite, FileSystemStorage.

Where the platform could be faster than its plain form, the faster form is taken: no Celery and
no broker; the index and each structure are read once a course task (its bulk cache) and subtasks
take the block from there; no XBlock is made of it; a new video id is seen by both branches at
once, where the platform may create one a branch and language; nothing is written to the source;
starting Python and Django is not counted.

Prints one line of JSON. IDS gets a line a block: course, block, id.
"""
import json
import os
import resource
import sys
import time

import gridfs
import pymongo
from bson.son import SON
from pysrt.srtexc import Error as SubRipError

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "live"))

# pylint: disable=wrong-import-position,import-outside-toplevel
import edxval_check
import pysrt_way

BRANCHES = ("published-branch", "draft-branch")
DEFAULT_YOUTUBE = "3_yD_cEKoCk"
PLACEHOLDER = "non_existent_dummy_file_name"
# every other character of a file's name becomes "_" (domain 4.3)
KEPT = set(".%-_")


class NotFound(Exception):
    pass


# ---- the modulestore ----------------------------------------------------------------------------

class Bulk:
    """What one course task has read of the modulestore."""

    def __init__(self, database, org, course, run):
        self.key = "course-v1:%s+%s+%s" % (org, course, run)
        self.prefix = "asset-v1:%s+%s+%s+type@asset+block@" % (org, course, run)
        index = database["modulestore.active_versions"].find_one(
            SON([("org", org), ("course", course), ("run", run)]))
        self.branches = {}
        for branch in BRANCHES:
            if branch in index["versions"]:
                structure = database["modulestore.structures"].find_one(
                    {"_id": index["versions"][branch]})
                self.branches[branch] = {(b["block_type"], b["block_id"]): b
                                         for b in structure["blocks"]}

    def videos(self, branch):
        """Those with a way up to a course (domain 1.7)."""
        blocks = self.branches.get(branch, {})
        children = {pair: [tuple(c) for c in b["fields"].get("children", ())]
                    for pair, b in blocks.items()}
        below = {c for some in children.values() for c in some}
        ahead = [p for p in blocks if p not in below and p[0] in ("course", "library")]
        seen = set(ahead)
        while ahead:
            for child in children[ahead.pop()]:
                if child in blocks and child not in seen:
                    seen.add(child)
                    ahead.append(child)
        return [p for p in blocks if p in seen and p[0] == "video"]

    def block(self, branch, pair):
        return self.branches[branch][pair]

    def link(self, pair, video):
        for blocks in self.branches.values():
            if pair in blocks:
                blocks[pair]["fields"]["edx_video_id"] = video


def value(block, name, default):
    for part in ("fields", "defaults"):
        if name in block.get(part, ()):
            return block[part][name]
    return default


# ---- the contentstore ---------------------------------------------------------------------------

def asset(files, bulk, name):
    name = "".join(c if c.isalnum() or c in KEPT else "_" for c in name.replace("/", "_"))
    try:
        with files.get(bulk.prefix + name) as found:
            return found.read()
    except gridfs.NoFile:
        raise NotFound(name) from None


def subs_name(subs_id, language):
    return "subs_%s.srt.sjson" % subs_id if language == "en" else \
        "%s_subs_%s.srt.sjson" % (language, subs_id)


def one_candidate(files, bulk, subs_id, name, language):
    """(is it SubRip, bytes) of what one id leads to."""
    if subs_id is not None:
        try:
            return False, asset(files, bulk, subs_name(subs_id, language))
        except NotFound:
            pass
    return True, asset(files, bulk, name or subs_name(None, language))


def html5_ids(block):
    names = [url.split("/")[-1] for url in value(block, "html5_sources", None) or ()]
    return [name.rsplit(".", 1)[0] for name in names]


def resolve(files, bulk, block, language, in_val):
    """The transcript as SJSON (domain 5.2, 5.3)."""
    transcripts = {k: v for k, v in (value(block, "transcripts", None) or {}).items() if v}
    sub = value(block, "sub", "")
    for known in in_val:
        if known == "en" and not sub:
            sub = PLACEHOLDER
        elif not transcripts.get(known):
            transcripts[known] = PLACEHOLDER
    for subs_id in [None, sub, value(block, "youtube_id_1_0", DEFAULT_YOUTUBE)] + html5_ids(block):
        transcripts["en"] = subs_id
        try:
            is_subrip, data = one_candidate(files, bulk, subs_id, transcripts[language], language)
            break
        except (KeyError, NotFound):
            continue
    else:
        raise NotFound("no transcript for %s" % language)
    if is_subrip:
        data = convert(data)
    if not data.strip():
        raise NotFound("an empty transcript for %s" % language)
    return data


def convert(data):
    try:
        return pysrt_way.convert(data.decode("utf-8").encode("utf-8").decode("utf-8-sig"))
    except (SubRipError, UnicodeDecodeError) as error:
        raise NotFound(str(error)) from error


# ---- the tasks ----------------------------------------------------------------------------------

class Peer:
    def __init__(self, database):
        from django.core.files.base import ContentFile
        from edxval import api

        self.database, self.files = database, gridfs.GridFS(database)
        self.api, self.content = api, ContentFile
        self.made = self.kept = self.failed = 0
        self.ids = []

    def subtask(self, bulk, branch, pair, language):
        api = self.api
        block = bulk.block(branch, pair)
        video = (value(block, "edx_video_id", "") or "").strip()
        try:
            data = resolve(self.files, bulk, block, language,
                           api.get_available_transcript_languages(video))
        except NotFound as error:
            self.failed += 1
            print("%s %s %s: %s" % (bulk.key, pair[1], language, error), file=sys.stderr)
            return
        if not video or not api.is_video_available(video):
            video = api.create_external_video("external-video")
            bulk.link(pair, video)
        if api.is_transcript_available(video, language):
            self.kept += 1
            return
        api.create_video_transcript(video_id=video, language_code=language, file_format="sjson",
                                    content=self.content(data), provider="Custom")
        self.made += 1

    def course(self, org, course, run):
        bulk = Bulk(self.database, org, course, run)
        for branch in BRANCHES:
            for pair in bulk.videos(branch):
                block = bulk.block(branch, pair)
                languages = dict(value(block, "transcripts", None) or {})
                if value(block, "sub", ""):
                    languages["en"] = value(block, "sub", "")
                for language in languages:
                    self.subtask(bulk, branch, pair, language)
                self.ids.append((bulk.key, pair[1],
                                 value(bulk.block(branch, pair), "edx_video_id", "")))

    def all_courses(self):
        found = self.database["modulestore.active_versions"].find(
            {"versions.draft-branch": {"$exists": True}})
        for index in list(found):
            self.course(index["org"], index["course"], index["run"])


def cpu():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main():
    name, val, store = sys.argv[1:4]
    edxval_check.configure(val, store)
    client = pymongo.MongoClient(os.environ["SUBFERRY_BENCH_URI"])
    peer = Peer(client[name])
    begun, used = time.monotonic(), cpu()
    peer.all_courses()
    print(json.dumps({"seconds": time.monotonic() - begun, "cpu": cpu() - used, "made": peer.made,
                      "kept": peer.kept, "failed": peer.failed}))
    client.close()
    if sys.argv[4:]:
        with open(sys.argv[4], "w", encoding="utf-8") as f:
            f.writelines("\t".join(line) + "\n" for line in peer.ids)


if __name__ == "__main__":
    main()
