"""Courses in MongoDB: `subferry migrate --all`, the platform's own algorithm, and a reading loop.

All three read the same campus from the same server, alternately:

    subferry    scan and migrate --all, from exec to exit, workers as by default
    peer        mongo_peer.py: pymongo, pysrt, edxval under Django, one asset at a time
    reader      mongo_read.c: asks for everything in large batches, throws it away

Before, a small campus is migrated by both through a proxy that counts round trips, and what they
registered is compared byte for byte; so it is after the first round. A transcript counts once,
though the peer goes through it once a branch: its subtasks a second are printed beside.

Exit 1 unless subferry makes 20 times the peer's transcripts a second, or 80 % of the reader's,
whichever is less. --report-only: no verdict, exit 0. Run by tests/bench/mongo.sh.
"""
import argparse
import json
import os
import platform
import shutil
import statistics
import sys
import tempfile
import time
from importlib.metadata import version

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(os.path.dirname(HERE), "live", "mongo")]

# pylint: disable=wrong-import-position
import measured
import mongo_campus
from measured import BUILD, Sample, last_json, run
from mongo_campus import MongoCampus, environment
from proxy import Proxy
from server import Server

READER = os.path.join(BUILD, "tests", "bench", "mongo_read")
PEER = os.path.join(HERE, "mongo_peer.py")
TIMES_PEER, PART_OF_READER = 20, 0.8


class Bench:
    """One campus, and a folder in which each side gets a val and a store of its own."""

    def __init__(self, server, courses, args, top, name):
        self.server = server
        begun = time.monotonic()
        self.campus = MongoCampus(server, courses, args)
        self.transcripts = self.campus.transcripts
        self.folder = os.path.join(top, name)
        os.mkdir(self.folder)
        self.val = os.path.join(self.folder, "template.db")
        mongo_campus.make_val(self.val, self.campus.known)
        self.lines = self.campus.write_lines(os.path.join(self.folder, "lines"))
        self.log = os.path.join(self.folder, "log")
        self.subtasks = 0  # of the peer
        self.took = time.monotonic() - begun

    def fresh(self, name):
        folder = os.path.join(self.folder, name)
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(os.path.join(folder, "store"))
        shutil.copy(self.val, os.path.join(folder, "val.db"))
        os.sync()
        return folder

    def counted(self, folder, who):
        """A side that made less than it should is no side."""
        made = mongo_campus.count(folder)
        if made != self.transcripts:
            sys.exit("%s registered %d of %d transcripts" % (who, made, self.transcripts))

    def subferry(self, uri):
        """Both commands as one."""
        folder = self.fresh("subferry")
        conf = mongo_campus.configure(folder, self.campus.database.name)
        sample = measured.run_subferry(conf, environment(uri), self.log)
        self.counted(folder, "subferry")
        return sample

    def peer(self, uri):
        """Seconds and CPU are the peer's own: without starting Python and Django."""
        folder = self.fresh("peer")
        run([sys.executable, "-W", "ignore", PEER, self.campus.database.name] +
            [os.path.join(folder, n) for n in ("val.db", "store", "ids")], environment(uri), self.log)
        said = last_json(self.log)
        if said["failed"]:
            sys.exit("the peer failed with %d transcripts" % said["failed"])
        self.counted(folder, "the peer")
        self.subtasks = said["made"] + said["kept"]
        return Sample(said["seconds"], said["cpu"])

    def reader(self, uri, threads):
        run([READER, self.campus.database.name, self.lines, str(threads)], environment(uri),
            self.log)
        said = last_json(self.log)
        if said["files"] != self.transcripts or said["chunks"] < said["files"]:
            sys.exit("the reader read %(files)d files, %(chunks)d chunks" % said)
        return Sample(said["seconds"], said["cpu_seconds"])

    def compare(self):
        """Both registered the same bytes for the same video and language."""
        folder = os.path.join(self.folder, "peer")
        theirs = mongo_campus.registered(folder, measured.ids_of_file(os.path.join(folder, "ids")))
        folder = os.path.join(self.folder, "subferry")
        ours = mongo_campus.registered(folder, measured.ids_of_status(folder))
        if ours != theirs or len(ours) != self.transcripts:
            differing = sorted(k for k in set(ours) | set(theirs) if ours.get(k) != theirs.get(k))
            sys.exit("%d of %d transcripts differ, %s the first" % (
                len(differing), self.transcripts, differing[:1]))
        print("the same %d transcripts, byte for byte, from both" % len(ours), flush=True)

    def remove(self):
        shutil.rmtree(self.folder)
        self.server.drop(self.campus.database)


def through(proxy, server):
    """The proxy's address with what the server's URI says beside its own."""
    head, _, rest = server.uri.partition("://")
    place, _, options = rest.partition("?")
    credentials = place.rpartition("@")[0]
    return "%s://%s%s/%s?%s" % (head, credentials + "@" if credentials else "", proxy.address,
                                place.partition("/")[2],
                                "&".join(o for o in (options, "directConnection=true") if o))


