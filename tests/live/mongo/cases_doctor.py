"""What doctor says, and where a source may be configured to look."""
import os
import shutil
import ssl
import subprocess
import unittest

from bson import ObjectId

import loader
from campus import URI, MongoTest, the_server
from olx import Course
from olx_campus import sjson, srt

VIDEOS = {"v": {"edx_video_id": "v", "transcripts": {"es": "a.srt"}}}
FILES = {"a.srt": srt("a")}


class Doctor(MongoTest):
    def said(self, status=0):
        answer = self.campus.run("doctor")
        text = answer.text() + answer.err.decode("utf-8", "replace")
        self.assertEqual(answer.status, status, text)
        return text

    def test_counts_of_both_modulestores_and_the_server(self):
        for n in range(3):
            self.campus.load(Course.simple("S%d" % n, videos=VIDEOS, files=FILES))
        self.campus.load(Course.simple("O", videos=VIDEOS, files=FILES), "draft")
        self.campus.insert(loader.library("Org", "Lib", {"v": {}}))
        text = self.said()
        self.assertIn(the_server.client.server_info()["version"], text)
        self.assertRegex(text, r"\b3 courses\b")
        self.assertRegex(text, r"\.modulestore: 1 courses?\b")
        self.assertRegex(text, r"\b1 librar")
        self.assertIn("may read", text)

    def test_an_index_that_seems_to_live_elsewhere_is_told(self):
        """Nutmeg and later move the heads in MySQL: structures go on, the heads here stay."""
        docs = self.campus.load(Course.simple("S", videos=VIDEOS, files=FILES))
        old = {branch: ObjectId("5e0be10000000000000000%02d" % n)      # of January 2020
               for n, branch in enumerate(docs.branches)}
        for branch, document in docs.branches.items():
            self.campus.database["modulestore.structures"].delete_one({"_id": document["_id"]})
            self.campus.database["modulestore.structures"].insert_one(
                dict(document, _id=old[branch]))
        self.campus.database["modulestore.active_versions"].update_one(
            {}, {"$set": {"versions": old}})
        self.assertNotIn("elsewhere", self.said())
        self.campus.database["modulestore.structures"].insert_one(dict(
            docs.branches["draft-branch"], _id=ObjectId()))
        self.assertIn("elsewhere", self.said(status=1))

    def test_a_database_without_courses_is_not_taken_for_one(self):
        text = self.said(status=1)
        self.assertIn("0 courses", text)


class Places(MongoTest):
    """Databases, collections and buckets of other names; the URI in a file."""

    def test_other_names_for_everything(self):
        course = Course.simple("S", videos=VIDEOS, files=FILES)
        old = Course.simple("O", videos={"w": dict(VIDEOS["v"], edx_video_id="w")}, files=FILES)
        for made, docs, form in ((course, loader.split(course), "split"),
                                 (old, loader.old(old), "draft")):
            loader.files(made, form, docs)
            loader.insert(self.campus.database, docs, None, "assets", "content.store")
        self.campus.source.update(collection="content.store", contentstore_bucket="assets",
                                  contentstore_database=self.campus.database.name)
        self.migrated()
        self.assert_stored("v", "es", sjson("a"))
        self.assert_stored("w", "es", sjson("a"))

    def test_the_uri_from_a_file_that_only_its_owner_reads(self):
        self.campus.load(Course.simple("S", videos=VIDEOS, files=FILES))
        path = self.campus.path("uri")
        with open(path, "w", encoding="ascii") as f:
            f.write(self.campus.uri() + "\n")
        os.chmod(path, 0o600)
        del self.campus.source["uri_env"]
        self.campus.source["uri_file"] = "uri"
        self.campus.environment[URI] = "mongodb://127.0.0.1:1/"
        self.migrated()
        self.assert_stored("v", "es", sjson("a"))
        os.chmod(path, 0o644)
        answer = self.campus.run("scan")
        self.assertEqual(answer.status, 3)
        self.assertIn("uri", answer.err.decode())


@unittest.skipUnless(shutil.which("openssl"), "there is no openssl to make a certificate with")
class Tls(MongoTest):
    """The proxy speaks TLS, with a certificate that nobody but this test knows."""

    def setUp(self):
        super().setUp()
        self.certificate = self.campus.path("server.pem")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
                        "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1",
                        "-keyout", self.campus.path("key.pem"), "-out", self.certificate],
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
        self.campus.load(Course.simple("S", videos=VIDEOS, files=FILES))
        self.campus.proxy.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.campus.proxy.tls.load_cert_chain(self.certificate, self.campus.path("key.pem"))
        self.campus.options += "&tls=true"

    def test_a_certificate_that_is_known_is_trusted(self):
        self.campus.options += "&tlsCAFile=" + self.certificate
        self.migrated()
        self.assert_stored("v", "es", sjson("a"))
        self.assertNotIn("NOT VERIFIED", self.campus.run("doctor").text())

    def test_a_certificate_of_nobody_is_refused(self):
        answer = self.campus.run("scan")
        self.assertEqual(answer.status, 3, answer.text())
        self.assertRegex(answer.err.decode().lower(), "tls|certificate")

    def test_a_certificate_of_another_host_is_refused(self):
        subprocess.run(["openssl", "req", "-x509", "-key", self.campus.path("key.pem"), "-days", "2",
                        "-subj", "/CN=elsewhere", "-addext", "subjectAltName=DNS:elsewhere",
                        "-out", self.certificate], stderr=subprocess.DEVNULL, check=True)
        self.campus.proxy.tls.load_cert_chain(self.certificate, self.campus.path("key.pem"))
        self.campus.options += "&tlsCAFile=" + self.certificate
        self.assertEqual(self.campus.run("scan").status, 3)

    def test_not_verifying_has_to_be_said_and_is_told(self):
        self.campus.options += "&tlsAllowInvalidCertificates=true"
        self.migrated()
        self.assertIn("NOT VERIFIED", self.campus.run("doctor").text())


del MongoTest
