#!/bin/sh
# Conversion beside pysrt plus json: the same files, the same core, the same run.
# usage: convert_bench.sh CONVERT_BENCH [FILES]. SUBFERRY_LIVE_VENV as in tests/live.
# Exit 0: at least 30 times as fast; 1: not; 77: skipped, and said why.
set -eu
driver=$1
here=$(cd "$(dirname "$0")" && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
venv=${SUBFERRY_LIVE_VENV:-$scratch/venv}
skip() { echo "convert_bench: skipped: $1"; exit 77; }

command -v python3 >/dev/null || skip 'there is no python3'
if ! [ -x "$venv/bin/python" ]; then
	python3 -m venv "$venv" >"$scratch/log" 2>&1 || skip 'python3 cannot make a virtual environment'
fi
if ! "$venv/bin/python" -c 'import importlib.metadata as m; assert m.version("pysrt") == "1.1.2"' 2>/dev/null; then
	"$venv/bin/python" -m pip install -q --disable-pip-version-check pysrt==1.1.2 >"$scratch/log" 2>&1 ||
		skip 'pip cannot install pysrt 1.1.2 (no network?)'
fi
"$venv/bin/python" "$here/convert_bench.py" "$driver" "$scratch" "${2:-300}"
