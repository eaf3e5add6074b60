#!/usr/bin/env python3
"""Measures the console over a large status database while the engine works at full speed.

100,000 courses and 1,000,000 videos stand in the status database; beside them real courses are
migrated over and over, so that the engine never rests. A probe (console_probe.c) on a
pseudo-terminal presses keys and takes the time until the screen shows what they did; then it does
the same with a null ncurses program while the console's engine goes on. Exit 1 when a bar is
missed; --quick is a small campus without bars, to see that all of it runs.
"""
import argparse
import json
import os
import random
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import campus  # noqa: E402

ORGS = ("MITx", "HarvardX", "PekingX", "Sorbonne", "UAMx", "edX", "DelftX", "TsinghuaX")
VIDEOS = 10
WHEN = 1525228867000000


def fill(path, courses):
    """The courses and videos of a campus that has been worked on for a while."""
    db = sqlite3.connect(path)
    db.execute("PRAGMA synchronous=OFF")
    base = db.execute("SELECT coalesce(max(id), 0) + 1 FROM course").fetchone()[0]
    dice = random.Random(1)
    rows = []
    for n in range(courses):
        status = dice.choice(("Not-Migrated", "Migrated", "Migrated", "Failed"))
        failed, done = status == "Failed", status != "Not-Migrated"
        expected = dice.randint(VIDEOS, 6 * VIDEOS)
        rows.append((
            base + n, "course-v1:%s+%d.%dx+%dT%d" % (
                dice.choice(ORGS), dice.randint(1, 30), n, dice.randint(1, 3),
                dice.randint(2012, 2018)),
            "Course number %d" % n, status, done, VIDEOS * done, VIDEOS * done, failed,
            expected * done, (expected - failed) * done, failed, dice.randint(0, 2) * done,
            WHEN + n * 1000000))
    db.executemany(
        "INSERT INTO course(id, key, name, location, status, pass, videos, tried, failed, expected,"
        " in_val, errors, warnings, changed) VALUES(?, ?, ?, '', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        rows)
    db.executemany(
        "INSERT INTO video(course_id, type, block, name, position, val_id, val_id_new, branches,"
        " state, attempts, pass, expected, in_val, expected_languages, val_languages)"
        " VALUES(?, 'video', ?, ?, ?, ?, 0, 1, 'done', 1, 1, 3, 3, 'en es fr', 'en es fr')",
        ((base + n, "%032x" % dice.getrandbits(128), "Video %d of course %d" % (v, n), v,
          "%08x-%04x" % (n, v)) for n in range(courses) for v in range(VIDEOS)))
    db.execute(
        "INSERT INTO finding(course_id, video_id, block, language, code, severity, text, seen,"
        " waived, reason, who, at) SELECT c.id, (SELECT min(id) FROM video v WHERE v.course_id ="
        " c.id), 'video@x', 'en', 'asset-missing', 2, 'en_x.srt is not in the contentstore', '', 0,"
        " '', '', ? FROM course c WHERE errors > 0", (WHEN,))
    db.commit()
    db.close()


class Probe:
    """A program on a pseudo-terminal."""

    def __init__(self, build, rows, cols, *command):
        env = dict(os.environ, TERM="xterm-256color", LC_ALL="C.UTF-8")
        self.process = subprocess.Popen(
            [os.path.join(build, "tests/bench/console_probe"), str(rows), str(cols)] + list(command),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=env, text=True)

    def ask(self, order):
        self.process.stdin.write(order + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().rstrip("\n")

    def wait(self, text, limit=20):
        answer = self.ask("wait %d %s" % (limit * 1000, text))
        if answer == "never":
            sys.exit("never on the screen: %s\n%s" % (text, self.screen()))
        return float(answer)

    def times(self, order):
        """Milliseconds of each key; none may be lost."""
        words = self.ask(order).split()
        if int(words[2]):
            sys.exit("%s: %s keys had no effect\n%s" % (order, words[2], self.screen()))
        return [int(word) / 1000 for word in words[3:]]

    def screen(self):
        lines = [self.ask("screen")]
        while lines[-1] != ".":
            lines.append(self.process.stdout.readline().rstrip("\n"))
        return "\n".join(lines[:-1])

    def pid(self):
        return int(self.ask("pid"))

    def end(self):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


def percentile(times, part):
    return sorted(times)[min(len(times) - 1, int(len(times) * part))]


def cpu_seconds(pid):
    with open("/proc/%d/stat" % pid, encoding="ascii") as f:
        words = f.read().rsplit(")", 1)[1].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def peak_mib(pid):
    with open("/proc/%d/status" % pid, encoding="ascii") as f:
        return next(int(l.split()[1]) for l in f if l.startswith("VmHWM")) / 1024


class Load:
    """Keeps the engine at work: as soon as the real courses are done, they are run again."""

    def __init__(self, program, conf, status):
        self.words = [program, "-c", conf]
        db = sqlite3.connect(status)
        self.keys = [key for key, in db.execute(
            "SELECT key FROM course WHERE key LIKE 'course-v1:Crash+%'")]
        db.close()
        self.ends = False
        self.rounds = 0
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        while not self.ends:
            subprocess.run(self.words + ["migrate"] + self.keys, stdin=subprocess.DEVNULL,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
            self.rounds += 1

    def stop(self, wait=True):
        self.ends = True
        if wait:
            self.thread.join()


class Results:
    def __init__(self, bars):
        self.bars, self.found, self.missed = bars, {}, []

    def add(self, name, value, bar=None, unit="ms"):
        self.found[name] = round(value, 3)
        missed = self.bars and bar is not None and value > bar
        if missed:
            self.missed.append(name)
        print("%-34s %9.2f %-5s %s" % (
            name, value, unit, "" if bar is None else "(bar %g)%s" % (
                bar, "  MISSED" if missed else "")), flush=True)


def first_frames(results, args, build, words):
    times = []
    for _ in range(args.runs):
        probe = Probe(build, args.rows, args.cols, *words)
        times.append(probe.wait(" of %s " % args.total))
        probe.end()
    results.add("first frame", statistics.median(times), 100)


def idle(results, probe):
    """Nothing happens: only the clock may be written, and hardly any CPU be used."""
    pid = probe.pid()
    time.sleep(20)  # until what was said at the start has gone
    before, begun = cpu_seconds(pid), time.monotonic()
    words = probe.ask("idle 10000").split()
    percent = (cpu_seconds(pid) - before) / (time.monotonic() - begun) * 100
    cells = [tuple(map(int, word.split(","))) for word in words[3:]]
    beside = [cell for cell in cells if cell[0] != 0]
    results.add("idle CPU", percent, 0.5, "%")
    results.add("idle bytes a second", int(words[1]) / 10, 60, "B")
    results.add("cells beside the clock", len(beside), 0, "")


def keys(results, name, args, probe, bar=None, pressed="jjjjkk"):
    runs = [percentile(probe.times("keys %d %d %s" % (args.keys, args.gap, pressed)), 0.99)
            for _ in range(args.runs)]
    results.add(name, statistics.median(runs), bar)
    return statistics.median(runs)


def filters(results, args, probe):
    times = []
    for text in ("mitx", "28.9", "status:failed", "videos>5"):
        probe.ask("press f")
        probe.wait("filter:")
        times += probe.times("type %d %s" % (args.gap, text))
        probe.ask("press \\e")
        time.sleep(0.3)
    results.add("typed character, worst", max(times), 50)
    narrowed = []
    for text in ("mitx+2", "harv", "2017"):
        probe.ask("press f")
        probe.wait("filter:")
        narrowed += probe.times("narrow %d %s" % (args.gap, text))
        probe.ask("press \\e")
        time.sleep(0.3)
    results.add("filtered list, p99", percentile(narrowed, 0.99), 50)


def measure(args, build, top):
    program = os.path.join(build, "subferry")
    courses = os.path.join(top, "courses")
    os.mkdir(courses)
    campus.make_many(courses, args.real, 10, ("en", "fr"), 60)
    # a list with a hole marks no course as gone
    with open(os.path.join(courses, "broken.tar.gz"), "w", encoding="ascii") as f:
        f.write("no archive")
    conf = campus.configure(top, courses, 8)
    subprocess.run([program, "-c", conf, "scan"], stdin=subprocess.DEVNULL,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    status = os.path.join(top, "status.db")
    fill(status, args.courses)
    args.total = "{:,}".format(args.courses + args.real)
    words = [program, "-c", conf]
    results = Results(not args.quick)
    first_frames(results, args, build, words)
    probe = Probe(build, args.rows, args.cols, *words)
    try:
        probe.wait(" of %s " % args.total)
        probe.wait("engine here")
        idle(results, probe)
        keys(results, "key, engine idle, p99", args, probe)
        load = Load(program, conf, status)
        try:
            probe.wait("under way", 60)
            ours = keys(results, "key, engine at work, p99", args, probe, 16)
            filters(results, args, probe)
            keys(results, "page down and up, p99", args, probe, None, "\x06\x02")
            null = Probe(build, args.rows, args.cols, os.path.join(build, "tests/bench/null_curses"),
                         "100000")
            null.wait(" of ")
            theirs = keys(results, "null program, same load, p99", args, null)
            null.end()
            results.add("ours / null", ours / theirs, 3, "")
            print(probe.screen())
        finally:
            load.stop(wait=False)
            results.add("peak memory", peak_mib(probe.pid()), 96, "MiB")
            probe.end()
            load.stop()
    finally:
        probe.end()
    return results


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--courses", type=int, default=100000, help="of ten videos each")
    parser.add_argument("--real", type=int, default=400, help="courses that are migrated meanwhile")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--keys", type=int, default=400, help="a run")
    parser.add_argument("--gap", type=int, default=15, help="ms between an answer and the next key")
    parser.add_argument("--rows", type=int, default=24)
    parser.add_argument("--cols", type=int, default=80)
    parser.add_argument("--quick", action="store_true")
    args = parser.parse_args()
    if args.quick:
        args.courses, args.real, args.runs, args.keys = 2000, 40, 1, 60
    build = os.path.abspath(os.environ.get("top_builddir", "."))
    top = tempfile.mkdtemp(prefix="subferry-bench-", dir=os.environ.get("BENCH_DIR", build))
    try:
        results = measure(args, build, top)
    finally:
        shutil.rmtree(top, ignore_errors=True)
    print(json.dumps(results.found))
    if results.missed:
        print("missed: " + ", ".join(results.missed))
    return 1 if results.missed else 0


if __name__ == "__main__":
    sys.exit(main())
