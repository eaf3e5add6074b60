"""A dry run: nothing is written outside the status database, and what it predicts comes true."""
import os
import random
import re
import shutil
import subprocess
import tempfile

from cases_life import mixed
from cases_random import Maker
from olx_campus import BROKEN_SRT, SUBFERRY, CampusTest, Course, sjson, srt

# Calls that change something, somewhere; and what opens a way out.
CALLS = ("write,pwrite64,writev,pwritev,pwritev2,copy_file_range,sendfile,splice,ftruncate,truncate,"
         "fallocate,open,openat,creat,mkdir,mkdirat,rename,renameat,renameat2,link,linkat,symlink,"
         "symlinkat,unlink,unlinkat,rmdir,mknod,mknodat,utimensat,connect,sendto,sendmsg,sendmmsg,bind")
LINE = re.compile(r"^\d+ +(\w+)\((.*)$")
PATH = re.compile(r'<([^>]*)>|"((?:[^"\\]|\\.)*)"')


class Outside(CampusTest):
    """A trace of system calls: what a dry run writes to."""

    def changed(self, *args):
        """Paths that calls may have changed, and the calls."""
        self.campus.configure()
        with tempfile.TemporaryDirectory() as folder:
            trace = os.path.join(folder, "trace")
            done = subprocess.run(
                ["strace", "-f", "-qq", "-y", "-e", "signal=none", "-e", "trace=" + CALLS, "-o", trace,
                 SUBFERRY, "-c", self.campus.path("campus.conf"), *args],
                stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=300, check=False,
                cwd=self.campus.folder, env=dict(os.environ, HOME=self.campus.folder,
                                                 # a leak check needs to trace too; and no
                                                 # log, whose folder is made sure of first
                                                 ASAN_OPTIONS="detect_leaks=0",
                                                 TSAN_OPTIONS="halt_on_error=1"))
            self.assertIn(done.returncode, (0, 1), done.stderr)
            with open(trace, encoding="utf-8", errors="replace") as f:
                calls = [LINE.match(line) for line in f]
        return self.gather(calls)

    def gather(self, calls):
        out = {}
        for call in filter(None, calls):
            name, rest = call.groups()
            if name in ("open", "openat") and not re.search("O_WRONLY|O_RDWR|O_CREAT|O_TRUNC", rest):
                continue
            out.setdefault(self.path_of(name, rest), set()).add(name)
        return out

    def path_of(self, name, rest):
        """Of a call with a descriptor its file; else the last path named, from the folder before."""
        if name in ("connect", "bind", "sendto", "sendmsg", "sendmmsg"):
            return name + " " + rest
        if not rest.startswith(("AT_FDCWD", '"')) and not name.endswith("at"):
            return PATH.search(rest).group(1)
        folder, path = "", ""
        for place, word in PATH.findall(rest.split(" = ")[0]):
            folder, path = (place, path) if place else (folder, word)
        return os.path.join(folder or self.campus.folder, path)

    def expect_inside(self, changed, beside_val=False):
        allowed = {self.campus.path("status.db" + end) for end in ("", "-wal", "-shm", "-journal",
                                                                   ".lock")}
        self.assertIn(self.campus.path("status.db"), changed)
        for path, calls in changed.items():
            if path in allowed or re.match(r"(pipe|socket|anon_inode):|/dev/(null|tty|pts/)", path):
                continue
            # counters of the MongoDB library's, in memory
            if path.startswith("/dev/shm/mongoc-"):
                continue
            # of a sanitizer, which maps what it reads through a file
            if path.startswith("/tmp/tsan.rodata."):
                continue
            # who is the user: asked of the host's name service, where there is one
            if path.startswith(("connect ", "sendto ")) and "AF_UNIX" in path:
                continue
            if beside_val and path == self.campus.path("val.db-shm"):
                continue
            # SQLite's readers make it, and who was the last of them removes it, empty
            if beside_val and path == self.campus.path("val.db-wal") and \
                    calls <= {"open", "openat", "unlink"}:
                continue
            if beside_val and path == self.campus.path("val.db") and calls <= {"open", "openat"}:
                continue
            self.fail("a dry run: %s %s" % (sorted(calls), path))

    def setUp(self):
        super().setUp()
        probe = shutil.which("strace") and subprocess.run(
            ["strace", "-qq", "-o", os.devnull, "true"], check=False, stderr=subprocess.PIPE)
        if not probe or probe.returncode:
            self.skipTest("no strace here, or it may not trace")
        self.courses = [mixed("M", 20), mixed("N", 20)]
        self.campus.add(self.courses[0])
        self.campus.add(self.courses[1], archive=True)

    def test_of_a_fresh_campus(self):
        self.expect_inside(self.changed("migrate", "--all", "--dry-run"))

    def test_of_a_migrated_campus(self):
        self.campus.migrate()
        self.courses[0].static({"bad.srt": srt("mended"), "gone.srt": srt("there")})
        self.campus.add(self.courses[0])
        before = self.campus.val_dump()
        self.expect_inside(self.changed("migrate", "--all", "--dry-run"), beside_val=True)
        self.assertEqual(self.campus.val_dump(), before)

    def test_the_trace_sees_what_a_mock_run_writes(self):
        changed = self.changed("migrate", "--all")
        self.assertIn(self.campus.path("val.db"), changed)
        self.assertTrue(any(p.startswith(self.campus.path("store")) for p in changed))
        self.assertRaises(AssertionError, self.expect_inside, changed)


