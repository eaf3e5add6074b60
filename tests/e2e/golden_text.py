#!/usr/bin/env python3
"""What README and the manual show of the console is what the golden screens are.

A screen follows a line that names its file, in the manual a comment:

    tests/e2e/golden/NAME.txt:
    tests/e2e/golden/NAME.txt, without lines 16 to 52:

GOLDEN_UPDATE=1 in the environment writes them there anew.
"""
import os
import re
import sys

TOP = os.environ.get("top_srcdir", os.path.join(os.path.dirname(__file__), "..", ".."))
CAPTION = re.compile(r'(\.\\" )?(tests/e2e/golden/\S+\.txt)(?:, without lines (\d+) to (\d+))?:$')
SHOWN = {
    "README": "courses.80x24 course.80x24 diff.80x24 compare.80x24 board.80x24 courses.200x60",
    "man/subferry-migration.7":
        "courses.plain.80x24 course.plain.80x24 diff.plain.80x24 findings.plain.80x24 "
        "still.plain.80x24 boards.plain.80x24",
}
# What groff would make typographic, and what would be a request.
ESCAPES = {"\\": "\\e", "-": "\\-", "'": "\\(aq", "`": "\\(ga", "^": "\\(ha", "~": "\\(ti"}


def read(name):
    with open(os.path.join(TOP, name), encoding="utf-8") as f:
        return f.read().split("\n")[:-1]


def roff(line):
    line = "".join(ESCAPES.get(c, c) for c in line)
    return "\\&" + line if line.startswith(".") else line


def expected(name, caption):
    """The lines behind a caption."""
    manual, path, first, last = caption.groups()
    lines = read(path)
    if first:
        gap = int(last) - int(first) + 1
        lines[int(first) - 1:int(last)] = ["", "   (%d lines are left out here)" % gap, ""]
    if manual:  # from the left edge on: 80 cells do not fit behind the indent of a page
        return [".Bd -literal"] + [word for line in lines for word in (".ti 0", roff(line))] + [".Ed"]
    return [""] + lines


def check(name):
    """The problems of a document, and the document as it should be."""
    lines, out, problems, seen, at = read(name), [], [], [], 0
    while at < len(lines):
        out.append(lines[at])
        caption = CAPTION.match(lines[at])
        at += 1
        if not caption:
            continue
        seen.append(os.path.basename(caption.group(2))[:-len(".txt")])
        wanted = expected(name, caption)
        if lines[at:at + len(wanted)] == wanted:
            at += len(wanted)
        else:
            problems.append("%s:%d: not what %s holds" % (name, at, caption.group(2)))
            at = behind(lines, at, caption.group(1), len(wanted))
        out += wanted
    if seen != SHOWN[name].split():
        problems.append("%s shows %s, not %s" % (name, " ".join(seen) or "nothing", SHOWN[name]))
    return problems, out


def behind(lines, at, manual, count):
    """Where an outdated screen ends, if there is one: it has as many lines as ever."""
    first = lines[at:at + 2]
    if first[:1] == [".Bd -literal"] if manual else first[1:] and first[1].startswith("subferry "):
        return at + count
    return at


def main():
    failed = False
    for name in SHOWN:
        problems, out = check(name)
        if problems and os.environ.get("GOLDEN_UPDATE") == "1":
            with open(os.path.join(TOP, name), "w", encoding="utf-8") as f:
                f.write("\n".join(out) + "\n")
            print("written: " + name)
            continue
        print("\n".join(problems) or "ok %s" % name)
        failed = failed or bool(problems)
    return 1 if failed else 0


sys.exit(main())
