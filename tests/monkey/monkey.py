#!/usr/bin/env python3
"""A monkey at the console: nothing crashes, nothing is destroyed, the terminal is restored.

The keys are pressed by monkey.c. Here it gets a campus with all that screens can show, and what it
leaves is looked at: the source as it was; every row of edx-val and every file of the store that
existed, byte for byte; the audit with its past, and its chain whole; the history of each course;
runs that have ended. Never asked "y/n" in vain: a monkey that does not say yes acts on no course.
Nor for a word: it never types one whole, so no flag is switched on, no generation begins, and in
production, where nothing was rehearsed, nothing is launched at all. And last: a migration
afterwards brings the campus to what one has that no monkey ever saw, row by row, object by object.

MONKEY_EVENTS: how many in all, in rounds of MONKEY_ROUND on a campus each; MONKEY_SEED repeats a
run. A program that is sanitized gets fewer (the default follows from how this was built).
"""
import hashlib
import json
import os
import random
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path[:0] = [os.path.join(TOP, "crash"), os.path.join(TOP, "e2e"), TOP]
import rollout  # noqa: E402
from crash import check_whole, rows, soundness, store_files, val_rows, val_videos  # noqa: E402

BUILD = os.path.abspath(os.environ.get("top_builddir", "."))
PROGRAM = os.path.abspath(os.environ.get("SUBFERRY", os.path.join(BUILD, "subferry")))
MONKEY = os.path.join(BUILD, "tests", "monkey", "monkey")
SANITIZERS = os.environ.get("SANITIZERS", "")
EVENTS = 20000 if "thread" in SANITIZERS else 50000 if SANITIZERS else 100000
COURSES = 48
CALM_MAX = 20000
ASKED = 250  # one event of so many is played where something is asked
SEVERITIES = ("notice", "warning", "error")
ACTS = ("launch", "resume", "retry", "verify", "waive", "unwaive", "pause")

CONF = """[campus]
name = rehearsal
environment = staging
release = ginkgo
status_db = status.db
[source]
kind = olx
path = courses/*
key_form = course-v1
[val]
kind = sqlite
path = val.db
[store]
kind = directory
path = store
[engine]
workers = 4
retry_delay = 20ms
max_retries = 1
[flag]
kind = sqlite
path = flag.db
"""
NAME = "rehearsal"  # events.c does not have it


class Failure(Exception):
    pass


def check(condition, text, *values):
    if not condition:
        raise Failure(text % values)


# ---- running the program ---------------------------------------------------------------------

class Campus:
    def __init__(self, folder):
        self.folder = folder
        self.conf = os.path.join(folder, "subferry.conf")
        self.play = os.path.join(folder, "play")  # where the console is started, and may write

    def env(self):
        return dict(os.environ, LC_ALL="C.UTF-8", TZ="UTC", HOME=self.play,
                    XDG_STATE_HOME=os.path.join(self.play, "state"))

    def run(self, *words, well=(0, 1)):
        done = subprocess.run([PROGRAM, "-c", self.conf, *words], env=self.env(), text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, errors="replace",
                              stderr=subprocess.STDOUT, timeout=900, check=False)
        check(done.returncode in well, "subferry %s: exit %s\n%s", " ".join(words),
              done.returncode, done.stdout[-3000:])
        return done.stdout

    def monkey(self, *words):
        errors = os.path.join(self.folder, "errors")
        done = subprocess.run([MONKEY, *words, "--errors", errors, "--", PROGRAM, "-c", self.conf],
                              env=self.env(), cwd=self.play, stdin=subprocess.DEVNULL, text=True,
                              errors="replace", stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              check=False)
        said = open(errors, encoding="utf-8", errors="replace").read() \
            if os.path.exists(errors) else ""
        check(done.returncode == 0, "%s\non standard error:\n%s", done.stdout, said[-8000:])
        check(not said, "the console wrote on standard error:\n%s", said[-8000:])
        return done.stdout.strip()


