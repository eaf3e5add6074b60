#!/usr/bin/env python3
"""Courses in MongoDB go in, val's rows and the store's files come out.

Run by tests/live/mongo.sh; with names (Class or Class.test) for some of the tests only.
"""
import os
import sys
import time
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

# pylint: disable=wrong-import-position,unused-wildcard-import,wildcard-import
import campus
from cases_doctor import *
from cases_equal import *
from cases_faults import *
from cases_files import *
from cases_later import *
from cases_link import *
from cases_link_draft import *
from cases_link_editor import *
from cases_link_faults import *
from cases_reading import *
from cases_review import *
from cases_split import *


class Result(unittest.TextTestResult):
    """Counts what passed, and tells how long each test took."""
    passed = 0

    def startTest(self, test):
        self.begun = time.monotonic()
        super().startTest(test)

    def addSuccess(self, test):
        self.passed += 1
        self.stream.write("%.1f s " % (time.monotonic() - self.begun))
        super().addSuccess(test)


def main():
    if not os.access(campus.SUBFERRY, os.X_OK):
        print("there is no program at", campus.SUBFERRY)
        return 1
    load = unittest.defaultTestLoader
    here = sys.modules["__main__"]
    suite = load.loadTestsFromNames(sys.argv[1:], here) if sys.argv[1:] else \
        load.loadTestsFromModule(here)
    with campus.the_server as server:
        print("mongo: on", server.words())
        sys.stdout.flush()
        result = unittest.TextTestRunner(stream=sys.stdout, verbosity=2,
                                         resultclass=Result).run(suite)
    failed = len({str(getattr(test, "test_case", test))
                  for test, _ in result.failures + result.errors})
    for test, why in result.skipped:
        print("skipped %s: %s" % (test, why))
    print("%d passed, %d failed, %d skipped" % (result.passed, failed, len(result.skipped)))
    return 1 if failed or not result.passed else 0


if __name__ == "__main__":
    sys.exit(main())
