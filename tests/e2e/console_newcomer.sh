#!/bin/sh
# The newcomer's path, by what the screen says and nothing else: start, launch one course, pause,
# resume, find what failed, read why, look at its diff, retry, validate, waive, leave. At 80x24 and,
# once more, at 60x15. No key is written here: a word that no screen has fails, and then it is the
# screen that is to be mended.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/harbour.sh"
command -v python3 >/dev/null || { echo "skipped: python3 is missing"; exit 77; }

# key_beside WORDS: what stands before them on the screen, as "R" before "retries it". The last of
# several, for keys stand below; nothing if the words are not there.
key_beside() {
	screen | python3 -c '
import re, sys
found = re.findall(r"(?:^|(?<=\s))(Enter:?|Esc:?|Space|Tab|\^.|\S) " + re.escape(sys.argv[1]) + r"(?![\w-])",
		   sys.stdin.read(), re.M)
print(found[-1].rstrip(":") if found else "")' "$1"
}
press_key() {
	case $1 in
	Esc) keys Escape ;;
	*) keys "$1" ;;
	esac
}
# press WORDS...: the key beside the first of them that is in sight; where none is, what the palette,
# whose key is in sight everywhere, finds by the last of them.
press() {
	for _ in 1 2 3 4 5 6 7 8 9 10; do # a row may still be on its way
		for words; do
			key=$(key_beside "$words")
			[ -z "$key" ] && continue
			echo "  $words: $key"
			press_key "$key"
			return
		done
		sleep 0.1
	done
	key=$(key_beside "actions")
	[ -n "$key" ] || fail "neither \"$words\" nor the palette is on the screen"
	press_key "$key"
	wait_for "actions: type"
	type_text "$words"
	wait_for "Enter: " # and what it would do
	found=$(screen | sed -n 's/.* Enter: \(.*\)  Esc: back.*/\1/p')
	echo "  $words: $key, $words, Enter ($found)"
	keys Enter
	wait_gone "actions: type"
}

# answer TEXT: what is asked for, and the key that the line names.
ends_text() { key=$(key_beside "does it") && [ -n "$key" ]; }
answer() {
	poll 20 ends_text || fail "it does not say what ends the text"
	type_text "$1"
	press_key "$key"
}

# told TEXT: on a line of the screen that is no rule, where what is searched stands, too.
told() {
	for _ in $(seq 100); do
		screen | grep -v "─" | grep -qF -- "$1" && return
		sleep 0.1
	done
	fail "nothing tells of: $1"
}

# walk WIDTH HEIGHT COURSE CODE: the path, with a course that fails for one finding.
walk() {
	course="(SELECT id FROM course WHERE key LIKE '%$3%')"
	start "$1" "$2"
	wait_for "engine here"
	wait_for "of 38"

	step "$1x$2: find the course"
	press "search"
	wait_for "search:"
	answer "$3"
	wait_for "▸ $3"

	step "$1x$2: launch it, pause it in the midst, go on"
	press "launches it" "run" "launch"
	wait_for "launched 1 course"
	in_status 1 "SELECT count(*) > 0 FROM video WHERE course_id = $course AND state <> 'waiting'"
	press "pause"
	wait_for "paused 1 course"
	[ "$(query "SELECT count(*) > 0 FROM video WHERE course_id = $course AND state = 'waiting'")" = 1 ] ||
		fail "it had ended before it was paused"
	press "resumes it" "resume"
	wait_for "resumed 1 course"
	wait_for "✗ Failed" 60

	step "$1x$2: find what failed, read why, look at its diff"
	press "open"
	wait_for "MODULESTORE"
	press "difference"
	wait_for "$4"
	press "why"
	wait_for "why video@"
	press "search"
	wait_for "search:"
	answer "$4"
	wait_for "/$4"
	told "$4"
	press "back"
	wait_for "VIDEO  "
	press "diff" "open"
	wait_for "not in edx-val"
	press "back"
	wait_for "VIDEO  "

	step "$1x$2: retry, validate"
	press "retry"
	in_status "2 Failed idle" "SELECT pass, status, intent FROM course WHERE id = $course" 60
	press "validate"
	wait_for "validated course-v1:"

	step "$1x$2: waive, and retry: it is Migrated"
	press "waive"
	wait_for "waive $4 of"
	answer "the lecturer is silent"
	wait_for "waived 1 $4 finding"
	press "retry"
	in_status "3 Migrated" "SELECT pass, status FROM course WHERE id = $course" 60

	step "$1x$2: leave"
	press "back"
	wait_for "of 38"
	press "quit"
	left 0
}

harbour
harbour_conf ana "rate = 1" "workers = 1"
arguments="-c $place/ana.conf"
walk 80 24 "HarbourX+PH202" "asset-missing"
walk 60 15 "PierX+DE200" "sjson-invalid"
