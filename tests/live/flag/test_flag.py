"""The flag backend over a real Django admin: shown, set, refused, and read back from the tables."""
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[1:1] = [os.path.join(HERE, "..", "dest"), os.path.join(HERE, "..", "..", "e2e")]

# pylint: disable=wrong-import-position,unused-import
import suite
from cases_flip import AdminByItself, AdminFlip, SqliteByItself, SqliteFlip
from cases_flip_cut import AdminCut, SqliteCut
from flag_site import PASSWORD, Site
from flip_campus import FlipTest

COURSE, SLASH = "course-v1:Org+C+2018", "Org/Old/2017"
UMLAUT = "course-v1:Org+\u00dcmlaut+2018"
TABLE = "video_config_coursevideotranscriptenabledflag"
GLOBAL = "video_config_videotranscriptenabledflag"
OK, REFUSED = "ok", "refused by the other side"


class Driver:
    """The backend in a process of its own, which keeps its session."""

    def __init__(self, url, user, password=PASSWORD):
        self.process = subprocess.Popen(
            [os.environ["FLAG_DRIVER"], url, user], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            text=True, encoding="utf-8", env=dict(os.environ, FLAG_PASSWORD=password))

    def ask(self, line):
        """(result's words, error's words, lines of states)"""
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        states = []
        while True:
            parts = self.process.stdout.readline().rstrip("\n").split("\t")
            if len(parts) == 3:
                assert PASSWORD not in parts[2], parts
                return parts[1], parts[2], states
            if len(parts) != 7:
                raise AssertionError("the driver is gone: %r" % (parts,))
            states.append(parts)

    def close(self):
        self.process.stdin.close()
        self.process.stdout.close()
        return self.process.wait(20)


class Admin(unittest.TestCase):
    """With a fresh database, and a server of one Django."""
    django, language, courses = "flag-new", "en", ()

    def setUp(self):
        self.site = Site(self.django, self.language, self.courses)
        self.addCleanup(self.site.remove)
        self.url, self.sql, self.stop = self.site.url, self.site.sql, self.site.stop
        self.driver = self.drive("staff@example.com")

    def drive(self, user, **more):
        driver = Driver(self.url, user, **more)
        self.addCleanup(driver.close)
        return driver

    def add_rows(self, courses, enabled, when="2018-05-02 01:00:00.000000"):
        db = sqlite3.connect(self.site.file, timeout=20)
        with db:
            db.executemany("INSERT INTO %s (change_date, enabled, course_id) VALUES (?, ?, ?)" % TABLE,
                           [(when, enabled, course) for course in courses])
        db.close()

    def set_global(self, enabled, for_all, when="2018-05-02 01:00:00.000000"):
        self.sql("INSERT INTO %s (change_date, enabled, enabled_for_all_courses) VALUES (?, ?, ?)"
                 % GLOBAL, when, enabled, for_all)

    def rows(self):
        return self.sql("SELECT course_id, enabled, username FROM %s LEFT JOIN auth_user "
                        "ON auth_user.id = changed_by_id ORDER BY %s.id" % (TABLE, TABLE))

    def expect(self, line, result, words=""):
        got, error, states = self.driver.ask(line)
        self.assertEqual(got, result, error)
        self.assertIn(words, error)
        return states

    def platform_says(self, course):
        """The rule of the platform, over the tables themselves."""
        last = self.sql("SELECT enabled, enabled_for_all_courses FROM %s ORDER BY change_date DESC "
                        "LIMIT 1" % GLOBAL)
        if not last or not last[0][0]:
            return "off"
        own = self.sql("SELECT enabled FROM %s WHERE course_id = ? ORDER BY change_date DESC LIMIT 1"
                       % TABLE, course)
        return "on" if last[0][1] or (own and own[0][0]) else "off"


