"""The console while it works over real servers: what an operator sees, and what the keys then do.

Words are waited for that stay when the screens around them change. See terminal.py.
"""
import re
import time

import olx
import terminal
from cases_studio import SECRET, StudioCampus, StudioTest
from dest_campus import LOCATION, VAL_SECRET, DestTest, Destinations, Servers, object_name
from olx_campus import BROKEN_SRT, Course, sjson, srt
from s3_server import BUCKET
from studio_server import PASSWORD

ARABIC, JAPANESE = "مرحبا بالعالم", "日本語の字幕"
SLOWED = r"slowed: (\d+) of (\d+) requests at a time \(%s\)"
# The row of the one course on the screen of courses.
WAITING, MIGRATED, FAILED = "· Not-Migrated", "✓ Migrated", "✗ Failed"


class DestStudioCampus(Destinations, StudioCampus):
    """Exports on their way to S3 and REST, linked through Studio."""

    def __init__(self, studio, **how):
        super().__init__(studio, **how)
        self.environ[SECRET] = PASSWORD


class ConsoleTest(DestTest):
    engine = {"workers": "4", "max_retries": "1"}

    def setUp(self):
        if terminal.missing():
            self.skipTest(terminal.missing())
        super().setUp()

    def console(self, *size, **environment):
        made = terminal.Console(self.campus, *size, **environment)
        self.addCleanup(made.close)
        made.wait(" campus ", "course-v1:")
        return made

    def plenty(self, videos, name="Many"):
        """One course, known to the status database; the proxies have seen nothing."""
        course = Course(name)
        for n in range(videos):
            course.static({"f%d.srt" % n: srt("%d of %s" % (n, name), "zwei")})
            course.video("v%03d" % n, edx_video_id="%s-%d" % (name, n),
                         transcripts={"es": "f%d.srt" % n})
        self.campus.add(course)
        self.ended(self.campus.run("scan"))
        for proxy in (self.campus.val_proxy, self.campus.s3_proxy):
            proxy.forget()
        return course

    def launched(self, *size, **environment):
        """A console that has just been told to launch the one course."""
        console = self.console(*size, **environment)
        console.wait("engine here", WAITING)
        console.keys("r")
        return console

    def whole(self, videos):
        """Every transcript of plenty() is in val, and its object in the store."""
        self.assertEqual(len(self.campus.rows()), videos)
        self.assertEqual(sorted(self.campus.rows().values()), sorted(self.campus.objects()))


class ConsoleWatched(ConsoleTest):
    mongo = True

    def test_a_course_is_launched_and_read_on_every_screen(self):
        texts = {"es": ("uno", "dos", "tres"), "ar": (ARABIC, "اثنان"), "ja": (JAPANESE, "二")}
        files = {"%s.srt" % language: srt(*lines) for language, lines in texts.items()}
        course = olx.Course.simple("Harbour", files=dict(files, **{"bad.srt": BROKEN_SRT}), videos={
            "locks": {"edx_video_id": "locks-1", "transcripts": {"es": "bad.srt"}},
            "ropes": {"edx_video_id": "ropes-1", "transcripts": {"es": "es.srt"}},
            "tides": {"edx_video_id": "tides-1", "transcripts": {
                language: "%s.srt" % language for language in texts}}})
        # Somebody else's Spanish is kept, and what the store really holds of it is shown.
        theirs = sjson("uno", "DOS", "tres")
        name = object_name("tides-1", "es", theirs)
        self.campus.val.add("tides-1", course.key, language="es", name=name)
        self.campus.put(name, theirs)
        self.campus.load(course)
        self.ended(self.campus.run("scan"))
        c = self.launched(120, 35)
        c.wait(FAILED, course.key)
        c.keys("Enter")
        c.wait("MODULESTORE", "EDX-VAL", "tides", "ropes", "srt-invalid")
        c.keys("/")
        c.type("tides")
        c.keys("Enter")
        c.wait("val-differs")
        c.keys("Enter")
        c.match("dos.*DOS")
        for text in (ARABIC, JAPANESE):
            c.until("saw both sides of " + text, lambda s, t=text: self.both(c, s, t), 10)
        # what the store really holds, not what is remembered of it
        c.keys("Escape")
        c.wait("MODULESTORE", "ropes")
        self.campus.put(name, sjson("uno", "TWO", "tres"))
        c.keys("Enter")
        c.match("dos.*TWO")
        # edxval cannot list a course any more when one of its files is gone
        c.keys("Escape")
        c.wait("MODULESTORE", "ropes")
        self.campus.s3.client.delete_object(Bucket=BUCKET, Key=LOCATION + name)
        c.keys("Enter")
        c.wait("dos", "edx-val fails to list what it has", "not compared")
        c.keys("Escape")
        c.wait("MODULESTORE", "ropes")
        c.keys("F")
        c.wait("val-differs", "srt-invalid")

    @staticmethod
    def both(console, screen, text):
        """Whether a line has @text on both sides; if not, on to the next language."""
        if any(line.count(text) == 2 for line in screen.splitlines()):
            return True
        if "reading" not in screen:
            console.keys("Tab")
            time.sleep(0.2)
        return False


