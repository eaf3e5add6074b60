#!/usr/bin/env python3
"""Kills subferry at its write boundaries and at random, runs it again, and compares.

A run that was killed and run again must leave what a run never killed leaves: the same rows in
edx-val, the same files with the same bytes, nothing else below the store, the courses in the
same statuses, one run that says the same of them, sound databases. At the moment of the kill
itself no row may name a file that is not whole, no file may stand in the store that the journal
has not announced, and no run may be in halves. The order of syncs, which no kill of a process can
show, is read off a trace of the calls. Flags and the next generation are killed in rollout.py.

What it costs: one killed run and one completing run for each point. `make check` takes a sample
spread over the whole run; `make prove` takes every boundary (--boundaries 0) and 100 random kills.
"""
import argparse
import contextlib
import hashlib
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE)]
import campus  # noqa: E402
import trace_order  # noqa: E402

TIMEOUT = 300
BUILD = os.path.abspath(os.environ.get("top_builddir", "."))
WHOLE = os.path.join(BUILD, "tests/crash/status_whole")
RUN = (["scan"], ["migrate", "--all"])


class Failure(Exception):
    pass


def check(condition, text, *values):
    if not condition:
        raise Failure(text % values)


# ---- running subferry ------------------------------------------------------------------------

class Subferry:
    def __init__(self, program, interposer):
        self.program, self.interposer = program, interposer

    def start(self, conf, words, watch=None):
        """@watch: environment of the interposer, with CRASH_ROOT."""
        env = dict(os.environ, LC_ALL="C.UTF-8", TZ="UTC", HOME=os.path.dirname(conf))
        if watch:
            env.update(watch, LD_PRELOAD=self.interposer)
            # The sanitizer's library is then not the first one; it works all the same.
            env["ASAN_OPTIONS"] = ":".join(
                filter(None, (env.get("ASAN_OPTIONS"), "verify_asan_link_order=0")))
        return subprocess.Popen([self.program, "-c", conf] + words, env=env,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, text=True, errors="replace")

    def run(self, conf, words, watch=None):
        """Exit status and output."""
        process = self.start(conf, words, watch)
        try:
            output, _ = process.communicate(timeout=TIMEOUT)
        except subprocess.TimeoutExpired:
            process.kill()
            output, _ = process.communicate()
            raise Failure("%s: still running after %d s\n%s" % (" ".join(words), TIMEOUT, output))
        return process.returncode, output

    def run_well(self, conf, words, watch=None):
        status, output = self.run(conf, words, watch)
        check(status == 0, "%s: exit %s\n%s", " ".join(words), status, output)
        return output


# ---- what a campus holds ---------------------------------------------------------------------

@contextlib.contextmanager
def copied(folder, database):
    """A copy, so that looking changes nothing (opening a database recovers its WAL); None without."""
    with tempfile.TemporaryDirectory() as place:
        found = False
        for suffix in ("", "-wal", "-journal"):
            source = os.path.join(folder, database + suffix)
            if os.path.exists(source):
                shutil.copyfile(source, os.path.join(place, database + suffix))
                found = True
        yield os.path.join(place, database) if found else None


def rows(folder, database, query):
    with copied(folder, database) as path:
        if not path:
            return []
        db = sqlite3.connect(path)
        try:
            return query(db)
        finally:
            db.close()


def has_table(db, name):
    return db.execute("SELECT 1 FROM sqlite_master WHERE type='table' AND name=?",
                      (name,)).fetchone() is not None


def val_rows(folder):
    def query(db):
        if not has_table(db, "edxval_videotranscript"):
            return []
        return sorted(db.execute(
            "SELECT v.edx_video_id, t.language_code, t.transcript, t.file_format, t.provider"
            " FROM edxval_videotranscript t JOIN edxval_video v ON v.id = t.video_id"))
    return rows(folder, "val.db", query)


def val_videos(folder):
    def query(db):
        if not has_table(db, "edxval_coursevideo"):
            return []
        return sorted(db.execute(
            "SELECT v.edx_video_id, v.client_video_id, v.duration, v.status, c.course_id"
            " FROM edxval_video v LEFT JOIN edxval_coursevideo c ON c.video_id = v.id"),
            key=repr)
    return rows(folder, "val.db", query)


