"""Linking while requests and answers are lost, the server goes away, or the program is killed."""
import os
import signal

from link_campus import ES, LinkTest, loader, made_id, small
from server import wait_for

INDEX = "modulestore.active_versions"
STRUCTURES = "modulestore.structures"
BLOCKS = "modulestore"


class LinkFaultTest(LinkTest):
    engine = {"max_retries": "3", "retry_delay": "50ms"}

    def load_both(self):
        """A split course and a slash course, nothing linked; `before` is what they were."""
        self.split = small("S", v=ES, w=(ES, dict(ES, display_name="d")))
        self.old = small("O", v=ES, w=(ES, dict(ES, display_name="d")))
        self.campus.load(self.split)
        self.campus.load(self.old, "draft")
        self.before = self.scanned()
        self.kept = {name: list(self.campus.database[name].find())
                     for name in (INDEX, STRUCTURES, BLOCKS)}

    def again(self):
        """As before the first run: nothing linked, nothing in val, the courses known."""
        for name, documents in self.kept.items():
            self.campus.database[name].delete_many({})
            loader.insert_many(self.campus.database[name], documents)
        self.campus.lose("status.db", "val.db")
        for name in self.campus.objects():
            os.unlink(self.campus.path("store", name))
        self.assertEqual(self.scanned(), self.before)

    def all_linked(self, unused=0):
        """Both courses as an undisturbed run leaves them, but for structures without a head."""
        after = self.campus.stored()
        parts = {"split": dict(after, **{BLOCKS: self.before[BLOCKS]}),
                 "old": dict(self.before, **{BLOCKS: after[BLOCKS]})}
        self.campus.stored = lambda: parts["split"]
        try:
            self.judge(self.before, self.split, self.ids(self.split, "v", "w"), unused)
            self.campus.stored = lambda: parts["old"]
            self.judge_old(self.before, {("O", v): made_id(self.old.slash_key, v) for v in "vw"}, 3)
        finally:
            del self.campus.stored
        self.assertEqual(self.campus.ids(), sorted(made_id(key, v) for key in (
            self.split.key, self.old.slash_key) for v in "vw"))
        self.assertEqual(len(self.campus.rows()), 4)
        self.assertEqual(len(self.campus.objects()), 4)
        self.assertEqual({c for _, c in self.codes()} - {"draft-differs"}, set())
        for key in (self.split.key, self.old.slash_key):
            self.assertEqual(self.status_of(key), "Migrated")

    def settle(self, held):
        """What was held of a program that is gone arrives, and its answer comes to nobody."""
        held.release()
        wait_for(lambda: not self.campus.proxy.sockets, 10, "the end of all connections")

    def linking_requests(self):
        """Of an undisturbed run: [(n, request)] of those that linking sends."""
        self.campus.source["link"] = "none"
        self.ran("migrate", "--all")
        read = self.campus.proxy.trips()
        self.campus.source["link"] = "mongo"
        self.again()
        self.linked()
        self.all_linked()
        requests = self.campus.proxy.requests()
        out = []
        for kind, count in self.campus.proxy.trips().items():
            mine = [n for n, r in enumerate(requests) if (r.command, r.collection) == kind]
            # What is read for the plan comes before anything is read for linking.
            out += [(kind, at) for at in range(len(mine))][read.get(kind, 0):]
        self.assertGreaterEqual(len(out), 14)
        return out


