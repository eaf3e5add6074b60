"""The real edxval package under Django and gunicorn, on loopback, with a token endpoint.

What it does is edxval's; the token endpoint is ours (val_app.py), of the platform's form. The
tables are in SQLite, which is read and emptied here without the program and without Django.
"""
import base64
import http.client
import json
import os
import shutil
import sqlite3
import subprocess
import tempfile
import time
from collections import namedtuple

from s3_server import free_ports, stop

HERE = os.path.dirname(os.path.abspath(__file__))
CLIENT, SECRET = "subferry", "val-s3cr3t-w0rd"
CLIENTS = {
    CLIENT: {"secret": SECRET, "user": "ferryman", "rights": ["add_video", "change_video"]},
    # Rights of domain 7.6 that are missing: nothing at all, and reading without creating.
    "powerless": {"secret": SECRET, "user": "nobody", "rights": []},
    "reader": {"secret": SECRET, "user": "reader", "rights": ["change_video"]},
}


class ValServer:
    """A context manager. `address` is (host, port). @s3: where its storage is (see val_app.py)."""

    def __init__(self, python, s3=None):
        self.python, self.s3 = python, s3
        self.folder = tempfile.mkdtemp(prefix="subferry-val-")
        self.process = None

    def __enter__(self):
        try:
            with open(os.path.join(self.folder, "config.json"), "w", encoding="utf-8") as f:
                json.dump({"clients": CLIENTS}, f)
            facts = json.loads(self.command("prepare").splitlines()[-1])
            self.expired, self.version, self.django = (
                facts["expired"], facts["edxval"], facts["django"])
            for _ in range(3):  # somebody may take the port between finding and using it
                self.start()
                if self.answers(20):
                    break
                stop(self.process)
            else:
                raise RuntimeError("edxval does not start: %s" % self.said()[-2000:])
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if self.process:
            stop(self.process)
        shutil.rmtree(self.folder, ignore_errors=True)

    def environment(self, storage=None):
        return dict(os.environ, VAL_FOLDER=self.folder,
                    VAL_STORAGE=json.dumps(storage or self.s3), DJANGO_SETTINGS_MODULE="val_app",
                    PYTHONPATH=HERE, PYTHONDONTWRITEBYTECODE="1", AWS_EC2_METADATA_DISABLED="true",
                    NO_PROXY="127.0.0.1")

    def command(self, *args, storage=None):
        done = subprocess.run([self.python, "-W", "ignore", os.path.join(HERE, "val_app.py")] +
                              list(args), env=self.environment(storage), stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, check=False, timeout=120)
        if done.returncode:
            raise RuntimeError("edxval %s: %s" % (args, done.stderr.decode()[-3000:]))
        return done.stdout.decode()

    def start(self):
        self.address = "127.0.0.1", free_ports(1)[0]
        with open(os.path.join(self.folder, "log"), "ab") as log:
            self.process = subprocess.Popen(
                [self.python, "-W", "ignore", "-m", "gunicorn", "--bind", "%s:%d" % self.address,
                 "--worker-class", "gthread", "--workers", "1", "--threads", "16",
                 "--keep-alive", "75", "--log-level", "warning", "val_app:application"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self.environment(),
                cwd=self.folder)

    def said(self):
        with open(os.path.join(self.folder, "log"), encoding="utf-8", errors="replace") as log:
            return log.read()

    def answers(self, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end and self.process.poll() is None:
            try:
                connection = self.connect()
                connection.request("GET", "/api/val/v0/videos/")
                status = connection.getresponse().status
                connection.close()
                if status == 401:
                    return True
            except OSError:
                pass
            time.sleep(0.1)
        return False

    def connect(self):
        return http.client.HTTPConnection(*self.address, timeout=10)

    @property
    def url(self):
        return "http://%s:%d" % self.address

    def words(self):
        return "edxval %s under Django %s" % (self.version, self.django)

    def token_lifetime(self, seconds):
        """Of the tokens to come; None: as at the start."""
        path = os.path.join(self.folder, "lifetime")
        if seconds is None:
            if os.path.exists(path):
                os.unlink(path)
            return
        with open(path + ".new", "w", encoding="utf-8") as f:
            f.write("%d" % seconds)
        os.rename(path + ".new", path)

    # ---- what is in it, without the program

    def sql(self, query, *values):
        db = sqlite3.connect(os.path.join(self.folder, "val.db"), timeout=30)
        try:
            with db:
                return db.execute(query, values).fetchall()
        finally:
            db.close()

    def rows(self):
        """{(id, language): (object named, provider, format)}"""
        return {(a, b): (c, d, e) for a, b, c, d, e in self.sql(
            "SELECT v.edx_video_id, t.language_code, t.transcript, t.provider, t.file_format FROM"
            " edxval_videotranscript t JOIN edxval_video v ON v.id = t.video_id")}

    def videos(self):
        """{id: (status, client_video_id, duration, [courses])}"""
        out = {}
        for video, status, client, duration, course in self.sql(
                "SELECT v.edx_video_id, v.status, v.client_video_id, v.duration, c.course_id"
                " FROM edxval_video v LEFT JOIN edxval_coursevideo c ON v.id = c.video_id"
                " ORDER BY 5"):
            courses = out.setdefault(video, (status, client, duration, []))[3]
            courses += [course] if course else []
        return out

    def clear(self):
        for table in ("videotranscript", "coursevideo", "encodedvideo", "video"):
            self.sql("DELETE FROM edxval_" + table)

    def add(self, video, *courses, language=None, name=None, file_format="sjson"):
        """A video, and a row of it, put there by somebody else."""
        now = "2018-01-01 00:00:00"
        self.sql("INSERT OR IGNORE INTO edxval_video(created, edx_video_id, client_video_id,"
                 " duration, status) VALUES(?, ?, 'a.mp4', 1.0, 'file_complete')", now, video)
        for course in courses:
            self.sql("INSERT OR IGNORE INTO edxval_coursevideo(course_id, video_id, is_hidden)"
                     " SELECT ?, id, 0 FROM edxval_video WHERE edx_video_id = ?", course, video)
        if language:
            self.sql("INSERT INTO edxval_videotranscript(created, modified, transcript,"
                     " language_code, provider, file_format, video_id) SELECT ?, ?, ?, ?, 'Cielo24',"
                     " ?, id FROM edxval_video WHERE edx_video_id = ?", now, now, name, language,
                     file_format, video)

    def read(self, storage=None):
        """{(id, language): facts, "content" (bytes) or "error" among them}, read by edxval, whose
        storage may be another for once."""
        out = {}
        for line in self.command("read", storage=storage).splitlines():
            row = json.loads(line)
            if "content" in row:
                row["content"] = base64.b64decode(row["content"])
            out[row["video"], row["language"]] = row
        return out


Served = namedtuple("Served", "version client method path status")


class ValOverHTTP2(ValServer):
    """The same by hypercorn, which speaks HTTP/2 over TLS to whoever offers it.

    @tls: see certificate.py. After @most requests on one connection it sends GOAWAY, in the
    middle of the next, and closes a second later: that one is done, and its answer is lost."""

    def __init__(self, python, s3, tls, most=1000):
        super().__init__(python, s3)
        self.tls, self.most, self.read_so_far = tls, most, 0

    def start(self):
        self.address = "127.0.0.1", free_ports(1)[0]
        with open(os.path.join(self.folder, "hypercorn.toml"), "w", encoding="utf-8") as f:
            f.write("".join("%s = %s\n" % (key, json.dumps(value)) for key, value in {
                "bind": "%s:%d" % self.address, "certfile": self.tls.certificate,
                "keyfile": self.tls.key, "keep_alive_max_requests": self.most,
                "keep_alive_timeout": 1 if self.most < 1000 else 75,
                "accesslog": os.path.join(self.folder, "access"),
                "access_log_format": "%(H)s %(h)s %(m)s %(U)s %(s)s"}.items()))
        with open(os.path.join(self.folder, "log"), "ab") as log:
            self.process = subprocess.Popen(
                [self.python, "-W", "ignore", "-m", "hypercorn", "-c", "hypercorn.toml",
                 "val_app:application"], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env=self.environment(), cwd=self.folder)

    def connect(self):
        return http.client.HTTPSConnection(*self.address, timeout=10, context=self.tls.context())

    @property
    def url(self):
        return "https://%s:%d" % (self.tls.VAL, self.address[1])

    def served(self):
        """What it was asked since this was called last."""
        with open(os.path.join(self.folder, "access"), encoding="utf-8") as log:
            lines = log.read().splitlines()
        new, self.read_so_far = lines[self.read_so_far:], len(lines)
        return [Served(*line.split(" ")[-5:]) for line in new]