class Works(Admin):
    def test_what_is_set_stands_in_the_tables(self):
        self.expect("probe", OK)
        self.assertEqual(self.rows(), [])
        self.assertEqual(self.expect("show " + COURSE, OK), [["off", "off", "-", "off", "-", "", ""]])
        self.set_global(1, 0)
        for number, (course, word) in enumerate(
                [(COURSE, "on"), (SLASH, "on"), (UMLAUT, "on"), (COURSE, "off"), (COURSE, "on")]):
            before = self.rows()
            self.expect("%s %s" % (word, course), OK)
            # one row more, and none changed
            self.assertEqual(self.rows(), before + [(course, word == "on", "staff@example.com")])
            state, = self.expect("show " + course, OK)
            self.assertEqual(state[:6], [word, word, "row", "on", "-", "staff@example.com"], number)
            self.assertRegex(state[6], "^changed .+, as the admin shows it$")
            self.assertEqual(self.platform_says(course), word)

    def test_both_flags_make_what_learners_get(self):
        self.add_rows([COURSE], 1)
        for number, (enabled, for_all) in enumerate([(0, 0), (1, 0), (1, 1), (0, 1), (1, 0)]):
            self.set_global(enabled, for_all, "2018-05-02 02:00:%02d.000000" % number)
            for course, own in ((COURSE, "on"), (SLASH, "off")):
                state, = self.expect("show " + course, OK)
                self.assertEqual(state[0], self.platform_says(course), (enabled, for_all, course))
                self.assertEqual(state[1], own)
                self.assertEqual(state[3:5], ["on" if enabled else "off", "all" if for_all else "-"])
        self.assertEqual(self.sql("SELECT count(*) FROM " + GLOBAL), [(5,)])

    def test_a_form_with_errors_is_refused_in_its_words(self):
        self.expect("on course-v1:No+Such+Course", REFUSED,
                    'Course not found. It was: "course-v1:No+Such+Course".')
        self.expect("on nonsense", REFUSED, 'Course id invalid. It was: "nonsense".')
        self.expect("on course-v1:" + "x" * 300, REFUSED, "255")
        self.expect("on ", REFUSED)
        self.assertEqual(self.rows(), [])

    def test_all_pages_are_read(self):
        courses = ["course-v1:Org+C%d+2018" % number for number in range(260)]
        self.set_global(1, 0)
        self.add_rows(courses, 0)
        self.add_rows(courses[::3], 1, "2018-05-03 01:00:00.000000")
        states = self.expect("show " + " ".join(courses + [COURSE]), OK)
        for number, state in enumerate(states[:-1]):
            self.assertEqual(state[:3], [["on", "off"][number % 3 > 0]] * 2 + ["row"], number)
        self.assertEqual(states[-1][:3], ["off", "off", "-"])
        # of one course, a long history
        self.add_rows([COURSE] * 150, 0, "2018-05-04 01:00:00.000000")
        self.expect("on " + COURSE, OK)
        self.assertEqual(self.expect("show " + COURSE, OK)[0][:2], ["on", "on"])

    def test_the_newest_row_is_that_of_the_newest_instant(self):
        self.set_global(1, 0)
        self.add_rows([COURSE], 1, "2018-05-03 01:00:00.000000")
        self.add_rows([COURSE], 0, "2018-05-02 01:00:00.000000")
        self.assertEqual(self.platform_says(COURSE), "on")
        for times in (1, 10):   # by the course, and by the whole list
            for state in self.expect("show" + times * (" " + COURSE), OK):
                self.assertEqual(state[:2], ["on", "on"])

    def test_a_session_that_ends_is_renewed(self):
        self.expect("probe", OK)
        for word in ("on", "off"):
            self.sql("DELETE FROM django_session")
            self.expect("%s %s" % (word, COURSE), OK)
        self.sql("DELETE FROM django_session")
        self.assertEqual(self.expect("show " + COURSE, OK)[0][1], "off")
        self.assertEqual(len(self.rows()), 2)

    def test_rights_are_told(self):
        for user, probe, show, words in (
                ("viewer@example.com", REFUSED, OK, "video_config.add_coursevideotranscript"),
                ("clerk@example.com", REFUSED, OK, "video_config.add_coursevideotranscript"),
                ("student@example.com", REFUSED, REFUSED, "is student@example.com staff?"),
                ("adder@example.com", OK, OK, "")):
            self.driver = self.drive(user)
            self.expect("probe", probe, words)
            self.expect("on " + COURSE, probe, words)
            if user == "viewer@example.com":
                self.assertEqual(self.expect("show " + COURSE, OK)[0][1], "off")
            elif show == REFUSED:
                self.expect("show " + COURSE, REFUSED, words)
            else:
                self.expect("show " + COURSE, REFUSED, "those to view both flags?")
        self.assertEqual(self.rows(), [(COURSE, 1, "adder@example.com")])

    def test_a_wrong_password_is_refused(self):
        self.driver = self.drive("staff@example.com", password="not-this")
        self.expect("on " + COURSE, REFUSED, "Email or password is incorrect.")
        self.assertEqual(self.rows(), [])

    def test_a_server_that_is_gone_is_unreachable(self):
        self.expect("probe", OK)
        self.stop()
        self.expect("on " + COURSE, "the other side cannot be reached")
        self.expect("show " + COURSE, "the other side cannot be reached")

    def test_what_is_not_committed_is_not_said_to_be(self):
        self.expect("probe", OK)
        db = sqlite3.connect(self.site.file, isolation_level=None)
        db.execute("BEGIN IMMEDIATE")   # Django may read, and waits in vain to write
        got, error, _ = self.driver.ask("on " + COURSE)
        db.execute("ROLLBACK")
        db.close()
        self.assertEqual(got, "outcome unknown, ask again with the same request", error)
        self.assertEqual(self.rows(), [])
        self.assertEqual(self.expect("show " + COURSE, OK)[0][2], "-")