class LinkLost(LinkFaultTest):
    def every_request(self, action):
        self.load_both()
        for (command, collection), n in self.linking_requests():
            where = "%s of %s, the %d." % (command, collection, n + 1)
            self.again()
            rule = self.campus.proxy.on(command, collection, action, skip=n, when=lambda d, c=(
                command, collection): d[c[0]] == c[1])
            with self.subTest(where):
                self.linked()
                self.assertEqual(rule.hits, 1)
                self.all_linked(unused=4)

    def test_every_request_in_turn_never_arrives(self):
        self.every_request("before")

    def test_every_answer_in_turn_is_lost(self):
        self.every_request("after")

    def test_every_answer_in_turn_is_cut_off(self):
        self.every_request("cut")

    def test_answers_of_writes_lost_again_and_again(self):
        """Of an insert and of the update, more often than one try asks: no second structure."""
        self.load_both()
        for collection, times in ((STRUCTURES, 3), (INDEX, 2), (BLOCKS, 3)):
            self.again()
            command = "insert" if collection == STRUCTURES else "update"
            rule = self.campus.proxy.on(command, collection, "after", times=times,
                                        when=lambda d, c=(command, collection): d[c[0]] == c[1])
            self.linked()
            self.assertGreaterEqual(rule.hits, 1)
            # A lost insert is sent again under the same id: nothing is left without a head.
            self.all_linked(unused=0)

    def test_an_update_that_comes_late_moves_nothing(self):
        """Its sender is long gone when it arrives: its condition does not hold any more."""
        self.load_both()
        held = self.campus.proxy.on("update", INDEX)
        running = self.campus.begin("--word", "campus", "migrate", self.split.key)
        held.wait()
        running.send_signal(signal.SIGKILL)
        running.wait()
        self.linked()
        linked = self.campus.stored()
        self.all_linked(unused=2)
        self.settle(held)
        self.untouched(linked)


def begins(request):
    """What linking a course begins with; also what it reads back with."""
    asked = request.get("filter", {})
    return "_id.name" in asked or ("run" in asked and "projection" not in request)


class LinkAway(LinkFaultTest):
    def away(self, command, collection, when=None):
        """The server goes away at a request of linking: the engine waits, and goes on."""
        self.load_both()
        held = self.campus.proxy.on(command, collection, when=lambda d: d[command] == collection and
                                    (when is None or when(d)))
        running = self.begin()
        held.wait()
        self.campus.proxy.close()
        held.release()
        wait_for(lambda: "source" in self.campus.said(running), 30, "a word about the hold")
        self.assertIsNone(running.poll(), self.campus.said(running))
        # Held once more, so that what is said does not depend on how fast the rest is done.
        again = self.campus.proxy.on("find", when=begins)
        self.campus.proxy.open()
        again.wait()
        wait_for(lambda: "going on" in self.campus.said(running), 30, "going on")
        again.release()
        self.ended(running)
        self.all_linked(unused=2)

    def test_at_the_insert(self):
        self.away("insert", STRUCTURES)

    def test_at_the_update_of_the_heads(self):
        self.away("update", INDEX)

    def test_at_the_update_of_a_block(self):
        self.away("update", BLOCKS)

    def test_at_the_reading_back(self):
        self.away("find", BLOCKS, begins)


class LinkKilled(LinkFaultTest):
    """kill -9 while a request of linking is under way; the next run mends it with the same ids."""

    def killed_at(self, command, collection, action, skip=0):
        self.again()
        held = self.campus.proxy.on(command, collection, action, skip=skip,
                                    when=lambda d: d[command] == collection)
        running = self.begin()
        held.wait()
        key = self.old.slash_key if collection == BLOCKS else self.split.key
        self.assertLessEqual({made_id(key, v) for v in "vw"}, set(self.campus.ids()))
        running.send_signal(signal.SIGKILL)
        self.assertEqual(running.wait(), -signal.SIGKILL)
        marks = self.campus.store_marks()
        self.linked()
        after = self.campus.store_marks()
        self.assertEqual({k: after.get(k) for k in marks}, marks)
        self.all_linked(unused=2)
        self.settle(held)
        self.all_linked(unused=2)

    def test_before_the_server_has_seen_it(self):
        self.load_both()
        for command, collection, skip in (("insert", STRUCTURES, 0), ("insert", STRUCTURES, 1),
                                          ("update", BLOCKS, 0), ("update", BLOCKS, 1)):
            with self.subTest("%s %s %d" % (command, collection, skip)):
                self.killed_at(command, collection, "hold", skip)

    def test_before_the_heads_are_moved(self):
        self.load_both()
        self.killed_at("update", INDEX, "hold")

    def test_after_the_server_has_done_it(self):
        self.load_both()
        for command, collection, skip in (("insert", STRUCTURES, 1), ("update", INDEX, 0),
                                          ("update", BLOCKS, 0), ("update", BLOCKS, 2)):
            with self.subTest("%s %s %d" % (command, collection, skip)):
                self.killed_at(command, collection, "late", skip)


del LinkTest, LinkFaultTest
