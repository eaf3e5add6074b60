"""Servers that go away, say nothing, talk garbage or refuse; and what they must never see told."""
import os
import unittest

from campus import IMPATIENT, URI, MongoTest, the_server
from olx import Course
from olx_campus import srt
from proxy import GARBAGE
from server import wait_for

# Before anything is begun the source is asked whether it answers: once each modulestore.
PROBES = 2
SECRET = "s3cr3t-w0rd"


def made(name="S", videos=12, form="split"):
    return Course.simple(name, files={"f%d.srt" % n: srt("file %d of %s" % (n, form)) for n in
                                      range(videos)}, videos={
        "v%d" % n: {"edx_video_id": "%s-%d" % (name, n), "transcripts": {"es": "f%d.srt" % n}}
        for n in range(videos)})


class FaultTest(MongoTest):
    undisturbed = None

    def prepare(self):
        if not self.undisturbed:
            self.first()

    def first(self):
        """A split course and a slash course, and what an undisturbed run makes of them."""
        self.campus.load(made())
        self.campus.load(made("O", form="draft"), "draft")
        self.again()
        self.migrated_now()
        self.requests = self.campus.proxy.requests()
        self.undisturbed = self.campus.outcome()
        self.assertEqual(len(self.undisturbed["rows"]), 24)
        self.again()

    def again(self):
        """As before the first run; the courses are known."""
        self.campus.lose("status.db", "val.db")
        for name in self.campus.objects():
            os.unlink(self.campus.path("store", name))
        self.assertEqual(self.campus.run("scan").status, 0)
        self.campus.proxy.forget()

    def migrated_now(self, where=""):
        answer = self.campus.run("migrate", "--all")
        self.assertEqual(answer.status, 0, where + answer.text() + answer.err.decode())
        return answer

    def same(self, where=""):
        got = self.campus.outcome()
        for part, value in self.undisturbed.items():
            self.assertEqual(got[part], value, "%s %s" % (where, part))


class Vanishing(FaultTest):
    engine = {"workers": "2", "max_retries": "3"}

    def lost_one_by_one(self, action):
        """Each request of the run in turn meets @action, and the next one too, for the driver
        asks a second time by itself; nothing of it is seen in the end."""
        self.prepare()
        for n, request in enumerate(self.requests):
            where = "%s, request %d, %s of %s" % (action, n, request.command, request.collection)
            rule = self.campus.proxy.on(action=action, skip=n, times=2)
            answer = self.campus.run("migrate", "--all")
            self.assertIn(rule.hits, (1, 2), where)
            rule.times = 0
            if answer.status == 3 and n < PROBES:
                self.assertEqual(self.campus.rows(), {}, where)     # it did not start
                answer = self.campus.run("migrate", "--all")
            self.assertEqual(answer.status, 0, where + answer.text() + answer.err.decode())
            self.same(where)
            self.again()
        self.assertGreaterEqual(len(self.requests), 4)

    def test_every_request_in_turn_never_arrives(self):
        self.lost_one_by_one("before")

    def test_every_answer_in_turn_is_lost(self):
        self.lost_one_by_one("after")

    def test_every_answer_in_turn_is_cut_off(self):
        self.lost_one_by_one("cut")

    def test_every_answer_in_turn_is_garbage(self):
        for kind in GARBAGE:
            with self.subTest(kind):
                self.lost_one_by_one(kind)

    def away(self, command, collection):
        self.prepare()
        held = self.campus.proxy.on(command, collection)
        running = self.campus.begin("migrate", "--all")
        held.wait()
        self.campus.proxy.close()
        held.release()
        wait_for(lambda: self.campus.said(running), 30, "a word about the hold")
        self.assertIsNone(running.poll(), self.campus.said(running))
        # Held once more, so that what is said does not depend on how fast the rest is done.
        again = self.campus.proxy.on(command, collection)
        self.campus.proxy.open()
        again.wait()
        wait_for(lambda: "going on" in self.campus.said(running), 30, "going on")
        again.release()
        answer = self.campus.done(running)
        self.assertEqual(answer.status, 0, answer.text() + answer.err.decode())
        self.same()

    def test_gone_while_chunks_are_read_the_engine_waits_and_goes_on(self):
        self.away("find", "fs.chunks")

    def test_gone_while_names_are_looked_up_the_engine_waits_and_goes_on(self):
        self.away("find", "fs.files")

    def test_gone_while_a_structure_is_read_the_engine_waits_and_goes_on(self):
        self.away("find", "modulestore.structures")


