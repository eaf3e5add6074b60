# cli_lib.sh - the real program in a home of its own, and words for what it ends with and says.
# Sourced by the cli*.sh beside it.
#
# The script goes on in $dir, an empty directory that is removed with its end. $program is the
# program ($SUBFERRY; default: ./subferry). bad sets $failed, which is what the script ends with.
set -u
LC_ALL=C.UTF-8 TZ=UTC
export LC_ALL TZ
program=${SUBFERRY:-$PWD/subferry}
[ -x "$program" ] || { echo "no program at $program"; exit 99; }
dir=$(mktemp -d) || exit 99
trap 'rm -rf "$dir"' EXIT
HOME=$dir XDG_STATE_HOME=$dir/state XDG_CONFIG_HOME=$dir/config USER=tester
export HOME XDG_STATE_HOME XDG_CONFIG_HOME USER
unset SUDO_USER
cd "$dir" || exit 99
failed=0

bad() { echo "FAILED: $*"; sed 's/^/  out: /' out; sed 's/^/  err: /' err; failed=1; }
# run STATUS ARGUMENT...: the program ends with that status
run() {
	want=$1; shift
	"$program" "$@" >out 2>err </dev/null
	got=$?
	[ $got -eq "$want" ] || bad "status $got instead of $want: $*"
	what=$*
}
says() { grep -qF -- "$1" out || bad "no \"$1\" on standard output of: $what"; }
complains() { grep -qF -- "$1" err || bad "no \"$1\" on standard error of: $what"; }
silent() { [ -s out ] && bad "something on standard output of: $what"; :; }
quiet() { [ -s err ] && bad "something on standard error of: $what"; :; }

# What follows needs Python, which a script that uses it asks for.
# sql DATABASE STATEMENT: the rows of the answer, | between their columns
sql() {
	python3 -c 'import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
for row in db.execute(sys.argv[2]): print(*row, sep="|")
db.commit()' "$1" "$2"
}