class ConsoleThrottled(ConsoleTest):
    def test_a_store_that_wants_less_is_told_and_comes_back(self):
        self.plenty(60)
        rule = self.campus.s3_proxy.on("PUT", r"\.sjson$", 503, times=1000000,
                                       headers=(("Retry-After", "1"),))
        c = self.launched()
        slowed = SLOWED % "store answers 503 Slow Down"
        c.until("saw it slow down", lambda s: (m := re.search(slowed, s)) and
                0 < int(m[1]) <= int(m[2]) / 2, 20)
        # nothing is done: no rate is made up, nor an end
        screen = c.until("saw an honest screen", lambda s: " 0/s" in s and "ETA" in s, 5)
        self.assertNotRegex(screen, r"ETA (about )?\d")
        self.assertIn("0 of 60 transcripts", screen)
        rule.times = 0
        c.wait(MIGRATED)
        self.assertNotIn("slowed:", c.gone("slowed:"))
        self.assertEqual(self.campus.findings(), [])
        self.whole(60)

    def test_a_val_that_wants_less_is_told_in_eighty_columns(self):
        self.plenty(40)
        rule = self.campus.val_proxy.on("POST", r"/video-transcripts/create/$", 429, times=1000000,
                                        headers=(("Retry-After", "1"),))
        c = self.launched(80, 24)
        c.match(SLOWED % "val answers 429 Too Many Requests")
        rule.times = 0
        c.wait(MIGRATED)
        c.gone("slowed:")
        self.whole(40)


class ConsoleAway(ConsoleTest):
    def test_a_store_that_goes_away_is_told_and_waited_for(self):
        self.plenty(30)
        held = self.campus.s3_proxy.on("PUT", r"\.sjson$", "hold", skip=8)
        c = self.launched(80, 24)
        held.wait()
        self.campus.s3_proxy.close()
        held.release()
        # what, since when, why: within the width of the smallest screen
        since = c.match(r"work waits since \d\d:\d\d:\d\d: store: Connection refused")[0]
        c.wait("ETA", "held")
        viewer = self.console(80, 24)
        viewer.wait("VIEWER", since)
        for key, word in (("p", "paused 1 course"), ("p", "resumed 1 course")):
            begun = time.monotonic()
            c.keys(key)
            c.wait(word)
            self.assertLess(time.monotonic() - begun, 1, word)
        c.keys("Enter")
        c.wait("MODULESTORE", since)
        c.keys("F")
        c.wait("store-unreachable", since)
        c.keys("Escape", "Escape")
        c.wait("STATUS", since)
        self.campus.s3_proxy.open()
        c.gone("work waits")
        viewer.gone("work waits")
        # what was under way has failed by the rule, the rest went on; the retry mends it
        c.wait(FAILED)
        screen = c.wait("store-unreachable")
        self.assertEqual(screen.count("store-unreachable"), 1, screen)  # of many videos, told once
        c.keys("R")
        c.wait(MIGRATED)
        viewer.wait(MIGRATED)
        self.whole(30)

    def test_one_may_leave_while_val_is_away(self):
        self.plenty(30)
        held = self.campus.val_proxy.on("POST", r"/video-transcripts/create/$", "hold", skip=8)
        c = self.launched(80, 24)
        held.wait()
        self.campus.val_proxy.close()
        held.release()
        c.match(r"work waits since \d\d:\d\d:\d\d: val: Connection refused")
        c.keys("q")
        c.wait("left with status 0.", seconds=5)


