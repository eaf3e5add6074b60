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
build=$(pwd)
venv=${SUBFERRY_LIVE_VENV:-${SUBFERRY_VENV:-live-venv}}
case $venv in /*) ;; *) venv=$build/$venv ;; esac

skip() {
	echo "mongo: skipped: $1"
	exit 77
}

if [ ! -x "$venv/bin/python" ]; then
	command -v python3 >/dev/null || skip 'there is no python3'
	python3 -m venv "$venv" >/dev/null 2>&1 || skip 'python3 cannot make a venv'
fi
# As tests/live/edxval.sh has them; and the same pysrt as everywhere.
if ! "$venv/bin/python" -c 'import edxval, fs, pymongo, pysrt, sys
from importlib.metadata import version
sys.exit(pymongo.version_tuple[:2] >= (4, 11) or version("pysrt") != "1.1.2")' 2>/dev/null; then
	"$venv/bin/pip" install --quiet --disable-pip-version-check edxval 'fs>=2.4,<3' \
		'setuptools<81' 'pymongo>=4.6,<4.11' pysrt==1.1.2 >/dev/null 2>&1 ||
		skip 'pip cannot install edxval, pymongo and pysrt'
fi
SUBFERRY_LIVE_VENV=$venv SUBFERRY_LIVE_MAIN=$here/mongo.py \
	exec "$here/../live/mongo.sh" "$@"
