"""A campus with one course of every oddity that the course screen can show: in the folder argv[1].

A second course is migrated right away, so that edx-val is there for rows of somebody else.
"""
import os
import sys

from olx_campus import BROKEN_SRT, Campus, Course, EMPTY, sjson, srt

LANGUAGES = "ar cs de el en es fi fr hi it ja ko nl pl pt ru sv zh-Hans".split()


def oddities():
    course = Course("Odd", name="Oddities of every kind")
    course.static({"a.srt": srt("the text"), "empty.srt": EMPTY, "broken.srt": BROKEN_SRT,
                   "subs_tube.srt.sjson": sjson("by its YouTube id")})
    course.video("same", edx_video_id="same", transcripts={"en": "a.srt", "es": "a.srt"})
    course.video("branches", edx_video_id="branches",
                 transcripts={"en": "a.srt", "es": "a.srt"},
                 draft={"edx_video_id": "branches", "transcripts": {"en": "a.srt", "fr": "a.srt"}})
    course.video("drafted", published=False,
                 draft={"edx_video_id": "drafted", "transcripts": {"es": "a.srt"}})
    course.video("implicit", edx_video_id="implicit", youtube="tube")
    course.video("missing", edx_video_id="missing",
                 transcripts={"es": "gone.srt", "fr": "broken.srt"})
    course.video("differs", edx_video_id="differs", transcripts={"es": "a.srt", "fr": "a.srt"})
    course.video("extra", edx_video_id="extra", transcripts={"fr": "a.srt"})
    course.video("leftout", edx_video_id="leftout", transcripts={"es": "empty.srt", "fr": "a.srt"})
    course.video("many", edx_video_id="many", transcripts={x: "a.srt" for x in LANGUAGES})
    course.video("nothing", edx_video_id="nothing")
    return course


def main():
    campus = Campus()
    os.rmdir(campus.folder)
    campus.folder = sys.argv[1]
    os.makedirs(campus.folder)
    seed = Course("Seed").static({"a.srt": srt("a seed")})
    seed.video("seed", edx_video_id="seed", transcripts={"es": "a.srt"})
    campus.add(seed)
    if campus.migrate().status != 0:
        sys.exit("the first course could not be migrated")
    campus.val_add("differs", "es", sjson("another text"))
    campus.val_add("extra", "de", sjson("nobody promised it"))
    campus.add(oddities())
    if campus.run("scan").status != 0:
        sys.exit("the courses could not be listed")


main()
