#!/usr/bin/env python3
"""hostile_stream.py FILE: what a program wrote to its terminal is what curses writes, and no more.

Fails on every control string (titles, clipboard, links), every question that a terminal answers,
every mode that no screen needs, C1, BEL and what changes directions; prints where.
"""
import re
import sys

MODES = {b"?1", b"?7", b"?12", b"?25", b"?1049", b"?2004", b"4", b"34"}
PARTS = re.compile(
    rb"\x1b\[(?P<csi>[0-9;?>=]*)(?P<final>[@-~])"
    rb"|\x1b(?P<short>[=>78M]|\([B0]|\)[B0])"
    rb"|(?P<control>[\x00-\x1f\x7f])"
    rb"|(?P<text>[^\x00-\x1f\x7f]+)", re.S)
# Moving, clearing, inserting and deleting, colours, the scrolling region, repeating.
FINALS = b"ABCDEFGHIJKLMPSTXZ@`abdefmr"
# U+200E is the console's own: it keeps columns in place beside letters that run to the left.
BAD_TEXT = re.compile("[\x80-\x9f\u061c\u200f\u2028-\u202e\u2066-\u2069\ufeff]")


def faults(data):
    at = 0
    while at < len(data):
        m = PARTS.match(data, at)
        if not m:
            yield at, "no sequence of curses"
            at += 1
            continue
        if m["final"] in (b"h", b"l"):
            if not set(m["csi"].replace(b";", b";?" if m["csi"][:1] == b"?" else b";").split(b";")) <= MODES:
                yield at, "a mode"
        elif m["final"] and m["final"] not in FINALS:
            yield at, "CSI ... %s" % m["final"].decode()
        elif m["final"] and re.search(rb"[?>=]", m["csi"]):
            yield at, "a private sequence"
        elif m["control"] and m["control"] not in b"\r\n\b\t\x0f":  # ^O ends colours, says terminfo
            yield at, "control 0x%02x" % m["control"][0]
        elif m["text"]:
            text = m["text"].decode("utf-8", "surrogateescape")
            bad = BAD_TEXT.search(text) or re.search("[\udc80-\udcff]", text)
            if bad:
                yield at, "U+%04X in %r" % (ord(bad.group()), text[:80])
        at = m.end()


def main():
    with open(sys.argv[1], "rb") as f:
        data = f.read()
    if len(data) < 1000 or b"\x1b[" not in data:
        print("nothing was recorded")
        return 1
    if data.rfind(b"\x1b[?2004l") <= data.rfind(b"\x1b[?2004h"):
        print("the terminal still marks what is pasted")
        return 1
    # a part of a sequence at the end may still be on its way
    found = [fault for fault in faults(data) if fault[0] < len(data) - 16]
    for at, what in found[:10]:
        print("at byte %d: %s: %r" % (at, what, data[max(0, at - 40):at + 40]))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
