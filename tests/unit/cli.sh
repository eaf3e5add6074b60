#!/bin/sh
# The command line of the real program: exit statuses, words, JSON; no server, no terminal.
shared=${SUBFERRY_SHARED:-${srcdir:-.}/../shared}
shared=$(cd "$shared" 2>/dev/null && pwd) || shared=/nonexistent
. "$(dirname "$0")/cli_lib.sh"

# ---- help and usage
run 0 --help; quiet; says "Commands:"; says "--demo-size COURSES"
for command in doctor scan list pause resume retry findings why waive unwaive refresh flag runs convert; do
	says "  $command "
done
run 0 list --help; quiet; says "--failed-tasks"
run 0 --version; says "subferry 0"
run 2 nope; silent; complains "unknown command nope"
run 2 --nope; silent
run 2 list --nope; complains "usage: subferry list"
run 2 --demo list videos\>five; complains "videos> wants a number"; complains "usage: subferry list"
run 2 --demo list status:; complains "status: wants a word"; silent
run 2 --demo list stat:failed; complains 'unknown field "stat"'
run 2 --demo list -demo; complains "unknown option"
run 2 --demo list --failed-tasks demo; run 2 --demo list --failed-tasks --sort key
run 2 --demo list --sort size; complains "--sort size: key, name"
run 2 --demo list --sort key,up
run 2 --demo findings --filter lang:; complains "lang: wants a word"
run 2 --demo pause
run 2 --demo pause --all x
run 2 --demo retry --all --finding nope; complains "srt-invalid"
run 2 --demo list --status moved; complains "Not-Migrated"
run 2 --demo waive a b c --finding srt-invalid; complains "--reason"
run 2; complains "terminal"; silent

[ -e state ] && bad "a usage error made something"

# ---- configuration
run 3 list; complains "--demo"; silent
run 3 -c none.conf list; complains "none.conf"
printf '[campus]\nname = x\nworkers = 3\n' >bad.conf
run 3 -c bad.conf list; complains "bad.conf:3:"
cp bad.conf subferry.conf
run 3 list; complains "subferry.conf:3:"
rm subferry.conf
mkdir -p config/subferry && cp bad.conf config/subferry/subferry.conf
run 3 list; complains "config/subferry/subferry.conf:3:"
rm -r config

# ---- the demo
run 3 --demo findings; complains "subferry scan"
run 0 --demo list; quiet; says "40 courses, 40 Not-Migrated"; says "course-v1:FerryX+MA101x+2015_T1"
for sort in difference attempts,desc progress validated,desc; do run 0 --demo list --sort $sort; done
run 0 --demo scan; says "40 courses found: 0 new, 0 gone, 0 back"
run 0 --demo scan --json; [ "$(wc -l <out)" -eq 41 ] || bad "not 41 lines"; says '{"type":"summary","found":40'
run 0 --demo list --json; says '"status":	"Not-Migrated"'
run 0 --demo list org:ferryx run=2015_T1 MA101; says "1 course, 1 Not-Migrated"; says "+MA101x+"
run 0 --demo list -- -org:ferryx; says "31 courses"
run 0 --demo list '!status:migrated' finding:none; says "40 courses"
run 0 --demo list --json name:databases; [ "$(grep -c '"key"' out)" -eq 1 ] || bad "not one course"
run 0 --demo list --status Failed ferry; says "0 courses"
"$program" --demo list --sort key | sed '1d;$d' | grep -o 'course-v1:[^ ]*' >up
"$program" --demo list --sort key,desc | sed '1d;$d' | grep -o 'course-v1:[^ ]*' | tac >down
[ "$(wc -l <up)" -eq 40 ] && cmp -s up down || bad "an order turned round is another one"
run 0 --demo list --failed-tasks; says "datetime_resolved"
run 0 --demo doctor; says "40 courses"
run 0 --demo doctor --write --json; says '"ok":	true'
run 0 --demo pause course-v1:FerryX+MA101x+2015_T1; says "paused"
run 0 --demo list; says "Not-Migrated, paused"
run 0 --demo resume course-v1:FerryX+MA101x+2015_T1; complains "no engine is running"
run 1 --demo retry course-v1:FerryX+MA101x+2015_T1; says "not taken"
run 0 --demo retry --all; says "40 not concerned"
run 2 --demo pause course-v1:No+Such+Course; silent; complains "course-v1:No+Such+Course"
run 2 --demo pause "bad key"; silent
run 0 --demo findings; says "no findings"
run 0 --demo findings --json; says '"findings":	[]'
course=course-v1:DeltaU+ANT-5+2018
run 1 --demo migrate $course
run 1 --demo findings; says "1 asset-missing: "; says "1 srt-invalid: "
run 1 --demo findings --filter 'code:asset lang:he'; says "1 asset-missing: "
grep -q srt-invalid out && bad "what does not pass is shown"
run 0 --demo findings --filter lang:es; says "no findings"
run 1 --demo findings $course --filter 'severity:error found:1h' --json
[ "$(grep -c '"code"' out)" -eq 2 ] || bad "not two findings"
run 0 --demo list finding:srt-invalid 'errors>1' changed:1h; says "1 course, 1 Failed"
run 0 --demo list finding:none; says "39 courses"
run 0 --demo list 'changed>1h' finding:error; says "0 courses"
course=course-v1:FerryX+CS301x+2018_T2
run 0 --demo why $course; says "Databases"
video=$(tar xzOf state/subferry/demo/courses/FerryX.CS301x.2018_T2.tar.gz course/vertical/unit0.xml |
	sed -n 's/.*video url_name="\([^"]*\)".*/\1/p')
