#!/bin/sh
# The flag's commands where something is in the way: a status database that may only be read, somebody
# else who switches at that moment, an archive that is away; and what doctor tells of flip = auto.
. "$(dirname "$0")/cli_lib.sh"
command -v python3 >/dev/null || { echo "skipped: no python3"; exit 77; }

# m.conf: two migrated courses, the first of them validated, and an embedded flag.
run 0 --demo scan
mkdir olx && cp state/subferry/demo/courses/FerryX.MA101x.2015_T1.tar.gz \
	state/subferry/demo/courses/FerryX.CS301x.2018_T2.tar.gz olx/
printf '[campus]\nname = m\nenvironment = staging\nrelease = ginkgo.2\nstatus_db = m.db\n' >m.conf
printf '[source]\nkind = olx\npath = olx/*\n[val]\nkind = sqlite\npath = mval.db\n' >>m.conf
printf '[store]\nkind = directory\npath = mstore\n[engine]\nretry_delay = 50ms\n' >>m.conf
printf '[flag]\nkind = sqlite\npath = flag.db\nflip = manual\n' >>m.conf
cp state/subferry/demo/flag.db flag.db
key=course-v1:FerryX+MA101x+2015_T1 other=course-v1:FerryX+CS301x+2018_T2
"$program" -c m.conf migrate --all >out 2>err
run 0 -c m.conf verify $key
run 0 -c m.conf flag board $key; says "$key: can be flipped"
run 0 -c m.conf --word $key flag on $key; says "switched on"

# ---- who may only read is shown what there is, and leaves nothing behind
mkdir place && cp -r m.db m.conf flag.db olx place/ && cp "$program" place/subferry
chmod a+rx . && chmod -R a+rX,a-w place
# reader STATUS ARGUMENT...: as somebody who cannot write in place/
reader() {
	want=$1; shift
	python3 - "$@" >out 2>err </dev/null <<'PYTHON'
import os, sys
if os.getuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
os.execv("place/subferry", ["subferry", "-c", "place/m.conf", *sys.argv[1:]])
PYTHON
	got=$?
	[ $got -eq "$want" ] || bad "status $got instead of $want: $*"
	what=$*
}
if reader 0 --version && [ "$failed" = 0 ]; then
	ls place >before
	reader 0 flag show --all; says "$key"; says "fresh"; says "$other"; quiet
	reader 0 flag show $key --json; says '"state":	"on"'
	reader 0 list; says "2 courses"
	reader 3 flag board $key; silent; complains "cannot be written"
	reader 3 --word $key flag off $key; silent; complains "cannot be written"
	ls place | cmp -s before - || bad "a file was left behind"
	# beside an engine, which has its own files there
	chmod u+w place
	python3 - place/m.db <<'PYTHON' &
import os, sqlite3, sys, time
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("UPDATE course SET evidence = 'stale'")
open("held", "w").close()
while os.path.exists("held"): time.sleep(0.02)
PYTHON
	for _ in $(seq 250); do [ -e held ] && break; sleep 0.02; done
	chmod -R a+rX place; chmod a-w place
	reader 0 flag show --all; says "$key is on, and its evidence is stale"
	rm held; wait
	# whoever writes it from beginning to end meanwhile is noticed
	mkdir box && chmod 777 box
	{
		printf '#!/bin/sh\n[ "$1" = show ] && : >%s/box/asked\n' "$dir"
		printf 'while [ ! -e %s/box/written ]; do sleep 0.02; done\necho off\n' "$dir"
	} >ask.sh
	chmod 755 ask.sh
	chmod u+w place place/m.conf
	sed "/^\[flag\]/,\$d" m.conf >place/m.conf
	printf '[flag]\nkind = command\nprogram = %s/ask.sh\n' "$dir" >>place/m.conf
	chmod a-w place
	(reader 3 flag show $key; exit $failed) &
	for _ in $(seq 250); do [ -e box/asked ] && break; sleep 0.02; done
	chmod u+w place place/m.db
	sql place/m.db "UPDATE course SET evidence = 'fresh'"
	: >box/written
	wait $! || failed=1
	complains "may be of two states"
