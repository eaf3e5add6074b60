"""Staging was restored: what is warned of, the refresh, and the next mock run."""
import fcntl
import os
import pty
import random
import shutil
import signal
import subprocess

from cases_life import mixed
from olx_campus import BUILD, SUBFERRY, CampusTest

GONE = "rows that were registered here are gone from edx-val: "
INTERPOSER = os.path.abspath(os.path.join(BUILD, "tests", "crash", "interpose.so"))


class Refresh(CampusTest):
    def setUp(self):
        super().setUp()
        self.courses = [mixed("A", 20), mixed("B", 20)]
        self.migrated(*self.courses, status=1)
        self.rows, self.marks = self.campus.rows(), self.campus.store_marks()
        self.registered = self.campus.sql(
            "status.db", "SELECT count(*) FROM journal WHERE kind = 'register'")[0][0]

    def refresh(self):
        answer = self.campus.run("--word", "campus", "refresh")
        self.assertEqual(answer.status, 0, answer.err)
        return answer.text()

    def statuses(self):
        return {c["status"] for c in self.campus.run("list", "--json").document()["courses"]}

    def test_what_is_gone_is_warned_of_where_something_is_begun(self):
        key = self.courses[0].key
        for args in (["migrate", key, "--dry-run"], ["verify", "--all"], ["retry", "--all"]):
            self.assertNotIn(GONE.encode(), self.campus.run(*args).err, args)
        before = {args: self.campus.run(*args).status
                  for args in (("migrate", key, "--dry-run"), ("retry", "--all"))}
        self.campus.lose("val.db")
        for args in (["migrate", key, "--dry-run"], ["verify", "--all"], ["retry", "--all"],
                     ["migrate", key]):
            answer = self.campus.run(*args)
            said = [x for x in answer.err.decode().splitlines() if GONE in x]
            self.assertEqual(len(said), 1, args)
            self.assertIn("if staging was restored, run subferry refresh first", said[0])
            self.assertEqual(answer.status, before.get(tuple(args), 1), args)
        for args in (["migrate", key, "--dry-run", "--json"], ["verify", "--all", "--json"]):
            answer = self.campus.run(*args)
            self.assertNotIn(GONE.encode(), answer.err)
            warning = [x for x in answer.lines() if x["type"] == "warning"]
            self.assertEqual(len(warning), 1, args)
            self.assertGreaterEqual(warning[0]["looked"], 10)
            self.assertGreater(2 * warning[0]["gone"], warning[0]["looked"])
            self.assertIn(GONE, warning[0]["text"])
        for args in (["list"], ["findings"], ["pause", key], ["resume", key]):
            self.assertNotIn(GONE.encode(), self.campus.run(*args).err, args)

    def test_after_a_restore_all_is_registered_again(self):
        self.campus.lose("val.db")
        shutil.rmtree(self.campus.path("store"))
        findings = self.campus.findings()
        self.assertRegex(self.refresh(), r"^generation 2: 2 courses are Not-Migrated again, \d+ lines"
                                         r" of the journal set aside\n$")
        self.assertEqual(self.statuses(), {"Not-Migrated"})
        self.assertEqual(self.campus.findings(), findings)
        dry = self.campus.run("migrate", "--all", "--dry-run", "--json")
        self.assertEqual([x for x in dry.lines() if x["type"] == "warning"], [])
        answer = self.campus.migrate()
        self.assertEqual(answer.status, 1)
        self.assertEqual([x for x in answer.lines() if x["type"] == "warning"], [])
        self.assertEqual(answer.lines()[-1]["registered"], self.registered)
        self.assertEqual(dry.lines()[-1]["registered"], self.registered)
        self.assertEqual(self.campus.rows(), self.rows)
        self.assertEqual(set(self.campus.objects()), set(self.marks))
        self.assertEqual(self.campus.findings(), findings)

    def test_a_store_that_was_not_restored_has_the_files_already(self):
        self.campus.lose("val.db")
        self.refresh()
        self.campus.migrate()
        self.assertEqual(self.campus.rows(), self.rows)
        self.assertEqual(self.campus.store_marks(), self.marks)

    def test_without_a_restore_all_is_found_and_kept(self):
        before = self.campus.val_dump()
        self.refresh()
        answer = self.campus.migrate()
        self.assertEqual(answer.lines()[-1]["registered"], 0)
        self.assertEqual((self.campus.val_dump(), self.campus.store_marks()), (before, self.marks))
        self.assertEqual({t["outcome"] for t in self.campus.transcripts().values()},
                         {"kept", "failed", "left-out"})
        self.assertNotIn("val-removed", {f[2] for f in self.campus.findings()})

    def test_it_takes_the_campus_name(self):
        for words in ([], ["--word", "other"]):
            answer = self.campus.run(*words, "refresh")
            self.assertEqual((answer.status, answer.out), (2, b""))
            self.assertIn(b"nothing was done", answer.err)
        self.assertNotIn("Not-Migrated", self.statuses())
        for typed, status in ((b"nonsense\n", 2), (b"campus\n", 0)):
            answer = self.at_a_terminal(typed)
            self.assertEqual(answer[0], status, answer)
            self.assertIn(b"Type the campus name", answer[1])
        self.assertEqual(self.statuses(), {"Not-Migrated"})
        why = self.campus.sql("status.db", "SELECT why FROM event WHERE action = 'refresh'")
        self.assertEqual(why, [("the campus name was typed on the terminal",)])

    def at_a_terminal(self, typed):
        leader, terminal = pty.openpty()
        os.write(leader, typed)
        done = subprocess.run([SUBFERRY, "-c", self.campus.path("campus.conf"), "refresh"],
                              stdin=terminal, stderr=terminal, stdout=subprocess.DEVNULL,
                              env=dict(os.environ, HOME=self.campus.folder), timeout=60, check=False)
        said = os.read(leader, 65536)
        os.close(leader)
        os.close(terminal)
        return done.returncode, said

    def test_never_in_production(self):
        self.campus.environment = "production"
        self.campus.sql("status.db", "UPDATE campus SET environment = 'production'")
        answer = self.campus.run("--word", "campus", "refresh")
        self.assertEqual((answer.status, answer.out), (2, b""))
        self.assertIn(b"production", answer.err)
        self.campus.lose("val.db")
        said = self.campus.run("migrate", self.courses[0].key, "--dry-run").err.decode()
        self.assertIn(GONE, said)
        self.assertNotIn("subferry refresh", said)
        self.assertNotIn("Not-Migrated", self.statuses())

    def test_not_beside_an_engine(self):
        with open(self.campus.path("status.db.lock"), "r+b") as lock:
            fcntl.lockf(lock, fcntl.LOCK_EX)
            answer = self.campus.run("--word", "campus", "refresh")
        self.assertEqual((answer.status, answer.out), (3, b""))
        self.assertRegex(answer.err.decode(), "another engine works on .*: let that end first; nothing was done")
        self.assertNotIn("Not-Migrated", self.statuses())

    def test_of_nothing_known(self):
        self.campus.lose("status.db")
        answer = self.campus.run("--word", "campus", "refresh")
        self.assertEqual(answer.status, 3)
        self.assertIn(b"nothing is known yet", answer.err)

    def copy(self, name):
        out = self.campus.path(name)
        os.mkdir(out)
        for file in ("status.db", "status.db-wal"):
            if os.path.exists(self.campus.path(file)):
                shutil.copyfile(self.campus.path(file), os.path.join(out, file))
        with open(self.campus.path("campus.conf"), encoding="utf-8") as f:
            text = f.read().replace("status_db = status.db", "status_db = %s/status.db" % out)
        with open(self.campus.path(name + ".conf"), "w", encoding="utf-8") as f:
            f.write(text)
        return out

    def killed(self, name, number):
        """A refresh that dies at a write boundary: what it left, and whether it died."""
        out = self.copy(name)
        count = os.path.join(self.campus.folder, "count")
        done = subprocess.run(
            [SUBFERRY, "-c", out + ".conf", "--word", "campus", "refresh"], timeout=60,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False,
            env=dict(os.environ, HOME=self.campus.folder, LD_PRELOAD=INTERPOSER, CRASH_ROOT=out,
                     CRASH_KILL=str(number), CRASH_COUNT=count, ASAN_OPTIONS=":".join(filter(
                         None, (os.environ.get("ASAN_OPTIONS"), "verify_asan_link_order=0")))))
        self.assertIn(done.returncode, (0, -signal.SIGKILL), done.stderr)
        where = "status.db" if name == "status.db" else name + "/status.db"
        left = (self.campus.sql(where, "SELECT generation FROM campus"),
                self.campus.sql(where, "SELECT status, intent, in_val, tried FROM course"),
                self.campus.sql(where, "SELECT count(*) FROM journal"),
                self.campus.sql(where, "SELECT count(*) FROM former_journal"),
                self.campus.sql(where, "SELECT count(*) FROM event"))
        self.assertEqual(self.campus.sql(where, "PRAGMA integrity_check"), [("ok",)])
        shutil.rmtree(out)
        return left, done.returncode != 0, count

    def test_killed_at_any_write_it_is_done_or_not(self):
        if not os.path.exists(INTERPOSER):
            self.skipTest("tests/crash/interpose.so is not built: make check does")
        new, died, count = self.killed("whole", 0)
        self.assertFalse(died)
        with open(count, encoding="ascii") as f:
            total = int(f.read())
        old, died, _ = self.killed("first", 1)
        self.assertTrue(died)
        self.assertNotEqual(old, new)
        self.assertGreater(total, 20)
        seen = []
        points = range(2, total + 1)
        for number in sorted(random.Random(7).sample(points, min(len(points), 24))):
            left, died, _ = self.killed("k%d" % number, number)
            self.assertIn(left, (old, new), "killed at %d of %d" % (number, total))
            seen.append(left == new)
        self.assertIn(False, seen)
        # the last ones come after its commit
        self.assertEqual(seen, sorted(seen))

    def test_a_full_disk_changes_nothing(self):
        """The status database may not grow: everything is as it was, and the words say why."""
        before = self.campus.sql("status.db", "SELECT * FROM course")
        done = subprocess.run(
            ["bash", "-c", "trap '' XFSZ; ulimit -f 40; exec \"$@\"", "bash", SUBFERRY, "-c",
             self.campus.path("campus.conf"), "--word", "campus", "refresh"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60, check=False,
            env=dict(os.environ, HOME=self.campus.folder))
        self.assertEqual((done.returncode, done.stdout), (3, b""))
        self.assertIn(b"status.db", done.stderr)
        self.assertEqual(self.campus.sql("status.db", "SELECT * FROM course"), before)
        self.refresh()
