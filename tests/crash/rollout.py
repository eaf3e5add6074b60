#!/usr/bin/env python3
"""Kills at the write boundaries of what comes after a migration: flags on, flags off, a refresh.

A kill leaves each flag as it was or as it shall be, and what was written is journalled: the same
command again says of a flip that was cut short which it is, and ends with the same rows in the
flag's tables as one that was never killed. A refresh is there as a whole or not at all. The order
of syncs is read off a trace, as crash.py does for a migration.

--boundaries N: how many are tried (default: a sample), 0 for every one.
"""
import argparse
import os
import shutil
import signal
import sqlite3
import sys
import tempfile

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE)]
import campus  # noqa: E402
import trace_order  # noqa: E402
from crash import (BUILD, State, Subferry, Tally, check, check_whole,  # noqa: E402
                   count_of, order_test, rows, sample, soundness, store_files, val_rows)

WORD = ["--word", "crash"]
ON, OFF, REFRESH = WORD + ["flag", "on", "--all"], WORD + ["flag", "off", "--all"], WORD + ["refresh"]
STEPS = (ON, OFF, REFRESH)
BEFORE = (["scan"], ["migrate", "--all"], ["verify", "--all"])
GLOBAL = "video_config_videotranscriptenabledflag"
ROWS = "video_config_coursevideotranscriptenabledflag"
SCHEMA = """
CREATE TABLE %s (id integer NOT NULL PRIMARY KEY AUTOINCREMENT, change_date datetime NOT NULL,
 enabled bool NOT NULL, enabled_for_all_courses bool NOT NULL, changed_by_id integer NULL);
CREATE TABLE %s (id integer NOT NULL PRIMARY KEY AUTOINCREMENT, change_date datetime NOT NULL,
 enabled bool NOT NULL, course_id varchar(255) NOT NULL, changed_by_id integer NULL);
INSERT INTO %s VALUES (1, '2018-05-02 02:41:07.123456', 1, 0, NULL);
""" % (GLOBAL, ROWS, GLOBAL)


def make_flag(folder):
    """The tables as the platform's migrations make them, with a global row that is on."""
    db = sqlite3.connect(os.path.join(folder, "flag.db"))
    db.executescript(SCHEMA)
    db.close()


def make_courses(folder):
    """Three whose gates are all green once they are validated: no link is pending."""
    for number, name in enumerate(("One", "Two", "Three")):
        course = campus.Course(os.path.join(folder, name), name)
        for n in range(2):
            course.video("v%d" % n, ("en", "fr"), "id-%d-%d" % (number, n), seed=number * 2 + n)
        course.finish()


class Flags:
    """What the platform would read, and what the status database says of it."""

    def __init__(self, folder):
        self.rows = rows(folder, "flag.db", lambda db: db.execute(
            "SELECT course_id, enabled FROM %s ORDER BY id" % ROWS).fetchall())
        self.all = rows(folder, "flag.db",
                        lambda db: db.execute("SELECT * FROM %s" % GLOBAL).fetchall())
        self.states = dict(rows(folder, "status.db", lambda db: db.execute(
            "SELECT c.key, coalesce(f.state, 'unknown') FROM course c"
            " LEFT JOIN flag f ON f.course_id = c.id").fetchall()))


