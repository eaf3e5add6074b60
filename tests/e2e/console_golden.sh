#!/bin/sh
# Whole screens, cell by cell, at 80x24 and 200x60: what an operator sees is what golden/ holds.
#
# GOLDEN_UPDATE=1 writes them anew: look at each before it is committed. The wall clock stands
# still, and every course was migrated by a command of its own with one worker, so that nothing
# hangs on how fast a machine is; what would be one run is made one afterwards. What no clock holds still, the process and the host in the
# engine's own events, is filtered away, as an operator would do it.
. "$(dirname "$0")/lib.sh"
command -v python3 >/dev/null || { echo "skipped: python3 is missing"; exit 77; }

scripts=$(cd "$(dirname "$0")" && pwd)
golden=$scripts/golden
campus=$(mktemp -d /tmp/subferry-XXXXXX) || exit 99
clean_up() { t kill-server 2>/dev/null; rm -rf "$place" "$campus"; }
# As it is seen; the campus is said to be at a place that is the same everywhere.
seen() { screen | sed "s|$campus|/srv/harbour|" >"$1"; }
demo=$place/state/subferry/demo
export SUBFERRY PYTHONDONTWRITEBYTECODE=1

# at TIME ARGUMENT...: the program at this time of one day, on the campus.
at() {
	clock=$1
	shift
	env LC_ALL=C.UTF-8 TZ=UTC HOME="$place" XDG_STATE_HOME="$place/state" \
		USER=ana SUDO_USER= SUBFERRY_CLOCK="2018-05-02T${clock}Z" "$SUBFERRY" "$@" \
		>"$place/out" 2>"$place/errors"
	case $? in 0 | 1) ;; *) fail "subferry $*: $(cat "$place/out" "$place/errors")" ;; esac
}

# migrate TIME COURSE...: one after the other; predict TIME COURSE...: in a dry run.
migrate() {
	clock=$1
	shift
	for course; do
		at "$clock" -c one.conf migrate "course-v1:$course" $dry
	done
}
predict() { dry=--dry-run; migrate "$@"; dry=; }
dry=

write_conf() { # WORKERS
	printf '%s\n' "[campus]" "name = harbour" "environment = staging" "release = ginkgo" \
		"status_db = status.db" "[source]" "kind = olx" "path = exports/*" "[val]" \
		"kind = sqlite" "path = val.db" "[store]" "kind = directory" "path = store" \
		"[engine]" "workers = $1" "retry_delay = 1ms"
}