class ConsoleDenied(ConsoleTest):
    """Credentials that are not taken any more, in the middle."""

    def test_keys_of_the_store_that_have_ended(self):
        self.plenty(30)
        rule = self.campus.s3_proxy.on(None, None, "expired", skip=10, times=1000000)
        c = self.launched()
        c.match(r"work waits since [\d:]{8}: store: 400 ExpiredToken: the proxy says 400")
        rule.times = 0
        c.gone("work waits")
        c.wait(FAILED)
        c.wait("store-refused")
        c.keys("R")
        c.wait(MIGRATED)
        self.whole(30)

    def test_a_secret_of_val_that_is_refused(self):
        self.plenty(3)
        c = self.launched(**{VAL_SECRET: "wrong-s3cret"})
        screen = c.wait("work waits since", ": val: no token (are client_id and its secret right?): "
                        "401")
        self.assertNotIn("wrong-s3cret", screen)
        c.keys("p")
        c.wait("paused")
        c.keys("q")
        c.wait("left with status 0.")


class ConsoleLinked(StudioTest):
    def setUp(self):
        if terminal.missing():
            self.skipTest(terminal.missing())
        super().setUp()
        Servers.clear()
        self.campus = DestStudioCampus(self.studio)
        self.addCleanup(self.campus.remove)

    def test_the_word_is_asked_for_once_and_links_are_written(self):
        course, later = self.course("C", "a", "b"), self.course("D", "a")
        self.campus.run("scan")
        c = terminal.Console(self.campus, 100, 30)
        self.addCleanup(c.close)
        c.wait("engine here", WAITING)
        c.keys("r")
        question = "type the campus name to allow link = studio (campus, staging):"
        c.wait(question)
        self.assertEqual(self.studio.asked, [])
        c.type("campus")
        c.keys("Enter")
        c.wait(MIGRATED)
        for block in ("a", "b"):
            self.assertEqual(self.settings(course, block), (course.uuid(block),) * 2)
        c.keys("j", "r")
        c.until("saw both migrated", lambda s: s.count(MIGRATED) == 2, 20)
        self.assertEqual(self.settings(later, "a"), (later.uuid("a"),) * 2)
        self.assertNotIn(question, c.screen())
        self.assertEqual(self.studio.logins, 1)


class ConsoleTwo(ConsoleTest):
    def test_a_viewer_takes_over_from_a_console_that_was_killed(self):
        self.plenty(60)
        slow = self.campus.val_proxy.on("POST", r"/video-transcripts/create/$", "slow",
                                        times=1000000, seconds=0.4)
        a = self.launched()
        slow.wait()
        b = self.console()
        b.wait("VIEWER", "pid %d" % a.pid)
        a.kill()
        a.wait("left with")
        b.wait("press c to go on", "engine here")
        rows = len(self.campus.rows())
        b.keys("c")
        b.gone("press c to go on")
        self.campus.val_proxy.forget()
        b.wait(MIGRATED)
        self.assertLess(rows, 60)
        self.assertEqual(self.campus.findings(), [])
        self.whole(60)


class ConsoleOld(ConsoleTest):
    """An edxval that has no lists."""

    def setUp(self):
        super().setUp()
        self.campus = self.new(val=Servers.old_val)
        self.campus.empty()

    def test_what_cannot_be_known_is_no_number(self):
        course = self.plenty(3)
        c = self.launched(120, 30)
        c.wait(MIGRATED)
        c.keys("v")
        c.wait("validated %s, level bytes: 3 of 3 in val, 0 differing" % course.key)
        c.keys("Enter")
        c.wait("MODULESTORE")
        c.gone("never validated")
        c.keys("Escape", "q")
        c.wait("left with status 0.")
        # A new status database knows nothing of what was put there, and this val does not tell.
        self.campus.lose("status.db")
        self.ended(self.campus.run("scan"))
        c = self.console(120, 30)
        c.wait("engine here", WAITING)
        c.keys("v")
        c.wait("in val (3 unknown)", "? of 3 transcripts", "val-unread")
        c.keys("Enter")
        screen = c.wait("MODULESTORE", "unknown 3", "Video v002")
        for line in screen.splitlines():
            if "Video v00" in line:
                self.assertRegex(line, r" es +1 .*\? unknown +\?es +\? ")
        c.keys("Enter")
        c.wait("zwei", "edx-val does not tell")


del DestTest, StudioTest
