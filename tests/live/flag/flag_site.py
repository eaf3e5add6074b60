"""A Django with the platform's flag, in a process of its own, and what that says of the flag."""
import json
import os
import shutil
import sqlite3
import subprocess
import tempfile
import time
import urllib.parse
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
PASSWORD = "it's \"open\" & 100% shut"

# The tables of each Django, as they are made: {name: file}, in a folder that ends with the process.
made = {}
made_in = tempfile.TemporaryDirectory(prefix="subferry-flag-")


class Site:
    """@django: flag-new or flag-old. @courses: those that its form takes, too."""

    def __init__(self, django="flag-new", language="en", courses=()):
        self.folder = os.path.realpath(tempfile.mkdtemp(prefix="subferry-flag-"))
        self.file = os.path.join(self.folder, "db.sqlite")
        self.django = django
        self.python = [os.path.join(os.environ["FLAG_VENV"], django, "bin", "python"),
                       "-W", "ignore", os.path.join(HERE, "admin_site.py")]
        self.environ = dict(os.environ, FLAG_LANGUAGE=language, FLAG_COURSES=" ".join(courses))
        self.server = None
        try:
            self.start()
        except BaseException:
            self.remove()
            raise

    def start(self):
        if self.django not in made:
            new = os.path.join(made_in.name, self.django)
            subprocess.run(self.python + ["migrate", new], check=True, env=self.environ)
            made[self.django] = new
        shutil.copyfile(made[self.django], self.file)
        port = os.path.join(self.folder, "port")
        with open(os.path.join(self.folder, "log"), "wb") as log:
            self.server = subprocess.Popen(self.python + ["serve", self.file, port],
                                           env=self.environ, stderr=log)
        end = time.monotonic() + 60
        while not os.path.exists(port):
            assert self.server.poll() is None, "the server ended"
            assert time.monotonic() < end, "the server never came up"
            time.sleep(0.02)
        with open(port, encoding="ascii") as text:
            self.address = "127.0.0.1", int(text.read())
        self.url = "http://127.0.0.1:%d" % self.address[1]

    def stop(self):
        if self.server:
            self.server.terminate()
            self.server.wait(20)

    def remove(self):
        self.stop()
        shutil.rmtree(self.folder)

    # ---- its tables, without it

    def sql(self, text, *values):
        db = sqlite3.connect(self.file, timeout=20)
        with db:
            rows = db.execute(text, values).fetchall()
        db.close()
        return rows

    # ---- asked itself

    def ask(self, path, form=None):
        data = urllib.parse.urlencode(form).encode() if form else None
        with urllib.request.urlopen(self.url + path, data, timeout=30) as answer:
            return json.load(answer)

    def said(self, course, aged=False):
        """The course's current row, what learners get, and all rows of it with who wrote them."""
        query = dict({"course": course}, **({"aged": "yes"} if aged else {}))
        return self.ask("/said?" + urllib.parse.urlencode(query))

    def save(self, **fields):
        self.ask("/save", {name: {True: "yes", False: "no"}.get(value, value)
                           for name, value in fields.items()})
