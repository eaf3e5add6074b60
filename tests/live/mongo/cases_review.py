"""What a server may say or hold, and a URI be written like, that nobody thinks of at first."""
import os
import subprocess
import sys
import time
import unittest

import bson

from campus import IMPATIENT, SUBFERRY, URI, MongoTest, the_server
from olx import Course
from olx_campus import sjson, srt

VIDEOS = {"v": {"edx_video_id": "v", "transcripts": {"es": "a.srt"}}}
FILES = {"a.srt": srt("a")}
NOT_ENABLED = {"ok": 0.0, "code": 148, "codeName": "ReadConcernMajorityNotEnabled", "errmsg":
               "Majority read concern requested, but it is not supported by the storage engine."}


class Uri(MongoTest):
    def told(self, uri, *command):
        self.campus.environment[URI] = uri
        answer = self.campus.run(*command)
        self.assertNotEqual(answer.status, 0)
        return answer.text() + answer.err.decode("utf-8", "replace")

    def test_a_password_with_an_at_sign_is_not_taken_for_a_host(self):
        """libmongoc ends the credentials at the first @: the rest would be looked up and quoted."""
        for password in ("p@s3cr3t", "p@s3cr3t,w0rd", "p@w/s3cr3t", "p?a@s3cr3t", "@s3cr3t"):
            uri = "mongodb://ana:%s@host.invalid:1/edxapp?%s" % (password, IMPATIENT)
            for command in ("scan", "doctor"):
                with self.subTest(password=password, command=command):
                    text = self.told(uri, command)
                    self.assertNotIn("s3cr3t", text.lower())
                    self.assertIn("URI cannot be read", text)

    def test_a_server_that_is_away_is_waited_for_once(self):
        wait = 1.5
        begun = time.monotonic()
        text = self.told("mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=%d" % (wait * 1000), "scan")
        took = time.monotonic() - begun
        self.assertIn("127.0.0.1:1", text)
        self.assertLess(took, 2 * wait - 0.1)


class Pool(MongoTest):
    options = IMPATIENT + "&maxPoolSize=1&waitQueueTimeoutMS=50"
    engine = {"max_retries": "50"}

    def test_no_free_connection_is_another_try(self):
        for n in range(4):
            self.campus.load(Course.simple("S%d" % n, files=FILES, videos={
                "v": dict(VIDEOS["v"], edx_video_id="v%d" % n)}))
        rules = [self.campus.proxy.on("find", "modulestore.structures", "slow", times=4, seconds=0.4)]
        self.migrated()
        self.assertEqual(rules[0].hits, 4)
        for n in range(4):
            self.assert_stored("v%d" % n, "es", sjson("a"))


@unittest.skipIf(the_server.real, "a real server says itself whether it is a replica set")
class Majority(MongoTest):
    pretend_set = "rs0"
    options = IMPATIENT + "&replicaSet=rs0"

    def test_majority_reads_switched_off_at_the_server(self):
        """enableMajorityReadConcern = false, in use with arbiters: read as the server can."""
        self.campus.load(Course.simple("S", videos=VIDEOS, files=FILES))
        self.campus.proxy.on("find", None, "answer", times=1000, reply=NOT_ENABLED,
                             when=lambda d: d.get("readConcern", {}).get("level") == "majority")
        self.migrated()
        self.assert_stored("v", "es", sjson("a"))
        text = self.campus.run("doctor").text()
        self.assertIn("may read", text)
        self.assertNotIn("concern majority", text)

    def test_doctor_tells_the_concern_of_the_uri(self):
        self.campus.load(Course.simple("S", videos=VIDEOS, files=FILES))
        self.assertIn("concern majority", self.campus.run("doctor").text())
        self.campus.options += "&readConcernLevel=local"
        text = self.campus.run("doctor").text()
        self.assertIn("concern local", text)
        self.assertNotIn("majority", text)

    def test_what_an_administrator_kills_is_tried_again(self):
        self.campus.load(Course.simple("S", videos=VIDEOS, files=FILES))
        self.campus.proxy.on("find", "modulestore.structures", "answer", reply={
            "ok": 0.0, "code": 11601, "codeName": "Interrupted", "errmsg": "operation was interrupted"})
        self.migrated()
        self.assert_stored("v", "es", sjson("a"))


