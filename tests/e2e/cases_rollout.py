"""The whole rollout, from the first rehearsal on staging to a flag that is on, and off again."""
import shutil
import sqlite3

from olx_campus import BROKEN_SRT, Campus, CampusTest, Course, srt

FLAGS = """
CREATE TABLE video_config_videotranscriptenabledflag(id INTEGER PRIMARY KEY AUTOINCREMENT,
 change_date TEXT NOT NULL, enabled INTEGER NOT NULL, enabled_for_all_courses INTEGER NOT NULL,
 changed_by_id INTEGER NULL);
CREATE TABLE video_config_coursevideotranscriptenabledflag(id INTEGER PRIMARY KEY AUTOINCREMENT,
 change_date TEXT NOT NULL, enabled INTEGER NOT NULL, course_id TEXT NOT NULL,
 changed_by_id INTEGER NULL);
INSERT INTO video_config_videotranscriptenabledflag(change_date, enabled, enabled_for_all_courses)
 VALUES('2018-01-01 00:00:00', 1, 0);
"""


class Site(Campus):
    """Staging or production: the same courses, each with its own val, store and flag."""

    def __init__(self, name, environment):
        super().__init__()
        self.name = name
        self.more = {"campus": {"name": name, "environment": environment, "release": "ginkgo",
                                "operator": "ana"},
                     "flag": {"kind": "sqlite", "path": "flag.db"}}

        db = sqlite3.connect(self.path("flag.db"))
        db.executescript(FLAGS)
        db.close()

    def word(self, word, *args):
        return self.run("--word", word, *args)

    def flag_rows(self, key):
        """What the platform would read: all rows of the course, oldest first."""
        return [bool(row[0]) for row in self.sql(
            "flag.db", "SELECT enabled FROM video_config_coursevideotranscriptenabledflag"
            " WHERE course_id = ? ORDER BY id", key)]

    def restored(self, courses):
        """As staging is after a restore: the courses of now, and nothing of what was registered."""
        self.lose("val.db")
        shutil.rmtree(self.path("store"), ignore_errors=True)
        for course in courses:
            self.add(course)
        self.run("scan")


def told(rows):
    """Findings of a comparison, as short as one can compare them."""
    return sorted((row["video"] or "-", row["language"] or "-", row["code"]) for row in rows)


