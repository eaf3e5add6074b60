#!/bin/sh
# flag, and migrate with flip = auto, while the flag's backend takes its time or hangs: what is told,
# how it is ended, and that nothing goes on behind it.
. "$(dirname "$0")/cli_lib.sh"
command -v python3 >/dev/null || { echo "skipped: no python3"; exit 77; }

"$program" --demo --demo-size 3 scan >/dev/null 2>err || { cat err; exit 99; }
mkdir olx && cp state/subferry/demo/courses/*.tar.gz olx/
printf '[campus]\nname = m\nenvironment = test\nrelease = ginkgo\nstatus_db = m.db\n[source]\nkind = olx\npath = olx/*\n' >m.conf
printf '[val]\nkind = sqlite\npath = val.db\n[store]\nkind = directory\npath = store\n[engine]\nretry_delay = 50ms\n' >>m.conf
cp m.conf s.conf
printf '[flag]\nkind = command\nprogram = flag.sh\ntimeout = 3s\n' >>m.conf
sed 's/timeout = 3s/timeout = 10m/' m.conf >long.conf
"$program" -c m.conf scan >/dev/null 2>err || { cat err; exit 99; }
keys=$("$program" -c m.conf list --json | sed -n 's/.*"key":[^"]*"\([^"]*\)".*/\1/p')
first=$(echo "$keys" | sed -n 1p)
count=$(echo "$keys" | wc -l)

# wait_until COMMAND...: for as long as a minute
wait_until() {
	turn=0
	until "$@" 2>/dev/null; do
		turn=$((turn + 1))
		[ $turn -lt 1200 ] || { bad "never: $*"; return 1; }
		sleep 0.05
	done
}
# gone FILE: the processes whose numbers stand in it are no more, or are zombies that nobody reaps
gone() {
	for pid in $(cat "$1"); do
		case $(sed 's/.*) //; s/ .*//' "/proc/$pid/stat" 2>/dev/null) in ''|Z) ;; *) return 1 ;; esac
	done
}
write() { printf '#!/bin/sh\n%s\n' "$1" >flag.sh; chmod +x flag.sh; rm -f here asked; }

# a program that hangs is asked for one course, and the exit status is that of something unknown
write 'echo "$1 $2" >>'"$dir"'/asked; exec sleep 600'
run 1 -c m.conf flag show --all
says "not done within 3 s"; says "not asked, after no answer for $first"
complains "waiting for the flag: command $dir/flag.sh"
[ "$(wc -l <asked)" = 1 ] || bad "asked $(wc -l <asked) times by show"
rm asked
run 1 -c m.conf flag board --all
[ "$(grep -c "not asked, after no answer for" out)" = $((count - 1)) ] || bad "boards without that reason"
[ "$(wc -l <asked)" = 1 ] || bad "asked $(wc -l <asked) times by board"
rm asked
run 3 -c m.conf --word m flag off --all
says "$first: not known to be written"; complains "the flag's backend hangs"
[ "$(cut -d' ' -f2 asked | sort -u)" = "$first" ] || bad "asked for: $(cat asked)"

# TERM while it switches: nobody waits for the program, what is left is told, and settled later
write '[ $1 = show ] && { echo off; exit; }; echo on >'"$dir"'/never; exit 1'
run 1 -c m.conf flag board "$first"
write 'case $1 in show) [ -e '"$dir"'/here ] && { echo off; exit; }; echo on;;
*) sleep 600 & echo $$ $! >'"$dir"'/here; wait; sleep 600;; esac'
"$program" -c long.conf --word "$first" flag off "$first" >out 2>err & pid=$!
wait_until test -s here
kill -TERM $pid
wait $pid; got=$?
[ $got = 3 ] || [ $got = 1 ] || bad "status $got after TERM"
wait_until gone here
what="flag off, ended"
grep -qE "left turning|off" out || bad "not told what was left"
run 1 -c long.conf flag board "$first"

# kill -9: the program and what it has started do not go on alone
write 'case $1 in show) echo on;; *) sleep 600 & echo $$ $! >'"$dir"'/here; sleep 600; touch '"$dir"'/late;; esac'
"$program" -c long.conf --word "$first" flag off "$first" >out 2>err & pid=$!
wait_until test -s here
kill -9 $pid
wait $pid
wait_until gone here
[ -e late ] && bad "a late write"
write 'echo on'
run 1 -c long.conf flag board "$first"; complains "was cut short: it is on"

# and so does one that is killed while it only looks
write 'sleep 600 & echo $$ $! >'"$dir"'/here; sleep 600'
"$program" -c long.conf flag show "$first" >out 2>err & pid=$!
wait_until test -s here
kill -9 $pid
wait $pid
wait_until gone here

# a file that is locked: what is waited for is told
printf '[flag]\nkind = sqlite\npath = flag.db\n' >>s.conf
cp state/subferry/demo/flag.db flag.db
python3 - "$dir" <<'PYTHON' &
import os, sqlite3, sys, time
db = sqlite3.connect(os.path.join(sys.argv[1], "flag.db"), isolation_level=None)
db.execute("PRAGMA journal_mode = DELETE")
db.execute("BEGIN EXCLUSIVE")
open(os.path.join(sys.argv[1], "locked"), "w").close()
while not os.path.exists(os.path.join(sys.argv[1], "go")):
    time.sleep(0.05)
PYTHON
wait_until test -e locked
run 3 -c s.conf flag show "$first"
complains "waiting for the flag: sqlite $dir/flag.db"; complains "locked"
run 1 -c s.conf flag board "$first"; says "locked"
touch go
wait
run 0 -c s.conf flag show "$first"; quiet
exit $failed
