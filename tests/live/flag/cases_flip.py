"""The program flips a flag of a real Django: board, on, read back, off; refused, contended, by itself."""
import contextlib
import sqlite3
import threading

from flip_campus import ADD, LIST, FlipTest


class Flip:
    """Over either backend."""

    def test_from_a_migration_to_a_flag_that_is_off_again(self):
        key = self.add_course()
        self.expect(self.campus.migrate(), 0)
        # no evidence, no switch
        self.expect(self.campus.run("flag", "board", key), 1, "no evidence")
        self.flip("on", key, status=1, words="nothing was switched")
        self.assert_is(key, False, rows=[])
        self.expect(self.campus.run("verify", "--level", "hash", key), 0)
        board, = self.expect(self.campus.run("flag", "board", key, "--json"), 0) \
            .document()["boards"]
        self.assertEqual({gate["color"] for gate in board["gates"]}, {"green"}, board)
        self.assertEqual(board["verdict"], "can be flipped")
        # nobody types the word, or another one
        self.expect(self.campus.run("flag", "on", key), 2)
        self.expect(self.campus.run("--word", "campus", "flag", "on", key), 2)
        self.assert_is(key, False, rows=[])
        self.flip("on", key, words="switched on; in effect: on")
        self.assert_is(key, True, rows=[True])
        who = "staff@example.com" if self.kind == "admin" else None
        self.assertEqual(self.said(key)["rows"], [[True, who]])
        self.flip("on", key, words=key + ": on")
        self.assert_is(key, True, rows=[True])
        self.flip("off", key, words="switched off; in effect: off")
        self.assert_is(key, False, rows=[True, False])
        self.flip("off", key, words="off already")
        self.flip("on", key)
        self.assert_is(key, True, rows=[True, False, True])

    def test_under_each_global_row(self):
        key, other = self.proved_course(), "course-v1:Org+Other+2018"
        for enabled, for_all in ((False, False), (True, False), (True, True), (False, True)):
            self.site.save(enabled=enabled, enabled_for_all_courses=for_all)
            self.global_rows += 1
            for on in (True, False):
                learners = enabled and (on or for_all)
                self.flip("on" if on else "off", key, status=0 if on or not learners else 1,
                          words="in effect: " + ("on" if learners else "off"))
                said, shown = self.said(key), self.shown(key)
                self.assertEqual((said["current"], said["learners"]), (on, learners))
                self.assertEqual((shown["own"], shown["effective"]),
                                 ("on" if on else "off", "on" if learners else "off"))
            self.assertEqual(self.said(other)["rows"], [])
        self.assertEqual(self.rows(key), [True, False] * 4)

    def test_evidence_that_went_stale_switches_nothing_on_and_is_offered_for_off(self):
        course = next(self.courses)
        key = self.proved_course(course=course)
        self.flip("on", key)
        course.static({"a.srt": b"1\n00:00:01,000 --> 00:00:02,000\nanother\n\n"})
        self.campus.add(course)
        self.campus.run("scan")
        self.expect(self.campus.run("flag", "board", key), 1, "switch it off, or validate it")
        self.assert_is(key, True, rows=[True])
        self.flip("off", key)
        self.flip("on", key, status=1, words="stale")
        self.assert_is(key, False, rows=[True, False])

    def test_what_somebody_switched_in_the_admin_is_what_is_shown_and_switched_off(self):
        key = self.proved_course()
        self.site.save(course_id=key, enabled=True)
        self.assert_is(key, True, rows=[True])
        self.flip("on", key, words=key + ": on")
        self.flip("off", key, words="switched off")
        self.assert_is(key, False, rows=[True, False])
        self.site.save(course_id=key, enabled=True)
        self.flip("off", key, words="switched off")
        self.assert_is(key, False, rows=[True, False, True, False])

    def test_many_at_once_on_one_status_database(self):
        """Whoever comes while another flips is told so, and has written nothing."""
        key = self.proved_course()
        words = ["on", "off"] * 3
        started = [self.campus.start("--word", key, "flag", word, key, "--json") for word in words]
        answers = [self.campus.done(process) for process in started]
        outcomes = [answer.document()["courses"][0]["outcome"] for answer in answers
                    if answer.status in (0, 1)]
        for answer in answers:
            if answer.status not in (0, 1):
                self.expect(answer, 3, "a flag is being switched by another holder")
        switched = [outcome for outcome in outcomes if outcome.startswith("switched")]
        rows = self.rows(key)
        self.assertEqual(len(rows), len(switched), outcomes)
        # on and off in turn: nobody wrote over what another had just written
        self.assertEqual(rows, [number % 2 == 0 for number in range(len(rows))])
        self.assert_is(key, bool(rows and rows[-1]))