class Predicted(CampusTest):
    """Each transcript and each finding of a dry run, beside those of the mock run that follows."""
    engine = {"workers": "8"}

    def run_rows(self, kind):
        """Of the newest run of @kind: its transcripts and findings."""
        number = self.campus.sql("status.db", "SELECT max(number) FROM run WHERE kind = ?", kind)[0][0]
        transcripts = {r[:3]: r[3:] for r in self.campus.sql(
            "status.db", "SELECT c.course, t.block, t.language, t.outcome, t.val_id, t.sha256"
            " FROM run_transcript t JOIN run_course c ON c.id = t.run_course WHERE c.run = ?", number)}
        findings = sorted(self.campus.sql(
            "status.db", "SELECT c.course, f.block, f.language, f.code, f.severity, f.waived"
            " FROM run_finding f JOIN run_course c ON c.id = f.run_course"
            " WHERE c.run = ? AND f.code <> 'link-pending'", number))
        return transcripts, findings

    def predicted(self, *keys, migrated=0):
        """Dry, then mock; at least @migrated transcripts are."""
        keys = [c.key for c in keys] or ["--all"]
        self.campus.run("scan")
        dry = self.campus.run("migrate", "--dry-run", "--json", *keys)
        said, findings = self.run_rows("dry")
        mock = self.campus.run("migrate", "--json", *keys)
        became, found = self.run_rows("mock")
        self.assertTrue(said)
        said = {key: ("migrated" if row[0] == "would-migrate" else row[0],) + row[1:]
                for key, row in said.items()}
        unlike = {key: (said.get(key), became.get(key)) for key in set(said) | set(became)
                  if said.get(key) != became.get(key)}
        self.assertEqual(unlike, {})
        self.assertEqual(findings, found)
        self.assertEqual(dry.lines()[-1]["registered"], mock.lines()[-1]["registered"])
        self.assertGreaterEqual(mock.lines()[-1]["registered"], migrated)
        self.assertEqual(dry.status, mock.status)

    def add_random(self, seed, count=2, videos=60):
        dice = random.Random(seed)
        return [self.campus.add(Maker(dice, "P%d" % n, videos).course, archive=n % 2 == 1)
                for n in range(count)]

    def test_random_courses(self):
        for seed in (int(os.environ.get("CAMPUS_SEED", "2019")), 4, 19):
            with self.subTest(CAMPUS_SEED=seed):
                self.setUp()
                self.add_random(seed)
                self.predicted(migrated=20)

    def test_a_campus_half_migrated(self):
        courses = self.add_random(11, 3) + [self.campus.add(mixed("M", 40))]
        self.campus.run("scan")
        self.campus.run("migrate", courses[0].key, courses[3].key)
        self.predicted(courses[1], courses[2], migrated=20)

    def test_a_failed_course_that_was_mended_in_part(self):
        c = self.campus.add(mixed("M", 40))
        self.campus.migrate()
        c.static({"bad.srt": srt("mended")})
        self.campus.add(c)
        self.predicted(migrated=4)

    def test_a_migrated_course_once_more(self):
        c = self.campus.add(mixed("M", 10))
        c.static({"bad.srt": srt("fine"), "gone.srt": srt("there")})
        self.campus.add(c)
        self.campus.migrate()
        c.static({"v001.srt": srt("another text")})
        self.campus.add(c)
        self.campus.val_remove("M-v003", "es")
        self.predicted(c)

    def test_waived_findings(self):
        c = self.campus.add(mixed("M", 20))
        self.campus.migrate()
        for block, language, code in (("v003", "de", "srt-invalid"), ("v004", "es", "asset-missing")):
            self.assertEqual(self.campus.run("waive", c.key, block, language, "--finding", code,
                                             "--reason", "known").status, 0)
        self.predicted()
        self.campus.lose("val.db")
        self.assertEqual(self.campus.run("--word", "campus", "refresh").status, 0)
        self.predicted(migrated=10)

    def share(self, name, *, first=False):
        c = Course(name).static({"a.srt": srt("a"), "own.srt": srt("of " + name), "bad.srt": BROKEN_SRT})
        c.video("same", edx_video_id="one", transcripts={"es": "a.srt"})
        c.video("other", edx_video_id="two", transcripts={"es": "own.srt", "fr": "a.srt"})
        c.video("fails", edx_video_id="three", transcripts={
            "es": "a.srt", "de": "bad.srt" if first else "own.srt"})
        return self.campus.add(c)

    def test_ids_shared_by_courses_one_after_the_other(self):
        for n, name in enumerate("DEF"):
            self.predicted(self.share(name, first=n == 0), migrated=(3, 2, 0)[n])

    def test_ids_shared_by_courses_at_once(self):
        """Which course comes first nobody says; that one gives the text, and the others keep it."""
        for name in "DEF":
            self.share(name)
        self.campus.run("scan")
        self.campus.run("migrate", "--all", "--dry-run")
        self.campus.run("migrate", "--all")
        seen = [{(val_id, key[2]): sorted(r[0].replace("would-migrate", "migrated")
                                          for k, r in rows.items() if r[1] == val_id and k[2] == key[2])
                 for key, (_, val_id, _) in rows.items()}
                for rows in (self.run_rows("dry")[0], self.run_rows("mock")[0])]
        self.assertEqual(seen[0], seen[1])
        self.assertEqual(set(map(tuple, seen[1].values())), {("kept", "kept", "migrated")})
        found = [sorted(f[1:] for f in self.run_rows(kind)[1]) for kind in ("dry", "mock")]
        self.assertEqual(found[0], found[1])
        self.assertEqual(len(found[0]), 4)

    def test_ids_shared_at_once_are_the_cause_of_every_miss(self):
        """What is missing or broken in one course stops its video, unless another gave that text first."""
        for n in range(6):
            c = Course("S%d" % n).static({"a.srt": srt("a %d" % (n % 2)), "own.srt": srt("own"),
                                          "bad.srt": BROKEN_SRT})
            for block in "pqrstu":
                c.video(block, edx_video_id="id-" + block, transcripts={
                    "es": ("gone.srt", "a.srt", "bad.srt")[(n + ord(block)) % 3],
                    "l%d" % n: "own.srt", "fr": "a.srt"})
            self.campus.add(c)
        self.campus.run("scan")
        missed = 0
        for _ in range(4):
            self.campus.run("migrate", "--all", "--dry-run")
            self.campus.run("migrate", "--all")
            numbers = [str(r[0]) for r in self.campus.sql(
                "status.db", "SELECT number FROM run ORDER BY number DESC LIMIT 2")][::-1]
            compared = self.campus.run("runs", "--compare", *numbers, "--json").document()
            self.assertEqual([m for m in compared["missed"] if m["cause"] != "shared-id"], [])
            missed += len(compared["missed"])
            self.assertEqual(self.campus.run("--word", "campus", "refresh").status, 0)
            self.campus.lose("val.db")
        self.assertGreater(missed, 0)

    def test_beside_what_others_put_into_val(self):
        self.campus.add(Course("E"))
        self.campus.migrate()
        self.campus.val_add("M-v001", "es", sjson("theirs"))
        self.campus.val_add("m-V011")
        self.campus.val_add("M-shared", "es", sjson("text of M v007"))
        self.campus.val_add("M-v013", "de", sjson("what was broken"))
        self.campus.val_add("M-v003", "es", None)
        self.campus.add(mixed("M", 40))
        self.predicted(migrated=20)

    def test_after_a_refresh_with_and_without_a_restore(self):
        self.add_random(23, 2, 40)
        self.predicted(migrated=10)
        self.assertEqual(self.campus.run("--word", "campus", "refresh").status, 0)
        self.predicted()
        self.assertEqual(self.campus.run("--word", "campus", "refresh").status, 0)
        self.campus.lose("val.db")
        self.predicted(migrated=10)
