#!/usr/bin/env python3
"""Measures how long others wait for the status database while runs are imported into it.

Mock runs of many transcripts are exported, and imported into another status database. Meanwhile
somebody else, as an engine or a console would, writes into that one every few milliseconds: what is
told is the longest of these waits. Exit 1 when it, or the memory of the import, misses its bar;
--quick is a small run without bars, to see that all of it works.
"""
import argparse
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time

CONF = """[campus]
name = %s
environment = %s
status_db = %s.db
[source]
kind = olx
path = none/*
[val]
kind = sqlite
path = val.db
[store]
kind = directory
path = store
"""
RUN = ("INSERT INTO run(number, uid, kind, generation, campus, environment, release, version, options,"
       " who, host, began, ended, broken_off, imported, origin_number)"
       " VALUES(?, printf('%032x', ?), 'mock', 1, 'quay', 'staging', 'ginkgo', '0.1',"
       " 'workers 8', 'ana', 'mole', 1000, 2000, 0, 0, 0)")
COURSE = ("INSERT INTO run_course(id, run, course, status, began, ended, problem, source_version,"
          " source_assets, videos, failed, expected, in_val, unknown, extra, differing, errors,"
          " warnings, notices, waived, bytes, migrated, kept, would, untold, not_migrated)"
          " VALUES(?, ?, ?, 'Migrated', 1000, 2000, '', 'v1', 'a1', 50, 0, ?,"
          " ?, 0, 0, 0, 0, ?, 0, 0, 77, ?, 0, 0, 0, 0)")
TRANSCRIPT = ("INSERT INTO run_transcript VALUES(?, printf('video@%032x', ?), ?,"
              " printf('%08x-0000-4000-8000-000000000000', ?), 'migrated', printf('%064x', ?), '')")
FINDING = ("INSERT INTO run_finding(run_course, block, language, code, severity, text, seen, waived,"
           " reason, who, at) VALUES(?, printf('video@%032x', ?), 'fr', 'srt-invalid', 1, 'line 3', ?,"
           " 0, '', '', 5)")
WAIVER = ("INSERT INTO waiver(course, block, language, code, seen, reason, who, at)"
          " VALUES(?, printf('video@%032x', ?), 'fr', 'srt-invalid', ?, 'as filmed', 'ana', 5)")
LANGUAGES = ("ar", "en", "es", "fr", "zh")


def fill(path, args):
    """Runs that ended, of courses with transcripts and findings, and waivers of other contents."""
    db = sqlite3.connect(path)
    db.execute("PRAGMA synchronous=OFF")
    each = args.transcripts // args.runs // args.courses
    number = 0
    for run in range(1, args.runs + 1):
        db.execute(RUN, (run, run))
        for course in range(args.courses):
            number += 1
            notes = max(1, each // 20)
            db.execute(COURSE, (number, run, "course-v1:Quay+%06d+R" % course, each, each, notes, each))
            db.executemany(TRANSCRIPT, ((number, n // 5, LANGUAGES[n % 5], n, n) for n in range(each)))
            db.executemany(FINDING, ((number, n, "s%d" % n) for n in range(notes)))
    db.executemany(WAIVER, (("course-v1:Quay+%06d+R" % (n % args.courses), n, "w%d" % n)
                            for n in range(args.waivers)))
    db.commit()
    db.close()


class Writer(threading.Thread):
    """Somebody else, who writes one row now and then."""

    def __init__(self, path):
        super().__init__(daemon=True)
        self.path, self.waits, self.stop = path, [], False

    def run(self):
        db = sqlite3.connect(self.path, timeout=60, isolation_level=None)
        while not self.stop:
            began = time.monotonic()
            db.execute("BEGIN IMMEDIATE")
            self.waits.append(time.monotonic() - began)
            db.execute("INSERT OR REPLACE INTO memory VALUES('bench', ?)", (len(self.waits),))
            db.execute("COMMIT")
            time.sleep(0.005)


def measured(program, folder, *arguments):
    """Seconds and KiB of the program."""
    began = time.monotonic()
    process = subprocess.Popen([program, *arguments], cwd=folder, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit("%s ended with %d" % (" ".join(arguments), process.returncode))
    return time.monotonic() - began, usage.ru_maxrss


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--transcripts", type=int, default=1000000, help="of all runs together")
    parser.add_argument("--runs", type=int, default=2)
    parser.add_argument("--courses", type=int, default=1000)
    parser.add_argument("--waivers", type=int, default=1000)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--wait", type=float, default=1.0, help="seconds that others may wait at most")
    parser.add_argument("--memory", type=float, default=64, help="MiB of the import at most")
    args = parser.parse_args()
    if args.quick:
        args.transcripts, args.courses = 20000, 50
    build = os.path.abspath(os.environ.get("top_builddir", "."))
    program = os.path.join(build, "subferry")
    folder = tempfile.mkdtemp(prefix="subferry-bench-", dir=os.environ.get("BENCH_DIR", build))
    try:
        for name, environment in (("quay", "staging"), ("harbour", "production")):
            with open(os.path.join(folder, name + ".conf"), "w", encoding="utf-8") as f:
                f.write(CONF % (name, environment, name))
            subprocess.run([program, "-c", name + ".conf", "scan"], cwd=folder, check=False,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        fill(os.path.join(folder, "quay.db"), args)
        out = measured(program, folder, "-c", "quay.conf", "runs", "--export", "runs.json")
        writer = Writer(os.path.join(folder, "harbour.db"))
        writer.start()
        time.sleep(0.2)
        into = measured(program, folder, "-c", "harbour.conf", "runs", "--import", "runs.json")
        writer.stop = True
        writer.join()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    waits = sorted(writer.waits)
    print(json.dumps({
        "transcripts": args.transcripts, "waivers": args.waivers,
        "export_seconds": round(out[0], 2), "import_seconds": round(into[0], 2),
        "import_mib": round(into[1] / 1024, 1), "writes_of_others": len(waits),
        "longest_wait_ms": round(waits[-1] * 1000, 1),
        "p99_wait_ms": round(waits[len(waits) * 99 // 100] * 1000, 1)}))
    return 0 if args.quick or (waits[-1] <= args.wait and into[1] / 1024 <= args.memory) else 1


if __name__ == "__main__":
    sys.exit(main())
