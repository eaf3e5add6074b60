#!/usr/bin/env python3
"""Courses in MongoDB go in, val's rows and the store's files come out.

Run by tests/live/mongo.sh; with names (Class or Class.test) for some of the tests only.
"""
import contextlib
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

# pylint: disable=wrong-import-position,unused-wildcard-import,wildcard-import
import campus
import suite
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


@contextlib.contextmanager
def servers():
    with campus.the_server as server:
        print("mongo: on", server.words())
        sys.stdout.flush()
        yield


if __name__ == "__main__":
    sys.exit(suite.main(campus.SUBFERRY, servers))