class Rollout(CampusTest):
    def site(self, name, environment, courses):
        site = Site(name, environment)
        self.addCleanup(site.remove)
        for course in courses:
            site.add(course)
        self.assertEqual(site.run("scan").status, 0)
        return site

    def expect(self, answer, status):
        self.assertEqual(answer.status, status, answer.text() + answer.err.decode())
        return answer

    def courses(self):
        """One course that is all well, and one with a fault to mend and one to live with."""
        well = Course("Bio").static({"cell.srt": srt("the cell"), "zelle.srt": srt("die Zelle")})
        well.video("cell", edx_video_id="bio-cell", transcripts={"en": "cell.srt", "de": "zelle.srt"})
        ill = Course("Algo").static({"tri.srt": srt("le tri"), "arbre.srt": BROKEN_SRT})
        ill.video("tri", edx_video_id="algo-tri", transcripts={"fr": "tri.srt"})
        ill.video("arbre", edx_video_id="algo-arbre", transcripts={"fr": "arbre.srt"})
        ill.video("perdu", edx_video_id="algo-perdu", transcripts={"es": "gone.srt"})
        return well, ill

    def compared(self, site, a, b, status):
        return self.expect(site.run("runs", "--compare", str(a), str(b), "--json"), status).document()

    def rehearsed(self, staging, well, ill):
        """Two mock runs on a staging that is restored in between, and a fault mended."""
        self.expect(staging.run("migrate", "--all", "--dry-run"), 1)
        self.expect(staging.run("migrate", "--all"), 1)
        first = self.compared(staging, 1, 2, 0)
        self.assertEqual((first["missed"], first["met"]), ([], first["predicted"]))
        self.assertEqual(first["predicted"], 5)
        self.expect(staging.run("waive", ill.key, "perdu", "es", "--finding", "asset-missing",
                                "--reason", "never recorded"), 0)
        ill.static({"arbre.srt": srt("les arbres")})
        staging.restored([well, ill])
        self.assertIn(b"refresh", staging.run("verify", well.key).err)
        self.expect(staging.run("refresh"), 2)
        self.expect(staging.word("staging", "refresh"), 2)
        self.expect(staging.word("staging-u", "refresh"), 0)
        for course in (well, ill):
            self.assertEqual(staging.course(course.key)["status"], "Not-Migrated")
        self.expect(staging.run("migrate", "--all"), 0)
        return self.compared(staging, 2, 3, 0)

    def test_two_rehearsals_then_production_then_the_flag(self):
        well, ill = self.courses()
        staging = self.site("staging-u", "staging", (well, ill))
        production = self.site("example-u", "production", (well, ill))
        answer = self.rehearsed(staging, well, ill)
        self.assertEqual(told(answer["fixed"]), [("video@arbre", "fr", "srt-invalid")])
        self.assertEqual(told(answer["still"]), [("video@perdu", "es", "asset-missing")])
        self.assertTrue(answer["still"][0]["waived"])
        self.assertEqual(answer["new"], [])
        self.assertEqual([(row["video"], row["language"]) for row in answer["changed"]],
                         [("video@arbre", "fr")])

        # what production asks for is carried there
        production.add(ill)
        self.expect(production.run("migrate", "--all"), 2)
        self.assertEqual((production.rows(), production.objects()), ({}, {}))
        carried = staging.path("runs.jsonl")
        self.expect(staging.run("runs", "--export", carried), 0)
        self.expect(production.run("runs", "--import", carried), 0)
        self.expect(production.run("migrate", "--all"), 0)
        runs = production.run("runs", "--json").document()["runs"]
        self.assertEqual(sorted((run["number"], run["kind"]) for run in runs),
                         [(1, "mock"), (2, "mock"), (3, "real")])
        self.assert_languages_of(production, ("algo-tri", "fr"), ("algo-arbre", "fr"),
                                 ("bio-cell", "de"), ("bio-cell", "en"))

        # validated, flipped, and flipped back when the source has moved on
        self.expect(production.run("flag", "board", ill.key), 1)
        self.expect(production.run("verify", "--all", "--level", "bytes"), 0)
        self.expect(production.run("flag", "board", ill.key), 0)
        self.expect(production.word("example-u", "flag", "on", ill.key), 2)
        self.assertEqual(production.flag_rows(ill.key), [])
        self.expect(production.word(ill.key, "flag", "on", ill.key), 0)
        self.assertEqual(production.flag_rows(ill.key), [True])
        ill.static({"tri.srt": srt("le tri rapide")})
        production.add(ill)
        self.expect(production.run("flag", "board", ill.key), 1)
        self.assertIn("stale", production.run("flag", "show", ill.key).text())
        self.expect(production.word(ill.key, "flag", "off", ill.key), 0)
        self.assertEqual(production.flag_rows(ill.key), [True, False])
        self.expect(production.word(well.key, "flag", "on", well.key), 0)
        self.assertEqual(production.flag_rows(well.key), [True])
        self.assert_told(production, ill.key)

    def assert_told(self, site, key):
        """The audit has what was done in production, in that order, each by ana."""
        told = site.sql("status.db", "SELECT action, object, who FROM event ORDER BY id")
        acts = [action for action, place, _ in told if place == key or action == "import"]
        at = [acts.index(act) for act in ("import", "launch", "end", "verify", "flag on", "flag off")]
        self.assertEqual(at, sorted(at))
        self.assertEqual({who for action, _, who in told if action != "end"}, {"ana"})

    def assert_languages_of(self, site, *pairs):
        self.assertEqual(sorted(site.rows()), sorted(pairs))
