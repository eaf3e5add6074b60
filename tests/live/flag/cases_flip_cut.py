"""The program is killed while it flips a flag of a real Django: what became of it is then told."""
import os
import signal
import time

from flip_campus import ADD, LIST, FlipTest
from olx_campus import BUILD

INTERPOSER = os.path.abspath(os.path.join(BUILD, "tests", "crash", "interpose.so"))


class Cut(FlipTest):
    def killed(self, process):
        process.kill()
        self.assertEqual(self.campus.done(process).status, -signal.SIGKILL)

    def assert_settled(self, key, word, on):
        """The next command that may settle says what Django says."""
        self.assertEqual(self.shown(key)["state"], "turning-" + word)
        answer = self.campus.run("flag", "board", key)
        self.assertIn(b"the flip to %s by ana at " % word.encode(), answer.err)
        self.assertIn(b"was cut short: it is %s\n" % (b"on" if on else b"off"), answer.err)
        self.assert_is(key, on)
        self.assertEqual(self.shown(key)["state"], "on" if on else "off")
        self.assertNotIn(b"cut short", self.campus.run("flag", "board", key).err)


class AdminCut(Cut):
    kind = "admin"

    def test_before_it_was_written(self):
        key = self.proved_course()
        for word, before in (("on", False), ("off", True)):
            held = self.campus.proxy.on("POST", ADD, "halfopen")
            process = self.campus.begin("--word", key, "flag", word, key)
            held.wait()
            self.killed(process)
            self.campus.proxy.forget()
            self.assert_settled(key, word, before)
            self.flip(word, key, words="switched " + word)
        self.assert_is(key, False, rows=[True, False])

    def test_before_its_answer_came(self):
        key = self.proved_course()
        for word in ("on", "off"):
            held = self.campus.proxy.on("POST", ADD, "stall")
            process = self.campus.begin("--word", key, "flag", word, key)
            held.wait()
            self.killed(process)
            self.campus.proxy.forget()
            self.assert_settled(key, word, word == "on")
        self.assert_is(key, False, rows=[True, False])

    def test_before_it_was_read_back(self):
        key = self.proved_course()
        for word in ("on", "off"):
            held = self.campus.proxy.on("POST", ADD)
            process = self.campus.begin("--word", key, "flag", word, key)
            held.wait()
            reading = self.campus.proxy.on("GET", LIST, "halfopen")
            held.release()
            reading.wait()
            self.killed(process)
            self.campus.proxy.forget()
            self.assert_settled(key, word, word == "on")
        self.assert_is(key, False, rows=[True, False])

    def test_what_was_on_its_way_comes_after_all(self):
        """Nobody can call it back; but no screen goes on saying that it is off."""
        key = self.proved_course()
        held = self.campus.proxy.on("POST", ADD)
        process = self.campus.begin("--word", key, "flag", "on", key)
        held.wait()
        self.killed(process)
        self.assert_settled(key, "on", False)
        held.release()
        end = time.monotonic() + 30
        while not self.rows(key):
            self.assertLess(time.monotonic(), end, "it never came")
            time.sleep(0.02)
        self.assert_is(key, True, rows=[True])
        self.expect(self.campus.run("flag", "board", key), 0, "on since")
        self.assertEqual(self.shown(key)["state"], "on")
        self.flip("off", key, words="switched off")
        self.assert_is(key, False, rows=[True, False])

    def test_auto_is_killed_while_it_flips(self):
        key = self.add_course()
        self.campus.more["flag"]["flip"] = "auto"
        self.campus.run("scan")
        held = self.campus.proxy.on("POST", ADD, "stall")
        process = self.campus.begin("migrate", "--all")
        held.wait()
        self.killed(process)
        self.campus.proxy.forget()
        self.assert_settled(key, "on", True)
        self.campus.migrate()
        self.assert_is(key, True, rows=[True])


class SqliteCut(Cut):
    """Killed before each write below a folder: of the status database, of the file of Django."""
    kind = "sqlite"

    def flip_killed(self, word, key, folder, number):
        """False: it ended before that."""
        asan = ":".join(filter(None, (os.environ.get("ASAN_OPTIONS"), "verify_asan_link_order=0")))
        answer = self.campus.run("--word", key, "flag", word, key, LD_PRELOAD=INTERPOSER,
                                 CRASH_ROOT=folder, CRASH_KILL=str(number), ASAN_OPTIONS=asan)
        self.assertIn(answer.status, (0, -signal.SIGKILL), answer.err)
        return answer.status != 0

    def cut_at_each(self, folder, step):
        """{(word, whether it is switched, whether it was journalled)} of all kills."""
        key, met = self.proved_course(), set()
        for word in ("on", "off"):
            number = 1
            while self.flip_killed(word, key, folder, number):
                answer = self.campus.run("flag", "board", key, "--json")
                on = self.said(key)["current"]
                state = "on" if on else "off"
                self.assertEqual(answer.document()["boards"][0]["state"], state)
                told = b"the flip to %s by ana at " % word.encode() in answer.err
                self.assertEqual(b"was cut short: it is %s\n" % state.encode() in answer.err, told)
                met.add((word, state == word, told))
                if state == word:
                    self.flip("off" if on else "on", key)
                number += step
            self.assert_is(key, word == "on")
        rows = self.rows(key)
        self.assertEqual(rows, [number % 2 == 0 for number in range(len(rows))])
        return met

    def test_before_each_write_of_the_file(self):
        """Also with a journal left behind, which Django, or the program, then rolls back."""
        # the last one comes after the commit: the folder is made durable
        self.assertEqual(self.cut_at_each(self.site.folder, 1),
                         {(word, done, True) for word in ("on", "off") for done in (False, True)})

    def test_before_each_write_of_the_status_database(self):
        met = self.cut_at_each(self.campus.folder, 2)
        for word in ("on", "off"):
            self.assertIn((word, False, False), met)    # before it was journalled
            self.assertIn((word, True, True), met)      # written, and not read back
