"""
Points the real edxval package at a val file and a store, and lets it work.

    edxval_check.py migrate VAL STORE               Django's own migrations make VAL
    edxval_check.py schema OURS DJANGOS             the tables agree
    edxval_check.py read VAL STORE [EXPECTED]       every row is listed, and its file read and parsed
    edxval_check.py take-over VAL STORE             Django's migrations and writes work on VAL
"""
import json
import os
import sqlite3
import sys

failures = []


def check(good, text):
    """Notes a difference, and goes on."""
    if not good:
        failures.append(text)
        print("edxval: FAILED:", text)


def configure(val, store):
    """The least settings that edxval asks for."""
    import django
    from django.conf import settings

    files = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": os.path.abspath(store), "base_url": "/media/"},
    }
    settings.configure(
        SECRET_KEY="live test",
        INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "edxval"],
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": os.path.abspath(val)}},
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        USE_TZ=True,
        TIME_ZONE="UTC",
        MEDIA_ROOT=os.path.abspath(store),
        STORAGES={"default": files, "staticfiles": files, "video_transcripts": files},
        VIDEO_TRANSCRIPTS_SETTINGS={
            "VIDEO_TRANSCRIPTS_MAX_BYTES": 3145728,
            "STORAGE_CLASS": files["BACKEND"],
            "STORAGE_KWARGS": files["OPTIONS"],
            "DIRECTORY_PREFIX": "video-transcripts/",
        },
        VIDEO_IMAGE_SETTINGS={"DIRECTORY_PREFIX": "video-images/"},
        TRANSCRIPT_LANG_CACHE_TIMEOUT=60,
    )
    django.setup()


def migrate(val, store):
    from django.core.management import call_command

    configure(val, store)
    call_command("migrate", verbosity=0)


def table_facts(db, table):
    """What matters of a table: columns, types, keys, uniques, indexes."""
    facts = {"columns": set(), "references": set(), "unique": set(), "index": set()}
    for _, name, kind, notnull, default, key in db.execute(f'PRAGMA table_info("{table}")'):
        facts["columns"].add((name, kind, notnull, default, key))
    for row in db.execute(f'PRAGMA foreign_key_list("{table}")'):
        facts["references"].add(row[2:5])
    for _, name, unique, _, _ in db.execute(f'PRAGMA index_list("{table}")'):
        columns = tuple(row[2] for row in db.execute(f'PRAGMA index_info("{name}")'))
        facts["unique" if unique else "index"].add(columns)
    sql = db.execute("SELECT sql FROM sqlite_master WHERE name = ?", (table,)).fetchone()[0]
    facts["autoincrement"] = "AUTOINCREMENT" in sql
    facts["strict"] = sql.rstrip().endswith("STRICT")
    facts["checks"] = sql.count("CHECK")
    return facts


def schema(ours, djangos):
    ours, djangos = (sqlite3.connect(f"file:{path}?mode=ro", uri=True) for path in (ours, djangos))
    names = "SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'edxval_%'"
    tables = {row[0] for row in djangos.execute(names)}
    check(tables == {row[0] for row in ours.execute(names)}, "the tables have other names")
    for table in sorted(tables):
        have, want = table_facts(ours, table), table_facts(djangos, table)
        have["index"].discard(("edx_video_id",))  # ours: finds ids whatever their case
        for fact in want:
            check(have[fact] == want[fact],
                  f"{table}: {fact}: {have[fact]!r}, but Django makes {want[fact]!r}")
    seeds = "SELECT id, profile_name FROM edxval_profile ORDER BY id"
    check(ours.execute(seeds).fetchall() == djangos.execute(seeds).fetchall(), "other profiles")
    indexes = "SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name LIKE 'edxval_%'"
    missing = set(djangos.execute(indexes)) - set(ours.execute(indexes))
    check(not missing, f"indexes of other names: {missing}")
    print(f"edxval: {len(tables)} tables agree with Django's")


def parse(content):
    """The cues of an SJSON text; raises what the player would stumble over."""
    cues = json.loads(content.decode("utf-8"))
    if not len(cues["start"]) == len(cues["end"]) == len(cues["text"]):
        raise ValueError("start, end and text differ in length")
    return cues


