#!/usr/bin/env python3
"""The program from outside: courses made here go in, val's rows and the store's files come out.

Run with names (Class or Class.test) for some of the tests only; SUBFERRY names the program.
"""
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

# pylint: disable=wrong-import-position,unused-wildcard-import,wildcard-import
import olx_campus
import suite
from cases_commands import *
from cases_doubt import *
from cases_formats import *
from cases_ids import *
from cases_life import *
from cases_predicted import *
from cases_random import *
from cases_refresh import *
from cases_resolution import *
from cases_rollout import *


if __name__ == "__main__":
    sys.exit(suite.main(olx_campus.SUBFERRY))
