# What the live tests and the benchmarks beside Python begin with, sourced by them:
#
#   name=edxval; . "$here/../venv.sh"   $name is what skip() says first
#
# $build is the folder they were called in, $work is removed at the end, and $venv is the folder
# that SUBFERRY_VENV, or SUBFERRY_LIVE_VENV before it, names to keep Python packages in.

build=$(pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
venv=${SUBFERRY_LIVE_VENV:-${SUBFERRY_VENV:-$work/venv}}
case $venv in /*) ;; *) venv=$build/$venv ;; esac

skip() {
	echo "$name: skipped: $1"
	exit 77
}

# make_venv FOLDER    a venv, made if it is not there
make_venv() {
	[ ! -x "$1/bin/python" ] || return 0
	command -v python3 >/dev/null || skip 'there is no python3'
	python3 -m venv "$1" >"$work/venv.log" 2>&1 ||
		skip "python3 cannot make a venv: $(tail -n 1 "$work/venv.log")"
}

# need FOLDER TRIAL PACKAGE...    a venv in which TRIAL runs, with PACKAGEs installed if it does not
need() {
	make_venv "$1"
	! "$1/bin/python" -c "$2" 2>/dev/null || return 0
	folder=$1
	shift 2
	"$folder/bin/pip" install --quiet --disable-pip-version-check "$@" >"$work/pip.log" 2>&1 ||
		skip "pip cannot install $1: $(tail -n 1 "$work/pip.log")"
}
