"""The server that speaks MongoDB's protocol, for as long as the tests last.

SUBFERRY_TEST_MONGODB_URI names a real mongod: databases of our own are made there, and dropped.
Otherwise mongo-java-server 1.47 (in memory, Java) is started on a free loopback port. Beside it
FerretDB 1.24 (SQLite backend, through its package for embedding: the module's own program does
not start when it is built outside its repository) was tried, with pymongo, in what this suite
rests on:

					mongo-java-server	FerretDB
    arrays in arrays (the children of	stored			refused: "nested arrays are
    every structure of split)					not supported"
    subdocument ids: exact order, kept	yes			yes
    $in of strings and subdocuments	yes			yes
    null matches a missing field	yes			yes
    $exists on "versions.draft-branch"	yes			not tried: no structures
    projections into arrays, getMore,	yes			not tried
    16 MB documents, error 11000,
    matched counts on dates
    connectionStatus			on admin only		not tried
    hello				no: isMaster, as	not tried
					MongoDB before 4.4.2
    authentication, replica sets	no			no

So a split course cannot even be stored in FerretDB, and mongo-java-server it is. What it lacks:
  - it ignores read concern and read preference (the proxy shows that they are sent);
  - it knows no users and no replica sets: these tests need a real mongod, and say so;
  - its $in over fs.chunks is a scan, documents times values: keep test collections small;
  - drivers that ask for MongoDB 4.4's wire version turn it down (pymongo before 4.11 does not).
"""
import os
import subprocess
import time
import uuid

import pymongo

LIVE = os.environ.get("SUBFERRY_TEST_MONGODB_URI", "")


class Server:
    """A context manager. `uri` and `address` are of the server itself; `client` is pymongo's."""

    def __init__(self, folder=None):
        self.folder = folder or os.environ["SUBFERRY_LIVE_SERVER"]
        self.process = self.client = None
        self.real = bool(LIVE)
        self.names = []

    def __enter__(self):
        try:
            if self.real:
                self.uri = LIVE
            else:
                self.start()
            self.client = pymongo.MongoClient(self.uri, serverSelectionTimeoutMS=20000,
                                              connectTimeoutMS=20000)
            self.client.admin.command("ping")
            self.address = self.client.address
        except BaseException:
            self.__exit__()
            raise
        return self

    def start(self):
        folder = self.folder
        self.process = subprocess.Popen(
            ["java", "-Xmx1g", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=4", "-cp",
             os.pathsep.join([folder, os.path.join(folder, "jars", "*")]), "Server"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        line = self.process.stdout.readline()
        if not line.strip().isdigit():
            raise RuntimeError("mongo-java-server did not start")
        self.uri = "mongodb://127.0.0.1:%d/" % int(line)

    def __exit__(self, *_):
        if self.client:
            for name in self.names:
                self.client.drop_database(name)
            self.client.close()
        if self.process:
            self.process.stdin.close()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
            self.process.stdout.close()
            self.process = None

    def database(self, word="subferry"):
        """A database that nobody else has."""
        name = "%s_%s" % (word, uuid.uuid4().hex[:10])
        self.names.append(name)
        return self.client[name]

    def drop(self, database):
        self.client.drop_database(database.name)
        self.names.remove(database.name)

    def words(self):
        """For headings: what the tests ran on."""
        version = self.client.admin.command("buildInfo")["version"]
        return "a real MongoDB %s" % version if self.real else \
            "mongo-java-server 1.47.0 (answers as MongoDB %s)" % version


def wait_for(true, seconds=20, what="it"):
    """Polls until @true() is; what it returned."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = true()
        if value:
            return value
        time.sleep(0.01)
    raise AssertionError("%s did not come about within %s s" % (what, seconds))
