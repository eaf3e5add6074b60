"""link = studio: new ids get into their blocks through Studio's API, and through nothing else."""
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "e2e"))

# pylint: disable=wrong-import-position
from olx_campus import Campus, CampusTest, Course, srt
from studio_server import LOGIN, PASSWORD, REFUSED, USER, Studio

SECRET = "SUBFERRY_TEST_STUDIO"


class StudioCampus(Campus):
    def __init__(self, studio, **engine):
        super().__init__(**engine)
        self.studio, self.password = studio, PASSWORD
        self.source = {"key_form": "course-v1", "link": "studio", "studio_url": studio.url,
                       "studio_login_url": studio.lms, "studio_user": USER,
                       "studio_password_env": SECRET}

    def plain(self, *args, stdin=b"", **environment):
        return super().plain(*args, stdin=stdin, **dict({SECRET: self.password}, **environment))

    def linked(self, *more):
        self.run("scan")
        return self.run("--word", "campus", "migrate", "--all", *more)


class StudioTest(CampusTest):
    def setUp(self):
        self.studio = Studio().__enter__()      # pylint: disable=unnecessary-dunder-call
        self.addCleanup(self.studio.__exit__)
        self.campus = StudioCampus(self.studio)
        self.addCleanup(self.campus.remove)

    def tearDown(self):
        """Whatever happened, nothing that is kept has the password."""
        for folder, _, names in os.walk(self.campus.folder):
            for name in names:
                with open(os.path.join(folder, name), "rb") as f:
                    self.assertNotIn(PASSWORD.encode("utf-8"), f.read(), name)

    @staticmethod
    def key(course, block, kind="video"):
        return "block-v1:%s+%s+%s+type@%s+block@%s" % (course.org, course.course, course.run, kind,
                                                       block)

    def course(self, name, *blocks, **fields):
        """A course of videos without ids, here and in Studio, published and in step."""
        course = Course(name).static({"%s.srt" % b: srt(b) for b in blocks})
        for block in blocks:
            settings = dict({"transcripts": {"fr": "%s.srt" % block}}, **fields)
            course.video(block, **settings)
            self.studio.add(self.key(course, block), settings, dict(settings))
        self.campus.add(course)
        return course

    def settings(self, course, block):
        found = self.studio.blocks[self.key(course, block)]
        return tuple((branch or {}).get("edx_video_id") for branch in (found.draft, found.published))

    def linked(self, status=0):
        answer = self.campus.linked()
        text = answer.text() + answer.err.decode("utf-8")
        self.assertEqual(answer.status, status, text)
        self.assertNotIn(PASSWORD, text)
        return text

    def codes(self):
        return [(f[0], f[2]) for f in self.campus.findings() if f[2].startswith("link-")]

    def reasons(self):
        found = self.campus.run("findings", "--json").document()["findings"]
        return " ".join(f["text"] for f in found if f["code"] == "link-failed")


class Linking(StudioTest):
    def test_ids_are_saved_and_published_where_nothing_else_was_pending(self):
        course = self.course("C", "a", "b")
        settings = {"transcripts": {"fr": "a.srt"}}
        course.video("edited", draft=dict(settings, start_time="5"), **settings)
        course.video("new", published=False, draft=settings)
        self.studio.add(self.key(course, "edited"), dict(settings, start_time="5"), dict(settings))
        self.studio.add(self.key(course, "new"), settings)
        self.campus.add(course)
        self.linked()
        for block in ("a", "b"):
            self.assertEqual(self.settings(course, block), (course.uuid(block),) * 2)
        for block in ("edited", "new"):
            self.assertEqual(self.settings(course, block), (course.uuid(block), None))
        self.assertEqual(self.codes(), [])
        self.assertEqual(self.studio.logins, 1)
        self.assertTrue(all(set(json.loads(a.body)) <= {"metadata", "publish"}
                            for a in self.studio.of("POST")))
        # the export still lacks them: they are looked at, and not saved again
        saves = len(self.studio.of("POST"))
        self.assertEqual(saves, 4)
        self.campus.run("--word", "campus", "migrate", course.key)
        self.assertEqual(len(self.studio.of("POST")), saves)

    def test_slash_courses_are_asked_for_by_their_keys(self):
        self.campus.source["key_form"] = "slash"
        settings = {"transcripts": {"fr": "a.srt"}}
        course = Course("C").static({"a.srt": srt("a")}).video("v:1", kind="videoalpha", **settings)
        course.key = "Org/C/R"
        self.campus.add(course)
        block = self.studio.add("i4x://Org/C/videoalpha/v:1", settings, dict(settings))
        self.linked()
        self.assertEqual(block.published["edx_video_id"], course.uuid("v:1", "videoalpha"))

    def test_an_early_release_that_answers_a_login_with_nothing(self):
        self.studio.form_only = True
        course = self.course("C", "a")
        self.linked()
        self.assertEqual(self.settings(course, "a"), (course.uuid("a"),) * 2)

    def test_without_the_word_studio_is_not_asked(self):
        self.course("C", "a")
        self.campus.run("scan")
        answer = self.campus.run("migrate", "--all")
        self.assertNotEqual(answer.status, 0)
        self.assertEqual(self.studio.asked, [])

    def test_many_courses_share_one_login(self):
        courses = [self.course("C%d" % n, "a") for n in range(8)]
        self.linked()
        for course in courses:
            self.assertEqual(self.settings(course, "a"), (course.uuid("a"),) * 2)
        self.assertEqual(self.studio.logins, 1)

    def test_everything_is_stored_before_studio_saves(self):
        """A save rewrites files at the source: nothing may be left to be read from there."""
        course = self.course("C", "a", "b")
        seen = []
        self.studio.before = lambda asked: seen.append(sorted(self.campus.ids())) \
            if asked.path.startswith("/xblock/") else None
        self.linked()
        self.assertTrue(seen)
        for ids in seen:
            self.assertEqual(ids, sorted(course.uuid(b) for b in ("a", "b")))


