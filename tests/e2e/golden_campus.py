"""What matters on the golden screens: a course with its oddities, rows of others, runs, a flag.

golden_campus.py export FOLDER: the course "Algorithmes et arbres" there, with a draft alone, a
                                branch that differs, an implicit language, files that are missing,
                                broken and empty, many languages, and none.
golden_campus.py val CAMPUS:    rows of somebody else in its val.db, which is there already: one
                                text with a cue that starts later and one that says another word,
                                and a language that nothing promises. The names are always the same.
golden_campus.py flag CAMPUS:   the platform's tables of the flag in its flag.db, the global row on.
golden_campus.py mend CAMPUS:   the file of ANT-5 that no mock run could read, as its author mends it.
golden_campus.py runs CAMPUS:   of the runs that each command was there are three: a dry one, a mock
                                run, and one after the file was mended, as if each were one command.
                                Their times are made up, as the clock stands still.
"""
import json
import os
import sqlite3
import sys

from olx_campus import BROKEN_SRT, Campus, Course, EMPTY, sjson, srt, stamp

LANGUAGES = "ar cs de el en es fi fr hi it ja ko nl pl pt ru sv zh-Hans".split()
CUES = [
    (0, "Bonjour et bienvenue \U0001F44B"),
    (2400, "Voici le tri fusion :"),
    (5120, "on coupe la liste en 2"),
    (7900, "on trie chaque partie"),
    (11030, "puis on les fusionne"),
    (14250, "الترتيب بالدمج"),
    (16900, "マージソート"),
    (19640, "On finit en n log n \U0001F389"),
    (22010, "À bientôt \U0001F469\u200D\U0001F3EB"),
]


def subrip(cues):
    return "".join("%d\n%s --> %s\n%s\n\n" % (n + 1, stamp(at), stamp(at + 1500), text)
                   for n, (at, text) in enumerate(cues)).encode("utf-8")


def changed():
    """What somebody else has put into edx-val: the same cues but for one start and one word."""
    cues = [(at + 270 if n == 3 else at, text.replace("fusionne", "mélange") if n == 4 else text)
            for n, (at, text) in enumerate(CUES)]
    return json.dumps({"start": [at for at, _ in cues], "end": [at + 1500 for at, _ in CUES],
                       "text": [text for _, text in cues]}).encode("utf-8")


def course():
    out = Course("ALGO.3", org="DeltaU", run="2018", name="Algorithmes et arbres")
    out.static({"mots.srt": srt("un mot"), "vide.srt": EMPTY, "mauvais.srt": BROKEN_SRT,
                "tri-fusion-fr.srt": subrip(CUES), "subs_gY5xOm8Xh7Q.srt.sjson": sjson("welcome")})
    out.video("01-introduction", title="Introduction", edx_video_id="algo-01",
              youtube="gY5xOm8Xh7Q")
    out.video("02-tri-fusion", title="Tri fusion", edx_video_id="algo-02",
              transcripts={"en": "mots.srt", "fr": "tri-fusion-fr.srt"})
    out.video("03-tri-rapide", title="Tri rapide", edx_video_id="algo-03",
              transcripts={"es": "tri-rapide-es.srt", "fr": "mots.srt", "pt": "mauvais.srt"})
    out.video("04-avl", title="Arbres AVL", published=False,
              draft={"edx_video_id": "algo-04", "transcripts": {"fr": "mots.srt"}})
    out.video("05-tas", title="Tas binaires", edx_video_id="algo-05",
              transcripts={"en": "mots.srt", "es": "mots.srt"},
              draft={"edx_video_id": "algo-05",
                     "transcripts": {"en": "mots.srt", "fr": "mots.srt"}})
    out.video("06-graphes", title="Graphes", edx_video_id="algo-06", transcripts={"fr": "mots.srt"})
    out.video("07-chemins", title="Plus courts chemins", edx_video_id="algo-07",
              transcripts={"es": "vide.srt", "fr": "mots.srt"})
    out.video("08-accueil", title="Messages d'accueil", edx_video_id="algo-08",
              transcripts={language: "mots.srt" for language in LANGUAGES})
    out.video("09-sans-paroles", title="Sans paroles", edx_video_id="algo-09")
    out.video("10-exercices", title="Exercices", edx_video_id="algo-10",
              transcripts={"en": "mots.srt", "fr": "mots.srt"})
    return out


