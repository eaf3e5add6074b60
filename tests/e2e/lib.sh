# lib.sh - a console in a terminal that a script can see. Sourced by the tests beside it.
#
# Each test has a tmux server, a home and a demo campus of its own, and removes all three.
# $SUBFERRY is the program (default: ./subferry).

command -v tmux >/dev/null || { echo "skipped: tmux is missing"; exit 77; }

SUBFERRY=${SUBFERRY:-./subferry}
case $SUBFERRY in */*) SUBFERRY=$(cd "$(dirname "$SUBFERRY")" && pwd)/$(basename "$SUBFERRY") ;; esac
[ -x "$SUBFERRY" ] || { echo "no program at $SUBFERRY"; exit 99; }

place=$(mktemp -d) || exit 99
: >"$place/typed"
: >"$place/rules"
terminal=0 terminals=0 # a socket each: a server that is still ending would refuse the next one
t() { tmux -u -L "subferry-$$-$terminal" -f /dev/null "$@"; }
clean_up() {
	for terminal in $terminals; do t kill-server 2>/dev/null; done
	rm -rf "$place"
}
trap clean_up EXIT
trap 'exit 1' INT TERM HUP

# In place of this terminal comes the next; with $terminal at the number of none, one beside it.
fresh_terminal() {
	t kill-server 2>/dev/null
	terminal=$((terminal + 1))
	terminals="$terminals $terminal"
}

# start WIDTH HEIGHT [NAME=VALUE...]: the console on the demo campus, in a fresh terminal; with
# $arguments, whatever they say. Around it the terminal's modes and the exit status are written
# down.
start() {
	width=$1 height=$2
	shift 2
	rm -f "$place/pid" "$place/status" "$place/before" "$place/after"
	cat >"$place/run" <<-RUN
		ulimit -c 0
		trap : INT QUIT # what the keyboard sends is for the console
		stty -g >'$place/before'
		env LC_ALL=C.UTF-8 TZ=UTC HOME='$place' XDG_STATE_HOME='$place/state' TERM=screen-256color \\
			$* sh -c 'echo \$\$ >"$place/pid"; exec "$SUBFERRY" ${arguments:---demo}' 2>'$place/errors'
		echo \$? >'$place/status'
		stty -g >'$place/after'
		printf '\r\nthe console has left\n' # killed, it leaves the cursor anywhere
		exec sleep 1000
	RUN
	fresh_terminal
	t new-session -d -x "$width" -y "$height" "sh '$place/run'" || exit 99
}

# shell WIDTH HEIGHT [NAME=VALUE...]: a shell with job control in a fresh terminal, as an operator
# has one; its prompt is "ready> ".
shell() {
	width=$1 height=$2
	shift 2
	fresh_terminal
	t new-session -d -x "$width" -y "$height" "env LC_ALL=C.UTF-8 TZ=UTC HOME='$place' \
		XDG_STATE_HOME='$place/state' TERM=screen-256color HISTFILE= PS1='ready> ' $* \
		bash --norc --noprofile -i" || exit 99
	wait_for "ready>"
}

screen() { t capture-pane -p; }

# What was typed last and which messages were seen is told, too: what is on the screen now often took
# the place of what was waited for.
fail() {
	echo "FAILED: $*"
	screen
	[ -s "$place/errors" ] && cat "$place/errors"
	[ -e "$place/status" ] && echo "the console has ended with status $(cat "$place/status")"
	echo "now $(moment), load $(cut -d ' ' -f 1-3 /proc/loadavg); typed last:"
	tail -n 6 "$place/typed"
	echo "lines with a message, as they were seen:"
	tail -n 6 "$place/rules"
	exit 1
}
moment() { date +%T.%3N; }

# poll SECONDS COMMAND...: until the command is true; false if it never is. Polls, never just sleeps.
poll() {
	polls_left=$(($1 * 20))
	shift
	while ! "$@"; do
		[ $((polls_left -= 1)) -gt 0 ] || return 1
		sleep 0.05
	done
}
shown() {
	shown_now=$(screen)
	keep_rule
	case $shown_now in *"$1"*) ;; *) return 1 ;; esac
}
shown_no_more() { ! shown "$1"; }
matched() { screen | grep -qE -- "$1"; }

# wait_for TEXT [SECONDS]
wait_for() { poll "${2:-20}" shown "$1" || fail "never saw: $1"; }
wait_gone() { poll "${2:-20}" shown_no_more "$1" || fail "still there: $1"; }

# see TEXT...: all on the screen, in any order; parts of it may be drawn or read a moment later.
see() {
	for text; do
		poll 20 shown "$text" || fail "not on the screen: $text"
	done
}

# The last rule of $shown_now with words on it, for fail().
keep_rule() {
	rule=
	while IFS= read -r row; do
		case $row in ─*[a-z]*) rule=$row ;; esac
	done <<-SHOWN
		$shown_now
	SHOWN
	[ "$rule" = "${rule_before-}" ] || echo "$(moment) $rule" >>"$place/rules"
	rule_before=$rule
}

keys() {
	echo "$(moment) $*" >>"$place/typed"
	case " $* " in
	*" Escape "*)
		for one; do
			if [ "$one" = Escape ]; then escape; else t send-keys "$one"; fi
		done
		;;
	*) t send-keys "$@" ;;
	esac
}
# What follows an Esc before the console has read it would be a key with Alt, however long one sleeps
# here. Behind the Esc comes the end of a paste, which does nothing: with that it is an Esc at once.
escape() { t send-keys -H 1b 1b 5b 32 30 31 7e; }
# type TEXT: as it is, no key names.
type_text() {
	echo "$(moment) \"$1\"" >>"$place/typed"
	t send-keys -l -- "$1"
}
resize() { t resize-window -x "$1" -y "$2"; }
line() { screen | sed -n "$1p"; }
signal() { kill -"$1" "$(cat "$place/pid")"; }

# left STATUS: the console ended so, and the terminal is as it was.
left() {
	wait_for "the console has left" 30
	[ "$(cat "$place/status")" = "$1" ] || fail "exit status $(cat "$place/status"), not $1"
	cmp -s "$place/before" "$place/after" || fail "the modes of the terminal were not restored"
	[ "$(t display-message -p '#{alternate_on}')" = 0 ] || fail "still on the alternate screen"
	[ "$(t display-message -p '#{cursor_flag}')" = 1 ] || fail "the cursor is still hidden"
	[ "$(t display-message -p '#{keypad_flag}')" = 0 ] || fail "the keypad is still in its own mode"
	# after a resize tmux leaves lines of the other screen above, and ends their colours on this one
	t capture-pane -pe | grep -F "the console has left" |
		sed "s/$(printf '\033')\[\(0\|39\|49\|39;49\)\?m//g" | grep -q "$(printf '\033')" &&
		fail "colours or attributes are still on"
	return 0
}

# One course of the demo has failed, by now or in an earlier step.
have_failed() {
	wait_for "engine here"
	wait_for "of 40 courses"
	shown "Failed 1" || keys r
	wait_for "Failed 1" 60
}

# A command on the same campus.
subferry() {
	env LC_ALL=C.UTF-8 TZ=UTC HOME="$place" XDG_STATE_HOME="$place/state" "$SUBFERRY" --demo "$@"
}
# The sum of a number of `list --json` over all courses, as the status database has it.
sum_of() {
	subferry list --json | python3 -c '
import json, sys
print(sum(course[sys.argv[1]] for course in json.load(sys.stdin)["courses"]))' "$1" ||
		fail "list --json cannot be read"
}

# at_rest: no video is tried any more, though there are more. A transaction of the demo takes less than
# half of the time between two looks: one that was started in it would show.
same_sum() {
	tried=$(sum_of tried)
	sleep 1.5
	[ "$(sum_of tried)" = "$tried" ]
}
at_rest() {
	same_sum || same_sum || same_sum || same_sum || fail "videos go on: $tried, then $(sum_of tried)"
	subferry list --json | grep -qE '"status":[[:space:]]*"(Not-Migrated|In-Progress)"' ||
		fail "all courses have ended: nothing shows that it rests"
}

# lock FILE [KIND]: another program has the SQLite file (IMMEDIATE: nobody else writes; EXCLUSIVE: nor
# reads), until unlock.
lock() {
	rm -f "$place/locked" "$place/unlock"
	python3 - "$place" "$1" "${2:-IMMEDIATE}" <<'PY' &
import os, sqlite3, sys, time
place, path, kind = sys.argv[1:]
db = sqlite3.connect(path, timeout=30, isolation_level=None)
db.execute("BEGIN " + kind)
open(place + "/locked", "w").close()
while os.path.isdir(place) and not os.path.exists(place + "/unlock"):
    time.sleep(0.02)
db.execute("ROLLBACK")
PY
	locker=$!
	poll 20 test -e "$place/locked" || fail "not locked: $1"
}
unlock() {
	: >"$place/unlock"
	wait "$locker"
}

step() { echo "- $*"; }
