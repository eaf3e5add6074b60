#!/bin/sh
# Compares subferry's conversion with the real pysrt 1.1.2 plus json on random transcripts.
# usage: pysrt_differential.sh CONVERT_MANY [COUNT [SEED]]
# SUBFERRY_LIVE_VENV as in tests/live/mongo.sh. Exit 77: skipped, and said why.
set -eu
driver=$1
here=$(cd "$(dirname "$0")" && pwd)
name=pysrt_differential
. "$here/../venv.sh"

need "$venv" 'import importlib.metadata as m; assert m.version("pysrt") == "1.1.2"' pysrt==1.1.2
"$venv/bin/python" "$here/pysrt_differential.py" "$driver" "${2:-6000}" "${3:-1}"
