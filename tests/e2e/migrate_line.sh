#!/bin/sh
# The progress line of the commands, in a real terminal: it is there, it moves, and it leaves nothing
# behind; where there is no terminal, nothing but plain lines.
. "$(dirname "$0")/lib.sh"

# Enough for a line to be seen moving; a sanitized program is slow enough with fewer.
courses=300 few=100
[ -z "${SANITIZERS-}" ] || { courses=120 few=40; }
demo="--demo --demo-size $courses"
small="--demo --demo-size $few" # in a folder of its own, where nothing but the end matters
line="of $courses courses"
escape=$(printf '\033') return=$(printf '\r')

run() { # COMMAND: then its status
	type_text "$1; echo \"left \$?\""
	keys Enter
}
fresh() {
	keys "clear" Enter
	wait_gone "left"
	t clear-history
}
everything() { t capture-pane -p -J -S -; }
# Nothing but whole lines: what was typed, what the command tells, what the shell tells.
clean() {
	everything | grep -v '^$' | grep -vE "^(ready> .*|ready>|  failed [^ ]+ [^ ]+: .*|(Not-Migrated|In-Progress|Migrated|Failed|predicted) +course-v1:.* videos, .*|(mock|dry) [0-9]+: $courses courses: .*|subferry: ending: .*|left [0-9]+|\^C.*|\[1\].*Stopped.*|subferry .*)\$" \
		>"$place/odd"
	[ -s "$place/odd" ] && { cat "$place/odd"; fail "something was left behind: $1"; }
	return 0
}
# The line moves: two looks at it differ.
moves() {
	wait_for "$line" 60
	was=$(screen | grep -F "$line")
	for _ in $(seq 200); do
		now=$(screen | grep -F "$line")
		[ -n "$now" ] && [ "$now" != "$was" ] && return
		sleep 0.05
	done
	fail "it does not move: $was"
}
plain() { # FILE
	grep -q "[$escape$return]" "$1" && fail "a control character in $1"
	return 0
}

shell 120 30
type_text "PATH=$(dirname "$SUBFERRY"):\$PATH; clear"
keys Enter
run "subferry $demo list >/dev/null"
wait_for "left 0" 60

migrate="subferry --demo --demo-reset --demo-size $courses migrate --all"

step "^C: it tells, ends after what is under way, and leaves nothing"
run "$migrate"
moves
keys C-c
wait_for "left 3" 60
everything | grep -q "^subferry: ending: transactions under way finish" || fail "it does not tell"
clean "^C"

step "^C twice ends at once, and TERM as ^C"
fresh
run "$migrate"
moves
keys C-c C-c
wait_for "left 3" 30
clean "^C twice"
fresh
run "sh -c 'echo \$\$ >$place/pid; exec $migrate'"
moves
signal TERM
wait_for "left 3" 60
clean "TERM"

step "in the background nothing is drawn"
fresh
run "$migrate >/dev/null 2>/dev/tty & wait \$!"
wait_for "left 1" 120
everything | grep -qF "$line  " && fail "it was drawn from the background"

step "beside another process's engine: counts alone"
fresh
run "$migrate >/dev/null 2>&1 & until subferry $demo list 2>/dev/null | grep -q In-Progress; do :; done; subferry $demo migrate --all >/dev/null"
wait_for " transcripts" 60
followed=$(screen | grep -F " transcripts")
case $followed in */s*|*done*|*end:*) fail "figures of another's engine: $followed" ;; esac
wait_for "left 1" 120
screen | grep -qF " transcripts" && fail "the line was left behind"
type_text "wait %1" # bash tells how the other ended once it has, and at a prompt
keys Enter
wait_for "Exit 1"

step "it moves, and is gone at the end; failed videos are whole lines"
fresh
run "$migrate >&2"
wait_for "  failed " 60
moves
see "transcripts"
resize 60 20
moves
[ "$(screen | grep -cF "$line")" -eq 1 ] || fail "not one line after a resize"
resize 140 30
wait_for "left 1" 120
clean "a whole run"
everything | grep -q "^  failed course-v1:" || fail "no failed video"

step "^Z leaves a clean terminal, and fg goes on"
fresh
run "subferry $demo migrate --all --dry-run >/dev/null"
wait_for "predicted "
keys C-z
wait_for "Stopped"
screen | grep -q "^predicted.*$line" && fail "the line was left behind by ^Z"
keys "fg" Enter
wait_for "predicted "

wait_for "left 1" 120
screen | grep -q "^predicted.*$line" && fail "the line was left behind"

step "standard output in a file, standard error a terminal"
for json in "" --json; do
	fresh
	run "XDG_STATE_HOME='$place/few' subferry $small migrate --all --dry-run $json >'$place/out'"
	wait_for "predicted "
	wait_for "left 1" 120
	screen | grep -q "^predicted.*of $few courses" && fail "the line was left behind"
	plain "$place/out"
	grep -q "^progress" "$place/out" && fail "progress on standard output"
done
python3 -c 'import json, sys; [json.loads(line) for line in open(sys.argv[1])]' "$place/out" ||
	fail "no JSON"

step "verify has one, too"
fresh
run "subferry $demo verify --all >/dev/null"
wait_for "verified "
wait_for "left 1" 120
screen | grep -q "^verified.*$line" && fail "the line was left behind by verify"

step "a terminal without UTF-8, and one that cannot rewrite"
shell 80 24 LC_ALL=C
run "XDG_STATE_HOME='$place/few' '$SUBFERRY' $small migrate --all --dry-run >/dev/null"
wait_for "predicted "
wait_for "left 1" 120
shell 80 24 TERM=dumb
run "XDG_STATE_HOME='$place/few' '$SUBFERRY' $small migrate --all --dry-run >/dev/null"
wait_for "left 1" 120
everything | grep -q "of $few courses" && fail "it was drawn on a dumb terminal"

step "elsewhere: no control character at all"
env HOME="$place" XDG_STATE_HOME="$place/few" TERM=screen-256color LC_ALL=C.UTF-8 \
	"$SUBFERRY" $small migrate --all --dry-run >"$place/out" 2>"$place/err"
plain "$place/out"
plain "$place/err"
grep -qF "of $few courses" "$place/err" && fail "a progress line within the first minute"
exit 0