def statuses(folder):
    def query(db):
        return sorted(db.execute(
            "SELECT key, status, intent, videos, tried, failed, expected, in_val FROM course"))
    return rows(folder, "status.db", query)


def runs(folder):
    """All that runs say but when: of themselves, their courses, transcripts and findings."""
    def query(db):
        if not has_table(db, "run"):
            return []
        return [sorted(db.execute(sql)) for sql in (
            "SELECT number, kind, ended <> 0, broken_off FROM run",
            "SELECT run, course, status, ended <> 0, problem, source_version, source_assets, videos,"
            " failed, expected, in_val, extra, differing, errors, warnings, notices, waived, bytes,"
            " migrated, kept, not_migrated FROM run_course",
            "SELECT c.run, c.course, t.block, t.language, t.val_id, t.outcome, t.source_sha256,"
            " t.sha256 FROM run_transcript t JOIN run_course c ON c.id = t.run_course",
            "SELECT c.run, c.course, f.block, f.language, f.code, f.severity, f.waived"
            " FROM run_finding f JOIN run_course c ON c.id = f.run_course")]
    return rows(folder, "status.db", query)


def check_runs(folder):
    """At any moment: at most one run is open, and what is begun in it is what is In-Progress."""
    def query(db):
        if not has_table(db, "run"):
            return None
        return [[r[0] for r in db.execute(sql)] for sql in (
            "SELECT number FROM run WHERE ended = 0",
            "SELECT c.course FROM run_course c JOIN run r ON r.number = c.run AND r.ended = 0"
            " WHERE c.ended = 0 ORDER BY 1",
            "SELECT key FROM course WHERE status = 'In-Progress' ORDER BY 1",
            "SELECT c.course FROM run_course c JOIN run r ON r.number = c.run AND r.ended <> 0"
            " WHERE c.ended = 0")]
    found = rows(folder, "status.db", query)
    if not found:
        return
    check(len(found[0]) <= 1, "several runs are open: %s", found[0])
    check(found[1] == found[2], "the run says %s are under way, and there are %s", *found[1:3])
    check(not found[3], "a run has ended without %s", found[3])


def check_whole(folder):
    """The sums of the status database and of its runs, and its audit: src/status/check.c."""
    check_runs(folder)
    if not rows(folder, "status.db", lambda db: has_table(db, "run")):
        return
    with copied(folder, "status.db") as path:
        done = subprocess.run([WHOLE, path], text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, check=False)
    check(done.returncode == 0, "the status database is not whole: %s", done.stdout)


def announced(folder):
    """Every object name that the status database mentions."""
    def query(db):
        if not has_table(db, "journal"):
            return set()
        return {cell for row in db.execute("SELECT * FROM journal") for cell in row
                if isinstance(cell, str) and cell.startswith("video-transcripts/")}
    return set(rows(folder, "status.db", query))


def soundness(folder, database):
    def query(db):
        return ([r[0] for r in db.execute("PRAGMA integrity_check")],
                db.execute("PRAGMA foreign_key_check").fetchall())
    return rows(folder, database, query)


def store_files(folder):
    """{name below the store: sha256}, folders with a hash of ''."""
    top = os.path.join(folder, "store")
    out = {}
    for place, folders, files in os.walk(top):
        for name in folders:
            out[os.path.relpath(os.path.join(place, name), top)] = ""
        for name in files:
            path = os.path.join(place, name)
            with open(path, "rb") as f:
                out[os.path.relpath(path, top)] = hashlib.sha256(f.read()).hexdigest()
    return out


def other_files(folder):
    """What lies beside the store, without SQLite's own helpers."""
    return sorted(name for name in os.listdir(folder) if not name.endswith(("-wal", "-shm")))


class State:
    def __init__(self, folder):
        self.rows, self.videos = val_rows(folder), val_videos(folder)
        self.files, self.statuses = store_files(folder), statuses(folder)
        self.others, self.runs = other_files(folder), runs(folder)


def difference(name, got, want):
    return "%s differ\n  only here: %s\n  missing:   %s" % (
        name, [x for x in got if x not in want][:5], [x for x in want if x not in got][:5])


