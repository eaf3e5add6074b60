"""A campus whose courses are in MongoDB: a database of its own, a configuration, the program.

What val and the store hold in the end is read without the program, as in tests/e2e, whose campus
this one is made of.
"""
import os
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "e2e"))

# pylint: disable=wrong-import-position
import loader
import olx_campus
from olx_campus import SUBFERRY, Answer, Campus, CampusTest
from proxy import Proxy
from server import Server, wait_for

SHARED = os.environ.get("SUBFERRY_SHARED") or os.path.abspath(os.path.join(
    os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "..", "shared"))
URI = "SUBFERRY_TEST_URI"
# What a source that only reads may send; nothing else.
READING = {"hello", "isMaster", "ismaster", "ping", "find", "getMore", "killCursors", "endSessions",
           "saslStart", "saslContinue", "authenticate", "buildInfo", "buildinfo",
           "connectionStatus", "count", "aggregate", "serverStatus", "dbStats", "collStats",
           "listCollections", "listIndexes"}
# Patience for tests: a lost connection is noticed at once, a missing server soon.
IMPATIENT = "serverSelectionTimeoutMS=2000&connectTimeoutMS=1000&socketTimeoutMS=5000"

the_server = Server()


class MongoCampus(Campus):
    """@kind: split, draft or mongo. The program reaches the server through `proxy`."""

    def __init__(self, kind="mongo", options=IMPATIENT, pretend_set=None, **engine):
        super().__init__(**dict({"retry_delay": "100ms", "max_retries": "2"}, **engine))
        self.database = the_server.database()
        self.contentstore = the_server.database("files")
        self.proxy = Proxy(the_server.address, pretend_set)
        self.options = options
        self.environment, self.keys = {}, {}    # of the process; more of [campus]
        self.source = {"kind": kind, "uri_env": URI, "database": self.database.name,
                       "collection": "modulestore", "contentstore_database": self.contentstore.name,
                       "contentstore_bucket": "fs"}

    def remove(self):
        self.proxy.__exit__()
        the_server.drop(self.database)
        the_server.drop(self.contentstore)
        super().remove()

    def configure(self):
        parts = {
            "campus": dict({"name": "campus", "environment": "staging",
                            "status_db": "status.db"}, **self.keys),
            "source": self.source,
            "val": {"kind": "sqlite", "path": "val.db"},
            "store": {"kind": "directory", "path": "store"},
            "engine": self.engine,
        }
        with open(self.path("campus.conf"), "w", encoding="utf-8") as f:
            for part, keys in parts.items():
                f.write("[%s]\n%s\n" % (part, "".join("%s = %s\n" % k for k in keys.items())))

    def uri(self):
        """The proxy's address, with whatever a real server's URI says beside the address."""
        if not the_server.real:
            return self.proxy.uri(self.options)
        head, _, rest = the_server.uri.partition("://")
        place, _, options = rest.partition("?")
        credentials = place.rpartition("@")[0]
        return "%s://%s%s/%s?%s" % (
            head, credentials + "@" if credentials else "", self.proxy.address,
            place.partition("/")[2], "&".join(o for o in (
                options, self.options, "directConnection=true") if o))

    def plain(self, *args, stdin=b"", **environment):
        return super().plain(*args, stdin=stdin, **dict(
            {URI: self.uri()}, **dict(self.environment, **environment)))

    def begin(self, *args):
        """Starts a command and leaves it running; done() waits for it."""
        self.configure()
        out = tempfile.TemporaryFile()
        err = tempfile.TemporaryFile()
        process = subprocess.Popen(
            [SUBFERRY, "-c", self.path("campus.conf")] + list(args), stdin=subprocess.DEVNULL,
            stdout=out, stderr=err, cwd=self.folder,
            env=dict(os.environ, HOME=self.folder, **dict({URI: self.uri()}, **self.environment)))
        process.files = out, err
        return process

    @staticmethod
    def said(process):
        """What a running command has written so far, both streams."""
        return b"".join(os.pread(f.fileno(), 1 << 20, 0) for f in reversed(process.files)) \
            .decode("utf-8", "replace")

    @staticmethod
    def done(process, seconds=60):
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
            raise
        texts = []
        for f in process.files:
            texts.append(os.pread(f.fileno(), 1 << 24, 0))
            f.close()
        return Answer(subprocess.CompletedProcess(process.args, process.returncode, *texts))

    # ---- courses

    def load(self, course, form="split", tweak=None, **how):
        """Writes @course as @form ("split", "draft"); @tweak changes its documents before."""
        make = {k: how.pop(k) for k in list(how) if k in ("when", "published", "draft",
                                                          "last_update")}
        docs = (loader.split if form == "split" else loader.old)(course, **make)
        loader.files(course, form, docs, **how)
        if tweak:
            tweak(docs)
        self.insert(docs)
        return docs

    def insert(self, docs):
        loader.insert(self.database, docs, self.contentstore)

    def inventory(self):
        """Databases, collections and indexes of the server, and how many documents are in each."""
        out = {}
        for name in (self.database.name, self.contentstore.name):
            database = the_server.client[name]
            for collection in database.list_collection_names():
                out[name, collection] = (sorted(database[collection].index_information()),
                                         database[collection].count_documents({}))
        names = [n for n in the_server.client.list_database_names()
                 if n in (self.database.name, self.contentstore.name) or not the_server.real]
        return sorted(names), out

    # ---- results

    def by_block(self):
        """{(course's name, type@id, language): bytes}, from val and the store, by the ids of the status db."""
        ids = {(c, v): i for c, v, i in self.sql(
            "status.db", "SELECT c.name, v.type || '@' || v.block, v.val_id FROM video v"
            " JOIN course c ON c.id = v.course_id")}
        rows, objects = self.rows(), self.objects()
        out = {}
        for (course, video), val_id in ids.items():
            for (row_id, language), name in rows.items():
                if val_id and row_id == val_id:
                    out[course, video, language] = objects.get(name)
        return out

    def outcome(self):
        """Everything that two campuses with the same courses have in common."""
        numbers = ("videos", "tried", "failed", "expected", "in_val", "unknown", "extra",
                   "differing", "errors", "warnings", "notices", "bytes", "status", "name")
        return {
            "courses": {row["key"]: {k: row[k] for k in numbers}
                        for row in self.run("list", "--json").document()["courses"]},
            "findings": self.findings(),
            "rows": {key: self.objects().get(name) for key, name in self.rows().items()},
            "names": self.rows(),
            "ids": self.ids(),
            "expected": {key: (t["expected"], t["outcome"], t["implicit"])
                         for key, t in self.transcripts().items()},
        }


