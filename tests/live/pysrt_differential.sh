#!/bin/sh
# Compares subferry's conversion with the real pysrt 1.1.2 plus json on random transcripts.
# usage: pysrt_differential.sh CONVERT_MANY [COUNT [SEED]]
# SUBFERRY_LIVE_VENV names a virtual environment to use or make; without it one is made for
# this run. Exit 77: skipped, and said why.
set -eu
driver=$1
here=$(cd "$(dirname "$0")" && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
venv=${SUBFERRY_LIVE_VENV:-$scratch/venv}
skip() { echo "pysrt_differential: skipped: $1"; exit 77; }

command -v python3 >/dev/null || skip 'there is no python3'
if ! [ -x "$venv/bin/python" ]; then
	python3 -m venv "$venv" >"$scratch/log" 2>&1 || skip 'python3 cannot make a virtual environment'
fi
if ! "$venv/bin/python" -c 'import importlib.metadata as m; assert m.version("pysrt") == "1.1.2"' 2>/dev/null; then
	"$venv/bin/python" -m pip install -q --disable-pip-version-check pysrt==1.1.2 >"$scratch/log" 2>&1 ||
		skip 'pip cannot install pysrt 1.1.2 (no network?)'
fi
"$venv/bin/python" "$here/pysrt_differential.py" "$driver" "${2:-6000}" "${3:-1}"
