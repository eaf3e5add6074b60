#!/bin/sh
# Courses in MongoDB: subferry, the platform's own algorithm and a reading loop (mongo.py).
#
#   tests/bench/mongo.sh [--courses N --videos M --languages L --rounds R]     from the build folder
#
# Beside what tests/live/mongo.sh installs, whose environment this obeys, it needs edxval and pysrt.
# BENCH_DIR: the disk to measure on, the build folder by default.
# Exit status: 0 fast enough, 1 not, 77 something cannot be installed here.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
name=mongo SUBFERRY_VENV=${SUBFERRY_VENV:-live-venv}
. "$here/../venv.sh"

# As tests/live/edxval.sh has them; and the same pysrt as everywhere.
need "$venv" 'import edxval, fs, pymongo, pysrt
from importlib.metadata import version
assert pymongo.version_tuple[:2] < (4, 11) and version("pysrt") == "1.1.2"' \
	edxval 'fs>=2.4,<3' 'setuptools<81' 'pymongo>=4.6,<4.11' pysrt==1.1.2
SUBFERRY_LIVE_VENV=$venv SUBFERRY_LIVE_MAIN=$here/mongo.py "$here/../live/mongo.sh" "$@"
