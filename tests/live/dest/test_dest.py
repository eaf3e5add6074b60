#!/usr/bin/env python3
"""Courses go in, and come out of edxval's REST API and of S3, whatever happens on the way.

Run by tests/live/dest.sh; with names (Class or Class.test) for some of the tests only.
"""
import concurrent.futures
import contextlib
import os
import sys
import time
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

# pylint: disable=wrong-import-position,unused-wildcard-import,wildcard-import
import dest_campus
from cases_servers import *
from cases_console import *
from cases_doctor import *
from cases_end_to_end import *
from cases_engines import *
from cases_faults import *
from cases_studio import *
from cases_tls import *
from dest_campus import LOCATION, Servers
from s3_server import SeaweedFS, Versity
from val_server import ValServer


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


@contextlib.contextmanager
def servers():
    folder = os.environ["SUBFERRY_LIVE_DEST"]
    with contextlib.ExitStack() as stack:
        Servers.s3 = stack.enter_context(SeaweedFS(os.path.join(folder, "bin", "weed")))
        versity = os.path.join(folder, "versitygw", "versitygw")
        if os.access(versity, os.X_OK):
            Servers.other_s3 = stack.enter_context(Versity(versity))
        with concurrent.futures.ThreadPoolExecutor() as pool:
            pythons = [os.path.join(folder, name, "bin", "python") for name in ("val-new", "val-old")]
            made = [ValServer(python, Servers.s3.as_storage(LOCATION)) for python in pythons]
            for server in made:
                stack.push(server)
            list(pool.map(ValServer.__enter__, made))
            Servers.val, Servers.old_val = made
        stack.enter_context(dest_campus.the_server)
        print("dest: on %s" % ", ".join(s.words() for s in (
            Servers.s3, Servers.other_s3, Servers.val, Servers.old_val, dest_campus.the_server)
                                        if s))
        if not Servers.other_s3:
            print("dest: skipped: versitygw: it could not be built here")
        sys.stdout.flush()
        yield


def main():
    if not os.access(dest_campus.SUBFERRY, os.X_OK):
        print("there is no program at", dest_campus.SUBFERRY)
        return 1
    load = unittest.defaultTestLoader
    here = sys.modules["__main__"]
    suite = load.loadTestsFromNames(sys.argv[1:], here) if sys.argv[1:] else \
        load.loadTestsFromModule(here)
    with servers():
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
