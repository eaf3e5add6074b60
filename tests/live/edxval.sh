#!/bin/sh
# The real edxval package, under Django, reads what subferry made.
#
#   tests/live/edxval.sh            from the build folder: makes a val and a store, has them read
#   SUBFERRY_VAL=... SUBFERRY_STORE=... tests/live/edxval.sh
#                                   reads an existing val and store instead, and writes nothing
#
# SUBFERRY_VENV, or SUBFERRY_LIVE_VENV before it, names a folder to keep the Python packages in for
# the next time.
# Exit status: 0 all was read, 77 the packages cannot be had here, else something differs.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
name=edxval
. "$here/../venv.sh"

# edxval imports "fs" without asking for it, and "fs" needs the pkg_resources that setuptools
# had until 80. Everything else is the newest there is.
install() {
	"$venv/bin/pip" install --quiet --disable-pip-version-check \
		edxval 'fs>=2.4,<3' 'setuptools<81' >"$work/pip.log" 2>&1
}

make_venv "$venv"
if ! "$venv/bin/python" -c 'import edxval, fs, django' 2>/dev/null && ! install; then
	if "$venv/bin/pip" download --quiet --disable-pip-version-check --no-deps --dest "$work" six \
		>/dev/null 2>&1; then
		echo 'edxval: FAILED: the package registry answers, but edxval cannot be installed:'
		cat "$work/pip.log"
		exit 1
	fi
	skip 'pip cannot reach its package registry'
fi
run() { "$venv/bin/python" -W ignore "$here/edxval_check.py" "$@"; }

echo "edxval: $("$venv/bin/python" -c 'from importlib.metadata import version as v
print("edxval", v("edxval"), "under Django", v("Django"))')"

if [ -n "${SUBFERRY_VAL:-}" ]; then
	run read "$SUBFERRY_VAL" "${SUBFERRY_STORE:?names the store that belongs to SUBFERRY_VAL}"
	exit
fi

driver=$build/tests/live/dest_driver
make -s -C "$build" tests/live/dest_driver >&2

# 1. A file of ours: the same tables as Django's migrations make, and all of it is read.
"$driver" "$work/ours.db" "$work/store" >"$work/expected"
run migrate "$work/django.db" "$work/store"
run schema "$work/ours.db" "$work/django.db"
run read "$work/ours.db" "$work/store" "$work/expected"
# 2. Django takes our file over and writes to it.
cp "$work/ours.db" "$work/taken.db"
run take-over "$work/taken.db" "$work/store"
# 3. A file of Django's: we write into it, and all of it is read.
"$driver" "$work/django.db" "$work/store2" >"$work/expected2"
run read "$work/django.db" "$work/store2" "$work/expected2"
echo 'edxval: all passed'
