"""The order of syncs, read off a trace of tests/crash/interpose.c.

A killed process loses nothing that the kernel has; only a power cut shows whether syncs stand
where they must. So they are looked for in the trace of a run with one worker, where one
transaction ends before the next begins. Each rule returns what it found wrong, and how many
times it found it right.
"""
import os
import re

WRITES = ("write", "pwrite", "writev", "pwritev", "copy_file_range", "ftruncate", "fallocate")
SYNCS = ("fsync", "fdatasync", "syncfs")
LINE = re.compile(r"> (\d+) \d+ (\S+) (.*?)(?: -> (.*))?$")
NEVER = 1 << 60


class Call:
    """One call: where in the trace it began and ended, its file, and the new name of a link."""

    def __init__(self, begin, what, path, to):
        self.begin, self.end, self.result = begin, NEVER, None
        self.what, self.path, self.to = what, path, to

    def is_good(self):
        return self.result is not None and self.result >= 0


def read(path):
    calls, by_number = [], {}
    with open(path, encoding="utf-8", errors="surrogateescape") as f:
        for at, line in enumerate(f):
            begun = LINE.match(line.rstrip("\n"))
            if begun:
                call = Call(at, begun.group(2), begun.group(3), begun.group(4))
                by_number[int(begun.group(1))] = call
                calls.append(call)
            elif line.startswith("< "):
                _, number, _, result = line.split()
                by_number[int(number)].end = at
                by_number[int(number)].result = int(result)
    return calls


def below(folder, path):
    return path is not None and path.startswith(os.path.join(folder, "store") + "/")


def links(calls, folder):
    """The calls that gave a file its name in the store."""
    return [c for c in calls
            if c.what in ("linkat", "rename") and below(folder, c.to) and c.is_good()]


def syncs(calls, path):
    return [c for c in calls if c.what in SYNCS and c.path == path and c.is_good()]


def is_between(calls, begin, end):
    """One of @calls began after @begin and had ended before @end."""
    return any(c.begin > begin and c.end < end for c in calls)


def a_file_is_synced_before_its_name_appears(calls, folder):
    problems, right = [], 0
    for link in links(calls, folder):
        writes = [c.end for c in calls
                  if c.what in WRITES and c.path == link.path and c.begin < link.begin]
        if not writes:
            problems.append("%s appeared without a write" % link.to)
        elif not is_between(syncs(calls, link.path), max(writes), link.begin):
            problems.append("%s appeared before its file was synced" % link.to)
        else:
            right += 1
    return problems, right


def a_name_is_synced_before_val_names_it(calls, folder):
    val = [c for c in calls if c.what in WRITES and c.path == os.path.join(folder, "val.db-wal")]
    problems, right = [], 0
    for link in links(calls, folder):
        following = [c.begin for c in val if c.begin > link.end]
        if not following:
            problems.append("%s: edx-val was never written afterwards" % link.to)
        elif not is_between(syncs(calls, os.path.dirname(link.to)), link.end, min(following)):
            problems.append("%s: edx-val was written before the folder was synced" % link.to)
        else:
            right += 1
    return problems, right


def the_journal_is_synced_before_the_store_is_touched(calls, folder):
    """Between a registration in edx-val and the next file lies a commit of the status database."""
    journal = os.path.join(folder, "status.db-wal")
    commits = []
    for sync in syncs(calls, journal):
        if any(c.what in WRITES and c.path == journal and c.end < sync.begin for c in calls):
            commits.append(sync)
    registered = syncs(calls, os.path.join(folder, "val.db-wal"))
    # what is written and never gets a name is a probe of the store
    named = {link.path for link in links(calls, folder)}
    touched = [c for c in calls if c.what in WRITES and c.path in named]
    problems, right, last = [], 0, -1
    for call in touched:
        ends = [c.end for c in registered if c.end < call.begin]
        if ends and max(ends) == last:
            continue  # of the same transaction as the file before
        last = max(ends, default=-2)
        if is_between(commits, last, call.begin):
            right += 1
        else:
            problems.append("%s was written before the journal was synced" % call.path)
    return problems, right


RULES = (a_file_is_synced_before_its_name_appears, a_name_is_synced_before_val_names_it,
         the_journal_is_synced_before_the_store_is_touched)


def flips(calls, folder):
    """(first write, commit) of each transaction on the flag's tables; removing the rollback journal
    is its commit."""
    files = [os.path.join(folder, "flag.db" + end) for end in ("", "-journal")]
    out, first = [], None
    for call in calls:
        if call.path not in files or not call.is_good():
            continue
        if call.what in WRITES and first is None:
            first = call
        elif call.what == "unlink" and first is not None:
            out.append((first, call))
            first = None
    return out


def a_flip_is_journalled_before_it_is_written(calls, folder):
    problems, right, last = [], 0, -1
    commits = syncs(calls, os.path.join(folder, "status.db-wal"))
    for first, commit in flips(calls, folder):
        if is_between(commits, last, first.begin):
            right += 1
        else:
            problems.append("flag.db was written before the flip was journalled")
        last = commit.end
    return problems, right


def a_flip_is_durable_before_it_is_settled(calls, folder):
    """The name of the journal is gone for good only when the folder is synced."""
    journal = os.path.join(folder, "status.db-wal")
    settled = [c.begin for c in calls if c.what in WRITES and c.path == journal]
    problems, right = [], 0
    for first, commit in flips(calls, folder):
        following = min((at for at in settled if at > commit.end), default=NEVER)
        if not is_between(syncs(calls, os.path.join(folder, "flag.db")), first.begin, commit.begin):
            problems.append("flag.db was not synced before its commit")
        elif not is_between(syncs(calls, folder), commit.end, following):
            problems.append("the flip was settled before its commit was durable")
        else:
            right += 1
    return problems, right


FLAG_RULES = (a_flip_is_journalled_before_it_is_written, a_flip_is_durable_before_it_is_settled)
