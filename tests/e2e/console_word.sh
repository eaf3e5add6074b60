#!/bin/sh
# link = mongo: what lets the engine run takes the campus's name, typed, once a session. No server
# is needed, for the word is asked for before anything is launched: the courses are known from a
# scan of exports, and the server that the campus names then is not there.
. "$(dirname "$0")/lib.sh"

mine() {
	env LC_ALL=C.UTF-8 TZ=UTC HOME="$place" XDG_STATE_HOME="$place/state" "$SUBFERRY" "$@"
}
ends() { printf '[val]\nkind = sqlite\npath = val.db\n[store]\nkind = directory\npath = store\n'; }
head_of() { printf '[campus]\nname = harbour\nenvironment = test\nrelease = lilac\nstatus_db = status.db\n'; }
status_of() { # the statuses and intents of all courses
	mine -c "$place/olx.conf" list --json | tr ',{' '\n\n' |
		sed -n 's/^[[:space:]]*"\(status\|intent\)":[[:space:]]*//p' | sort | uniq -c | tr -s ' \n' ' '
}

mine --demo --demo-size 3 list >/dev/null || fail "no demo to take courses from"
mkdir "$place/olx" && cp "$place"/state/subferry/demo/courses/*.tar.gz "$place/olx/"
{ head_of; ends; printf '[source]\nkind = olx\npath = olx/*.tar.gz\n'; } >"$place/olx.conf"
{ head_of; ends; printf '[source]\nkind = split\nuri_env = URI\nindex = mongo\nlink = mongo\n'; } >"$place/mongo.conf"
mine -c "$place/olx.conf" scan >/dev/null || fail "the exports cannot be read"
untouched=$(status_of)
uri='mongodb://127.0.0.1:9/?serverSelectionTimeoutMS=200\&connectTimeoutMS=200'
arguments="-c $place/mongo.conf"
question="type the campus name to allow link = mongo (harbour, test):"

step "the command asks on the terminal, and does nothing without the word"
t new-session -d -x 100 -y 10 "env LC_ALL=C.UTF-8 URI=mongodb://127.0.0.1:9/ '$SUBFERRY' \
	-c '$place/mongo.conf' migrate --all; echo \"status \$?.\"; exec sleep 1000" || exit 99
wait_for "link = mongo writes into the modulestore of harbour (test). Type the campus name to allow it:"
type_text "harbor"
keys Enter
wait_for "status 2."
see "nothing was done"
[ "$(status_of)" = "$untouched" ] || fail "a wrong word did something"

fresh_terminal

step "and with it goes on, to the server that is not there"
t new-session -d -x 100 -y 10 "env LC_ALL=C.UTF-8 'URI=mongodb://127.0.0.1:9/?serverSelectionTimeoutMS=200' \
	'$SUBFERRY' -c '$place/mongo.conf' migrate --all; echo \"status \$?.\"; exec sleep 1000" || exit 99
wait_for "Type the campus name to allow it:"
type_text "harbour"
keys Enter
wait_for "status 3."

step "one course: Esc and a wrong word launch nothing"
start 80 24 "URI=$uri"
wait_for "of 3 courses"
wait_for "engine here"
wait_for "the course list could not be read" # or that news would take the place of an answer
keys r
wait_for "$question"
type_text "harb"
wait_for "$question harb"
keys Escape
wait_for "nothing was done"
wait_gone "$question"
keys r
wait_for "$question"
type_text "Harbour"
keys Enter
wait_for "that is not the campus name: nothing was done"
wait_gone "$question"
keys R
wait_for "$question"
keys Enter
wait_for "that is not the campus name: nothing was done"
[ "$(status_of)" = "$untouched" ] || fail "something was launched"

step "pausing and validating take no word"
keys p
wait_for "paused 1 course"
keys v
wait_gone "paused 1 course" # what the validation says is there
keys '?'		    # which a question would swallow
wait_for "Compare the source with edx-val"
keys Escape
wait_for "p resumes it" # how many courses there are, the help says too

step "a hold takes no word, going on after it does"
keys H
wait_for "held by"
keys c
wait_for "$question"
keys Escape
wait_for "nothing was done"
see "held by"

step "several: the key first, then the word"
keys t r
wait_for "launch all 3 courses on test? y/n"
keys n
wait_for "nothing was done"
keys r
wait_for "launch all 3 courses on test? y/n"
keys y
wait_for "$question"
keys Escape
wait_for "nothing was done"
keys P
wait_for "resume all 3 courses"
keys y
wait_for "$question"
[ "$(mine -c "$place/olx.conf" list --json | grep -c '"intent":[[:space:]]*"run"')" = 0 ] ||
	fail "something was launched"

step "the right word lets it go on, and is asked for once"
type_text "harbour"
keys Enter
wait_gone "$question"
keys c
wait_gone "held by"
keys l
wait_for "allowed: link"
wait_for "resume"
keys Escape
wait_for "COURSE▴"
keys r
wait_for "launch all 3 courses on test? y/n"
keys y l # which a question would swallow
wait_for "allowed: link"
wait_for "launch  "
signal KILL
wait_for "the console has left"

step "the next session goes on only with the word"
start 80 24 "URI=$uri"
wait_for "under way: press c to go on" 30
wait_for "the course list could not be read"
keys c
wait_for "$question"
keys Escape
wait_for "nothing was done"
see "press c to go on"
keys c
wait_for "$question"
type_text "harbour"
keys Enter
wait_gone "press c to go on"
wait_gone "$question"
keys C-c C-c
wait_for "the console has left" 30