run 0 --demo why $course "$video" en; says "implicit"; says "<- this one"
run 0 --demo why $course "video@$video" --json; says '"type":"promise"'; says '"type":"summary"'
run 2 --demo why $course nope; silent; complains "no video nope"
run 2 --demo waive $course "$video" en --finding srt-invalid --reason "known"
run 3 --demo --demo-size 41 list; complains "--demo-reset"
run 0 --demo --demo-size 2 --demo-reset list; says "2 courses"
run 0 --demo list; says "2 courses"
if [ -w /dev/full ]; then
	"$program" --demo list >/dev/full 2>err; [ $? -eq 3 ] || bad "a full disk is not status 3"
	complains "cannot write"
fi
(trap '' PIPE; "$program" --demo scan --json 2>err; echo $? >status) | true
[ ! -s err ] || bad "a closed pipe is told"

# ---- migrate and verify, alone and beside another process
mkdir olx
cp state/subferry/demo/courses/*.tar.gz olx/
printf '[campus]\nname = m\nenvironment = test\nstatus_db = m.db\n[source]\nkind = olx\npath = olx/*.tar.gz\n' >m.conf
printf '[val]\nkind = sqlite\npath = mval.db\n[store]\nkind = directory\npath = mstore\n' >>m.conf
printf '[engine]\nretry_delay = 50ms\n' >>m.conf
run 0 -c m.conf migrate --all --dry-run; says "24 transcripts would be migrated"
[ -e mval.db ] || [ -e mstore ] && bad "a dry run made val or store"
run 0 -c m.conf migrate --all; says "24 transcripts migrated now; 24 of 24"
run 0 -c m.conf migrate --all; says "0 courses"
run 0 -c m.conf migrate course-v1:FerryX+MA101x+2015_T1; says "0 transcripts migrated now; 16 of 16"
run 0 -c m.conf verify --all --level bytes --json; says '"missing":0'
mv olx/FerryX.MA101x.2015_T1.tar.gz .
run 1 -c m.conf migrate --dry-run course-v1:FerryX+MA101x+2015_T1; complains "no export"
run 0 -c m.conf scan; says "1 gone"
run 0 -c m.conf verify --all; says "1 course: in val 8 of 8"
run 1 -c m.conf migrate course-v1:FerryX+MA101x+2015_T1; complains "gone from the source"
mv FerryX.MA101x.2015_T1.tar.gz olx/
run 0 -c m.conf scan; says "1 back"
# another campus's status database, whoever asks
sed 's/^name = m$/name = n/' m.conf >n.conf
run 3 -c n.conf list; silent; complains 'is of campus "m", not "n"'
run 1 -c n.conf doctor; says 'is of campus "m", not "n"'
# another environment's: whoever writes is refused, and doctor knows it before
sed 's/^environment = test$/environment = production/' m.conf >n.conf
run 3 -c n.conf scan; silent; complains "production needs a file of its own"
run 1 -c n.conf doctor; says "FAILED  status"; says "production needs a file of its own"
# a word that was mistyped is corrected, where courses were only looked at
sed 's/= m.db$/= typo.db/' n.conf >typo.conf
run 0 -c typo.conf migrate --all --dry-run; run 0 -c typo.conf verify --all
sed -i 's/^environment = production$/environment = test/' typo.conf
run 0 -c typo.conf doctor; run 0 -c typo.conf scan; run 0 -c typo.conf migrate --all --dry-run
# a source of which nothing, or not all, can be read is not well
sed 's|^path = olx.*|path = nowhere/*.tar.gz|; s|= m.db|= z.db|' m.conf >z.conf
run 3 -c z.conf migrate --all; silent; complains "no course can be read"
run 1 -c z.conf scan; says "0 courses found"
sed 's|^path = olx.*|path = olx/*.tar.gz none.tar.gz|; s|= m.db|= y.db|' m.conf >y.conf
run 1 -c y.conf migrate --all; complains "none.tar.gz"; says "24 of 24"
run 0 -c m.conf migrate --all; says "0 courses"; complains "nothing to do"
run 2 -c m.conf verify nosuch; complains "nosuch: not a course key"
run 0 -c m.conf why course-v1:FerryX+MA101x+2015_T1
video=$(sed -n 's/.*\(video@[0-9a-f]*\).*/\1/p' out | head -n 1)
run 0 -c m.conf why course-v1:FerryX+MA101x+2015_T1 "$video" xx; says "names no xx"
if [ "$(id -u)" -ne 0 ]; then
	chmod a-w mstore
	run 1 -c m.conf doctor; says "cannot write into"
	chmod u+w mstore
