#!/usr/bin/env python3
"""Texts that are hard to draw, in a course of the demo campus and in its store.

rich_course.py write FOLDER...: every SJSON file of these static/ folders becomes the rich one.
rich_course.py change STORE:    in every stored rich file cue 2 starts 270 ms later and cue 7 has
                                another word.
rich_course.py change-back STORE: they hold the rich cues again, but not the same bytes.
rich_course.py wall FILE:       FILE is a screen as text: the column of each line's wall, counted
                                with Unicode's own tables; "-" for a line without one.
"""
import json
import pathlib
import sys
import unicodedata

TEXTS = [
    "on choisit un pivot",
    "اختر محورا ثم قارن 12 عنصرا",
    "今日は整列を学びます",
    "family \U0001F469\u200D\U0001F469\u200D\U0001F467 heart \u2764\uFE0F thumb \U0001F44D\U0001F3FD 1\uFE0F\u20E3",
    "\u05E9\u05C1\u05B8\u05DC\u05D5\u05B9\u05DD \u05E2\u05D5\u05DC\u05DD",
    "two\nlines\tand \u202Eoverride\u202C \u2066iso\u2069",
    "\u1112\u1161\u11AB\u1100\u1173\u11AF jamo and e\u0301 marks",
    "zero\u200Bwidth soft\u00ADhyphen \u061C end",
    "عربي فقط",
    "last cue \U0001F393",
]


def rich():
    return {"start": [i * 2000 for i in range(len(TEXTS))],
            "end": [i * 2000 + 1900 for i in range(len(TEXTS))], "text": list(TEXTS)}


def change(path, back):
    data = json.loads(path.read_text("utf-8"))
    if data["text"][1:2] != TEXTS[1:2]:
        return
    if back:
        path.write_text(json.dumps(rich(), indent=4), "utf-8")
        return
    data["start"][1] += 270
    data["text"][6] = data["text"][6].replace("jamo", "letters")
    path.write_text(json.dumps(data, indent=2), "utf-8")


def cells(text):
    wide = 0
    for c in text:
        if unicodedata.category(c) in ("Mn", "Me", "Cf") or "\u1160" <= c <= "\u11FF":
            continue
        wide += 2 if unicodedata.east_asian_width(c) in "WF" else 1
    return wide


def main():
    what, *rest = sys.argv[1:]
    if what == "write":
        for folder in rest:
            for path in pathlib.Path(folder).glob("*.sjson"):
                path.write_text(json.dumps(rich(), indent=2), "utf-8")
    elif what in ("change", "change-back"):
        for path in pathlib.Path(rest[0]).glob("**/*.sjson"):
            change(path, what == "change-back")
    else:
        for line in pathlib.Path(rest[0]).read_text("utf-8").splitlines():
            at = [i for i, c in enumerate(line) if c in "│≠"]
            print(cells(line[:at[0]]) if at else "-")


main()
