"""Reading: nothing is created, few round trips, read as the URI and the server say."""
import os
import subprocess
import sys
import unittest

import bson

import campus
from campus import IMPATIENT, READING, MongoTest, the_server
from olx import Course
from olx_campus import sjson, srt

COMMANDS = (("scan",), ("doctor",), ("migrate", "--all", "--dry-run"), ("migrate", "--all"),
            ("verify", "--all", "--level", "bytes"), ("doctor", "--write"),
            ("migrate", "--all"))


def small(name="S", videos=8):
    return Course.simple(name, files={"f%d.srt" % n: srt("file %d" % n) for n in range(videos)},
                         videos={"v%d" % n: {"edx_video_id": "%s-%d" % (name, n), "transcripts":
                                             {"es": "f%d.srt" % n}} for n in range(videos)})


class Untouched(MongoTest):
    def all_commands(self, statuses=(0, 1)):
        for command in COMMANDS:
            answer = self.campus.run(*command)
            self.assertIn(answer.status, statuses, str(command) + answer.text() + str(answer.err))
        said = {r.command for r in self.campus.proxy.requests(housekeeping=True)}
        self.assertEqual(said - READING, set())
        self.assertIn("find", said)

    def test_nothing_is_created_or_changed_by_reading(self):
        self.campus.load(small("A"))
        self.campus.load(small("B"), "draft")
        before = self.campus.inventory()
        hashes = self.documents()
        self.all_commands()
        self.assertEqual(self.campus.inventory(), before)
        self.assertEqual(self.documents(), hashes)
        self.assertEqual(len(self.campus.rows()), 16)

    def documents(self):
        return {name: sorted(str(d) for d in database[name].find())
                for database in (self.campus.database, self.campus.contentstore)
                for name in database.list_collection_names()}

    def test_no_collection_is_made_where_there_is_none(self):
        """A campus without a contentstore, a course or anything else."""
        before = self.campus.inventory()
        self.all_commands((0, 1, 3))
        self.assertEqual(self.campus.inventory(), before)
        self.campus.load(Course.simple("A", videos={"v": {"transcripts": {"es": "a.srt"}}}))
        before = self.campus.inventory()
        self.all_commands()
        self.assertEqual(self.campus.inventory(), before)


class Trips(MongoTest):
    """Round trips, as the proxy counts them: the driver's own housekeeping is not counted."""
    engine = {"workers": "4"}

    def trips(self):
        self.campus.run("scan")
        self.campus.proxy.forget()
        self.migrated()
        return self.campus.proxy.trips()

    def test_a_small_split_course_takes_at_most_six(self):
        self.campus.source["kind"] = "split"
        self.campus.load(small())
        trips = self.trips()
        print("%s " % sum(trips.values()), end="")
        self.assertLessEqual(sum(trips.values()), 6, trips)

    def test_a_small_slash_course_takes_at_most_six(self):
        self.campus.source["kind"] = "draft"
        self.campus.load(small(), "draft")
        trips = self.trips()
        print("%s " % sum(trips.values()), end="")
        self.assertLessEqual(sum(trips.values()), 6, trips)

    def test_they_do_not_grow_with_the_videos(self):
        """300 videos: one query for the structures, a few for names, and batches of chunks."""
        self.campus.load(small(videos=300))
        trips = self.trips()
        print("%s " % sum(trips.values()), end="")
        self.assertEqual(len(self.campus.rows()), 300)
        self.assertEqual(trips["find", "modulestore.structures"], 1, trips)
        self.assertLessEqual(sum(trips.values()), 30, trips)

    def test_both_branches_come_in_one_query_and_without_what_nobody_reads(self):
        def fatten(docs):
            for document in docs.branches.values():
                for block in document["blocks"]:
                    block["fields"]["noise"] = "n" * 100000
                    block["edit_info"]["noise"] = "n" * 100000
        self.campus.load(small(), tweak=fatten)
        trips = self.trips()
        self.assertEqual(trips["find", "modulestore.structures"], 1, trips)
        find, = [r.document for r in self.campus.proxy.requests()
                 if r.collection == "modulestore.structures"]
        self.assertTrue(find.get("projection"))
        self.assertEqual(len(find["filter"]["_id"]["$in"]), 2)

    def test_a_structure_of_nearly_16_mb_is_read(self):
        made = small(videos=5)
        for n in range(12500):
            block = made.block("html", "h%06d" % n)
            block.published = {"display_name": "x" * 400, "note": "y" * 500}
            made.block("vertical", "v").children.append(block.pair)
        docs = self.campus.load(made)
        self.assertGreater(len(bson.encode(docs.branches["draft-branch"])), 14 << 20)
        self.migrated()
        self.assertEqual(len(self.campus.rows()), 5)