else
	echo "skipped: a store that cannot be written (root writes everywhere)"
fi
# link = mongo: nothing happens without the campus's name. Port 9 is the one for nothing.
printf '[campus]\nname = w\nenvironment = test\nrelease = lilac\nstatus_db = w.db\n[val]\nkind = sqlite\n' >w.conf
printf 'path = wval.db\n[store]\nkind = directory\npath = wstore\n' >>w.conf
cp w.conf v.conf
printf '[source]\nkind = split\nuri_env = CAMPUS_URI\nindex = mongo\nlink = mongo\n' >>w.conf
printf '[source]\nkind = split\nuri_file = uri\n' >>v.conf
CAMPUS_URI='mongodb://ana:topsecret@127.0.0.1:9/?serverSelectionTimeoutMS=200&connectTimeoutMS=200'
export CAMPUS_URI
run 2 -c w.conf migrate --all; silent; complains "modulestore of w (test)"; complains "--word"; complains "nothing was done"
run 2 --word x -c w.conf migrate --all; silent; complains "--word is not the campus name"
run 2 --word W -c w.conf migrate course-v1:A+B+C; silent; complains "nothing was done"
run 2 --word w.conf -c w.conf migrate --all --json; silent
for left in w.db wval.db wstore; do [ -e $left ] && bad "a missing word left $left"; done
# the right word, and what takes none, go on to the server that is not there
run 3 --word w -c w.conf migrate --all; silent
run 3 -c w.conf migrate --all --dry-run; silent
run 3 -c w.conf retry --all; silent
for word in "--word w" ""; do
	# shellcheck disable=SC2086  # two words, or none
	run 3 $word -c w.conf scan
	cat out err | grep -qF topsecret && bad "the secret is told"
