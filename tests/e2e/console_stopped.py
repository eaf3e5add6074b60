#!/usr/bin/env python3
"""A ^Z typed while the screen is being drawn is not lost: curses would ignore it then. On a slow line
that is most of the time, so here the terminal reads nothing until the ^Z was typed.

The console leads its session, which nobody can stop: it goes on at once, and says since when it stood.
"""
import array
import fcntl
import os
import shutil
import sys
import tempfile
import termios
import time
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

# pylint: disable=wrong-import-position
from console_flash import Console, PROGRAM

REDRAWS = 200  # far more than a terminal holds that nobody reads


def unread(fd):
    size = array.array("i", [0])
    fcntl.ioctl(fd, termios.FIONREAD, size)
    return size[0]


class Stopped(unittest.TestCase):
    def test_in_the_midst_of_drawing(self):
        place = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, place, ignore_errors=True)
        console = Console(place, rows=60, cols=200)
        self.addCleanup(console.end)
        console.wait(b"engine here")
        console.read(0.2)
        os.write(console.fd, b"\x0c" * REDRAWS)
        before, since = 0, time.monotonic()
        while time.monotonic() - since < 0.5:  # it writes no more, for there is no room
            if unread(console.fd) != before:
                before, since = unread(console.fd), time.monotonic()
            time.sleep(0.02)
        self.assertGreater(before, 1000)
        os.write(console.fd, b"\x1a")
        console.wait(b"suspended since")


if __name__ == "__main__":
    if not os.access(PROGRAM, os.X_OK):
        sys.exit(99)
    unittest.main(verbosity=1)