class Silent(FaultTest):
    options = "serverSelectionTimeoutMS=2000&connectTimeoutMS=1000&socketTimeoutMS=400"
    engine = {"workers": "2", "max_retries": "3"}

    def test_an_answer_that_does_not_come_in_time_is_asked_for_again(self):
        self.prepare()
        for collection in ("modulestore.structures", "modulestore", "fs.files", "fs.chunks"):
            rule = self.campus.proxy.on("find", collection, "slow", times=2,
                                         seconds=3)
            self.migrated_now(collection)
            rule.release()
            self.assertEqual(rule.hits, 2, collection)
            self.same(collection)
            self.again()

    def test_a_server_that_changes_its_mind_is_asked_again(self):
        self.prepare()
        for code, name in ((10107, "NotWritablePrimary"), (11600, "InterruptedAtShutdown"),
                           (189, "PrimarySteppedDown"), (13436, "NotPrimaryOrSecondary"),
                           (91, "ShutdownInProgress")):
            # Twice: the driver asks a second time by itself.
            rules = [self.campus.proxy.on("find", c, "answer", times=2, reply={
                "ok": 0.0, "code": code, "codeName": name, "errmsg": "not now: " + name})
                for c in ("modulestore.structures", "fs.files", "fs.chunks")]
            self.migrated_now(name)
            self.assertEqual([r.hits for r in rules], [2, 2, 2], name)
            self.same(name)
            self.again()

    def test_a_cursor_that_is_gone_is_no_damage(self):
        """The second batch of an answer is refused: the whole question is asked again."""
        data = srt(*["x" * 1000] * 2500)
        self.campus.load(Course.simple("L", files={"f%d.srt" % n: data for n in range(9)}, videos={
            "v%d" % n: {"edx_video_id": "L-%d" % n, "transcripts": {"es": "f%d.srt" % n}}
            for n in range(9)}), chunk=100000)
        self.campus.run("scan")
        self.campus.proxy.batch = 7
        rule = self.campus.proxy.on("getMore", "fs.chunks", "answer", reply={
            "ok": 0.0, "code": 43, "codeName": "CursorNotFound", "errmsg": "cursor id not found"})
        self.migrated_now()
        self.assertEqual(rule.hits, 1)
        self.assertEqual(len(self.campus.rows()), 9)
        self.assert_findings()


class Refused(FaultTest):
    """What another try will not mend: said at once, with the server's words, without secrets."""

    def no_secret(self, answer):
        self.assertNotIn(SECRET, answer.text() + answer.err.decode("utf-8", "replace"))
        for folder, _, names in os.walk(self.campus.folder):
            for name in names:
                with open(os.path.join(folder, name), "rb") as f:
                    self.assertNotIn(SECRET.encode(), f.read(), name)

    def spoken(self, answer):
        return answer.text() + answer.err.decode("utf-8", "replace")

    def test_a_server_that_is_not_there_ends_the_command(self):
        self.prepare()
        self.campus.proxy.close()
        self.campus.environment[URI] = "mongodb://spy:%s@%s/?%s" % (
            SECRET, self.campus.proxy.address, IMPATIENT)
        for command in (("scan",), ("migrate", "--all")):
            answer = self.campus.run(*command)
            self.assertEqual(answer.status, 3, str(command) + self.spoken(answer))
            self.assertIn(self.campus.proxy.address.rpartition(":")[2], self.spoken(answer))
            self.no_secret(answer)
        answer = self.campus.run("doctor")
        self.assertNotEqual(answer.status, 0)
        self.no_secret(answer)
        del self.campus.environment[URI]
        self.campus.proxy.open()
        self.migrated_now()
        self.same()

    def refused_credentials(self, commands):
        for command in commands:
            answer = self.campus.run(*command)
            self.assertEqual(answer.status, 3, str(command) + self.spoken(answer))
            self.assertRegex(self.spoken(answer).lower(), "authenticat")
            self.no_secret(answer)

    @unittest.skipIf(the_server.real, "a real server refuses by itself: the next test")
    def test_credentials_that_the_proxy_refuses(self):
        """This server knows no users: the proxy answers for it, as MongoDB does."""
        self.prepare()
        self.campus.environment[URI] = "mongodb://spy:%s@%s/?authMechanism=SCRAM-SHA-1&%s" % (
            SECRET, self.campus.proxy.address, IMPATIENT)
        self.campus.proxy.on("saslStart", None, "answer", times=100, reply={
            "ok": 0.0, "code": 18, "codeName": "AuthenticationFailed",
            "errmsg": "Authentication failed."})
        self.refused_credentials((("scan",), ("migrate", "--all")))

    @unittest.skipUnless(the_server.real, "only a real mongod (SUBFERRY_TEST_MONGODB_URI) has users")
    def test_credentials_that_the_server_refuses(self):
        self.prepare()
        self.campus.environment[URI] = "mongodb://spy:%s@%s/?directConnection=true&%s" % (
            SECRET, self.campus.proxy.address, IMPATIENT)
        self.refused_credentials((("scan",), ("migrate", "--all")))

    def test_a_right_that_is_missing_is_told_in_the_servers_words(self):
        self.prepare()
        self.campus.proxy.on("find", "fs.files", "answer", times=1000, reply={
            "ok": 0.0, "code": 13, "codeName": "Unauthorized",
            "errmsg": "not authorized on files to execute command find"})
        answer = self.campus.run("migrate", "--all")
        self.assertIn(answer.status, (1, 3), self.spoken(answer))
        self.assertIn("not authorized on files", self.spoken(answer) +
                      self.campus.run("findings").text())
        self.assertEqual(self.campus.rows(), {})
        self.campus.proxy.forget()
        self.migrated_now()
        self.same()

    def test_a_uri_that_is_none_is_refused_without_being_told(self):
        for uri in ("mongodb://spy:%s@/x" % SECRET, "http://spy:%s@host/" % SECRET,
                    "mongodb://spy:%s@127.0.0.1:99999/" % SECRET, SECRET):
            self.campus.environment[URI] = uri
            answer = self.campus.run("scan")
            self.assertEqual(answer.status, 3, self.spoken(answer))
            self.assertNotEqual(answer.err, b"")
            self.no_secret(answer)

    def test_a_uri_that_is_not_there_is_named(self):
        self.campus.environment[URI] = ""
        answer = self.campus.run("scan")
        self.assertEqual(answer.status, 3, self.spoken(answer))
        self.assertIn(URI, self.spoken(answer))


del MongoTest, FaultTest