def olx_outcome(*courses, key_form="course-v1", paths=()):
    """The outcome of the same courses from OLX, and their bytes by block."""
    campus = MongoCampus.__new__(MongoCampus)
    Campus.__init__(campus)
    campus.source = {"key_form": key_form}
    try:
        for course in courses:
            Campus.add(campus, course)
        campus.paths += paths
        Campus.configure(campus)
        for command in (("scan",), ("migrate", "--all")):
            Campus.plain(campus, "-c", campus.path("campus.conf"), *command)
        campus.run = lambda *args, **how: Campus.plain(campus, "-c", campus.path("campus.conf"),
                                                       *args, **how)
        return campus.outcome(), campus.by_block()
    finally:
        Campus.remove(campus)


class MongoTest(CampusTest):
    """A test with a campus in MongoDB of its own."""
    kind = "mongo"
    options = IMPATIENT
    pretend_set = None
    engine = {}

    def setUp(self):
        self.campus = MongoCampus(self.kind, self.options, self.pretend_set, **self.engine)
        self.addCleanup(self.campus.remove)

    def migrated(self, *courses, status=0, archive=False):
        """Migrates what has been loaded and expects an exit status."""
        answer = self.campus.migrate()
        self.assertEqual(answer.status, status, answer.text() + answer.err.decode())
        return answer
