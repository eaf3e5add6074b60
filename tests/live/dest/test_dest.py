#!/usr/bin/env python3
"""Courses go in, and come out of edxval's REST API and of S3, whatever happens on the way.

Run by tests/live/dest.sh; with names (Class or Class.test) for some of the tests only.
"""
import concurrent.futures
import contextlib
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

# pylint: disable=wrong-import-position,unused-wildcard-import,wildcard-import
import dest_campus
import suite
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


if __name__ == "__main__":
    sys.exit(suite.main(dest_campus.SUBFERRY, servers))
