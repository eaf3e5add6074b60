#!/bin/bash
# Shell completion: what bash and zsh offer is compared with the program's own help, and what courses
# are called is never executed.
. "$(dirname "$0")/lib.sh"

export LC_ALL=C.UTF-8 HOME=$place XDG_STATE_HOME=$place/state
unset XDG_CONFIG_HOME
PATH=$(dirname "$SUBFERRY"):$PATH
here=$PWD
mkdir "$place/scripts" && cd "$place" || exit 99
"$SUBFERRY" --completion bash >scripts/subferry || fail "no script for bash"
"$SUBFERRY" --completion zsh >scripts/_subferry || fail "no script for zsh"
for shell in bash:subferry zsh:_subferry; do
	[ ! -f "$here/completions/${shell#*:}" ] ||
		cmp -s "$here/completions/${shell#*:}" "scripts/${shell#*:}" ||
		fail "what make built is not what the program prints: ${shell#*:}"
done
"$SUBFERRY" --completion fish 2>/dev/null && fail "there is a script for fish"

# ---- bash, its function called as readline does ------------------------------------------------

. scripts/subferry

# completes LINE: the line as it would be with each reply, in $offered.
completes() {
	local tail
	COMP_LINE=$1 COMP_POINT=${#1}
	mapfile -t COMP_WORDS < <(python3 - "$1" <<-'PYTHON'
		import re, sys
		# as readline: blanks end words, runs of : = @ are words of their own, quotes keep both
		for blanks, word in re.findall(r"""(\s*)((?:"[^"]*"?|'[^']*'?|\\.|[^\s:=@"'\\])+|[:=@]+)""", sys.argv[1]):
		    print(word)
		if not sys.argv[1] or sys.argv[1][-1].isspace():
		    print()
	PYTHON
	)
	COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
	_subferry 2>>"$place/errors"
	tail=${COMP_WORDS[COMP_CWORD]}
	[[ $tail == [:=@]* ]] && tail=
	tail=${tail#[\"\']}
	offered=("${COMPREPLY[@]/#/${1%"$tail"}}")
}
COMP_WORDBREAKS=$' \t\n"\'@><=;|&(:'
has() { # LINE
	local line
	for line in "${offered[@]}"; do [ "$line" = "$1" ] && return; done
	fail "not offered: $1; but: ${offered[*]}"
}
hasnt() {
	local line
	for line in "${offered[@]}"; do [ "$line" != "$1" ] || fail "offered: $1"; done
}
only() { # LINE
	has "$1"
	[ "${#offered[@]}" -eq 1 ] || fail "not only $1, but: ${offered[*]}"
}
options_of() { "$SUBFERRY" "$@" --help | sed -nE 's/^ +(-[a-zA-Z], )?--([a-z-]+).*/--\2/p'; }
commands=$("$SUBFERRY" --help | sed -nE 's/^  ([a-z]{3,}) .*/\1/p')
[ "$(echo "$commands" | wc -l)" -gt 10 ] || fail "no commands in the help"

step "bash: every command and every option of the help"
completes "subferry "
for command in $commands; do has "subferry $command"; done
completes "subferry -"
for option in $(options_of); do has "subferry $option"; done
hasnt "subferry --complete"
has "subferry -c"
for command in $commands; do
	completes "subferry --demo $command -"
	for option in $(options_of "$command") --help; do has "subferry --demo $command $option"; done
done
completes "subferry mig"
only "subferry migrate"
completes "subferry nothing -"
[ ${#offered[@]} -eq 0 ] || fail "options of an unknown command"

step "bash: values"
completes "subferry retry --finding srt"
only "subferry retry --finding srt-invalid"
completes "subferry retry --finding=srt"
only "subferry retry --finding=srt-invalid"
completes "subferry retry --finding="
has "subferry retry --finding=val-differs"
completes "subferry verify --all --level "
for level in count size hash bytes cues; do has "subferry verify --all --level $level"; done
hasnt "subferry verify --all --level none"
completes "subferry list --status Not"
only "subferry list --status Not-Migrated"
completes "subferry list --sort diff"
has "subferry list --sort difference,desc"
completes "subferry flag "
has "subferry flag show"
has "subferry flag off"
has "subferry flag on"
has "subferry flag board"
[ ${#offered[@]} -eq 4 ] || fail "verbs of flag: ${offered[*]}"
completes "subferry list sta"
only "subferry list status:"
completes "subferry list status:Fa"
only "subferry list status:Failed"
completes "subferry findings --filter severity:e"
only "subferry findings --filter severity:error"
fields=$("$SUBFERRY" --demo list nofield:x 2>&1 | sed -n '/nofield/s/.*: *//p' | grep -oE '[a-z]+')
[ "$(echo "$fields" | wc -l)" -gt 15 ] || fail "fields: $fields"
for field in $fields; do
	completes "subferry list $field"
	has "subferry list $field:"
done

step "bash: nothing is made, and nothing is told, where there is no campus"
completes "subferry migrate cou"
completes "subferry --demo migrate cou"
completes "subferry -c none.conf migrate cou"
[ ${#offered[@]} -eq 0 ] || fail "courses of nowhere"
[ -e state ] && fail "completion made a demo"
[ -s errors ] && fail "completion complained"

step "bash: course keys and videos"
"$SUBFERRY" --demo --demo-size 9 scan >/dev/null || fail "no demo"
before=$(find state)
completes "subferry --demo migrate cou"
[ ${#offered[@]} -eq 9 ] || fail "${#offered[@]} courses, at rest"
[ "$before" = "$(find state)" ] || fail "completion made a file: $(find state)"
key=$("$SUBFERRY" --demo list --json | sed -n 's/.*"key":[^"]*"\([^"]*\)".*/\1/p' | head -n 1)
case $key in course-v1:*+*+*) ;; *) fail "what key is $key?" ;; esac
"$SUBFERRY" --demo migrate "$key" >/dev/null 2>&1
before=$(cd state/subferry/demo && ls -l --time-style=full-iso subferry.db)
completes "subferry --demo migrate ${key%????}"
only "subferry --demo migrate $key"
completes "subferry --demo flag off ${key%????}"
only "subferry --demo flag off $key"
completes "subferry --demo migrate course-v1"
has "subferry --demo migrate $key"
[ ${#offered[@]} -eq 9 ] || fail "${#offered[@]} courses"
completes "subferry --demo migrate course-v1:"
has "subferry --demo migrate $key"
completes "subferry --demo migrate $key ${key%??}"
has "subferry --demo migrate $key $key"
completes "subferry --demo migrate \"${key%????}"
only "subferry --demo migrate \"$key"
COMP_WORDBREAKS=$' \t\n"\'><;|&(' # as of those who took them out
_subferry_keep=$(COMP_LINE="subferry --demo pause ${key%??}" COMP_POINT=999 COMP_WORDS=(subferry --demo pause "${key%??}") COMP_CWORD=3
	_subferry 2>/dev/null; echo "${COMPREPLY[0]}")
[ "$_subferry_keep" = "$key" ] || fail "$_subferry_keep where : breaks no word"
COMP_WORDBREAKS=$' \t\n"\'@><=;|&(:'
completes "subferry --demo runs --compare "
only "subferry --demo runs --compare 1"
"$SUBFERRY" --demo --complete videos "$key" >videos
[ -s videos ] || fail "no videos"
video=$(head -n 1 videos)
completes "subferry --demo why $key ${video%?}"
has "subferry --demo why $key $video"
[ "$before" = "$(cd state/subferry/demo && ls -l --time-style=full-iso subferry.db)" ] ||
	fail "completion wrote into the status database"

step "what a course is called is never executed"
cat >hostile.py <<'PYTHON'
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
bad = ["course-v1:A+$(touch$IFS@hit1)+R", "course-v1:A+`touch hit2`+R", "course-v1:A+';touch hit3;'+R",
       'course-v1:A+";touch hit4;"+R', "course-v1:A+B\ntouch hit5\n+R", "course-v1:A+$(touch hit6)",
       "$(touch hit7)", "--all", "course-v1:A+\x1b]0;x\x07+R", "course-v1:A+B;touch hit8+R", "~/x", "course-v1:A+*+R"]
for i, key in enumerate(bad):
    db.execute("INSERT INTO course(key, name, location) VALUES(?, 'x', '')", (key,))
db.execute("INSERT INTO course(key, name, location) VALUES('course-v1:A+日本+R', 'x', '')")
db.commit()
PYTHON
python3 hostile.py state/subferry/demo/subferry.db || fail "no hostile keys"
"$SUBFERRY" --demo --complete courses course-v1:A >keys
[ "$(cat keys)" = "course-v1:A+日本+R" ] || fail "offered: $(cat keys)"
completes "subferry --demo migrate course-v1:A"
only "subferry --demo migrate course-v1:A+日本+R"
"$SUBFERRY" --demo --complete courses >keys
[ "$(wc -l <keys)" -eq 10 ] || fail "not 10 keys: $(cat keys)"
# a program that would print anything: the shell's side alone
mkdir evil
cat >evil/subferry <<'SCRIPT'
#!/bin/sh
printf '%s\n' 'c$(touch hit10)' 'c`touch hit11`' "c';touch hit12;'" 'c";touch hit13;"' 'c;touch hit14' 'c d'
SCRIPT
chmod +x evil/subferry
completes "evil/subferry migrate c"
[ ${#offered[@]} -eq 6 ] || fail "${#offered[@]} of 6"
for line in "${offered[@]}"; do eval "set -- ${line#* }"; [ $# -eq 2 ] || fail "more than a word: $line"; done
completes 'subferry migrate $(touch${IFS}hit20)'
completes 'subferry -c $(touch${IFS}hit21) migrate c'
completes '`touch${IFS}hit22` migrate c'
for hit in hit*; do [ ! -e "$hit" ] || fail "executed: $hit"; done

# ---- both, by their keys -----------------------------------------------------------------------

touch "of the campus.conf" campus.srt
open_shell() { # COMMAND
	fresh_terminal
	t new-session -d -x 160 -y 40 "cd '$place' && env PS1='ready> ' HISTFILE= PATH='$PATH' $1" || exit 99
}
by_keys() { # where the shell is ready
	wait_for "ready>"
	keys "subferry mig" Tab
	wait_for "subferry migrate"
	keys C-u
	keys "subferry verify --all --lev" Tab
	wait_for "--level"
	keys C-u
	keys "subferry --demo pause ${key%????}" Tab
	wait_for "subferry --demo pause $(printf %s "$key")"
	keys Enter
	wait_for "paused"
	keys "clear" Enter
	wait_gone "paused"
	keys "subferry flag of" Tab
	wait_for "subferry flag off"
	keys C-u
	keys "subferry --demo flag off ${key%????}" Tab
	wait_for "subferry --demo flag off $(printf %s "$key")"
	keys C-u
	keys "subferry list status:Fai" Tab
	wait_for "subferry list status:Failed"
	keys C-u
	keys "subferry -c 'of the cam" Tab "list"
	wait_for "'of the campus.conf' list"
	keys C-u
	keys "subferry convert campus" Tab
	wait_for "convert campus.srt"
	keys C-u
	keys "clear" Enter
	keys "subferry --demo migrate course-v1:A" Tab
	wait_for "course-v1:A+日本+R"
	keys C-u
	for hit in hit*; do [ ! -e "$hit" ] || fail "executed: $hit"; done
}

step "bash in a terminal: Tab"
open_shell "bash --norc --noprofile -i"
wait_for "ready>"
keys ". scripts/subferry" Enter
by_keys

step "zsh in a terminal: Tab"
if ! command -v zsh >/dev/null; then
	echo "skipped: zsh is missing"
	exit 0
fi
cat >.zshrc <<-'RC'
	fpath=($PWD/scripts $fpath)
	autoload -Uz compinit && compinit -u -D
	bindkey -e
	zstyle ':completion:*' format '-- %d --'
	LISTMAX=1000
	PS1='ready> '
RC
open_shell "ZDOTDIR='$place' zsh -i"
by_keys
keys "clear" Enter "subferry " Tab
for command in $commands; do
	wait_for "$command"
	help=$("$SUBFERRY" --help | sed -nE "s/^  $command +([^ ].{10}).*/\\1/p")
	see "$help"
done
keys C-u
keys "clear" Enter "subferry -" Tab
for option in $(options_of); do wait_for "$option"; done
keys C-u
for command in $commands; do
	keys "clear" Enter
	wait_gone "-- "
	keys "subferry $command --" Tab
	for option in $(options_of "$command"); do wait_for "$option"; done
	keys C-u
done
keys "clear" Enter
keys "subferry retry --finding srt" Tab
wait_for "--finding srt-invalid"
keys C-u
keys "clear" Enter "subferry --demo why $key " Tab
wait_for "$video"
keys C-u
keys "clear" Enter "evil/subferry migrate c" Tab Tab Tab Enter
sleep 1
for hit in hit*; do [ ! -e "$hit" ] || fail "executed by zsh: $hit"; done
exit 0
