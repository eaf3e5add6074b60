"""The two servers, the courses, and what is registered in the end, for dest.py."""
import concurrent.futures
import hashlib
import http.client
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import urllib.parse

HERE = os.path.dirname(os.path.abspath(__file__))
TESTS = os.path.dirname(HERE)
sys.path[:0] = [TESTS, os.path.join(TESTS, "live", "dest")]

# pylint: disable=wrong-import-position
import campus as generator
import s3_server
import val_server
from s3_server import free_ports

LANGUAGES = sorted(generator.WORDS)
LOCATION = "media/"
KEYS, VAL_SECRET = "SUBFERRY_BENCH_S3", "SUBFERRY_BENCH_VAL_SECRET"


def make_bucket(s3, name):
    s3.client.create_bucket(Bucket=name)
    return name


def drop(s3, bucket):
    """SeaweedFS keeps room for so many buckets, and no more."""
    for page in s3.client.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        s3.client.delete_objects(Bucket=bucket, Delete={"Quiet": True, "Objects": [
            {"Key": row["Key"]} for row in page["Contents"]]})
    s3.client.delete_bucket(Bucket=bucket)


class BenchVal(val_server.ValServer):
    """edxval in several processes, whose database is a new one before every run.

    @threads: of each process, 0 for gunicorn's sync workers, which end a connection with its
    request. These do more on few cores, and share out evenly; of processes with threads the one
    that had accepted more connections had more to do, as chance would have it.
    """

    def __init__(self, python, workers, threads):
        super().__init__(python)
        self.workers, self.threads = workers, threads

    def start(self):
        self.address = "127.0.0.1", free_ports(1)[0]
        with open(os.path.join(self.folder, "log"), "ab") as log:
            self.process = subprocess.Popen(
                [self.python, "-W", "ignore", "-m", "gunicorn", "--bind", "%s:%d" % self.address,
                 "--worker-class", "gthread" if self.threads else "sync",
                 "--workers", str(self.workers), "--threads", str(self.threads or 1),
                 "--keep-alive", "75", "--log-level", "warning", "val_app:application"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self.environment(),
                cwd=self.folder)

    def path(self, name):
        return os.path.join(self.folder, name)

    def know(self, videos):
        """The database of every run to come: [(id, course)] are in it."""
        db = sqlite3.connect(self.path("val.db"))
        now = "2018-01-01 00:00:00"
        db.executemany("INSERT INTO edxval_video(created, edx_video_id, client_video_id, duration,"
                       " status) VALUES(?, ?, 'a.mp4', 1.0, 'file_complete')",
                       [(now, video) for video, _ in videos])
        db.executemany("INSERT INTO edxval_coursevideo(course_id, video_id, is_hidden)"
                       " SELECT ?, id, 0 FROM edxval_video WHERE edx_video_id = ?",
                       [(course, video) for video, course in videos])
        db.commit()
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        db.close()
        shutil.copy(self.path("val.db"), self.path("template.db"))

    def fresh(self):
        """Nobody is connected now: Django's connections end with their requests."""
        for name in ("val.db-wal", "val.db-shm"):
            if os.path.exists(self.path(name)):
                os.unlink(self.path(name))
        shutil.copy(self.path("template.db"), self.path("val.db.new"))
        os.replace(self.path("val.db.new"), self.path("val.db"))

    def ask(self, _=None):
        connection = http.client.HTTPConnection(*self.address, timeout=30)
        connection.request("GET", "/api/val/v0/videos/")
        connection.getresponse().read()
        connection.close()

    def warm(self):
        """Every process has loaded Django."""
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            list(pool.map(self.ask, range(40 * self.workers)))

    def words(self):
        version = subprocess.run(
            [self.python, "-c", "import gunicorn; print(gunicorn.__version__)"],
            stdout=subprocess.PIPE, check=True).stdout.decode().strip()
        return "%s (SQLite, not synced), gunicorn %s, %d %s" % (
            super().words(), version, self.workers,
            "processes of %d threads" % self.threads if self.threads else "sync processes")


def cpu_of(process):
    """CPU seconds of a server and its children, so far."""
    ticks = 0
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/stat" % pid, encoding="ascii", errors="replace") as f:
                facts = f.read().rpartition(")")[2].split()
        except OSError:
            continue  # it has ended
        if process.pid in (int(pid), int(facts[1])):
            ticks += int(facts[11]) + int(facts[12])
    return ticks / os.sysconf("SC_CLK_TCK")


class Courses:
    """OLX courses alike; val knows every second video, the others have no id."""

    def __init__(self, folder, args):
        self.folder, self.known, self.tasks = folder, [], []
        self.transcripts = args.courses * args.videos * args.languages
        os.mkdir(folder)
        for c in range(args.courses):
            self.make(c, args)

    def make(self, c, args):
        course = generator.Course(os.path.join(self.folder, "c%05d" % c), "Bench%05d" % c)
        key = "course-v1:Crash+Bench%05d+R" % c
        for n in range(args.videos):
            seed, block = c * args.videos + n, "v%03d" % n
            video = "bench-%d-%d" % (c, n) if n % 2 == 0 else None
            course.video(block, LANGUAGES[:args.languages], video, seed=seed,
                         cues=args.cues // 2 + seed % (args.cues + 1))
            if video:
                self.known.append((video, key))
            self.tasks.append((key, block, video or "", {
                language: os.path.join(course.folder, "static",
                                       "%s-%s.srt" % (video or block, language))
                for language in LANGUAGES[:args.languages]}))
        course.finish()


def configure(folder, courses, val_url, s3_url, bucket):
    path = os.path.join(folder, "subferry.conf")
    with open(path, "w", encoding="utf-8") as f:
        f.write("""[campus]
name = bench
environment = staging
status_db = status.db
[source]
kind = olx
path = %s/*
[val]
kind = rest
url = %s
client_id = %s
client_secret_env = %s
[store]
kind = s3
bucket = %s
region = %s
endpoint = %s
path_style = yes
location = %s
credentials_env = %s
""" % (courses, val_url, val_server.CLIENT, VAL_SECRET, bucket, s3_server.REGION, s3_url,
            LOCATION, KEYS))
    return path


def environment():
    return dict(os.environ, NO_PROXY="127.0.0.1", **{
        KEYS + "_ACCESS_KEY_ID": s3_server.KEY, KEYS + "_SECRET_ACCESS_KEY": s3_server.SECRET,
        VAL_SECRET: val_server.SECRET})


# ---- what is registered -------------------------------------------------------------------------

def registered(val, s3, bucket, ids):
    """{(course, block, language): digest of the bytes}; @ids: {val's id: (course, block)}."""
    objects = s3.objects(bucket, LOCATION)
    return {ids[video] + (language,): hashlib.sha256(objects[LOCATION + name]).hexdigest()
            for (video, language), (name, _, _) in val.rows().items()}


# ---- the requests, for dest_null ----------------------------------------------------------------

def video_of(seen, by_object):
    """Whose request it is: val's id, or "" where it is no video's."""
    path = urllib.parse.unquote(urllib.parse.urlsplit(seen.path).path)
    if seen.method == "PUT":
        return by_object.get(path.partition("/" + LOCATION)[2], "")
    if seen.method == "POST":
        body = json.loads(seen.body)
        return body.get("video_id") or body["edx_video_id"]
    last = path.rpartition("/videos/")[2]
    return "" if "/" in last else last


def registrations(val_seen):
    for seen in val_seen:
        if seen.method == "POST" and seen.path.endswith("/create/"):
            yield json.loads(seen.body)


def units_of(val_seen, s3_seen):
    """Three phases of [[(to val, request)]]: the token's and the courses' lists; then each
    video's, and what is no video's; then the lists that a course is closed with."""
    by_object = {r["name"]: r["video_id"] for r in registrations(val_seen)}
    both = sorted([(s.at, True, s) for s in val_seen] + [(s.at, False, s) for s in s3_seen],
                  key=lambda item: item[0])
    token = [[(True, s)] for _, _, s in both if "access_token" in s.path]
    units, at = token[:1], {}
    for _, to_val, seen in both:
        if "access_token" in seen.path:
            continue
        video = video_of(seen, by_object)
        if not video or video not in at:
            at[video] = len(units)
            units.append([])
        units[at[video]].append((to_val, seen))
    # Lists before all, and after all: who asks for one while its rows are being made may be told
    # of files that this edxval cannot find (its storage is not the bucket), and that is a 500.
    first, last, known = [], [], set()
    for unit in filter(is_list, units[1:]):
        path = unit[0][1].path
        (last if path in known else first).append(unit)
        known.add(path)
    return token[:1] + first, [u for u in units[1:] if not is_list(u)], last


def is_list(unit):
    return "/course-transcripts/" in unit[0][1].path


# Left to the client that sends them, or different each time.
OWN = ("host", "date", "x-amz-date", "authorization", "content-length", "expect", "connection")


class Signer:
    """Signs what was recorded anew, for another bucket and for now."""

    def __init__(self, url):
        from botocore.auth import S3SigV4Auth
        from botocore.awsrequest import AWSRequest
        from botocore.credentials import Credentials

        self.url, self.request = url, AWSRequest
        self.auth = S3SigV4Auth(Credentials(s3_server.KEY, s3_server.SECRET), "s3",
                                s3_server.REGION)

    def headers(self, method, path, headers, body):
        request = self.request(method, self.url + path, headers=dict(headers), data=body)
        self.auth.add_auth(request)
        return list(request.headers.items())


def write_requests(path, phases, s3_url, bucket):
    """The file that dest_null reads: @bucket in place of the recorded one."""
    signer = Signer(s3_url)
    begins = [(0 if n else 2 if phase is not phases[0] and unit is phase[0] else 1, one)
              for phase in phases for unit in phase for n, one in enumerate(unit)]
    with open(path, "wb") as f:
        for begin, (to_val, seen) in begins:
            where = seen.path
            headers = [(k, v) for k, v in seen.headers if k.lower() not in OWN]
            if not to_val:
                where = "/%s/%s" % (bucket, where.lstrip("/").partition("/")[2])
                headers = signer.headers(seen.method, where, headers, seen.body)
            f.write(b"%d %s %s %s %d %d %d\n" % (
                begin, seen.method.encode(), b"V" if to_val else b"S", where.encode(),
                seen.status, len(headers), len(seen.body)))
            f.writelines(("%s: %s\n" % item).encode("latin-1") for item in headers)
            f.write(seen.body + b"\n")