class Refusals(StudioTest):
    def test_studios_words_are_the_finding_and_the_others_go_on(self):
        course = self.course("C", "bad", "closed", "gone", "theirs", "v")
        self.studio.refuse[self.key(course, "bad")] = (
            "POST", 400, {"error": "Something wrong with SubRip transcripts file during parsing."})
        self.studio.refuse[self.key(course, "closed")] = ("POST", 403, {"error": "not yours"})
        del self.studio.blocks[self.key(course, "gone")]
        self.studio.blocks[self.key(course, "theirs")].draft["edx_video_id"] = "their-id"
        self.linked(status=1)
        self.assertEqual(self.codes(), [("video@" + b, "link-failed")
                                        for b in ("bad", "closed", "gone", "theirs")])
        self.assertIn("Something wrong with SubRip transcripts file", self.reasons())
        self.assertIn("not yours", self.reasons())
        self.assertIn("Studio does not have the block", self.reasons())
        self.assertIn("names their-id by now", self.reasons())
        self.assertEqual(self.settings(course, "theirs"), ("their-id", None))
        self.assertEqual(self.settings(course, "v"), (course.uuid("v"),) * 2)
        self.assertEqual(self.studio.logins, 1)
        # mended, and retried by its finding
        self.studio.refuse.clear()
        self.campus.run("--word", "campus", "retry", "--finding", "link-failed", course.key)
        self.campus.run("--word", "campus", "migrate", course.key)
        self.assertEqual(self.settings(course, "bad"), (course.uuid("bad"),) * 2)
        self.assertEqual(self.codes(), [("video@gone", "link-failed"),
                                        ("video@theirs", "link-failed")])

    def test_a_server_error_is_tried_again_and_then_a_finding(self):
        course = self.course("C", "a", "b")
        self.studio.refuse[self.key(course, "a")] = ("POST", 500, "<title>Server Error</title>")
        self.linked(status=1)
        self.assertEqual(len([a for a in self.studio.of("POST") if a.path.endswith("@a")]), 2)
        self.assertEqual(self.codes(), [("video@a", "link-failed")])
        self.assertIn("Server Error", self.reasons())
        self.assertEqual(self.settings(course, "b"), (course.uuid("b"),) * 2)

    def test_a_wrong_password_is_tried_once(self):
        for n in range(4):
            self.course("C%d" % n, "a")
        self.campus.password = "something else"
        answer = self.campus.linked()
        self.assertEqual(answer.status, 1)
        self.assertEqual(len(self.studio.of("POST", LOGIN)), 1)
        self.assertEqual(len(self.codes()), 4)
        self.assertIn(REFUSED, self.reasons())
        self.assertNotIn("something else", self.reasons())
        self.assertEqual(self.studio.of("GET"), [])


class Sessions(StudioTest):
    def test_a_session_that_ends_at_any_request_is_renewed(self):
        for what in ("forget_after", "stale_token_after"):
            for at in range(1, 7):
                with self.subTest(what=what, at=at):
                    course = self.course("C-%s-%d" % (what, at), "a", "b")
                    setattr(self.studio, what, at)
                    self.linked()
                    for block in ("a", "b"):
                        self.assertEqual(self.settings(course, block), (course.uuid(block),) * 2)
                    self.assertEqual(self.codes(), [])


class Doctor(StudioTest):
    def test_doctor_logs_in_and_saves_nothing(self):
        self.course("C", "a")
        for args in (("doctor",), ("doctor", "--write")):
            answer = self.campus.run(*args)
            text = answer.text() + answer.err.decode("utf-8")
            self.assertEqual(answer.status, 0, text)
            self.assertIn(self.studio.url, text)
            self.assertIn("takes the login of " + USER, text)
            self.assertNotIn(PASSWORD, text)
        self.assertEqual(self.studio.of("POST"), [])

    def test_doctor_tells_that_the_login_fails(self):
        self.course("C", "a")
        self.campus.password = "something else"
        answer = self.campus.run("doctor")
        self.assertEqual(answer.status, 1)
        self.assertIn(REFUSED, answer.text() + answer.err.decode("utf-8"))