def sanitized():
    """A sanitizer's own memory is counted with the program's."""
    return b"libasan" in subprocess.run(["ldd", campus.SUBFERRY], stdout=subprocess.PIPE,
                                        check=False).stdout


@unittest.skipIf(sanitized(), "a sanitized program has another memory")
class Memory(MongoTest):
    """64 MiB and three times the largest structure are enough for a course of 5,000 videos."""

    def peak(self, *command):
        """Bytes of memory that a command had at most. What forks it counts as its beginning, so
        that a process smaller than this one has to start it."""
        self.campus.configure()
        out = subprocess.run(
            [sys.executable, "-c", "import resource, subprocess, sys\n"
             "status = subprocess.call(sys.argv[1:], stdout=sys.stderr)\n"
             "print(status, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)",
             campus.SUBFERRY, "-c", self.campus.path("campus.conf"), *command],
            env=dict(os.environ, SUBFERRY_TEST_URI=self.campus.uri()), stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, timeout=100, check=True)
        status, used = out.stdout.split()
        self.assertEqual(int(status), 0, out.stderr.decode())
        return int(used) << 10

    def test_five_thousand_videos_and_a_large_structure(self):
        made = small(videos=5000)
        for n in range(13000):
            made.block("html", "h%06d" % n).published = {"display_name": "x" * 500}
        docs = self.campus.load(made)
        size = max(len(bson.encode(d)) for d in docs.branches.values())
        self.assertGreater(size, 11 << 20)
        for command in (("scan",), ("migrate", "--all")):
            used = self.peak(*command)
            print("%s %d MiB, " % (command[0], used >> 20), end="")
            self.assertLess(used, (64 << 20) + 3 * size, "structure of %d bytes" % size)
        self.assertEqual(len(self.campus.rows()), 5000)
        self.assertLess(sum(self.campus.proxy.trips().values()), 5000 // 10)


@unittest.skipIf(the_server.real, "a real server says itself whether it is a replica set")
class AsMember(MongoTest):
    """The proxy has the server call itself a replica set's primary."""
    pretend_set = "rs0"
    options = IMPATIENT + "&replicaSet=rs0"

    def finds(self):
        self.campus.load(small())
        self.migrated()
        self.assert_stored("S-1", "es", sjson("file 1"))
        finds = [r.document for r in self.campus.proxy.requests() if r.command == "find"]
        self.assertTrue(finds)
        return finds

    def test_what_is_read_is_what_the_majority_has(self):
        for find in self.finds():
            self.assertEqual(find.get("readConcern", {}).get("level"), "majority", find)

    def test_a_read_concern_of_the_uri_stays(self):
        self.campus.options += "&readConcernLevel=local"
        for find in self.finds():
            self.assertEqual(find.get("readConcern", {}).get("level"), "local", find)

    def test_a_read_preference_of_the_uri_is_sent(self):
        self.campus.options += "&readPreference=secondaryPreferred"
        for find in self.finds():
            self.assertEqual(find.get("$readPreference", {}).get("mode"), "secondaryPreferred", find)


@unittest.skipUnless(the_server.real, "needs a real mongod (SUBFERRY_TEST_MONGODB_URI)")
class Real(MongoTest):
    def test_a_replica_set_is_read_by_majority_and_a_server_alone_is_not(self):
        hello = the_server.client.admin.command("isMaster")
        several = "setName" in hello or hello.get("msg") == "isdbgrid"
        self.campus.load(small())
        self.migrated()
        for request in self.campus.proxy.requests():
            if request.command == "find":
                self.assertEqual(request.document.get("readConcern", {}).get("level"),
                                 "majority" if several else None)


class Alone(MongoTest):
    @unittest.skipIf(the_server.real, "a real server may be a replica set")
    def test_a_server_alone_is_not_asked_for_a_majority(self):
        self.campus.load(small())
        self.migrated()
        for request in self.campus.proxy.requests():
            self.assertNotEqual(request.document.get("readConcern", {}).get("level"), "majority")


del MongoTest
