"""Courses to S3 and edxval over REST: `subferry migrate --all`, a null client, the platform's way.

All three write to the same servers, alternately, each into a bucket and a database of its own:

    subferry    scan and migrate --all, from exec to exit, workers as by default; the condition
                of PUT was shown before, as by doctor --write
    null        dest_null.c: the requests that subferry sent, recorded and signed beforehand, with
                as many in flight; only those of one video wait for each other
    peer        dest_peer.py: pysrt, boto3 in a pool of threads, edxval's API in process

Before, subferry migrates through a proxy that records, the peer does as much, and what both
registered is compared byte for byte. The servers run on the clients' cores.

Exit 1 unless subferry makes 90 % of the null client's transcripts a second. --report-only: no
verdict, exit 0. Run by tests/bench/dest.sh.
"""
import argparse
import collections
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

# pylint: disable=wrong-import-position
import dest_room
import measured
import s3_server
import val_server
from dest_room import HERE, LANGUAGES, LOCATION, BenchVal, Courses
from http_proxy import S3, VAL, Proxy
from measured import BUILD, SUBFERRY, Sample, last_json, run

NULL = os.path.join(BUILD, "tests", "bench", "dest_null")
PEER = os.path.join(HERE, "dest_peer.py")
WANTED = 0.9


class Recorder(Proxy):
    """Counts the connections that the client makes."""
    connections = 0

    def serve(self, client):
        with self.lock:
            self.connections += 1
        super().serve(client)


class Bench:
    def __init__(self, val, s3, args, top):
        self.val, self.s3, self.args, self.top = val, s3, args, top
        self.courses = Courses(os.path.join(top, "courses"), args)
        self.transcripts = self.courses.transcripts
        self.log = os.path.join(top, "log")
        self.runs, self.units, self.bucket = 0, [], ""
        val.know(self.courses.known)
        val.warm()

    def fresh(self):
        """A folder; nobody ever wrote to val or to the new bucket."""
        self.runs += 1
        if self.bucket:
            dest_room.drop(self.s3, self.bucket)
        self.bucket = dest_room.make_bucket(self.s3, "run-%d" % self.runs)
        self.val.fresh()
        folder = os.path.join(self.top, "run")
        shutil.rmtree(folder, ignore_errors=True)
        os.mkdir(folder)
        os.sync()
        return folder

    def servers_cpu(self):
        return [dest_room.cpu_of(server.process) for server in (self.val, self.s3)]

    def counted(self, who):
        made = len(self.val.rows())
        if made != self.transcripts:
            sys.exit("%s registered %d of %d transcripts" % (who, made, self.transcripts))

    def subferry(self, before=lambda: None, val_url=None, s3_url=None):
        folder = self.fresh()
        conf = dest_room.configure(folder, self.courses.folder, val_url or self.val.url,
                                   s3_url or self.s3.url, self.bucket)
        environment = dest_room.environment()
        run([SUBFERRY, "-c", conf, "doctor", "--write"], environment, self.log)
        before()
        sample = measured.run_subferry(conf, environment, self.log)
        self.counted("subferry")
        return sample

    def record(self):
        """What subferry sends; nothing is measured."""
        with Recorder(self.val.address, VAL) as val, Recorder(self.s3.address, S3) as s3:
            def forget():
                for proxy in (val, s3):
                    proxy.forget()
                    proxy.connections = 0

            self.subferry(forget, val.url, s3.url)
            asked = val.requests(), s3.requests()
            connections = val.connections, s3.connections
        self.units = dest_room.units_of(*asked)
        kinds = collections.Counter(kind_of(s) for seen in asked for s in seen)
        for kind, count in sorted(kinds.items()):
            print("  %6.3f a transcript: %s" % (count / self.transcripts, kind))
        print("  connections: %d to val, %d to S3" % connections)
        return sum(kinds.values()), dest_room.registered(
            self.val, self.s3, self.bucket, measured.ids_of_status(os.path.join(self.top, "run")))

    def null(self):
        """Seconds and CPU are without reading the file."""
        folder = self.fresh()
        path = os.path.join(folder, "requests")
        self.s3.client.put_object(Bucket=self.bucket, Key=LOCATION + "subferry-probe", Body=b"")
        dest_room.write_requests(path, self.units, self.s3.url, self.bucket)
        run([NULL, self.val.url, self.s3.url, path, str(self.args.senders)],
            dest_room.environment(), self.log)
        said = last_json(self.log)
        self.counted("the null client")
        return Sample(said["seconds"], said["cpu"])

    def peer(self):
        """Seconds and CPU are the peer's own: without starting Python and Django."""
        folder = self.fresh()
        tasks, place = os.path.join(folder, "tasks"), os.path.join(folder, "place")
        with open(tasks, "w", encoding="utf-8") as f:
            json.dump(self.courses.tasks, f)
        with open(place, "w", encoding="utf-8") as f:
            json.dump({"url": self.s3.url, "key": s3_server.KEY, "secret": s3_server.SECRET,
                       "region": s3_server.REGION, "bucket": self.bucket, "location": LOCATION,
                       "threads": self.args.peer_threads}, f)
        run([self.val.python, "-W", "ignore", PEER, tasks, place, os.path.join(folder, "ids")],
            self.val.environment(), self.log)
        said = last_json(self.log)
        self.counted("the peer")
        return Sample(said["seconds"], said["cpu"])

    def compare(self, ours):
        """Both register the same bytes for the same video and language."""
        self.peer()
        theirs = dest_room.registered(self.val, self.s3, self.bucket, measured.ids_of_file(
            os.path.join(self.top, "run", "ids")))
        if ours != theirs or len(ours) != self.transcripts:
            differing = sorted(k for k in set(ours) | set(theirs) if ours.get(k) != theirs.get(k))
            sys.exit("%d of %d transcripts differ, %s the first" % (
                len(differing), self.transcripts, differing[:1]))
        print("the same %d transcripts, byte for byte, from subferry and the peer" % len(ours),
              flush=True)


