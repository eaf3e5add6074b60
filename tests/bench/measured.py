"""Commands that are measured, and what they leave behind, for dest.py and mongo.py."""
import collections
import json
import os
import sqlite3
import sys
import time

BUILD = os.path.abspath(os.environ.get("top_builddir", "."))
SUBFERRY = os.path.join(BUILD, "subferry")

Sample = collections.namedtuple("Sample", "seconds cpu")


def run(words, environment, log):
    """A Sample of one command, which must end well; its output is in @log."""
    begun = time.monotonic()
    child = os.posix_spawn(words[0], words, environment, file_actions=[
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644),
        (os.POSIX_SPAWN_OPEN, 2, log + ".err", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)])
    _, status, usage = os.wait4(child, 0)
    seconds = time.monotonic() - begun
    if os.waitstatus_to_exitcode(status) != 0:
        for path in (log, log + ".err"):
            with open(path, encoding="utf-8", errors="replace") as f:
                sys.stderr.write(f.read()[-3000:])
        sys.exit("%s: exit %d" % (" ".join(words), os.waitstatus_to_exitcode(status)))
    return Sample(seconds, usage.ru_utime + usage.ru_stime)


def run_subferry(conf, environment, log):
    """Scan and migrate --all as one."""
    both = [run([SUBFERRY, "-c", conf] + words, environment, log)
            for words in (["scan"], ["migrate", "--all"])]
    return Sample(sum(s.seconds for s in both), sum(s.cpu for s in both))


def last_json(path):
    with open(path, encoding="utf-8") as f:
        return json.loads(f.read().splitlines()[-1])


def ids_of_status(folder):
    """{val's id: (course, block)}, as the status database in @folder has them."""
    db = sqlite3.connect(os.path.join(folder, "status.db"))
    out = {i: (course, block) for i, course, block in db.execute(
        "SELECT v.val_id, c.key, v.block FROM video v JOIN course c ON c.id = v.course_id")}
    db.close()
    return out


def ids_of_file(path):
    """The same, as a peer has left them."""
    with open(path, encoding="utf-8") as f:
        return {i: (course, block) for course, block, i in (
            line.rstrip("\n").split("\t") for line in f)}
