"""One course that shows what matters, for the golden screens: an export in the folder argv[1].

golden_campus.py export FOLDER: the course "Algorithmes et arbres" there, with a draft alone, a
                                branch that differs, an implicit language, files that are missing,
                                broken and empty, many languages, and none.
golden_campus.py val CAMPUS:    rows of somebody else in its val.db, which is there already: one
                                text with a cue that starts later and one that says another word,
                                and a language that nothing promises. The names are always the same.
"""
import json
import os
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


def main():
    what, folder = sys.argv[1:]
    if what == "export":
        course().write_folder(folder)
        return
    campus = Campus()
    os.rmdir(campus.folder)
    campus.folder = folder
    campus.val_add("algo-02", "fr", changed(),
                   name="video-transcripts/7c1e5b0a94d24c3f8f0b6a52d1e03f97.sjson")
    campus.val_add("algo-06", "de", sjson("von jemand anderem"),
                   name="video-transcripts/e2a90f3c5d174b86a4c1785be9d03b12.sjson")


main()