fi
chmod -R u+w place

# ---- somebody else switches a flag
# beside COURSE STATE COMMAND...: while ben switches the flag of that course
beside() {
	sql m.db "INSERT INTO flag VALUES((SELECT id FROM course WHERE key = '$1'), '$2', 99, 1, 'ben', 'harbour', 1, 'off', 'off', 'on', 1, '', 0) ON CONFLICT DO UPDATE SET state = excluded.state, who = 'ben', number = 99"
	sql m.db "UPDATE course SET flag = '$2' WHERE key = '$1'"
	shift 2
	python3 - m.db.flip <<'PYTHON' &
import fcntl, os, struct, sys, time
fd = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT)
fcntl.fcntl(fd, 37, struct.pack("hhqqi4x", fcntl.F_WRLCK, 0, 0, 0, 0))  # F_OFD_SETLK
os.ftruncate(fd, 0); os.pwrite(fd, b"ben, pid 7 on harbour\n", 0)
open("flips", "w").close()
while os.path.exists("flips"): time.sleep(0.02)
PYTHON
	for _ in $(seq 250); do [ -e flips ] && break; sleep 0.02; done
	"$@"
	complains "ben, pid 7 on harbour"
	rm flips; wait
}
run 0 -c m.conf --word $key flag off $key
beside $key turning-on run 1 -c m.conf flag board $key
says "$key: being switched on by ben"; says "  green   evidence"
beside $key turning-off run 1 -c m.conf flag board $key --json
says '"green":	true'; says '"state":	"turning-off"'
run 0 -c m.conf flag board $key; says "$key: can be flipped"; complains "was cut short: it is off"
beside $other turning-on run 0 -c m.conf flag board $key; says "$key: can be flipped"
run 1 -c m.conf flag board $key $other; complains "was cut short: it is off"

# ---- an archive that is away for a while
mv olx/FerryX.MA101x.2015_T1.tar.gz away
run 1 -c m.conf flag board $key
says "  unknown evidence        the source does not have the course now"
says "$key: cannot be flipped: the source does not have it now"
run 1 -c m.conf --word $key flag on $key; complains "nothing was switched"
mv away olx/FerryX.MA101x.2015_T1.tar.gz
run 0 -c m.conf flag board $key; says "source unchanged"
# what follows is told to whoever gives the word, also where a program reads the answer
run 0 -c m.conf --word $key flag on $key --json; complains "get transcripts from edx-val"
run 0 -c m.conf --word $key flag off $key --json; quiet

# ---- what flip = auto would do
run 0 -c m.conf doctor; grep -q "flip" out && bad "told of flip = manual"
sed 's/^flip.*/flip = auto/' m.conf >a.conf
run 0 -c a.conf doctor
says "flip = auto: the engine validates each course that ends Migrated, at level hash, and switches its flag on"
says "flip = auto: 1 course is Migrated and not on: the next engine"
sql m.db "UPDATE flag SET auto_pass = 0" # as it was before somebody switched it off
run 0 -c a.conf doctor; says "flip = auto: 2 courses are Migrated and not on: the next engine"
sed 's/^environment.*/environment = production/' a.conf >p.conf
run 3 -c p.conf doctor
complains "flip = auto lets the engine switch flags on by itself: in production the campus's name is repeated: flip = auto m"
sed 's/^flip.*/flip = auto m/; s/= m.db/= p.db/' p.conf >q.conf
run 0 -c q.conf doctor; says "warning: flip = auto, in PRODUCTION: the engine validates"
sed 's/^flip.*/flip = auto n/' a.conf >n.conf
run 3 -c n.conf doctor; complains "flip = auto n: this campus is m"
exit $failed
