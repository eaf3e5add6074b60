#!/usr/bin/env python3
"""Measures `subferry migrate --all` beside the null writer, alternately, on one disk.

Both write the same number of files with the same sizes and commit the same transactions; the
null writer reads no course and converts nothing (tests/bench/null_writer.c). Printed: seconds
and transcripts a second of each round, the ratio of the medians, CPU time a transcript, memory.
Exit 1 when the ratio is below --require.
"""
import argparse
import json
import os
import shutil
import sqlite3
import statistics
import sys
import tempfile
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import campus  # noqa: E402


def run(words, output):
    """Seconds, CPU seconds and peak memory in KiB of one command, which must end well."""
    os.sync()
    begun = time.monotonic()
    child = os.posix_spawn(words[0], words, os.environ, file_actions=[
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)])
    _, status, usage = os.wait4(child, 0)
    seconds = time.monotonic() - begun
    if os.waitstatus_to_exitcode(status) != 0:
        with open(output, encoding="utf-8", errors="replace") as f:
            sys.stderr.write(f.read()[-4000:])
        sys.exit("%s: exit %d" % (" ".join(words), os.waitstatus_to_exitcode(status)))
    return seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss


def write_sizes(folder, path):
    """A line a video of edx-val: the sizes of its files in the store."""
    db = sqlite3.connect(os.path.join(folder, "val.db"))
    videos, count, total = {}, 0, 0
    for video, name in db.execute("SELECT video_id, transcript FROM edxval_videotranscript"):
        size = os.path.getsize(os.path.join(folder, "store", name))
        videos.setdefault(video, []).append(str(size))
        count, total = count + 1, total + size
    db.close()
    with open(path, "w", encoding="ascii") as f:
        f.writelines(" ".join(sizes) + "\n" for sizes in videos.values())
    return count, total


class Side:
    def __init__(self, name):
        self.name, self.seconds, self.cpu, self.rss = name, [], [], []

    def add(self, measured, count):
        seconds, cpu, rss = measured
        self.seconds.append(seconds)
        self.cpu.append(cpu)
        self.rss.append(rss)
        print("%-8s %8.2f s %8.0f/s %8.3f ms CPU each %8.1f MiB" % (
            self.name, seconds, count / seconds, cpu / count * 1000, rss / 1024), flush=True)


def measure(args, build, top):
    courses = os.path.join(top, "courses")
    os.mkdir(courses)
    begun = time.monotonic()
    expected = campus.make_many(courses, args.courses, args.videos, ("en", "fr"), args.cues)
    print("made %d courses, %d transcripts in %.0f s" % (
        args.courses, expected, time.monotonic() - begun), flush=True)
    sides = Side("subferry"), Side("null")
    sizes, log = os.path.join(top, "sizes"), os.path.join(top, "log")
    program = os.path.join(build, "subferry")
    for _ in range(args.rounds):
        folder = os.path.join(top, "campus")
        os.mkdir(folder)
        conf = campus.configure(folder, courses, args.workers)
        scan = run([program, "-c", conf, "scan"], log)[0]
        measured = run([program, "-c", conf, "migrate", "--all"], log)
        count, total = write_sizes(folder, sizes)
        if count != expected:
            sys.exit("subferry registered %d of %d transcripts" % (count, expected))
        if not sides[0].seconds:
            print("%.1f kB each on average; scan %.2f s" % (total / count / 1000, scan))
        sides[0].add(measured, count)
        shutil.rmtree(folder)
        sides[1].add(run([os.path.join(build, "tests/bench/null_writer"), folder, sizes,
                          str(args.workers)], log), count)
        shutil.rmtree(folder)
    return sides, expected


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--courses", type=int, default=200)
    parser.add_argument("--videos", type=int, default=25, help="a course, of two languages each")
    parser.add_argument("--cues", type=int, default=136,
                        help="a transcript on average; 136 are about 12 kB of SubRip")
    parser.add_argument("--workers", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--require", type=float, default=0.8)
    args = parser.parse_args()
    build = os.path.abspath(os.environ.get("top_builddir", "."))
    top = tempfile.mkdtemp(prefix="subferry-bench-", dir=os.environ.get("BENCH_DIR", build))
    try:
        sides, count = measure(args, build, top)
    finally:
        shutil.rmtree(top, ignore_errors=True)
    seconds = [statistics.median(side.seconds) for side in sides]
    ratio = seconds[1] / seconds[0]
    print(json.dumps({
        "transcripts": count, "ratio": round(ratio, 3),
        "subferry_per_second": round(count / seconds[0]),
        "null_per_second": round(count / seconds[1]),
        "cpu_ms_per_transcript": round(statistics.median(sides[0].cpu) / count * 1000, 4),
        "null_cpu_ms_per_transcript": round(statistics.median(sides[1].cpu) / count * 1000, 4),
        "max_rss_mib": round(max(sides[0].rss) / 1024, 1)}))
    return 0 if ratio >= args.require else 1


if __name__ == "__main__":
    sys.exit(main())