done
unset CAMPUS_URI
run 3 --word w -c w.conf migrate --all; silent; complains "uri_env = CAMPUS_URI: there is no such"
run 3 -c v.conf scan; silent; complains "uri_file: cannot read"
printf 'mongodb://ana:topsecret@127.0.0.1:9/\n' >uri; chmod 644 uri
run 3 -c v.conf scan; silent; complains "chmod 600"
run 1 -c v.conf doctor; says "chmod 600"
grep -qF topsecret out err && bad "the secret is told"
# S3 where no server is: what doctor warns of, and no secret in any of it
sed 's|^status_db = .*|status_db = s.db|; /^\[store\]/,$d' m.conf >s.conf
printf '[store]\nkind = s3\nbucket = subs\npath_style = yes\nendpoint = http://0.0.0.0:9\n' >>s.conf
no_proxy='*'
export no_proxy
unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN
run 1 -c s.conf doctor; says "no environment variable AWS_ACCESS_KEY_ID"
run 3 -c s.conf migrate --all; silent; complains "no environment variable AWS_ACCESS_KEY_ID"
AWS_ACCESS_KEY_ID=FERRYKEY AWS_SECRET_ACCESS_KEY=topsecret
export AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY
run 1 -c s.conf doctor
says "warning: endpoint is http: secrets travel unencrypted"; says "FAILED  store"
says "warning: nobody has tried yet whether the store honours If-None-Match"
grep -qF topsecret out err && bad "the secret is told"
printf 'tls_verify = no\n' >>s.conf
run 1 -c s.conf doctor --json; says '"ok":	false'
says "warning: TLS is not verified (tls_verify = no)"
sed -i 's/0\.0\.0\.0/127.0.0.1/; s/^tls_verify = no/tls_verify = yes/' s.conf
run 1 -c s.conf doctor
grep -qF "is http" out && bad "loopback is taken for exposed"
grep -qF "not verified" out && bad "TLS is taken for unverified"
run 3 -c s.conf migrate --all; grep -qF topsecret out err && bad "the secret is told"
sed 's/^kind = s3/kind = s3\ncredentials_file = topsecretQ1w2E3r4T5y6/' s.conf >u.conf
run 3 -c u.conf list; silent; complains "looks like a secret itself"
grep -qF topsecret err && bad "the secret is told"
unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY
# an engine elsewhere that ends and leaves the work to us
if command -v python3 >/dev/null; then
	python3 -c 'import fcntl, struct, time
lock = open("m.db.lock", "r+")
fcntl.fcntl(lock, 37, struct.pack("hhqqi4x", fcntl.F_WRLCK, 0, 0, 0, 0))
open("held", "w")
time.sleep(1)' &
	for _ in $(seq 100); do [ -e held ] && break; sleep 0.05; done
	run 0 -c m.conf migrate course-v1:FerryX+MA101x+2015_T1
	complains "another engine"; says "0 paused; 16 of 16"
	wait
fi
# ---- the flag: shown and switched off through the platform's own tables, or a program
if command -v python3 >/dev/null; then
key=course-v1:FerryX+MA101x+2015_T1
cp m.conf f.conf
python3 -c 'import sqlite3; db = sqlite3.connect("m.db")
db.execute("DELETE FROM evidence"); db.execute("UPDATE course SET evidence = \"none\""); db.commit()'
run 3 -c f.conf flag show --all; silent; complains "kind = none"
run 3 -c f.conf --word $key flag off $key; silent
printf '[flag]\nkind = sqlite\npath = flag.db\n' >>f.conf
for wrong in "" "show" "off" "on" "board" "up $key" "show $key --all" "off --all $key"; do
	# shellcheck disable=SC2086  # words
	run 2 -c f.conf --word m flag $wrong; silent; complains "usage: subferry flag"
