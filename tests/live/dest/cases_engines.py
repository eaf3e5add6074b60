"""Engines that are killed at a request, and engines that do not know of each other."""
import os
import signal
import unittest

from cell import Cell
from dest_campus import CampusTest, DestTest, Servers
from olx_campus import Course, sjson, srt
from dest_campus import object_name

# Every how manieth boundary is tried; `make prove` tries all.
STRIDE = int(os.environ.get("SUBFERRY_LIVE_STRIDE", "4"))


class Killed(CampusTest):
    def setUp(self):
        Servers.clear()

    def boundaries(self):
        """How many requests go to each server in an undisturbed run."""
        cell = Cell("uncut", engine={"workers": "1"})
        self.addCleanup(cell.remove)
        cell.campus.run("scan")
        for proxy in (cell.campus.val_proxy, cell.campus.s3_proxy):
            proxy.forget()
        self.assertEqual(cell.campus.run("migrate", "--all").status, 0)
        self.assertEqual(cell.wrong(), "")
        return len(cell.campus.val_proxy.requests()), len(cell.campus.s3_proxy.requests())

    def kill_at(self, server, n, seen):
        """kill -9 while the n-th request to @server is under way, which it then sees, or not."""
        cell = Cell("killed-%s-%d-%s" % (server, n, "seen" if seen else "unseen"),
                    engine={"workers": "1"})
        try:
            cell.campus.run("scan")
            proxy = cell.campus.val_proxy if server == "val" else cell.campus.s3_proxy
            proxy.forget()
            rule = proxy.on(skip=n, action="hold")
            running = cell.campus.begin("migrate", "--all")
            rule.wait()
            if seen:
                rule.release()
                # What the server has done with it is there before the engine is gone, or is not.
            running.send_signal(signal.SIGKILL)
            cell.campus.done(running)
            if not seen:
                proxy.close()
                rule.release()
            proxy.forget()
            proxy.open()
            self.assertEqual(cell.wrong(whole=False), "", cell.name)
            answer = cell.campus.run("migrate", "--all")
            self.assertEqual((answer.status, cell.findings()), (0, []), cell.name + answer.text() +
                             answer.err.decode())
            self.assertEqual(cell.wrong(), "", cell.name)
        finally:
            cell.remove()

    def test_an_engine_killed_at_a_request_is_completed_by_the_next(self):
        kills, counts = 0, self.boundaries()
        for server, count in zip(("val", "s3"), counts):
            self.assertGreater(count, 5)
            for n in range(0, count, STRIDE):
                for seen in (True, False):
                    with self.subTest(server=server, request=n, seen=seen):
                        self.kill_at(server, n, seen)
                        kills += 1
        print("%d kills at %d + %d requests, " % (kills, *counts), end="")


class Two(DestTest):
    engine = {"workers": "4", "max_retries": "3"}

    def test_two_engines_with_two_status_databases_end_in_one_row_and_one_object_each(self):
        courses = []
        for k in range(3):
            c = Course("T%d" % k)
            for n in range(12):
                c.static({"f%d.srt" % n: srt("%d of %d" % (n, k), "zwei")})
                c.video("v%d" % n, **({} if n % 3 == 0 else {"edx_video_id": "T%d-%d" % (k, n)}),
                        transcripts={"es": "f%d.srt" % n, "fr": "f%d.srt" % n})
            courses.append(self.campus.add(c))
        want = {}
        for k, c in enumerate(courses):
            for n in range(12):
                val_id = c.uuid("v%d" % n) if n % 3 == 0 else "T%d-%d" % (k, n)
                for language in ("es", "fr"):
                    data = sjson("%d of %d" % (n, k), "zwei")
                    want[val_id, language] = object_name(val_id, language, data), data
        names = (("status.db", "campus.conf"), ("status2.db", "campus2.conf"))
        for self.campus.status_db, self.campus.conf in names:
            self.ended(self.campus.run("scan"))
        running = []
        for self.campus.status_db, self.campus.conf in names:
            running.append(self.campus.begin("migrate", "--all"))
        for process in running:
            answer = self.campus.done(process)
            self.assertIn(answer.status, (0, 1), answer.text() + answer.err.decode())
        for self.campus.status_db, self.campus.conf in names:
            self.ended(self.campus.run("migrate", "--all"))
            self.assert_findings()
        self.assertEqual(self.campus.rows(), {k: name for k, (name, _) in want.items()})
        self.assertEqual(self.campus.objects(), dict(want.values()))


del CampusTest, DestTest