class ByItself:
    """flip = auto, over either backend."""
    flag = {"flip": "auto"}

    def test_migrate_flips_what_is_proved(self):
        key, ill = self.add_course(), next(self.courses)
        ill.video("v", edx_video_id="id-" + ill.course, transcripts={"en": "gone.srt"})
        self.campus.add(ill)
        self.expect(self.campus.migrate(), 1)
        self.assert_is(key, True, rows=[True])
        self.assert_is(ill.key, False, rows=[])
        # an operator's word stands until there is another pass
        self.flip("off", key)
        self.campus.migrate()
        self.assert_is(key, False, rows=[True, False])


class AdminFlip(Flip, FlipTest):
    kind = "admin"

    def test_an_answer_that_is_lost_after_the_commit(self):
        key = self.proved_course()
        rule = self.campus.proxy.on("POST", ADD, "lost")
        self.flip("on", key, words="switched on; in effect: on")
        self.assertEqual(rule.hits, 1)
        self.assert_is(key, True, rows=[True])
        self.campus.proxy.on("POST", ADD, "cut")
        self.flip("off", key, words="switched off; in effect: off")
        self.assert_is(key, False, rows=[True, False])

    def test_a_request_that_never_came_there(self):
        key = self.proved_course()
        for action in ("reset", "close", 502, 503):
            rule = self.campus.proxy.on("POST", ADD, action)
            self.flip("on", key, status=1, words="not written")
            self.assertEqual(rule.hits, 1)
            self.assert_is(key, False, rows=[])

    def test_an_answer_and_the_reading_back_are_lost(self):
        """Then the switch stays open, until a command can read what became of it."""
        key = self.proved_course()
        lost = self.campus.proxy.on("POST", ADD, "lost")
        after = self.campus.proxy.on("GET", LIST, 502, times=100, when=lambda *_: lost.hits > 0)
        self.flip("on", key, status=1, words="not known to be written")
        self.assertGreater(after.hits, 0)
        self.campus.proxy.forget()
        self.assertEqual(self.shown(key)["state"], "turning-on")
        answer = self.campus.run("flag", "board", key)
        self.expect(answer, 0, "the flip to on by ana")
        self.assertIn(b"was cut short: it is on", answer.err)
        self.assert_is(key, True, rows=[True])

    def test_a_form_that_comes_back_with_errors(self):
        stranger = next(self.courses)
        stranger.course, stranger.key = "Nowhere", "course-v1:Org+Nowhere+R"
        key = self.proved_course(course=stranger)
        self.expect(self.campus.run("flag", "board", key), 0)
        self.flip("on", key, status=1, words='refused: the flag\'s admin: Course not found. It was: '
                                             '"%s".' % key)
        self.assert_is(key, False, rows=[])

    def test_users_who_may_not(self):
        key = self.proved_course()
        flag = self.campus.more["flag"]
        # sees all, and may not add: the flip is refused in words that say what is missing
        flag["user"] = "viewer@example.com"
        self.expect(self.campus.run("flag", "board", key), 0)
        self.flip("on", key, status=1, words="video_config.add_coursevideotranscriptenabledflag")
        self.assert_is(key, False, rows=[])
        # may do nothing, is not staff, is nobody: the board is red
        for user in ("clerk@example.com", "student@example.com", "nobody@example.com"):
            flag["user"] = user
            self.expect(self.campus.run("flag", "board", key), 1, "the flag backend does not answer")
            self.flip("on", key, status=1, words="nothing was switched")
        # off is tried all the same, and stays open until somebody can read the flag
        flag["user"] = "clerk@example.com"
        self.flip("off", key, status=1, words="refused: the flag's admin: 403 Forbidden")
        flag["user"] = "staff@example.com"
        self.assertEqual(self.shown(key)["state"], "turning-off")
        self.expect(self.campus.run("flag", "board", key), 0, "it is off")
        self.assert_is(key, False, rows=[])

    def test_two_operators(self):
        key = self.proved_course()
        held = self.campus.proxy.on("POST", ADD, "hold")
        ana = self.campus.begin("--word", key, "flag", "on", key)
        held.wait()
        self.campus.more["campus"] = dict(self.campus.more["campus"], operator="ben")
        for word in ("on", "off"):
            self.assertEqual(self.rows(key), [])
            answer = self.flip(word, key, status=3, words="is being switched by another holder")
            # at once, before anything is asked
            self.assertEqual((answer.out, answer.err.count(b"\n")), (b"", 1), answer.err)
        self.expect(self.campus.run("flag", "board", key), 1, "being switched on by ana")
        self.assertEqual(self.rows(key), [])
        held.release()
        self.expect(self.campus.done(ana), 0, "switched on")
        self.assert_is(key, True, rows=[True])
        self.flip("off", key)
        self.assert_is(key, False, rows=[True, False])