def flag(folder):
    db = sqlite3.connect(os.path.join(folder, "flag.db"))
    db.executescript("""
CREATE TABLE video_config_videotranscriptenabledflag (
 id integer NOT NULL PRIMARY KEY AUTOINCREMENT, change_date datetime NOT NULL,
 enabled bool NOT NULL, enabled_for_all_courses bool NOT NULL, changed_by_id integer NULL);
CREATE TABLE video_config_coursevideotranscriptenabledflag (
 id integer NOT NULL PRIMARY KEY AUTOINCREMENT, change_date datetime NOT NULL,
 enabled bool NOT NULL, course_id varchar(255) NOT NULL, changed_by_id integer NULL);
INSERT INTO video_config_videotranscriptenabledflag VALUES (1, '2018-04-30 09:00:00', 1, 0, NULL);
""")


def mend(folder):
    path = os.path.join(folder, "exports", "ANT", "course", "static", "1-3-the-first-harbours-en.srt")
    with open(path, encoding="utf-8") as f:
        text = f.read()
    alone = "\n\nThis is the most common mistake, so watch out.\n\n"
    assert alone in text, "the fault of the demo is another one"
    with open(path, "w", encoding="utf-8") as f:
        f.write(text.replace(alone, "\n\n"))


def runs(folder, mended="2018-05-02 02:46:00"):
    """The commands before the file was mended are one run, those after it another."""
    db = sqlite3.connect(os.path.join(folder, "status.db"))
    mended, = db.execute("SELECT unixepoch(?) * 1000000", (mended,)).fetchone()
    kept = []
    for where in ("kind = 'dry'", "kind = 'mock' AND began < %d" % mended,
                  "kind = 'mock' AND began >= %d" % mended):
        numbers = [row[0] for row in db.execute("SELECT number FROM run WHERE %s ORDER BY 1" % where)]
        first, others = numbers[0], ",".join(map(str, numbers))
        db.execute("UPDATE run_course SET run = ? WHERE run IN (%s)" % others, (first,))
        db.execute("DELETE FROM run WHERE number IN (%s) AND number <> ?" % others, (first,))
        kept.append(first)
    for number, old in enumerate(kept, 1):
        db.execute("UPDATE run SET number = ? WHERE number = ?", (number, old))
        db.execute("UPDATE run_course SET run = ? WHERE run = ?", (number, old))
    # half a second a transcript, and of a dry run a tenth of it
    db.execute("UPDATE run_course SET active = expected * CASE run WHEN 1 THEN 50000 ELSE 500000 END,"
               " ended = began + expected * CASE run WHEN 1 THEN 50000 ELSE 500000 END")
    db.execute("UPDATE run SET (ended, active) = (SELECT max(c.ended), max(c.ended) - run.began"
               " FROM run_course c WHERE c.run = number), host = 'quay', version = '0.1'")
    db.commit()


def main():
    what, folder = sys.argv[1:]
    if what == "export":
        course().write_folder(folder)
        return
    if what in ("flag", "mend", "runs"):
        {"flag": flag, "mend": mend, "runs": runs}[what](folder)
        return
    campus = Campus()
    os.rmdir(campus.folder)
    campus.folder = folder
    campus.val_add("algo-02", "fr", changed(),
                   name="video-transcripts/7c1e5b0a94d24c3f8f0b6a52d1e03f97.sjson")
    campus.val_add("algo-06", "de", sjson("von jemand anderem"),
                   name="video-transcripts/e2a90f3c5d174b86a4c1785be9d03b12.sjson")


main()