def kind_of(seen):
    path = seen.path.partition("?")[0]
    if "/api/val/v0/" not in path:
        return "%s %s: %d" % (seen.method, "token" if "access_token" in path else "object",
                              seen.status)
    rest = path.partition("/api/val/v0/")[2]
    if seen.method == "GET":
        rest = "videos/course-transcripts/<course>" if "course-transcripts/" in rest \
            else "videos/<id>"
    return "%s %s: %d" % (seen.method, rest, seen.status)


def measure(bench, args):
    """{side: [Sample]}, the rounds interleaved, every other one backwards."""
    sides = {"subferry": bench.subferry, "null": bench.null, "peer": bench.peer}
    samples = {name: [] for name in sides}
    for number in range(args.rounds):
        for name, side in sorted(sides.items(), reverse=number % 2 == 0):
            before = bench.servers_cpu()
            sample = side()
            used = [b - a for a, b in zip(before, bench.servers_cpu())]
            samples[name].append(sample)
            print("%-8s %8.2f s %8.1f/s %8.3f ms CPU each; val %6.2f ms, S3 %6.2f ms" % (
                (name, sample.seconds, bench.transcripts / sample.seconds) + tuple(
                    cpu / bench.transcripts * 1000 for cpu in [sample.cpu] + used)), flush=True)
    return samples


def report(words, samples, count, requests, args):
    rate = {name: count / statistics.median(s.seconds for s in some)
            for name, some in samples.items()}
    cpu = {name: statistics.median(s.cpu for s in some) / count * 1000
           for name, some in samples.items()}
    # Of each round, for what else the machine does comes and goes.
    part, times = (statistics.median(
        other.seconds / ours.seconds for ours, other in zip(samples["subferry"], samples[name]))
                   for name in ("null", "peer"))
    print(json.dumps({
        "servers": words, "cores_of_all": os.cpu_count(), "transcripts": count,
        "rounds": args.rounds, "subferry_per_second": round(rate["subferry"], 1),
        "null_per_second": round(rate["null"], 1), "peer_per_second": round(rate["peer"], 1),
        "part_of_null": round(part, 3), "times_peer": round(times, 2),
        "requests_per_transcript": round(requests / count, 3),
        "cpu_ms_per_transcript": round(cpu["subferry"], 3),
        "null_cpu_ms_per_transcript": round(cpu["null"], 3),
        "peer_cpu_ms_per_transcript": round(cpu["peer"], 3)}))
    passed = part >= WANTED
    print("%s: %.1f %% of the null client's transcripts a second; wanted %.0f %%" % (
        "not judged" if args.report_only else "PASS" if passed else "FAIL", part * 100,
        WANTED * 100))
    return passed


def servers(args):
    folder = os.environ["SUBFERRY_LIVE_DEST"]
    versity = os.path.join(folder, "versitygw", "versitygw")
    kind = args.s3 or ("versitygw" if os.access(versity, os.X_OK) else "seaweedfs")
    s3 = s3_server.Versity(versity) if kind == "versitygw" else \
        s3_server.SeaweedFS(os.path.join(folder, "bin", "weed"))
    return s3, BenchVal(os.path.join(folder, "val-new", "bin", "python"), args.val_processes,
                        args.val_threads)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--courses", type=int, default=40)
    parser.add_argument("--videos", type=int, default=10, help="a course")
    parser.add_argument("--languages", type=int, default=5, help="a video")
    parser.add_argument("--cues", type=int, default=136,
                        help="a transcript on average; 136 are about 12 kB of SubRip")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--senders", type=int, default=16,
                        help="threads of the null client; as many requests has subferry in flight")
    parser.add_argument("--peer-threads", type=int, default=8)
    parser.add_argument("--s3", choices=("seaweedfs", "versitygw"),
                        help="versitygw, which is faster, where it could be built")
    parser.add_argument("--val-processes", type=int, default=3)
    parser.add_argument("--val-threads", type=int, default=0,
                        help="a process; 0: each does one request at a time")
    parser.add_argument("--report-only", action="store_true")
    args = parser.parse_args()
    if not 1 <= args.languages <= len(LANGUAGES):
        parser.error("--languages: 1 to %d" % len(LANGUAGES))
    top = tempfile.mkdtemp(prefix="subferry-bench-", dir=os.environ.get("BENCH_DIR", BUILD))
    s3, val = servers(args)
    try:
        with s3, val:
            words = "%s; %s" % (s3.words(), val.words())
            print("on %s\n%d cores for servers and clients together; the peer: %s" % (
                words, os.cpu_count(), peer_words(val.python)))
            bench = Bench(val, s3, args, top)
            print("%d courses, %d videos each, %d languages; subferry sends:" % (
                args.courses, args.videos, args.languages), flush=True)
            requests, ours = bench.record()
            bench.compare(ours)
            samples = measure(bench, args)
    finally:
        shutil.rmtree(top, ignore_errors=True)
    passed = report(words, samples, bench.transcripts, requests, args)
    return 0 if passed or args.report_only else 1


def peer_words(python):
    done = subprocess.run(
        [python, "-c", "from importlib.metadata import version\n"
         "print(', '.join('%s %s' % (n, version(n)) for n in ('pysrt', 'boto3', 'edxval')))"],
        stdout=subprocess.PIPE, check=True)
    return "Python %s, %s" % (platform.python_version(), done.stdout.decode().strip())


if __name__ == "__main__":
    sys.exit(main())
