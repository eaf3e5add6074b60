#!/bin/sh
# The real edxval package, under Django, reads every transcript that subferry migrated: of the
# demo campus, and of the real courses in SUBFERRY_SHARED where they are.
#
# Run from the build folder. Exit status as tests/live/edxval.sh.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
shared=${SUBFERRY_SHARED:-$here/../../../shared}
program=$(pwd)/subferry
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
export XDG_STATE_HOME="$work/state"

# Five courses of the demo are broken on purpose: 1 is how that ends.
"$program" --demo migrate --all >"$work/demo.log" 2>&1 && status=0 || status=$?
if [ "$status" -ne 1 ]; then
	echo "migrated: FAILED: the demo campus ended with exit status $status:"
	cat "$work/demo.log"
	exit 1
fi
tail -n 1 "$work/demo.log"
SUBFERRY_VAL=$work/state/subferry/demo/val.db SUBFERRY_STORE=$work/state/subferry/demo/store \
	"$here/edxval.sh"

if [ ! -f "$shared/data/demox-2015.tar.gz" ]; then
	echo "migrated: skipped: the real courses are not at $shared/data"
	exit 77
fi
cat >"$work/real.conf" <<END
[campus]
name = real
environment = staging
status_db = status.db
[source]
kind = olx
path = "$shared/data/demox-2015.tar.gz" "$shared/data/demox-2024.tar.gz"
[val]
kind = sqlite
path = val.db
[store]
kind = directory
path = store
END
"$program" -c "$work/real.conf" migrate --all | tail -n 1
SUBFERRY_VAL=$work/val.db SUBFERRY_STORE=$work/store "$here/edxval.sh"
