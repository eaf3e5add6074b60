"""A campus whose val is edxval over REST and whose store is S3, each behind a proxy that disturbs.

As in tests/live/mongo and tests/e2e, of which these campuses are made, what is there in the end is
read without the program: val's rows from its tables, the objects with boto3.
"""
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[1:1] = [os.path.join(HERE, "..", "mongo"), os.path.join(HERE, "..", "..", "e2e")]

# pylint: disable=wrong-import-position
import s3_server
import val_server
from campus import SHARED, MongoCampus, the_server
from http_proxy import S3, VAL, Proxy
from olx_campus import SUBFERRY, Answer, Campus, CampusTest, object_name

LOCATION = "media/"
KEYS = "SUBFERRY_TEST_S3"
VAL_SECRET = "SUBFERRY_TEST_VAL_SECRET"
# Nothing that a run leaves behind may hold one of these.
SECRETS = (s3_server.SECRET, s3_server.NARROW_SECRET, val_server.SECRET)


class Servers:
    """What the suite started; filled in by test_dest.py."""
    s3 = None           # SeaweedFS
    other_s3 = None     # versitygw, or None where it cannot be built
    val = None          # the newest edxval
    old_val = None      # one below 2.4.3

    @classmethod
    def clear(cls):
        """As if nobody had ever migrated."""
        for val in filter(None, (cls.val, cls.old_val)):
            val.clear()
        for s3 in filter(None, (cls.s3, cls.other_s3)):
            s3.empty(prefix=LOCATION)


class Destinations:
    """What makes a Campus one of S3 and REST. Before its __init__: @s3, @val, @location."""
    dropped = None      # the proxy of S3 leaves this header out, and signs anew

    def __init__(self, *args, s3=None, val=None, location=LOCATION, **how):
        super().__init__(*args, **how)
        self.s3, self.val = s3 or Servers.s3, val or Servers.val
        self.location = location
        self.s3_proxy = Proxy(self.s3.address, S3)
        self.val_proxy = Proxy(self.val.address, VAL, self.val.expired)
        self.environ = {
            KEYS + "_ACCESS_KEY_ID": s3_server.KEY, KEYS + "_SECRET_ACCESS_KEY": s3_server.SECRET,
            VAL_SECRET: val_server.SECRET}
        self.val_keys = {"kind": "rest", "url": self.val_proxy.url,
                         "client_id": val_server.CLIENT, "client_secret_env": VAL_SECRET}
        self.store_keys = {
            "kind": "s3", "bucket": s3_server.BUCKET, "region": s3_server.REGION,
            "endpoint": self.s3_proxy.url, "path_style": "yes", "location": location,
            "credentials_env": KEYS}

    def remove(self):
        for proxy in (self.s3_proxy, self.val_proxy):
            proxy.__exit__()
        super().remove()

    def configure(self):
        parts = {
            "campus": {"name": "campus", "environment": "staging", "status_db": self.status_db},
            "source": dict({"kind": "olx", "path": "\n  ".join('"%s"' % p for p in self.paths)},
                           **self.source) if self.source.get("kind", "olx") == "olx"
            else self.source,
            "val": self.val_keys, "store": self.store_keys, "engine": self.engine,
        }
        with open(self.path(self.conf), "w", encoding="utf-8") as f:
            for part, keys in parts.items():
                f.write("[%s]\n%s\n" % (part, "".join("%s = %s\n" % k for k in keys.items())))

    # Two engines on one campus have a configuration and a status database each.
    status_db, conf = "status.db", "campus.conf"

    def run(self, *args, stdin=b""):
        self.configure()
        return self.plain("-c", self.path(self.conf), *args, stdin=stdin)

    def all_environ(self, **more):
        own = {}
        if isinstance(self, MongoCampus):
            own["SUBFERRY_TEST_URI"] = self.uri()
        return dict(os.environ, HOME=self.folder, NO_PROXY="127.0.0.1,localhost", **own,
                    **dict(self.environ, **more))

    def plain(self, *args, stdin=b"", **environment):
        return Answer(subprocess.run(
            [SUBFERRY] + list(args), input=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env=self.all_environ(**environment), cwd=self.folder, timeout=150, check=False))

    def begin(self, *args):
        """Starts a command and leaves it running; MongoCampus.done() waits for it."""
        self.configure()
        out, err = tempfile.TemporaryFile(), tempfile.TemporaryFile()
        process = subprocess.Popen(
            [SUBFERRY, "-c", self.path(self.conf)] + list(args), stdin=subprocess.DEVNULL,
            stdout=out, stderr=err, cwd=self.folder, env=self.all_environ())
        process.files = out, err
        return process

    said, done = staticmethod(MongoCampus.said), staticmethod(MongoCampus.done)

    # ---- what is there

    def rows(self):
        return {key: name for key, (name, _, _) in self.val.rows().items()}

    def ids(self):
        return sorted(self.val.videos())

    def objects(self):
        """By their names as val has them: without the location."""
        found = self.s3.objects(prefix=self.location)
        return {name[len(self.location):]: data for name, data in found.items()}

    def marks(self):
        return self.s3.marks(prefix=self.location)

    def put(self, name, data):
        """An object put there by somebody else."""
        self.s3.client.put_object(Bucket=s3_server.BUCKET, Key=self.location + name, Body=data)

    def empty(self):
        """As if nobody had ever migrated; the status database too."""
        self.val.clear()
        self.s3.empty(prefix=self.location)
        self.lose("status.db", "status2.db")

    def leaked(self):
        """Where a secret stands that may stand nowhere: files of this campus, and requests."""
        found = []
        for folder, _, names in os.walk(self.folder):
            for name in names:
                with open(os.path.join(folder, name), "rb") as f:
                    data = f.read()
                found += [name for secret in SECRETS if secret.encode() in data]
        for seen in self.s3_proxy.requests():
            text = "%s %s" % (seen.path, seen.headers)
            found += [seen.path for secret in SECRETS if secret in text or
                      secret.encode() in seen.body]
        return found


class DestCampus(Destinations, Campus):
    """Courses on disk (OLX) on their way to S3 and REST."""


class DestMongoCampus(Destinations, MongoCampus):
    """Courses in MongoDB on their way to S3 and REST."""


class DestTest(CampusTest):
    """A test with a campus of its own, and with val and its place in the bucket empty."""
    mongo = False
    engine = {}

    def new(self, mongo=None, **how):
        made = (DestMongoCampus if (self.mongo if mongo is None else mongo) else DestCampus)(
            **dict(self.engine, **how))
        self.addCleanup(made.remove)
        return made

    def setUp(self):
        self.campus = self.new()
        self.campus.empty()

    def tearDown(self):
        self.assertEqual(self.campus.leaked(), [])

    def ended(self, answer, status=0):
        self.assertEqual(answer.status, status, answer.text() + answer.err.decode())
        return answer