def read_row(row):
    """One transcript through edxval's own calls; answers its cues."""
    from edxval import api
    from edxval.transcript_utils import Transcript

    video, language = row.video.edx_video_id, row.language_code
    what = f"{video} {language}"
    check(api.is_transcript_available(video, language), f"{what}: not available")
    check(language in api.get_available_transcript_languages(video), f"{what}: language not listed")
    check(api.get_video_transcript_url(video, language), f"{what}: no url")
    info = api.get_video_transcript(video, language)
    check(info["file_format"] == row.file_format, f"{what}: {info}")
    check(row.created.tzinfo is not None and row.created.year >= 2018, f"{what}: created {row.created}")
    row.full_clean()
    data = api.get_video_transcript_data(video, language)
    if row.file_format == "srt":  # not ours; authors upload such
        return parse(Transcript.convert(data["content"], "srt", "sjson").encode())
    cues = parse(data["content"])
    srt = Transcript.convert(data["content"], "sjson", "srt")
    check(not cues["text"] or "-->" in srt, f"{what}: converts to nothing")
    return cues


def read_courses():
    """The list of a course's transcripts, as the platform's REST call makes it."""
    from edxval import api
    from edxval.models import CourseVideo

    for course in CourseVideo.objects.values_list("course_id", flat=True).distinct():
        try:
            details = api.get_transcript_details_for_course(course)
        except FileNotFoundError as error:
            check(False, f"{course}: cannot be listed: {error}")
            continue
        for link in CourseVideo.objects.filter(course_id=course).select_related("video"):
            video = link.video.edx_video_id
            languages = api.get_available_transcript_languages(video)
            check(set(details.get(video, {})) == set(languages), f"{course}: {video}: not all listed")


def read(val, store, expected=None):
    configure(val, store)
    from edxval.models import EXTERNAL_VIDEO_STATUS, Video, VideoTranscript

    found = {}
    for row in VideoTranscript.objects.select_related("video").order_by("id"):
        try:
            found[row.video.edx_video_id, row.language_code] = (row.transcript.name, read_row(row))
        except Exception as error:  # whatever stops edxval is what this looks for
            check(False, f"{row.video.edx_video_id} {row.language_code}: {error!r}")
    for video in Video.objects.filter(status=EXTERNAL_VIDEO_STATUS):
        video.full_clean()
        check(video.duration == 0, f"{video}: {video.duration!r}")
    read_courses()
    if expected:
        with open(expected, encoding="utf-8") as lines:
            wanted = [line.rstrip("\n").split("\t") for line in lines]
        check(len(wanted) == len(found), f"{len(found)} rows, expected {len(wanted)}")
        check(all(row.provider == "Custom" and row.file_format == "sjson"
                  for row in VideoTranscript.objects.all()), "another provider or format")
        check(all(video.client_video_id == "external-video" for video in Video.objects.all()),
              "another client_video_id")
        for video, language, name, text in wanted:
            have = found.get((video, language))
            check(have and have[0] == name and have[1]["text"] == [text], f"{video} {language}: {have}")
    check(found, "there is no transcript at all")
    print(f"edxval: {len(found)} transcripts listed, read and parsed")


def take_over(val, store):
    from django.core.files.base import ContentFile
    from django.core.management import call_command

    configure(val, store)
    call_command("migrate", "edxval", fake=True, verbosity=0)
    call_command("migrate", verbosity=0)
    from edxval import api
    from edxval.models import Video, VideoTranscript

    check(not api.is_transcript_available("Second_Video", "fr"), "a transcript nobody made")
    video = api.create_external_video("external-video")
    check(Video.objects.get(edx_video_id=video).id > 3, "numbers are given twice")
    for target in (video, "Second_Video"):
        api.create_video_transcript(target, "fr", "sjson",
                                    ContentFile(b'{"start": [], "end": [], "text": []}'))
        data = api.get_video_transcript_data(target, "fr")
        check(parse(data["content"])["text"] == [], f"{target}: other bytes")
    before = VideoTranscript.objects.count()
    api.create_or_update_video_transcript("third", "ta", {"provider": "Cielo24", "file_format": "srt",
                                                          "file_name": "x.srt"})
    check(VideoTranscript.objects.count() == before, "an update made a second row")
    print("edxval: Django migrates our file and writes to it")


if __name__ == "__main__":
    commands = {"migrate": migrate, "schema": schema, "read": read, "take-over": take_over}
    if len(sys.argv) < 4 or sys.argv[1] not in commands:
        sys.exit(__doc__)
    commands[sys.argv[1]](*sys.argv[2:])
    sys.exit(1 if failures else 0)
