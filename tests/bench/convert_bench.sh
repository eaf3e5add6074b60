#!/bin/sh
# Conversion beside pysrt plus json: the same files, the same core, the same run.
# usage: convert_bench.sh CONVERT_BENCH [FILES]. SUBFERRY_LIVE_VENV as in tests/live.
# Exit 0: at least 30 times as fast; 1: not; 77: skipped, and said why.
set -eu
driver=$1
here=$(cd "$(dirname "$0")" && pwd)
name=convert_bench
. "$here/../venv.sh"

need "$venv" 'import importlib.metadata as m; assert m.version("pysrt") == "1.1.2"' pysrt==1.1.2
"$venv/bin/python" "$here/convert_bench.py" "$driver" "$work" "${2:-300}"