class Rollout:
    """Campuses that stand before one of STEPS, copied for each kill."""

    def __init__(self, subferry, top, courses):
        self.subferry, self.top = subferry, top
        self.count, self.before = 0, []
        conf = self.place("step0", courses)
        for words in BEFORE:
            self.subferry.run_well(conf, words)
        for step, words in enumerate(STEPS):
            conf = self.copy("step%d" % step, "step%d" % (step + 1))
            self.subferry.run_well(conf, words)
        self.flags = [Flags(self.folder(step)) for step in range(len(STEPS) + 1)]
        self.states = [State(self.folder(step)) for step in range(len(STEPS) + 1)]

    def folder(self, step):
        return os.path.join(self.top, "step%d" % step)

    def place(self, name, courses):
        folder = os.path.join(self.top, name)
        os.mkdir(folder)
        make_flag(folder)
        conf = campus.configure(folder, courses, 1)
        with open(conf, "a", encoding="utf-8") as f:
            f.write("[flag]\nkind = sqlite\npath = flag.db\n")
        return conf

    def copy(self, name, new):
        shutil.copytree(os.path.join(self.top, name), os.path.join(self.top, new))
        return os.path.join(self.top, new, "subferry.conf")

    def fresh(self, step):
        """A campus before @step: its folder and its configuration."""
        self.count += 1
        name = "run%05d" % self.count
        return os.path.join(self.top, name), self.copy("step%d" % step, name)

    def boundaries(self, step):
        """How many write boundaries @step has, its trace, and the folder it is of."""
        folder, conf = self.fresh(step)
        count, trace = (os.path.join(self.top, "%s%d" % (what, step)) for what in ("count", "trace"))
        self.subferry.run_well(conf, STEPS[step], {"CRASH_ROOT": folder, "CRASH_COUNT": count,
                                                   "CRASH_TRACE": trace})
        return count_of(count), trace, folder

    def kill_at(self, step, number):
        """True if the kill came before the command had ended by itself."""
        folder, conf = self.fresh(step)
        status, output = self.subferry.run(conf, STEPS[step],
                                           {"CRASH_ROOT": folder, "CRASH_KILL": str(number)})
        killed = status == -signal.SIGKILL
        check(killed or status == 0, "exit %s before the kill\n%s", status, output)
        check_whole(folder)
        look, end = (self.look_at_refresh, self.refresh_again) if STEPS[step] == REFRESH \
            else (self.look_at_flip, self.flip_again)
        end(folder, conf, step, look(folder, step))
        check_whole(folder)
        check(soundness(folder, "flag.db") == (["ok"], []), "flag.db is not sound")
        check(val_rows(folder) == self.states[step].rows, "rows of edx-val have changed")
        check(store_files(folder) == self.states[step].files, "the store has changed")
        shutil.rmtree(folder)
        return killed

    # ---- flips ----

    def look_at_flip(self, folder, step):
        was, want, now = self.flags[step], self.flags[step + 1], Flags(folder)
        to = "on" if STEPS[step] == ON else "off"
        check(now.all == was.all, "killed: the global row has changed: %s", now.all)
        added = now.rows[len(was.rows):]
        check(now.rows[:len(was.rows)] == was.rows and added == want.rows[len(was.rows):][:len(added)],
              "killed: the flag's rows are %s", now.rows)
        written = [row[0] for row in added]
        before = ("unknown", "off") if to == "on" else ("on",)  # off: once its board was looked at
        for key, state in now.states.items():
            check(state in (*before, "turning-" + to, to), "killed: %s is %s", key, state)
            check(key not in written or state not in before,
                  "killed: the flag of %s was written, and its flip was not journalled", key)
            check(key in written or state in before or state == "turning-" + to,
                  "killed: %s is %s, and was not written", key, state)
        return [(key, key in written) for key, state in now.states.items()
                if state.startswith("turning-")]

    def flip_again(self, folder, conf, step, turning):
        output = self.subferry.run_well(conf, STEPS[step])
        values = ("off", "on") if STEPS[step] == ON else ("on", "off")
        for key, written in turning:
            said = "was cut short: it is %s" % values[written]
            check(any(key in line and said in line for line in output.splitlines()),
                  "%s: nothing says that its flip %s\n%s", key, said, output)
        now, want = Flags(folder), self.flags[step + 1]
        check(now.rows == want.rows, "the flag's rows are %s", now.rows)
        check(now.states == want.states, "the flags are %s", now.states)

    # ---- the next generation ----

    def look_at_refresh(self, folder, step):
        now = State(folder)
        generation = rows(folder, "status.db", lambda db: db.execute(
            "SELECT generation, (SELECT count(*) FROM event WHERE action = 'refresh') FROM campus"
        ).fetchone())
        check(generation in ((1, 0), (2, 1)), "killed: generation %d, told %d times", *generation)
        done = generation[0] == 2
        want = self.states[step + done]
        check(now.statuses == want.statuses, "killed: half a refresh: %s", now.statuses)
        check(now.runs == want.runs, "killed: a refresh changes runs: %s", now.runs)
        check(Flags(folder).states == self.flags[step + done].states, "killed: half of the flags")
        return done

    def refresh_again(self, folder, conf, step, done):
        if not done:
            self.subferry.run_well(conf, REFRESH)
        check(State(folder).statuses == self.states[step + 1].statuses, "another refresh")
        check(Flags(folder).rows == self.flags[step].rows, "a refresh wrote flags")
        for words in BEFORE[1:]:
            self.subferry.run_well(conf, words)


def rollout_tests(tally, subferry, top, wanted):
    """@wanted boundaries in all; 0: every one."""
    courses = os.path.join(top, "courses")
    make_courses(courses)
    rollout = Rollout(subferry, top, courses)
    totals = []
    for step, words in enumerate(STEPS):
        total, trace, folder = rollout.boundaries(step)
        totals.append(total)
        for rule in trace_order.FLAG_RULES if words != REFRESH else ():
            tally.test("%s, %s" % (rule.__name__, words[-2]), order_test, rule, trace, folder)
    points = sample(totals, wanted)
    killed = sum(bool(tally.test("kill at %s, boundary %d" % (" ".join(STEPS[step]), number),
                                 rollout.kill_at, step, number)) for step, number in points)
    print("write boundaries of flag on, flag off, refresh: %s; killed at %d of %d tried" % (
        ", ".join(map(str, totals)), killed, len(points)))
    check(killed >= 0.9 * len(points) or tally.failed, "%d commands ended before their boundary",
          len(points) - killed)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--boundaries", type=int, default=24, help="how many; 0: every one")
    parser.add_argument("--keep", action="store_true", help="keep the folders of failed runs")
    args = parser.parse_args()
    subferry = Subferry(os.path.join(BUILD, "subferry"),
                        os.path.join(BUILD, "tests/crash/interpose.so"))
    top = os.path.realpath(tempfile.mkdtemp(prefix="subferry-rollout-"))
    tally = Tally()
    try:
        tally.test("flags and refresh", rollout_tests, tally, subferry, top, args.boundaries)
    finally:
        if args.keep and tally.failed:
            print("kept: " + top)
        else:
            shutil.rmtree(top, ignore_errors=True)
    print("%d passed, %d failed, 0 skipped" % (tally.passed, tally.failed))
    return 1 if tally.failed else 0


if __name__ == "__main__":
    sys.exit(main())
