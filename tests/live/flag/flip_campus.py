"""A campus on disk whose flag is a real Django's: behind its admin, or in the file it works with.

What became of a flip is asked of Django, in the process that serves the admin.
"""
import contextlib
import os
import subprocess

from flag_site import PASSWORD, Site
from http_proxy import VAL, Proxy
from olx_campus import SUBFERRY, Answer, Campus, CampusTest, Course, srt

# The platform has these; each test takes some for itself.
COURSES = [Course("F%d" % number) for number in range(100)]
# Paths of the admin: where a row is added, and where rows are listed.
ADD = "/coursevideotranscriptenabledflag/add/"
LIST = r"/coursevideotranscriptenabledflag/(\?|$)"


class FlipCampus(Campus):
    """@kind: admin or sqlite. The admin is reached through a proxy that can disturb."""

    def __init__(self, site, kind, user="staff@example.com", **flag):
        super().__init__()
        self.folder = os.path.realpath(self.folder)
        self.proxy = Proxy(site.address, VAL)
        own = {"url": self.proxy.url, "user": user, "password_env": "FLAG_PASSWORD"} \
            if kind == "admin" else {"path": site.file}
        self.more = {"campus": {"release": "ginkgo", "operator": "ana"},
                     "flag": dict(own, kind=kind, **flag)}

    def remove(self):
        self.proxy.__exit__()
        super().remove()

    def begin(self, *args, **environment):
        """Starts a command and leaves it running; done() waits for it."""
        self.configure()
        return self.start(*args, **environment)

    def start(self, *args, **environment):
        """The same, beside others that read the configuration."""
        return subprocess.Popen(
            [SUBFERRY, "-c", self.path("campus.conf"), *args], stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=self.folder,
            env=dict(os.environ, HOME=self.folder, FLAG_PASSWORD=PASSWORD, NO_PROXY="127.0.0.1",
                     **environment))

    @staticmethod
    def done(process, seconds=60):
        try:
            out, err = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            raise
        assert PASSWORD.encode() not in out + err, err
        return Answer(subprocess.CompletedProcess(process.args, process.returncode, out, err))

    def run(self, *args, **environment):    # pylint: disable=arguments-differ
        return self.done(self.begin(*args, **environment))


class FlipTest(CampusTest):
    """One Django for all, begun by the first; each test with a campus and courses of its own."""
    kind, flag = None, {}
    site, courses = None, iter(COURSES)

    @classmethod
    @contextlib.contextmanager
    def ending(cls):
        """What all tests share is removed at the end."""
        try:
            yield
        finally:
            if FlipTest.site:
                FlipTest.site.remove()

    def setUp(self):
        if not FlipTest.site:
            FlipTest.site = Site(courses=[course.key for course in COURSES])
        self.campus = self.new_campus()
        self.site.save(enabled=True, enabled_for_all_courses=False)
        self.global_rows = self.said("-")["global_rows"]

    def tearDown(self):
        self.assertEqual(self.said("-")["global_rows"], self.global_rows, "the global row was written")

    def new_campus(self, **how):
        campus = FlipCampus(self.site, self.kind, **dict(self.flag, **how))
        self.addCleanup(campus.remove)
        return campus

    # ---- courses

    def add_course(self, campus=None, course=None):
        """A course of two transcripts, ready to be migrated."""
        course = course or next(self.courses)
        course.static({"a.srt": srt("hello"), "b.srt": srt("hola")})
        course.video("v", edx_video_id="id-" + course.course,
                     transcripts={"en": "a.srt", "es": "b.srt"})
        return (campus or self.campus).add(course).key

    def proved_course(self, campus=None, course=None):
        """The key of a course that has been migrated and validated: its gates are green."""
        campus = campus or self.campus
        key = self.add_course(campus, course)
        self.expect(campus.migrate(), 0)
        self.expect(campus.run("verify", "--level", "hash", "--all"), 0)
        return key

    # ---- what the program does and says

    def expect(self, answer, status, words=""):
        text = answer.text() + answer.err.decode()
        self.assertEqual(answer.status, status, text)
        self.assertIn(words, text)
        return answer

    def flip(self, word, key, status=0, words="", campus=None):
        return self.expect((campus or self.campus).run("--word", key, "flag", word, key), status,
                           words)

    def shown(self, key):
        """What the program reads back, by `flag show`."""
        course, = self.expect(self.campus.run("flag", "show", key, "--json"), 0) \
            .document()["courses"]
        return course

    # ---- what Django says

    def said(self, key):
        """Rows that went past Django leave its cache of them alone: that is given its ten minutes."""
        return self.site.said(key, aged=self.kind == "sqlite")

    def rows(self, key):
        return [enabled for enabled, _ in self.said(key)["rows"]]

    def assert_is(self, key, on, rows=None):
        """Django has it on, or off, after these @rows; and the program reads the same."""
        said, shown = self.said(key), self.shown(key)
        self.assertEqual((said["current"], said["learners"]), (on, on), said)
        if rows is not None:
            self.assertEqual([enabled for enabled, _ in said["rows"]], rows)
        self.assertEqual(shown["effective"], "on" if on else "off", shown)
        self.assertEqual(shown["own"], ("on" if on else "off") if said["rows"] else "none", shown)