done
run 2 -c f.conf flag show course-v1:No+Such+Course; silent; complains "unknown course"
run 0 -c f.conf flag show --all; says "$key"; says "EFFECTIVE"; says "is this the right path"
says "global row: off: no course is on"
run 0 -c f.conf --plain flag show $key; says "Course: $key"; says "Effective: off"
run 0 -c f.conf --word $key flag off $key; says "$key: off already; in effect: off"
run 0 -c f.conf doctor; says "flag.db is not there, so every course is off"; says "sqlite: ready"
[ -e flag.db ] && bad "flag show, doctor, or a course that is off, made a file"
flag_sql() { sql flag.db "$1"; }
rows="SELECT enabled, course_id FROM video_config_coursevideotranscriptenabledflag ORDER BY id"
on() { # COURSE
	flag_sql "INSERT INTO video_config_coursevideotranscriptenabledflag(change_date, enabled, course_id) VALUES('2018-05-02 02:41:07.5', 1, '$1')"
}
flag_sql "CREATE TABLE video_config_videotranscriptenabledflag(id integer PRIMARY KEY, change_date datetime NOT NULL, enabled bool NOT NULL, enabled_for_all_courses bool NOT NULL, changed_by_id integer)"
flag_sql "CREATE TABLE video_config_coursevideotranscriptenabledflag(id integer PRIMARY KEY, change_date datetime NOT NULL, enabled bool NOT NULL, course_id varchar(255) NOT NULL, changed_by_id integer)"
flag_sql "INSERT INTO video_config_videotranscriptenabledflag VALUES(1, '2018-05-02 00:00:00', 1, 0, NULL)"
on $key
run 0 -c f.conf flag show $key; says "on"; says "2018-05-02 02:41:07 +0000"; says "each course's own row decides"
run 0 -c f.conf flag show --all --json
python3 - out $key <<'PYTHON' || bad "the document of flag show"
import json, sys
document = json.load(open(sys.argv[1]))
assert document["type"] == "flag" and document["kind"] == "sqlite" and document["campus"] == "m", document
assert document["global"] == "on" and document["for_all"] is False, document
course, = [c for c in document["courses"] if c["course"] == sys.argv[2]]
assert course == {"type": "course_flag", "course": sys.argv[2], "effective": "on", "own": "on",
                  "state": "off", "evidence": "none", "stale_on": True,
                  "changed": "2018-05-02T02:41:07.500000Z", "by": None, "note": None,
                  "outcome": None, "text": None}, course
assert [c["own"] for c in document["courses"] if c != course] == ["none"] * (len(document["courses"]) - 1)
PYTHON
# without the right word nothing is done at all
run 2 -c f.conf flag off $key; silent; complains "nothing was done"; complains "by --word and the course key"
run 2 -c f.conf --word m flag off $key; silent; complains "--word is not the course key"
run 2 -c f.conf --word $key flag off --all; silent; complains "--word is not the campus name"
run 2 -c f.conf flag off --all; silent; complains "by --word and the campus name"
[ "$(flag_sql "$rows")" = "1|$key" ] || bad "a row without the word"
run 0 -c f.conf --word $key flag off $key; says "$key: switched off; in effect: off"
[ "$(flag_sql "$rows")" = "$(printf '1|%s\n0|%s' $key $key)" ] || bad "not one row more"
on $key
run 0 -c f.conf --word $key flag off $key; says "off already" # an older row than ours
run 0 -c f.conf --word m flag off --all --json
grep -c '"outcome":	"off already"' out | grep -qx "$(grep -c course_flag out)" || bad "outcomes"
# what is begun is in the audit before it is done
python3 - $key <<'PYTHON' || bad "the audit of flag off"
import sqlite3, sys
events = sqlite3.connect("m.db").execute(
    "SELECT object, what, why FROM event WHERE action = 'flag off' ORDER BY id").fetchall()
assert events == [
    (sys.argv[1], "to be switched; was on", "the course key was given as --word"),
    (sys.argv[1], "switched off: own row off, in effect off", "")], events
