"""A flag is wanted on without what it takes: by other orders of commands, other clocks, other places.

Each test brings a course to where its flag could be switched on, takes away one thing on which that
rests, and then tries. What counts is the flag's own table: no row was written.
"""
import os
import shutil
import signal
import subprocess

from cases_refresh import INTERPOSER
from cases_rollout import Site
from olx_campus import SUBFERRY, CampusTest, Course, srt

NOON = "2030-03-04T12:00:00Z"


class Doubt(CampusTest):
    environment = "production"

    def setUp(self):
        super().setUp()
        self.site = Site("example-u", self.environment)
        self.addCleanup(self.site.remove)
        self.course = Course("Bio").static({"a.srt": srt("one"), "b.srt": srt("two")})
        self.course.video("a", edx_video_id="bio-a", transcripts={"en": "a.srt"})
        self.course.video("b", edx_video_id="bio-b", transcripts={"en": "b.srt"})
        self.site.add(self.course)
        self.expect(0, "scan")
        self.launch()

    def expect(self, status, *args, word=None):
        answer = self.site.run(*(("--word", word) if word else ()), *args)
        self.assertEqual(answer.status, status, answer.text() + answer.err.decode())
        return answer

    def launch(self, *options, status=0):
        """A real run; nothing was rehearsed for it."""
        return self.expect(status, "migrate", self.course.key, "--reason", "a test", *options,
                           word="example-u")

    def verify(self, status=0, *options):
        return self.expect(status, "verify", self.course.key, *options)

    def flag_on(self):
        return self.site.word(self.course.key, "flag", "on", self.course.key)

    def assert_refused(self, why, answer=None):
        answer = answer or self.flag_on()
        said = answer.text() + answer.err.decode()
        self.assertEqual(self.site.flag_rows(self.course.key), [], said)
        self.assertRegex(said, why)
        self.assertNotEqual(answer.status, 0, said)

    def assert_on(self):
        """It was nothing else that stood in the way."""
        answer = self.flag_on()
        self.assertEqual((answer.status, self.site.flag_rows(self.course.key)), (0, [True]),
                         answer.text() + answer.err.decode())

    def spoil(self, val_id):
        """The stored file becomes another of the same size; gives back what it was."""
        path = self.site.path("store", self.site.rows()[val_id, "en"])
        with open(path, "rb") as f:
            was = f.read()
        with open(path, "wb") as f:
            f.write(was.replace(b"900", b"901"))
        return path, was

    # ---- a finding that one look finds and another does not

    def test_a_dry_run_takes_no_error_away(self):
        path, was = self.spoil("bio-b")
        self.verify(1)
        self.assert_refused("1 open error")
        self.site.run("migrate", self.course.key, "--dry-run")
        self.assert_refused("stale|open error")
        with open(path, "wb") as f:
            f.write(was)
        self.verify()
        self.assert_on()

    def killed(self, number):
        """A validation that dies at a write boundary of its own; True where it did."""
        self.site.configure()
        done = subprocess.run(
            [SUBFERRY, "-c", self.site.path("campus.conf"), "verify", self.course.key], timeout=60,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False,
            env=dict(os.environ, HOME=self.site.folder, LD_PRELOAD=INTERPOSER,
                     CRASH_ROOT=self.site.folder, CRASH_KILL=str(number), ASAN_OPTIONS=":".join(filter(
                         None, (os.environ.get("ASAN_OPTIONS"), "verify_asan_link_order=0")))))
        self.assertIn(done.returncode, (1, -signal.SIGKILL), done.stderr)
        return done.returncode != 1

    def test_a_validation_that_is_killed_proves_nothing_without_what_it_found(self):
        if not os.path.exists(INTERPOSER):
            self.skipTest("tests/crash/interpose.so is not built: make check does")
        self.spoil("bio-b")
        shutil.copy(self.site.path("status.db"), self.site.path("before.db"))
        number = 1
        while self.killed(number):
            self.assert_refused("no evidence|stale|open error")
            self.site.lose("status.db")
            shutil.copy(self.site.path("before.db"), self.site.path("status.db"))
            number += 1
        self.assertGreater(number, 10)
        self.assert_refused("1 open error")

    # ---- another place

    def test_what_another_val_proved_proves_nothing_of_this_one(self):
        self.verify()
        shutil.copy(self.site.path("val.db"), self.site.path("other.db"))
        self.site.more["val"] = {"path": "other.db"}
        self.assert_refused("another edx-val or store")
        self.site.more["val"] = {"path": "./val.db"}
        self.assert_on()

    def test_what_another_store_proved_proves_nothing_of_this_one(self):
        self.verify()
        self.site.more["store"] = {"path": "other"}
        os.mkdir(self.site.path("other"))
        self.assert_refused("another edx-val or store")
        self.verify(1)
        self.assert_refused("open error")

    def test_a_campus_that_moves_with_its_status_database_is_the_same(self):
        self.verify()
        os.rename(self.site.folder, self.site.folder + "-moved")
        self.site.folder += "-moved"
        self.assert_on()

    def test_production_takes_over_no_rehearsal(self):
        self.verify()
        for environment in ("staging", "Staging"):
            self.site.more["campus"]["environment"] = environment
            for args in (["verify", self.course.key], ["--word", "example-u", "refresh"],
                         ["--word", self.course.key, "flag", "on", self.course.key],
                         ["migrate", self.course.key]):
                answer = self.site.run(*args)
                self.assertEqual(answer.status, 3, args)
                self.assertIn(b"of production", answer.err, args)
        self.site.more["campus"]["environment"] = "production"
        self.assert_on()

    def test_a_campus_that_is_renamed_has_another_file(self):
        self.verify()
        self.site.more["campus"]["name"] = "other-u"
        self.assert_refused("is of campus \"example-u\"")
        self.site.more["campus"]["name"] = "example-u"
        self.assert_on()

    # ---- another time

    def at(self, clock, *args):
        self.site.configure()
        return self.site.plain("-c", self.site.path("campus.conf"), *args, SUBFERRY_CLOCK=clock)

    def test_a_clock_that_is_set_back_makes_nothing_younger(self):
        key = self.course.key
        self.assertEqual(self.at(NOON, "verify", key).status, 0)
        on = ("--word", key, "flag", "on", key)
        self.assert_refused("too old", self.at("2030-03-14T12:00:00Z", *on))
        self.at("2030-03-14T12:00:00Z", "scan")
        self.assert_refused("too old", self.at("2030-03-05T12:00:00Z", *on))
        self.at("2030-03-05T12:00:00Z", "scan")
        self.assert_refused("too old", self.at("2030-03-05T12:00:00Z", *on))
        self.assert_refused("ahead of this clock", self.at("2030-03-03T12:00:00Z", *on))
        self.assertEqual(self.at("2030-03-05T13:00:00Z", "verify", key).status, 0)
        self.assertEqual(self.at("2030-03-05T14:00:00Z", *on).status, 0)
        self.assertEqual(self.site.flag_rows(key), [True])

    # ---- another status database

    def test_one_from_a_backup_proves_what_it_proved_then(self):
        key = self.course.key
        shutil.copytree(self.site.folder, self.site.folder + ".backup")
        self.addCleanup(shutil.rmtree, self.site.folder + ".backup")
        self.verify()
        self.assert_on()
        self.site.lose("status.db")
        shutil.copy(self.site.folder + ".backup/status.db", self.site.path("status.db"))
        answer = self.site.run("flag", "board", key)
        self.assertEqual(answer.status, 1)
        self.assertRegex(answer.text(), "never validated")
        self.assertRegex(answer.text(), "switch it off, or validate it")
        self.expect(0, "flag", "off", key, word=key)
        self.assertEqual(self.site.flag_rows(key), [True, False])
        self.assertIn("no evidence", self.flag_on().text())
        self.assertEqual(self.site.flag_rows(key), [True, False])

    # ---- a run that is not over

    def test_what_was_seen_of_a_course_under_way_proves_nothing_of_its_end(self):
        key = self.course.key
        self.site.sql("status.db", "UPDATE course SET status = 'In-Progress', intent = 'pause'")
        self.verify()
        self.assert_refused("In-Progress|paused")
        self.expect(0, "resume", key, "--reason", "a test", word="example-u")
        self.launch()
        self.assertEqual(self.site.course(key)["status"], "Migrated")
        self.assert_refused("stale|no evidence")
        self.verify()
        self.assert_on()

    def test_a_waiver_that_is_taken_back_takes_its_evidence_with_it(self):
        key = self.course.key
        self.spoil("bio-b")
        self.verify(1)
        what = (key, "b", "en", "--finding", "val-differs")
        self.expect(0, "waive", *what, "--reason", "checked by ear")
        self.verify()
        self.expect(0, "flag", "board", key)
        self.expect(0, "unwaive", *what)
        self.assert_refused("stale|open error")