def check_complete(folder, want):
    got = State(folder)
    check(got.rows == want.rows, "%s", difference("rows of edx-val", got.rows, want.rows))
    check(got.videos == want.videos, "%s", difference("videos of edx-val", got.videos, want.videos))
    check(got.files == want.files, "%s",
          difference("files", sorted(got.files.items()), sorted(want.files.items())))
    check(got.statuses == want.statuses, "%s",
          difference("statuses", got.statuses, want.statuses))
    for name, here, there in zip(("runs", "courses", "transcripts", "findings"), got.runs, want.runs):
        check(here == there, "of the run, %s", difference(name, here, there))
    check_whole(folder)
    check(got.others == want.others, "%s",
          difference("files beside the store", got.others, want.others))
    for database in ("status.db", "val.db"):
        integrity, foreign = soundness(folder, database)
        check(integrity == ["ok"] and not foreign, "%s: %s %s", database, integrity, foreign)


def check_at_kill(folder, want):
    """What must hold even before anything is repaired."""
    check_whole(folder)
    files = store_files(folder)
    for name, digest in files.items():
        check(name in want.files, "killed: the store holds %s", name)
        check(digest == want.files[name], "killed: %s is not whole", name)
    for row in val_rows(folder):
        check(row in want.rows, "killed: edx-val has %s", row)
        check(row[2] in files, "killed: %s is registered, its file is not there", row)
    unknown = {n for n in files if files[n]} - announced(folder)
    check(not unknown, "killed: not announced in the journal: %s", sorted(unknown)[:3])


# ---- the tests -------------------------------------------------------------------------------

class Bench:
    """Where campuses are made; each run gets a folder of its own, removed when it was right."""

    def __init__(self, subferry, top):
        self.subferry, self.top, self.count = subferry, top, 0

    def campus(self, courses, workers):
        self.count += 1
        folder = os.path.join(self.top, "run%05d" % self.count)
        os.mkdir(folder)
        return folder, campus.configure(folder, courses, workers)

    def reference(self, courses, workers):
        folder, conf = self.campus(courses, workers)
        begun = time.monotonic()
        for words in RUN:
            self.subferry.run_well(conf, words)
        seconds = time.monotonic() - begun
        state = State(folder)
        self.subferry.run_well(conf, ["verify", "--all", "--level", "bytes"])
        return state, seconds

    def complete(self, conf, first, repeat=0):
        """What an operator does after a crash: the same commands again."""
        for words in RUN[first:]:
            self.subferry.run_well(conf, words)
        if repeat:
            self.subferry.run_well(conf, ["verify", "--all", "--level", "bytes"])

    def boundaries(self, courses):
        """Write boundaries of each command of an uninterrupted run, and its trace."""
        folder, conf = self.campus(courses, 1)
        totals, traces = [], []
        for n, words in enumerate(RUN):
            count = os.path.join(self.top, "count%d" % n)
            trace = os.path.join(self.top, "trace%d" % n)
            self.subferry.run_well(conf, words, {"CRASH_ROOT": folder, "CRASH_COUNT": count,
                                                 "CRASH_TRACE": trace})
            totals.append(count_of(count))
            traces.append(trace)
        return folder, totals, traces

    def kill_at(self, courses, step, number, want):
        """True if the kill came before the command had ended by itself."""
        folder, conf = self.campus(courses, 1)
        for words in RUN[:step]:
            self.subferry.run_well(conf, words)
        status, output = self.subferry.run(conf, RUN[step],
                                           {"CRASH_ROOT": folder, "CRASH_KILL": str(number)})
        killed = status == -signal.SIGKILL
        check(killed or status == 0, "exit %s before the kill\n%s", status, output)
        check_at_kill(folder, want)
        self.complete(conf, step, number % 8 == 0)
        check_complete(folder, want)
        shutil.rmtree(folder)
        return killed

    def kill_after(self, courses, delays, want):
        """Kills the migration after each of @delays seconds, then lets it end."""
        folder, conf = self.campus(courses, 8)
        self.subferry.run_well(conf, RUN[0])
        kills = 0
        for delay in delays:
            process = self.subferry.start(conf, RUN[1])
            try:
                process.communicate(timeout=delay)
            except subprocess.TimeoutExpired:
                process.kill()
                process.communicate()
                kills += 1
            check(process.returncode in (0, -signal.SIGKILL), "exit %s", process.returncode)
            check_at_kill(folder, want)
        self.complete(conf, 1, 1)
        check_complete(folder, want)
        shutil.rmtree(folder)
        return kills


