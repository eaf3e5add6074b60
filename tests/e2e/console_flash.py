#!/usr/bin/env python3
"""No blank flashes: the bytes that the console sends hold no clearing of the whole terminal between
its start and its end, but for ^L, a change of size, and coming back from a suspension. And while
nothing happens it sends little more than the clock.
"""
import fcntl
import os
import pty
import re
import select
import shutil
import signal
import struct
import sys
import tempfile
import termios
import time
import unittest

PROGRAM = os.path.abspath(os.environ.get("SUBFERRY", "./subferry"))
# All of the screen, or all from its first place on.
CLEAR = re.compile(rb"\x1b\[[23]J|\x1b\[(?:1?(?:;1?)?)H(?:\x1b\[[0-9;]*m)*\x1b\[0?J|\x1bc")
QUIET = 0.08  # seconds without a byte: it has drawn
LIMIT = 20


class Console:
    def __init__(self, place, rows=24, cols=80, term="xterm"):
        self.sent = b""
        self.pid, self.fd = pty.fork()
        if not self.pid:
            os.environ.update(LC_ALL="C.UTF-8", TZ="UTC", HOME=place, TERM=term,
                              XDG_STATE_HOME=place + "/state")
            os.environ.pop("NO_COLOR", None)
            os.execv(PROGRAM, [PROGRAM, "--demo"])
        self.resize(rows, cols, wait=False)

    def read(self, seconds):
        """What it sends until it is quiet for so long."""
        begin = len(self.sent)
        while select.select([self.fd], [], [], seconds)[0]:
            try:
                data = os.read(self.fd, 65536)
            except OSError:
                break
            if not data:
                break
            self.sent += data
        return self.sent[begin:]

    def read_for(self, seconds):
        begin, end = len(self.sent), time.monotonic() + seconds
        while time.monotonic() < end:
            self.read(min(0.05, max(0.0, end - time.monotonic())))
        return self.sent[begin:]

    def wait(self, text):
        begin, end = len(self.sent), time.monotonic() + LIMIT
        while text not in self.sent[begin:]:
            if time.monotonic() > end:
                raise AssertionError("never sent: %r" % text)
            self.read(0.02)

    def press(self, keys):
        os.write(self.fd, keys)
        return self.read(QUIET)

    def resize(self, rows, cols, wait=True):
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, 0, 0))
        return self.read(QUIET) if wait else b""

    def end(self):
        """May run twice."""
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
            os.close(self.fd)
        self.pid = 0


class Flashes(unittest.TestCase):
    def setUp(self):
        self.place = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.place, ignore_errors=True)
        self.home = os.getcwd()
        os.chdir(self.place)  # D writes here
        self.addCleanup(os.chdir, self.home)

    def begin(self, **options):
        console = Console(self.place, **options)
        self.addCleanup(console.end)
        console.wait(b"engine here")
        console.read(QUIET)
        return console

    def check(self, data, what, most=0):
        found = CLEAR.findall(data)
        self.assertLessEqual(len(found), most, "%s: cleared by %r" % (what, found))

    def steps(self, console):
        """Every screen and every prompt, and the looks."""
        for keys in (b"j", b"G", b"g", b"r", b"t", b"u", b"3", b"0", b"s", b"S", b"m", b"C", b" ",
                     b" ", b"\x1b", b"/", b"BIO", b"\r", b"f", b"status:failed", b"\x1b", b"o",
                     b"MA", b"\x1b", b"a", b"he", b"\x1b", b"D", b"\x15x.txt\r", b"M", b"M", b"T",
                     b"T", b"T", b"T", b"T", b"T", b"T", b"T", b"\r", b"\r", b"\x1b", b"i", b"G",
                     b"\x1b", b"\x1b", b"F", b"\r", b"\x1b", b"\x1b", b"l", b"\t", b"\x1b", b"?",
                     b"G", b"q", b"t", b"v", b"n"):
            self.check(console.press(keys), "after %r" % keys)

    def test_once_at_the_start_and_nowhere_else(self):
        for term in ("xterm", "screen-256color"):
            with self.subTest(term):
                console = self.begin(term=term)
                self.check(console.sent, "the start", 1)
                self.steps(console)
                console.end()  # the next one is to have the engine

    def test_sizes_clear_once_at_most(self):
        console = self.begin()
        for rows, cols in ((50, 200), (15, 60), (10, 40), (24, 80), (15, 80), (24, 60)):
            self.check(console.resize(rows, cols), "%dx%d" % (cols, rows), 1)
            self.check(console.press(b"j"), "at %dx%d" % (cols, rows))
        console.resize(24, 80)
        console.press(b"/")
        console.resize(10, 40)
        self.check(console.resize(24, 80), "a prompt that comes back", 1)

    def test_asked_for(self):
        console = self.begin()
        data = console.press(b"\x0c")
        self.assertEqual(len(CLEAR.findall(data)), 1, "^L draws anew, and this test sees it")

    def test_idle_is_quiet(self):
        console = self.begin()
        console.read_for(1.5)
        data = console.read_for(3)
        self.check(data, "idle")
        self.assertGreater(len(data), 0, "the clock")
        self.assertLess(len(data), 300, data)


if __name__ == "__main__":
    if not os.access(PROGRAM, os.X_OK):
        sys.exit(99)
    unittest.main(verbosity=1)