make_campus() {
	mkdir "$campus/exports"
	cd "$campus" || exit 99
	write_conf 1 >one.conf
	write_conf 8 >campus.conf
	printf '%s\n' "[flag]" "kind = sqlite" "path = flag.db" >>campus.conf
	python3 "$scripts/golden_campus.py" flag . || fail "no flag"
	at 01:50:00 --demo list # makes the demo's courses
	mv "$demo/courses"/* exports/
	python3 "$scripts/golden_campus.py" export exports/ALGO || fail "no export"
	mkdir exports/ANT && tar xzf exports/DeltaU.ANT-5.2018.tar.gz -C exports/ANT &&
		rm exports/DeltaU.ANT-5.2018.tar.gz || fail "no course ANT-5"
	at 02:00:00 -c one.conf scan
	predict 02:01:20 DeltaU+ANT-5+2018 DeltaU+BIO.110+2017_T2 FerryX+CS101.1x+2017_T2
	migrate 02:04:10 DeltaU+BIO.110+2017_T2 # makes val
	python3 "$scripts/golden_campus.py" val . || fail "nothing was put into val"
	migrate 02:11:32 DeltaU+ALGO.3+2018 DeltaU+ANT-5+2018 DeltaU+MED.15+2018_T1
	migrate 02:26:40 FerryX+CS101.1x+2017_T2 FerryX+CS101.2x+2017_T3 FerryX+CS201x+2018_T1 \
		FerryX+MA101x+2015_T1 HarbourX+PH201+2014_Fall HarbourX+PH202+2015_Spring
	migrate 02:41:00 PierX+AR100+2018 PierX+DE200+2018 PierX+HI100+2018 PierX+JA100+2017 \
		RiverX+EC1011+1T2016
	python3 "$scripts/golden_campus.py" mend . || fail "nothing was mended"
	migrate 02:48:30 DeltaU+ANT-5+2018 RiverX+EC1011+1T2016 HarbourX+PH202+2015_Spring
	python3 "$scripts/golden_campus.py" runs . || fail "no runs"
	at 02:50:00 -c one.conf pause course-v1:DeltaU+HIST-41+2018 course-v1:TideX+KO100+2018_Q2
	at 02:55:00 -c one.conf verify --level bytes course-v1:DeltaU+ALGO.3+2018 \
		course-v1:DeltaU+BIO.110+2017_T2
}

# same FILE: the screen is what the file holds, now or soon.
same() {
	for _ in $(seq $((different ? 20 : 400))); do # one that was waited for in vain is enough
		seen "$place/screen"
		cmp -s "$place/screen" "$1" && return
		sleep 0.05
	done
	return 1
}

# settled: writes down a screen that stays the same for a while; to make a golden only.
settled() {
	sleep 1
	seen "$place/screen"
	for _ in $(seq 50); do
		sleep 0.5
		seen "$place/screen.new"
		cmp -s "$place/screen" "$place/screen.new" && return
		mv "$place/screen.new" "$place/screen"
	done
	fail "the screen does not come to rest"
}

different=0
# look NAME: the screen as it is, against golden/NAME.txt.
look() {
	file=$golden/$1.txt
	if [ "${GOLDEN_UPDATE:-}" = 1 ]; then
		settled
		cmp -s "$place/screen" "$file" || { cp "$place/screen" "$file"; echo "written: $file"; }
		return
	fi
	same "$file" && return
	echo "FAILED: the screen is not golden/$1.txt (- golden, + screen):"
	diff -U 0 "$file" "$place/screen" | tail -n +3
	different=$((different + 1))
}

# both NAME: at both sizes, and back at the first.
both() {
	look "$1.80x24"
	resize 200 60
	look "$1.200x60"
	resize 80 24
}

# open [OPTION...]: the console at 80x24, with a fresh copy of the status database, so that no
# screen hangs on what was looked at before.
open() {
	arguments="-c campus.conf $*"
	rm -f status.db*
	cp "$place/kept"/* .
	# shellcheck disable=SC2086
	start 80 24 USER=ana SUDO_USER= SUBFERRY_CLOCK=2018-05-02T03:12:41Z $looks
	wait_for "engine here"
	wait_for "1 of 41"
	wait_for "asset-missing es"
}
looks=

leave() {
	keys q q q q q q
	wait_for "the console has left" 30
}

search() { keys /; type_text "$1"; keys Enter; wait_for "/$1"; }
# The gates of the two tagged.
board_of_two() {
	wait_for "2 tagged"
	keys B
	wait_for "gate board of 2 courses"
	wait_for "1 can be switched on"
}

step "a campus with courses in every state"
make_campus
mkdir "$place/kept"
cp status.db* "$place/kept/"

step "courses, their filter, their tags, their columns, the go-to prompt"
open
both courses
keys f
type_text "status:failed finding:asset-missing videos>9"
wait_for "1 of 3"
both filter
keys C-u Enter
wait_for "of 41 ─"
keys j j Space
wait_for "1 tagged"
keys j j j Space
wait_for "2 tagged"
keys /
type_text ferryx
wait_for "9 of 41"
both tags
keys Escape u g
wait_for "1 of 41 ─"
keys C
wait_for "as many as the screen is wide"
both columns
keys Escape o
type_text pierx
wait_for "1 of 6"
both goto
keys Escape
wait_gone "go to"
keys '?'
wait_for "Keys of this screen"
both help
keys Escape

step "a course and a diff"
keys Enter
wait_for "MODULESTORE"
keys n
wait_for "difference 1 of"
both course
keys Enter
wait_for "sha256"
both diff
keys Escape Escape
wait_for "of 41 ─"

step "findings, their items, the story of one, the log"
keys F
wait_for "findings of all courses"
both findings
keys j
keys Enter
wait_for "open "
both items
keys i
wait_for "Transcripts:"
both why
keys Escape Escape Escape
wait_for "of 41 ─"
keys l
wait_for "log of the campus"
keys f
type_text "-act:engine -act:scan -act:launch"
keys Enter
wait_for "of 40 ─"
keys j j j j
wait_for "5 of 40 ─"
both log
keys Escape Escape

step "the runs, two side by side, the gates of a course, of several, and the word for its flag"
keys A
wait_for "runs of harbour"
wait_for "1 of 3 ─"
both runs
keys Enter
wait_for "A: mock 2"
wait_for "▸fixed 1"
both compare
keys Escape Escape
search BIO.110
keys B
wait_for "can be flipped"
both board
keys O
wait_for "course key to switch its flag on:"
both word
keys Escape Escape k Space Space
board_of_two
both boards
leave

# Of the main screens in another look.
main_screens() { # SUFFIX
	open $plain
	look "courses$1"; check "✗ Failed"
	keys Enter;   wait_for "MODULESTORE"
	keys n;       wait_for "difference 1 of"
	look "course$1"; check "✗"
	keys Enter;   wait_for "sha256"
	look "diff$1"; check "≠"
	keys Escape Escape F
	wait_for "findings of all courses"
	look "findings$1"; check "✗"
	keys Escape A
	wait_for "1 of 3 "
	look "runs$1"; check "✗"
	keys Enter;   wait_for "fixed 1"
	keys Tab;     wait_for "$tab"
	look "still$1"; check "✗"
	keys Escape Escape j Space Space
	board_of_two
	look "boards$1"; check "✗"
	leave
}

step "in ASCII"
plain=--ascii looks=NO_COLOR=1 tab='>still'
check() {
	[ -z "$(screen | tr -d '\n' | LC_ALL=C tr -d ' -~')" ] || fail "not all is ASCII"
}
main_screens .plain.80x24

step "without colour: the same cells; what is selected is reversed, what is wrong is bold"
plain='' looks=NO_COLOR=1 tab='▸still' escape=$(printf '\033')
check() {
	t capture-pane -pe >"$place/screen"
	grep -qE "$escape\\[([0-9;]*;)?([349][0-7]|10[0-7]|[34]8;[0-9;]+)(;[0-9;]*)?m" "$place/screen" &&
		fail "colour in spite of NO_COLOR"
	grep -q "$escape\\[[0-9;]*7m[^$escape]*▸" "$place/screen" || fail "the selected row is not reversed"
	grep -q "$escape\\[[0-9;]*1m[^$escape]*$1" "$place/screen" || fail "$1 is not bold"
}
main_screens .80x24

[ "$different" = 0 ] || { echo "$different screens differ"; exit 1; }