def round_trips(server, args, top):
    """Round trips a course of either side, the driver's housekeeping left out."""
    courses = min(10, (args.courses + 3) // 4)
    bench = Bench(server, courses, args, top, "trips")
    out = {}
    for name, side in (("subferry", bench.subferry), ("peer", bench.peer)):
        with Proxy(server.address) as proxy:
            side(through(proxy, server))
            trips = proxy.trips()
        out[name] = sum(trips.values()) / courses
        print("%-8s %7.1f round trips a course: %s" % (name, out[name], ", ".join(
            "%s %.1f" % (" ".join(k).strip(), n / courses) for k, n in sorted(trips.items()))))
    bench.compare()
    bench.remove()
    return out


def measure(server, args, top):
    """{side: [Sample]}, the rounds interleaved."""
    bench = Bench(server, args.courses, args, top, "campus")
    campus = bench.campus
    print("%d courses, %d videos each, %d languages, %.1f kB a file; filled in %.0f s; indexes: %s"
          % (args.courses, args.videos, args.languages, campus.bytes / campus.transcripts / 1000,
             bench.took, campus.indexes), flush=True)
    bench.reader(server.uri, args.readers)  # for warmth
    sides = {"subferry": bench.subferry, "peer": bench.peer,
             "reader": lambda uri: bench.reader(uri, args.readers)}
    samples = {name: [] for name in sides}
    for number in range(args.rounds):
        for name, side in sides.items():
            sample = side(server.uri)
            samples[name].append(sample)
            print("%-8s %8.2f s %8.0f/s %8.3f ms CPU each" % (
                name, sample.seconds, bench.transcripts / sample.seconds,
                sample.cpu / bench.transcripts * 1000), flush=True)
        if number == 0:
            bench.compare()
    bench.remove()
    return samples, bench


def report(words, samples, bench, trips, args):
    count = bench.transcripts
    rate = {name: count / statistics.median(s.seconds for s in some)
            for name, some in samples.items()}
    bar = min(TIMES_PEER * rate["peer"], PART_OF_READER * rate["reader"])
    passed = rate["subferry"] >= bar
    print(json.dumps({
        "server": words, "transcripts": count, "rounds": args.rounds,
        "subferry_per_second": round(rate["subferry"]), "peer_per_second": round(rate["peer"], 1),
        "reader_per_second": round(rate["reader"]), "reader_threads": args.readers,
        "times_peer": round(rate["subferry"] / rate["peer"], 1),
        "part_of_reader": round(rate["subferry"] / rate["reader"], 3),
        "trips_a_course": round(trips["subferry"], 1),
        "peer_trips_a_course": round(trips["peer"], 1),
        "peer_subtasks_per_second": round(rate["peer"] * bench.subtasks / count, 1),
        "cpu_ms_per_transcript": round(
            statistics.median(s.cpu for s in samples["subferry"]) / count * 1000, 4)}))
    verdict = "not judged" if args.report_only else "PASS" if passed else "FAIL"
    print("%s: %.0f transcripts a second; wanted %.0f: %s" % (
        verdict, rate["subferry"], bar,
        "%d times the peer's" % TIMES_PEER if bar == TIMES_PEER * rate["peer"] else
        "%.0f %% of the reader's" % (PART_OF_READER * 100)))
    return passed


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--courses", type=int, default=100)
    parser.add_argument("--videos", type=int, default=10, help="a course")
    parser.add_argument("--languages", type=int, default=5, help="a video")
    parser.add_argument("--cues", type=int, default=136,
                        help="a transcript on average; 136 are about 12 kB of SubRip")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--readers", type=int, default=2,
                        help="threads of the reading loop; as many as subferry reads with")
    parser.add_argument("--report-only", action="store_true")
    args = parser.parse_args()
    if not 1 <= args.languages <= len(mongo_campus.LANGUAGES):
        parser.error("--languages: 1 to %d" % len(mongo_campus.LANGUAGES))
    top = tempfile.mkdtemp(prefix="subferry-bench-", dir=os.environ.get("BENCH_DIR", BUILD))
    try:
        with Server() as server:
            words = server.words()
            print("on %s; %d cores" % (words, os.cpu_count()))
            print("the peer: Python %s, %s" % (platform.python_version(), ", ".join(
                "%s %s" % (n, version(n)) for n in ("pymongo", "pysrt", "edxval", "Django"))))
            trips = round_trips(server, args, top)
            samples, bench = measure(server, args, top)
    finally:
        shutil.rmtree(top, ignore_errors=True)
    return 0 if report(words, samples, bench, trips, args) or args.report_only else 1


if __name__ == "__main__":
    sys.exit(main())