def make_courses(place):
    """The demo's courses, and nothing else of it."""
    env = dict(os.environ, LC_ALL="C.UTF-8", HOME=place, XDG_STATE_HOME=os.path.join(place, "demo"))
    subprocess.run([PROGRAM, "--demo", "--demo-size", str(COURSES), "scan"], env=env, check=True,
                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    return os.path.join(place, "demo", "subferry", "demo", "courses")


def make_campus(folder, courses):
    """Some courses migrated before, some failed, some waived, some not begun."""
    campus = Campus(folder)
    os.makedirs(campus.play)
    shutil.copytree(courses, os.path.join(folder, "courses"))
    with open(campus.conf, "w", encoding="utf-8") as f:
        f.write(CONF)
    campus.run("scan")
    keys = sorted(course["key"] for course in json.loads(campus.run("list", "--json"))["courses"])
    check(len(keys) >= COURSES // 2, "%d courses", len(keys))
    campus.run("migrate", *keys[::3])
    campus.run("verify", *keys[::9])
    rollout.make_flag(folder)
    green = [key for key in keys[::9] if "can be flipped" in campus.run("flag", "board", key)]
    check(len(green) > 2, "only these can be switched on: %s", green)
    campus.green = green[0]
    campus.run("--word", NAME, "flag", "on", *green[1:])
    campus.run("pause", *keys[1:10:4])
    waive_one(campus)
    return campus


def waivers(folder, query):
    return rows(folder, "status.db", lambda db: db.execute(query).fetchall())


def waive(campus, course, block, language, code, well=(0,)):
    campus.run("waive", course, block or "-", language or "-", "--finding", code,
               "--reason", "as before", well=well)


def waive_one(campus):
    found = waivers(campus.folder, "SELECT key, block, language, code FROM finding JOIN course"
                    " ON course.id = course_id WHERE code = 'transcript-empty' ORDER BY 1, 2, 3")
    if found:
        waive(campus, *found[0])


# ---- what must not change --------------------------------------------------------------------

def hashes(top):
    out = {}
    for place, _, files in os.walk(top):
        for name in files:
            path = os.path.join(place, name)
            with open(path, "rb") as f:
                out[os.path.relpath(path, top)] = hashlib.sha256(f.read()).hexdigest()
    return out


def table(folder, database, name):
    return dict((row[0], row) for row in rows(
        folder, database, lambda db: db.execute("SELECT * FROM %s" % name).fetchall()))


class Before:
    """What was there, and may only be added to."""
    GROWING = (("val.db", "edxval_videotranscript"), ("val.db", "edxval_video"),
               ("val.db", "edxval_coursevideo"), ("status.db", "event"), ("status.db", "attempt"),
               ("status.db", "journal"), ("flag.db", rollout.GLOBAL), ("flag.db", rollout.ROWS))

    def __init__(self, campus):
        self.folder = campus.folder
        self.source = hashes(os.path.join(self.folder, "courses"))
        self.store = store_files(self.folder)
        self.tables = {which: table(self.folder, *which) for which in self.GROWING}
        self.keys = self.courses()
        self.runs = ended_runs(self.folder)

    def courses(self):
        return rows(self.folder, "status.db",
                    lambda db: sorted(r[0] for r in db.execute("SELECT key FROM course")))

    def compare(self):
        check(hashes(os.path.join(self.folder, "courses")) == self.source, "the source has changed")
        now = store_files(self.folder)
        for name, digest in self.store.items():
            check(now.get(name) == digest, "the store's %s is gone or another", name)
        for which, was in self.tables.items():
            here = table(self.folder, *which)
            for key, row in was.items():
                check(here.get(key) == row, "%s of %s: %r became %r", which[1], which[0], row,
                      here.get(key))
        check(self.courses() == self.keys, "other courses: %s", self.courses())
        runs = ended_runs(self.folder)
        check(all(runs.get(number) == run for number, run in self.runs.items()),
              "a run that had ended was changed")
        self.compare_flags()
        for database in ("val.db", "status.db", "flag.db"):
            sound = soundness(self.folder, database)
            check(sound == (["ok"], []), "%s is not sound: %r", database, sound)
        check_whole(self.folder)
        check_chain(self.folder)
        linked = [row for row in events_since(self, ("link",))]
        check(not linked, "links were written or allowed: %r", linked[:3])


    def compare_flags(self):
        """Rows are added, and only to switch off: that takes a key."""
        was = self.tables["flag.db", rollout.ROWS]
        switched = [row for key, row in table(self.folder, "flag.db", rollout.ROWS).items()
                    if key not in was and row[2]]
        check(not switched, "nobody typed the word, and yet flags are on: %r", switched[:3])
        check(table(self.folder, "flag.db", rollout.GLOBAL) == self.tables["flag.db", rollout.GLOBAL],
              "the global row")
        generation = rows(self.folder, "status.db",
                          lambda db: db.execute("SELECT generation FROM campus").fetchone())
        check(generation == (1,) and not events_since(self, ("refresh",)),
              "nobody typed the word, and yet this is generation %r", generation)


def ended_runs(folder):
    """{number: all that an ended run says}."""
    def query(db):
        return {run[0]: (run, [db.execute("SELECT x.* FROM run_%s x JOIN run_course c ON c.id = x.%s"
                                          " WHERE c.run = ? ORDER BY 1, 2, 3" % (what, key),
                                          run[:1]).fetchall()
                               for what, key in (("course", "id"), ("transcript", "run_course"),
                                                 ("finding", "run_course"))])
                for run in db.execute("SELECT * FROM run WHERE ended <> 0").fetchall()}
    return rows(folder, "status.db", query)


def events_since(before, actions):
    known = before.tables["status.db", "event"]
    return [row for key, row in sorted(table(before.folder, "status.db", "event").items())
            if key not in known and row[4] in actions]


def check_chain(folder):
    """Each event carries the hash of the one before: src/status/event.h."""
    previous = ""
    for key, row in sorted(table(folder, "status.db", "event").items()):
        _, at, severity, who, action, on, what, why, digest = row
        text = b"".join(b"%d:%s," % (len(field), field) for field in (
            str(field).encode("utf-8")
            for field in (previous, at, SEVERITIES[severity], who, action, on, what, why)))
        check(hashlib.sha256(text).hexdigest() == digest, "event %d is not of the chain", key)
        previous = digest


# ---- rounds ----------------------------------------------------------------------------------

def waived_ever(folder):
    """Item and code of every waiver that there is or was: a waived language is left out, and the
    others of its video go on, so it decides what is registered."""
    ever = {tuple(row) for row in waivers(
        folder, "SELECT course, block, language, code FROM waiver")}
    for on, code in waivers(folder, "SELECT object, what FROM event WHERE action = 'waive'"):
        ever.add((*on.split(" ", 2), code))
    return sorted(ever)


def finish(campus, items):
    """All that can be migrated, with the waivers @items."""
    campus.run("resume", "--all", well=(0, 1))
    campus.run("migrate", "--all")
    for item in items:
        waive(campus, *item, well=(0, 1, 2))
    campus.run("migrate", "--all")
    return val_rows(campus.folder), val_videos(campus.folder), store_files(campus.folder)


def check_asked(said, what):
    count = int(re.search(r"(\d+) %s" % what, said).group(1))
    check(count > 0, "no %s were ever asked: %s", what, said)


def calm_round(campus, events, asked, seed):
    before = Before(campus)
    said = campus.monkey("--calm", "--events", str(events), "--seed", str(seed))
    print("never yes: %s" % said)
    check_asked(said, "questions")
    for keys in ("A|E|", "u/%s\r|B||O|" % campus.green, "X|"):
        said = campus.monkey("--calm", "--ask", keys, "--events", str(asked), "--seed", str(seed))
        print("never its word, %s: %s" % (repr(keys), said))
        check_asked(said, "questions" if keys == "X|" else "words")
    before.compare()
    acts = events_since(before, ACTS)
    check(not acts, "nobody said yes, and yet:\n%s", "\n".join(map(repr, acts[:5])))
    turned = events_since(before, ("flag on", "flag off"))
    check(not turned, "nobody said yes, and yet:\n%s", "\n".join(map(repr, turned[:5])))
    campus.monkey("--confirm", "--seed", str(seed))
    acts = events_since(before, ("launch",))
    check(len(acts) > 1, "a yes has launched %d courses: does it ask at all?", len(acts))


def check_same(what, got, want):
    odd = [row for row in got if row not in want][:5], [row for row in want if row not in got][:5]
    check(got == want, "%s: a campus without a monkey has others\nonly here: %r\nonly there: %r",
          what, *odd)


def production_round(place, staging, events, seed):
    """All keys, before a gate that stands: what waits for its word and reason is never begun; and
    rows that are gone from edx-val in bulk are asked about before."""
    campus = Campus(os.path.join(place, "production"))
    shutil.copytree(staging.folder, campus.folder)
    with open(campus.conf, "w", encoding="utf-8") as f:
        f.write(CONF.replace("environment = staging", "environment = production"))
    with sqlite3.connect(os.path.join(campus.folder, "val.db")) as db:
        db.execute("DELETE FROM edxval_videotranscript")
    with sqlite3.connect(os.path.join(campus.folder, "status.db")) as db:
        db.execute("UPDATE campus SET environment = 'production'")  # which nobody else may do
    campus.run("pause", "--all")
    before = Before(campus)
    said = campus.monkey("--ask", "r|y|y|", "--events", str(events), "--seed", str(seed))
    print("production: %s" % said)
    before.compare()
    check_asked(said, "words")
    acts = events_since(before, ("launch", "permit"))
    check(not acts, "nothing was rehearsed, and yet:\n%s", "\n".join(map(repr, acts[:5])))
    # a dry run needs no rehearsal: run[2] is its kind
    begun = {number: run[2] for number, (run, _) in ended_runs(campus.folder).items()
             if number not in before.runs and run[2] != "dry"}
    check(not begun, "nothing was rehearsed, and yet there are the runs %s", begun)
    shutil.rmtree(campus.folder)


def play_round(place, courses, number, events, seed):
    campus = make_campus(os.path.join(place, "campus%d" % number), courses)
    plain = Campus(os.path.join(place, "plain%d" % number))
    shutil.copytree(campus.folder, plain.folder)
    calm = min(CALM_MAX, events // 10)
    asked = max(100, events // ASKED)
    production_round(place, plain, asked, seed)
    calm_round(campus, calm, asked, seed)
    before = Before(campus)
    print("all keys: %s" % campus.monkey("--events", str(events - calm), "--seed", str(seed)))
    print("gate board: %s" % campus.monkey("--ask", "B||O|", "--events", str(asked),
                                           "--seed", str(seed)))
    before.compare()
    json.loads(campus.run("list", "--json"))
    json.loads(campus.run("findings", "--json"))
    items = waived_ever(campus.folder)
    got, want = finish(campus, items), finish(plain, items)
    before.compare()
    check_same("edx-val's transcripts", got[0], want[0])
    check_same("edx-val's videos", got[1], want[1])
    check_same("the store", sorted(got[2].items()), sorted(want[2].items()))
    acts = events_since(before, ACTS)
    print("%d acts, %d waivers; %d rows and %d objects as without a monkey" % (
        len(acts), len(items), len(got[0]), len(got[2])))
    shutil.rmtree(campus.folder)
    shutil.rmtree(plain.folder)


def main():
    wanted = int(os.environ.get("MONKEY_EVENTS") or EVENTS)
    round_size = int(os.environ.get("MONKEY_ROUND") or 1000000)
    first = int(os.environ.get("MONKEY_SEED") or random.SystemRandom().randrange(1, 1 << 32))
    begun = time.monotonic()
    place = tempfile.mkdtemp(prefix="subferry-monkey-")
    print("MONKEY_SEED=%d MONKEY_EVENTS=%d MONKEY_ROUND=%d" % (first, wanted, round_size),
          flush=True)
    try:
        courses = make_courses(place)
        for number in range((wanted + round_size - 1) // round_size):
            play_round(place, courses, number, min(round_size, wanted - number * round_size),
                       first + number)
            sys.stdout.flush()
    except Failure as failure:
        print("FAILED: %s" % failure)
        print("again: MONKEY_SEED=%d MONKEY_EVENTS=%d MONKEY_ROUND=%d %s\nleft there: %s" % (
            first, wanted, round_size, sys.argv[0], place))
        print("0 passed, 1 failed, 0 skipped")
        return 1
    shutil.rmtree(place)
    print("%.0f s\n1 passed, 0 failed, 0 skipped" % (time.monotonic() - begun))
    return 0


if __name__ == "__main__":
    sys.exit(main())