class AdminByItself(ByItself, FlipTest):
    kind = "admin"

    def test_what_the_server_does_to_it(self):
        """An answer that is lost, and words of refusal: the turn is taken, and told."""
        key, stranger = self.add_course(), next(self.courses)
        stranger.course, stranger.key = "Elsewhere", "course-v1:Org+Elsewhere+R"
        self.add_course(course=stranger)
        rule = self.campus.proxy.on("POST", ADD, "lost", when=lambda _, body: b"Elsewhere" not in body)
        self.expect(self.campus.migrate(), 0)
        self.assertEqual(rule.hits, 1)
        self.assert_is(key, True, rows=[True])
        self.assert_is(stranger.key, False, rows=[])
        told = [seen for seen in self.campus.proxy.requests("POST", ADD) if b"Elsewhere" in seen.body]
        self.assertEqual(len(told), 1)


class SqliteFlip(Flip, FlipTest):
    """The very file that Django works with."""
    kind = "sqlite"

    @contextlib.contextmanager
    def locked(self):
        db = sqlite3.connect(self.site.file, isolation_level=None)
        db.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            db.execute("ROLLBACK")
            db.close()

    def test_a_file_that_stays_locked(self):
        key = self.proved_course()
        with self.locked():
            self.flip("on", key, status=1, words="locked")
        self.assert_is(key, False, rows=[])
        self.flip("on", key)
        self.assert_is(key, True, rows=[True])

    def test_while_django_writes_all_the_time(self):
        """Each waits for the other: no row of either is lost, and no request of Django's fails."""
        keys = [self.proved_course() for _ in range(2)]
        busy, saved, failed, over = "course-v1:Org+Busy+2018", [0, 0], [], threading.Event()

        def save(number):
            try:
                while not over.is_set():
                    self.site.save(course_id=busy, enabled=True)
                    saved[number] += 1
            except OSError as error:
                failed.append(error)

        threads = [threading.Thread(target=save, args=(number,)) for number in range(2)]
        for thread in threads:
            thread.start()
        try:
            for word in ("on", "off", "on"):
                for key in keys:
                    self.flip(word, key, words="switched " + word)
        finally:
            over.set()
            for thread in threads:
                thread.join()
        self.assertEqual(failed, [])
        for key in keys:
            self.assert_is(key, True, rows=[True, False, True])
        self.assertEqual(len(self.rows(busy)), sum(saved))
        self.assertGreater(sum(saved), 6)


class SqliteByItself(ByItself, FlipTest):
    kind = "sqlite"