class Names(MongoTest):
    def test_a_mistyped_collection_takes_no_course_for_gone(self):
        """Each kind says where it looked; an absent collection reads as an empty one."""
        self.campus.load(Course.simple("S", videos=VIDEOS, files=FILES))
        self.assertEqual(self.campus.run("scan").status, 0)
        self.campus.source["collection"] = "modulestor"
        for kind, names in (("split", [".modulestor.active_versions "]), ("draft", [".modulestor "]),
                            ("mongo", [".modulestor.active_versions or ", ".modulestor "])):
            self.campus.source["kind"] = kind
            answer = self.campus.run("scan")
            self.assertEqual(answer.status, 3, kind)
            for name in names:
                self.assertIn(self.campus.database.name + name, answer.err.decode())
        courses = self.campus.run("list", "--json").document()["courses"]
        self.assertEqual([c["gone"] for c in courses], [False])

    def test_what_is_refused_in_the_middle_is_not_called_an_export(self):
        self.campus.load(Course.simple("S", videos=VIDEOS, files=FILES))
        self.assertEqual(self.campus.run("scan").status, 0)
        self.campus.proxy.on("find", "modulestore.structures", "answer", reply={
            "ok": 0.0, "code": 13, "codeName": "Unauthorized", "errmsg": "not authorized on edxapp"})
        self.assertEqual(self.campus.run("migrate", "--all").status, 1)
        text = self.campus.run("findings").text()
        self.assertIn("not authorized on edxapp", text)
        self.assertNotIn("export is damaged", text)

    def test_a_structure_that_is_none_is_named(self):
        docs = self.campus.load(Course.simple("S", videos=VIDEOS, files=FILES))
        own = docs.branches["published-branch"]["_id"]
        self.campus.database["modulestore.structures"].replace_one({"_id": own}, {"blocks": 5})
        self.assertEqual(self.campus.migrate().status, 1)
        self.assertIn(str(own), self.campus.run("findings").text())


class Linking(MongoTest):
    def setUp(self):
        super().setUp()
        self.campus.source.update(index="mongo", link="mongo")
        configure = self.campus.configure

        def with_release():
            configure()
            with open(self.campus.path("campus.conf"), "a", encoding="utf-8") as f:
                f.write("[campus]\nrelease = lilac.3\n")
        self.campus.configure = with_release

    def test_a_structure_with_an_empty_key_is_linked_and_keeps_it(self):
        """The platform stores {"": ...}; libmongoc would not take it back."""
        course = Course.simple("S", files=FILES, videos={"v": {"transcripts": {"es": "a.srt"}}})

        def odd(docs):
            for structure in docs.branches.values():
                for block in structure["blocks"]:
                    if block["block_type"] == "course":
                        block["fields"]["other_course_settings"] = {"": "kept"}
        self.campus.load(course, tweak=odd)
        answer = self.campus.run("--word", "campus", "migrate", "--all")
        self.assertEqual(answer.status, 0, answer.text() + answer.err.decode())
        heads = self.campus.database["modulestore.active_versions"].find_one()["versions"]
        for head in heads.values():
            structure = self.campus.database["modulestore.structures"].find_one({"_id": head})
            blocks = {b["block_type"]: b for b in structure["blocks"]}
            self.assertTrue(blocks["video"]["fields"].get("edx_video_id"))
            self.assertEqual(blocks["course"]["fields"]["other_course_settings"], {"": "kept"})

    def test_memory_while_large_structures_are_linked(self):
        """64 MiB and three times the largest structure, though the readers are two."""
        largest = 0
        for n in range(4):
            def fill(docs):
                for structure in docs.branches.values():
                    structure["blocks"] += [
                        {"block_type": "html", "block_id": "h%d" % i, "fields": {"x": "x" * 60000},
                         "defaults": {}, "edit_info": {}} for i in range(270)]
            docs = self.campus.load(Course.simple("S%d" % n, files=FILES, videos={
                "v": {"transcripts": {"es": "a.srt"}}}), tweak=fill)
            largest = max([largest] + [len(bson.encode(d)) for d in docs.branches.values()])
        self.assertGreater(largest, 15 << 20)
        self.campus.configure()
        run = subprocess.run(
            [sys.executable, "-c", "import resource, subprocess, sys\n"
             "status = subprocess.run(sys.argv[1:], stdout=2).returncode\n"
             "print(status, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)",
             SUBFERRY, "-c", self.campus.path("campus.conf"), "--word", "campus", "migrate", "--all"],
            env=dict(os.environ, **{URI: self.campus.uri()}), stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, check=False, timeout=120)
        status, peak = (int(word) for word in run.stdout.split())
        self.assertEqual(status, 0, run.stderr.decode())
        videos = [b["fields"].get("edx_video_id")
                  for index in self.campus.database["modulestore.active_versions"].find()
                  for head in index["versions"].values()
                  for b in self.campus.database["modulestore.structures"].find_one(
                      {"_id": head})["blocks"] if b["block_type"] == "video"]
        self.assertEqual(len([v for v in videos if v]), 8, self.campus.run("findings").text())
        self.assertLess(peak * 1024, (64 << 20) + 3 * largest)


del MongoTest