PYTHON
# the global row can leave a course on: that is said, and is no success
flag_sql "INSERT INTO video_config_videotranscriptenabledflag VALUES(2, '2018-05-03 00:00:00', 1, 1, NULL)"
run 1 -c f.conf --word $key flag off $key
says "off already; in effect: on, because the global row is on for all courses"
run 0 -c f.conf flag show $key; says "on for all courses, whatever their own rows say"
run 0 -c f.conf doctor; says "ok      flag      sqlite: ready"
# what cannot be known is no success either; what the program says is harmless
sed '/^\[flag\]/,$d; s/^environment.*/&\nrelease = ginkgo.1/' f.conf >c.conf
run 0 -c c.conf doctor; says "release ginkgo.1 serves"; says "kind = none leaves that to you"
printf '[flag]\nkind = command\nprogram = flag.sh\ntimeout = 10s\n' >>c.conf
run 1 -c c.conf doctor; says "FAILED  flag      "; says "flag.sh: No such file"
printf '#!/bin/sh\necho "$1" >>%s/asked; [ "$1" = show ] || { printf "no \\033[31m"; exit 1; }; echo on\n' "$dir" >flag.sh
chmod +x flag.sh
run 0 -c c.conf doctor; says "command: ready"; [ -e asked ] && bad "doctor started the program"
run 0 -c c.conf doctor --write; [ -e asked ] && bad "doctor --write started the program"
run 0 -c c.conf flag show $key; says "unknown"
run 1 -c c.conf --word $key flag off $key; says "refused: "; says "in effect: on"
grep -q "$(printf '\033')" out err && bad "an escape reaches the terminal"
[ "$(tr '\n' ' ' <asked)" = "show show off show " ] || bad "asked: $(cat asked)"
# the audit is durable before the program is asked to switch
cat >flag.sh <<'PROGRAM'
#!/bin/sh
here=$(dirname "$0")
[ "$1" = show ] && { cat "$here/shown"; exit; }
cat "$here"/m.db* | grep -aqF "flag off${2}to be switched; was on" && touch "$here/audited"
echo off >"$here/shown"
PROGRAM
echo on >shown
other=$("$program" -c c.conf list --json | sed -n "s/.*\"key\":[^\"]*\"\([^\"]*\)\".*/\1/p" | grep -vxF $key | head -n 1)
run 0 -c c.conf --word $other flag off $other; says "switched off; in effect: off"
[ -e audited ] || bad "the program was started before the audit was written"
# on a terminal y confirms it, and nothing else does
answer() { # STATUS ANSWER
	echo on >shown
	python3 - "$2" "$program" -c c.conf flag off $key >out 2>err <<'PYTHON'
import os, pty, sys
pid, fd = pty.fork()
if not pid:
    os.execv(sys.argv[2], sys.argv[2:])
text = b""
while b"for no: " not in text:
    text += os.read(fd, 4096)
os.write(fd, sys.argv[1].encode())
try:
    while got := os.read(fd, 4096):
        text += got
except OSError:
    pass
print(text.decode())
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
PYTHON
	got=$? what="flag off, $2"
	[ $got -eq "$1" ] || bad "status $got instead of $1: $what"
	says "switch the flag of $key on m (test) off? y"
}
for no in n yes Y '' "$key"; do
	answer 2 "$no
"
	says "the answer was not y; nothing was done"
	[ "$(cat shown)" = on ] || bad "switched by $no"
done
answer 0 'y
'
says "$key: switched off; in effect: off"
# ---- the flag is switched on past its gates
cat >flag.sh <<'PROGRAM'
#!/bin/sh
here=$(dirname "$0")
# its parent is the guard, whose parent is subferry
subferry=$(sed -n 's/^PPid:[[:space:]]*//p' "/proc/$PPID/status")
case $1 in
show)
	[ -e "$here/mute" ] && exit 1
	[ "$2" = course-v1:FerryX+MA101x+2015_T1 ] || { echo off; exit; }
	cat "$here/shown" ;;
*)
	echo "$1" >>"$here/asked"
	[ "$(cat "$here/kill")" = before ] && { kill -9 "$subferry"; exit; }
	echo "$1" >"$here/shown"
	[ "$(cat "$here/kill")" = after ] && kill -9 "$subferry" ;;