class Command(Admin):
    """subferry flag, as an operator has it: the two courses of a demo, and this campus's admin."""

    # of a demo of two, by key
    courses = ["course-v1:FerryX+MA101x+2015_T1", "course-v1:FerryX+MA102x+2016_T1"]

    def setUp(self):
        super().setUp()
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.env = dict(os.environ, HOME=self.folder.name, FLAG_PASSWORD=PASSWORD,
                        XDG_STATE_HOME=os.path.join(self.folder.name, "state"))
        self.run_subferry("--demo", "--demo-size", "2", "list")
        self.conf = os.path.join(self.folder.name, "campus.conf")
        with open(self.conf, "w", encoding="utf-8") as conf:
            conf.write("[campus]\nname = harbour\nenvironment = staging\nrelease = ginkgo\n"
                       "status_db = status.db\n[source]\nkind = olx\n"
                       "path = state/subferry/demo/courses/*.tar.gz\n"
                       "[val]\nkind = sqlite\npath = val.db\n[store]\nkind = directory\n"
                       "path = store\n[flag]\nkind = admin\nurl = %s\n"
                       "user = staff@example.com\npassword_env = FLAG_PASSWORD\n" % self.url)
        listed = json.loads(self.run_subferry("-c", self.conf, "list", "--json").stdout)
        self.keys = [course["key"] for course in listed["courses"]]
        self.assertEqual(self.keys, self.courses)

    def run_subferry(self, *arguments, status=0):
        done = subprocess.run([os.environ["SUBFERRY"], *arguments], env=self.env, text=True,
                              stdin=subprocess.DEVNULL, capture_output=True)
        self.assertEqual(done.returncode, status, done)
        self.assertNotIn(PASSWORD, done.stdout + done.stderr)
        return done

    def shown(self, *arguments):
        done = self.run_subferry("-c", self.conf, "flag", "show", *arguments, "--json")
        document = json.loads(done.stdout)
        return document["global"], [course["effective"] for course in document["courses"]]

    def test_show_and_off(self):
        first, second = self.keys
        self.assertEqual(self.shown("--all"), ("off", ["off", "off"]))
        self.set_global(1, 0)
        self.add_rows([first, second], 1)
        self.assertEqual(self.shown("--all"), ("on", ["on", "on"]))
        before = self.rows()
        # nobody is there to type the word
        self.run_subferry("-c", self.conf, "flag", "off", first, status=2)
        self.run_subferry("-c", self.conf, "--word", second, "flag", "off", first, status=2)
        self.assertEqual(self.rows(), before)
        self.run_subferry("-c", self.conf, "--word", first, "flag", "off", first)
        self.assertEqual(self.rows(), before + [(first, 0, "staff@example.com")])
        self.assertEqual(self.shown(first, second), ("on", ["off", "on"]))
        self.assertEqual([self.platform_says(key) for key in self.keys], ["off", "on"])
        # off already: nothing is written
        self.run_subferry("-c", self.conf, "--word", first, "flag", "off", first)
        self.assertEqual(len(self.rows()), len(before) + 1)

    def test_on_for_all_is_said(self):
        self.set_global(1, 1)
        self.add_rows(self.keys[:1], 1)
        done = self.run_subferry("-c", self.conf, "--word", self.keys[0], "flag", "off", self.keys[0],
                                 status=1)
        self.assertIn("on for all courses", done.stdout + done.stderr)
        self.assertEqual(self.rows()[-1], (self.keys[0], 0, "staff@example.com"))

    def test_a_server_that_is_gone(self):
        self.stop()
        done = self.run_subferry("-c", self.conf, "flag", "show", "--all", status=3)
        self.assertIn("flag: Connection refused", done.stderr)


class WorksInArabic(Works):
    language = "ar"


class WorksInOldDjango(Works):
    django = "flag-old"


if __name__ == "__main__":
    sys.exit(suite.main(os.environ["SUBFERRY"], FlipTest.ending))