def count_of(path):
    with open(path, encoding="ascii") as f:
        return int(f.read())


def sample(totals, wanted):
    """(step, number) pairs: all, or @wanted spread evenly with both ends."""
    points = [(step, n) for step, total in enumerate(totals) for n in range(1, total + 1)]
    if not wanted or wanted >= len(points):
        return points
    return [points[round(i * (len(points) - 1) / (wanted - 1))] for i in range(wanted)]


class Tally:
    def __init__(self):
        self.passed = self.failed = 0

    def test(self, name, function, *args):
        """Runs one test; its result, or None when it failed."""
        try:
            result = function(*args)
        except Failure as failure:
            self.failed += 1
            print("FAILED %s: %s" % (name, failure), flush=True)
            return None
        self.passed += 1
        return result


def boundary_tests(bench, tally, courses, expected, wanted):
    state, seconds = bench.reference(courses, 1)
    check(len(state.rows) == expected, "the reference registers %d of %d", len(state.rows), expected)
    folder, totals, traces = bench.boundaries(courses)
    print("reference: %d rows, %d files, %.2f s; write boundaries: %s" % (
        len(state.rows), sum(1 for f in state.files.values() if f), seconds,
        ", ".join("%s %d" % (" ".join(w), t) for w, t in zip(RUN, totals))))
    check(totals[1] > 3 * expected, "only %d boundaries were seen", totals[1])
    for rule in trace_order.RULES:
        tally.test(rule.__name__, order_test, rule, traces[1], folder)
    points = sample(totals, wanted)
    killed = 0
    for step, number in points:
        killed += bool(tally.test("kill at %s, boundary %d" % (" ".join(RUN[step]), number),
                                  bench.kill_at, courses, step, number, state))
    print("killed at %d of %d boundaries tried" % (killed, len(points)))
    # The busier the machine, the more outcomes share a commit, and the fewer boundaries there are.
    check(killed >= 0.7 * len(points) or tally.failed, "%d runs ended before their boundary",
          len(points) - killed)


def order_test(rule, trace, folder):
    problems, seen = rule(trace_order.read(trace), folder)
    check(not problems, "%d times\n  %s", len(problems), "\n  ".join(problems[:5]))
    check(seen > 0, "nothing in the trace shows it")


def random_tests(bench, tally, courses, expected, wanted, seed):
    state, seconds = bench.reference(courses, 8)
    check(len(state.rows) == expected, "the reference registers %d of %d", len(state.rows), expected)
    dice = random.Random(seed)
    kills = 0
    for n in range(wanted):
        delays = [dice.uniform(0, seconds) for _ in range(dice.randint(1, 3))]
        kills += tally.test("random kills after %s s" % ", ".join("%.3f" % d for d in delays),
                            bench.kill_after, courses, delays, state) or 0
    print("random: %d rows in %.2f s, %d kills in %d runs, seed %d" % (
        len(state.rows), seconds, kills, wanted, seed))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--boundaries", type=int, default=25, help="how many; 0: every one")
    parser.add_argument("--random", type=int, default=5, help="runs with kills at random")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--keep", action="store_true", help="keep the folders of failed runs")
    args = parser.parse_args()
    subferry = Subferry(os.path.join(BUILD, "subferry"),
                        os.path.join(BUILD, "tests/crash/interpose.so"))
    top = os.path.realpath(tempfile.mkdtemp(prefix="subferry-crash-"))
    bench, tally = Bench(subferry, top), Tally()
    try:
        courses = os.path.join(top, "small")
        tally.test("a small campus", boundary_tests, bench, tally, courses,
                   campus.make_small(courses), args.boundaries)
        courses = os.path.join(top, "large")
        tally.test("a larger campus", random_tests, bench, tally, courses,
                   campus.make_large(courses), args.random, args.seed)
    finally:
        if args.keep and tally.failed:
            print("kept: " + top)
        else:
            shutil.rmtree(top, ignore_errors=True)
    print("%d passed, %d failed, 0 skipped" % (tally.passed, tally.failed))
    return 1 if tally.failed else 0


if __name__ == "__main__":
    sys.exit(main())