esac
exit 0
PROGRAM
echo off >shown; echo never >kill; : >asked
run 2 -c c.conf flag on $key; silent; complains "by --word and the course key"; complains "nothing was done"
run 2 -c c.conf --word m flag on $key; silent; complains "--word is not the course key"
run 1 -c c.conf flag board $key; says "$key: cannot be flipped: no evidence"
says "  red     evidence        never validated"; says "  green   migrated        12 of 12 videos"
run 1 -c c.conf --word $key flag on $key; says "cannot be flipped: no evidence"; complains "nothing was switched"
[ -s asked ] && bad "a red board, and the program was asked to switch"
run 0 -c c.conf verify $key
run 0 -c c.conf flag board $key; says "$key: can be flipped"
run 1 -c c.conf flag board --all --json
python3 - out $key <<'PYTHON' || bad "the document of flag board"
import json, sys
document = json.load(open(sys.argv[1]))
assert document["type"] == "flag_boards" and document["kind"] == "command", document
green, = [b for b in document["boards"] if b["green"]]
assert green["course"] == sys.argv[2] and green["verdict"] == "can be flipped", green
assert [g["color"] for g in green["gates"]] == ["green"] * 6, green
assert green["consequences"] and green["state"] == "off" and green["evidence"] > 0, green
PYTHON
# cut short before the program wrote, after it, and by one that cannot be asked afterwards
for at in before after; do
	echo $at >kill
	run 137 -c c.conf --word $key flag on $key
	echo never >kill; is=off; [ $at = after ] && is=on
	run 0 -c c.conf flag show $key; says "is being switched on"
	run 0 -c c.conf flag board $key; complains "the flip to on by "; complains "was cut short: it is $is"
	run 0 -c c.conf flag show $key; grep -q "being switched" out && bad "not settled"
	run 0 -c c.conf --word $key flag off $key
done
echo after >kill
run 137 -c c.conf --word $key flag on $key
echo never >kill; touch mute
run 1 -c c.conf flag board $key; complains "cannot be read yet"; says "being switched on by "
rm mute
run 0 -c c.conf flag board $key; complains "was cut short: it is on"; says "$key: on "
run 0 -c c.conf --word $key flag on $key; says "$key: on "
grep -q "nothing was switched" err && bad "on already is no failure"
# several: only what is green, by the campus name; the others say why not, and it is told
run 0 -c c.conf --word $key flag off $key; says "switched off"
run 1 -c c.conf --word m flag on $key $other; says "$key: switched on; in effect: on"
says "1 of 2 courses are switched on"
says "$other: cannot be flipped: no evidence"; complains "learners of this course get transcripts from edx-val"
run 1 -c c.conf --word m flag on --all --json
python3 - out $key <<'PYTHON' || bad "the document of flag on"
import json, sys
courses = {c["course"]: c for c in json.load(open(sys.argv[1]))["courses"]}
assert courses[sys.argv[2]]["outcome"] == "on already", courses
assert {c["outcome"] for c in courses.values()} == {"on already", "not switched"}, courses
PYTHON
# whoever flips is named to the second
python3 - m.db.flip <<'PYTHON' &
import fcntl, os, struct, sys, time
fd = os.open(sys.argv[1], os.O_RDWR)
fcntl.fcntl(fd, 37, struct.pack("hhqqi4x", fcntl.F_WRLCK, 0, 0, 0, 0))  # F_OFD_SETLK
os.ftruncate(fd, 0); os.pwrite(fd, b"ben, pid 7 on harbour\n", 0)
open("flips", "w")
while os.path.exists("flips"): time.sleep(0.05)
PYTHON
for _ in $(seq 100); do [ -e flips ] && break; sleep 0.05; done
run 3 -c c.conf --word $key flag off $key; complains "ben, pid 7 on harbour"
[ "$(cat shown)" = on ] || bad "switched beside somebody else"
rm flips; wait
# a source that has changed makes it stale: it is shown so, and offered for off
python3 -c 'import sqlite3; db = sqlite3.connect("m.db")
db.execute("UPDATE evidence SET stale = \"a test\""); db.execute("UPDATE course SET evidence = \"stale\" WHERE evidence = \"fresh\""); db.commit()'
run 0 -c c.conf flag show $key; says "stale"; says "$key is on, and its evidence is stale: validate it, or"
run 1 -c c.conf flag board $key; says "its evidence is stale: switch it off"
run 0 -c c.conf --word $key flag off $key; says "switched off"
# flip = auto: words, and whose campus it is
for flip in always "auto x" "automatic"; do
	sed "s/^timeout.*/flip = $flip/" c.conf >a.conf
	run 3 -c a.conf list; complains "a.conf:$(grep -n '^flip' a.conf | cut -d: -f1): flip = $flip: "
