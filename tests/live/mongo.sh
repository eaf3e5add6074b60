#!/bin/sh
# Courses in MongoDB: a server that speaks its protocol is installed, started, filled, read.
#
#   tests/live/mongo.sh [TEST...]    from the build folder; TEST is Class or Class.test
#
# SUBFERRY_TEST_MONGODB_URI names a real mongod to use instead of the server installed here.
# SUBFERRY_VENV, or SUBFERRY_LIVE_VENV before it, names a folder to keep the Python packages and
# the server in for the next time; bench/ and others may start from there. SUBFERRY_LIVE_MAIN names
# what to run with all that instead of the tests.
# Exit status: 0 all passed, 77 it cannot be installed here, else something failed.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
name=mongo
. "$here/../venv.sh"

# The server's wire version is that of MongoDB 4.2: pymongo 4.11 and later turn it down.
need "$venv" 'import pymongo; assert pymongo.version_tuple[:2] < (4, 11)' 'pymongo>=4.6,<4.11'

# Made beside its place and moved there whole, so that a broken-off run leaves nothing half done.
server=$venv/mongo-java-server
if [ -z "${SUBFERRY_TEST_MONGODB_URI:-}" ] &&
	! cmp -s "$here/mongo/pom.xml" "$server/pom.xml" 2>/dev/null; then
	for tool in java javac mvn; do
		command -v $tool >/dev/null || skip "there is no $tool (Debian: default-jdk-headless maven)"
	done
	cp "$here/mongo/pom.xml" "$work/pom.xml"
	(cd "$work" && mvn -q -B dependency:copy-dependencies -DoutputDirectory="$work/server/jars") \
		>"$work/mvn.log" 2>&1 || skip "mvn cannot fetch the server: $(grep -m 1 ERROR "$work/mvn.log")"
	javac -cp "$work/server/jars/*" -d "$work/server" "$here/mongo/Server.java"
	cp "$work/pom.xml" "$work/server/pom.xml"
	rm -rf "$server"
	mv "$work/server" "$server"
fi

export SUBFERRY_LIVE_SERVER="$server" PYTHONDONTWRITEBYTECODE=1 LC_ALL=C.UTF-8 TZ=UTC
export SUBFERRY="${SUBFERRY:-$build/subferry}"
"$venv/bin/python" "${SUBFERRY_LIVE_MAIN:-$here/mongo/test_mongo.py}" "$@"
