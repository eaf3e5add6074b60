#!/bin/sh
# Courses to S3 and edxval: subferry, a client that only sends, the platform's way (dest.py).
#
#   tests/bench/dest.sh [--courses N --videos M --languages L --rounds R]     from the build folder
#
# It needs what tests/live/dest.sh installs, whose environment this obeys, but no source's server.
# BENCH_DIR: the disk that the status database is measured on, the build folder by default.
# Exit status: 0 fast enough, 1 not, 77 something cannot be installed here.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
SUBFERRY_LIVE_MAIN=$here/dest.py exec "$here/../live/dest.sh" "$@"