done
sed "s/^timeout.*/flip = auto/; s/^environment.*/environment = production/" c.conf >a.conf
run 3 -c a.conf list; complains "in production the campus's name is repeated: flip = auto m"
sed "s/^timeout.*/flip = auto m/" c.conf >a.conf
run 0 -c a.conf migrate $key; complains "$key: flip = auto: switched on"
[ "$(cat shown)" = on ] || bad "auto did not switch"
printf '#!/bin/sh\necho perhaps; exit 9\n' >flag.sh
run 1 -c c.conf flag show $key; says "exit status 9: perhaps"
# what was switched before a failure is told
printf '#!/bin/sh\n[ $1 = show ] && { echo on; exit; }; rm "$0"\n' >flag.sh
run 3 -c c.conf --word m flag off --all --json; complains "flag.sh"
python3 - out <<'PYTHON' || bad "the document of a flag off that failed"
import json, sys
courses = json.load(open(sys.argv[1]))["courses"]
assert len(courses) == 2, courses
assert courses[0]["outcome"] == "written, and it cannot be read back", courses[0]
assert courses[0]["state"] == "turning-off", courses[0]
assert courses[1]["outcome"] == "not switched" and "flag.sh" in courses[1]["text"], courses[1]
PYTHON
printf '#!/bin/sh\necho perhaps; exit 9\n' >flag.sh
chmod +x flag.sh
sed 's/^release.*/release = teak/' c.conf >h.conf
run 0 -c h.conf doctor; says "warning: from Hawthorn on"
sed '/^\[flag\]/,$d' h.conf >i.conf
run 0 -c i.conf doctor; grep -q " flag " out && bad "a flag that does not matter is told of"
else
	echo "skipped: the flag (no python3)"
fi
# ---- convert
printf '1\n00:00:01,000 --> 00:00:02,500\nHi \303\251\n\n' >a.srt
run 0 convert a.srt; quiet
printf '%s' '{"start": [1000], "end": [2500], "text": ["Hi \u00e9"]}' | cmp -s - out || bad "convert a.srt"
"$program" convert - <a.srt >out2 2>err; cmp -s out out2 || bad "convert -"
printf '1\n00:00:01,000 --> 00:00:02,500\nHi\n\nlost\n' >b.srt
run 1 convert b.srt; silent; complains "b.srt:5: "
: >empty.srt
run 0 convert empty.srt; complains "no cues"
[ "$(cat out)" = '{"start": [], "end": [], "text": []}' ] || bad "convert empty.srt"
printf '1\n00:00:01,000 --> 00:00:02,500\ncaf\351 \223x\224\n' >w.srt
run 0 convert w.srt; complains "Windows-1252"; says 'caf\u00e9 \u201cx\u201d'
run 3 convert none.srt; complains "none.srt: "
run 3 convert .; silent
run 2 convert; run 2 convert a b
head -c 3145729 /dev/zero | tr '\0' '\n' >large.srt
run 1 convert large.srt; silent
printf '[campus]\nname = t\nenvironment = test\n[source]\nkind = olx\npath = *.tar.gz\n[val]\nkind = sqlite\n' >t.conf
printf 'path = val.db\n[store]\nkind = directory\npath = store\n[engine]\nmax_transcript = 10\n' >>t.conf
run 1 -c t.conf convert a.srt; silent
printf '1\n00:00:01,000 --> 00:00:02,500\n\033[31m\n\nx\033[0my\n' >e.srt
run 1 convert e.srt
grep -q "$(printf '\033')" err && bad "an escape reaches the terminal"

# ---- real courses
if [ -f "$shared/data/demox-2015.tar.gz" ]; then
	sed "s|^path = .*tar.gz|path = \"$shared/data/demox-2015.tar.gz\" \"$shared/data/demox-2024.tar.gz\"|" \
		t.conf >real.conf
	run 0 -c real.conf scan; says "2 courses found: 2 new"
else
	echo "skipped: the real courses (no $shared/data)"
fi
[ $failed -eq 0 ] && echo "ok"
exit $failed
