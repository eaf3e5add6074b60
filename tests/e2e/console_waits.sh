#!/bin/sh
# What shows between a key and its effect: an edx-val that takes its time when it is asked before a
# launch, and how that is given up; a status database that another program has locked.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/harbour.sh"
command -v python3 >/dev/null || { echo "skipped: python3 is missing"; exit 77; }

harbour
harbour_conf ana
as ana migrate course-v1:DeltaU+BIO.110+2017_T2 >/dev/null 2>&1 || fail "nothing was migrated"

# The same campus, with an edx-val that answers nothing but a token until it may.
python3 - "$place" <<'PY' &
import http.server, os, sys, time
class Slow(http.server.BaseHTTPRequestHandler):
    def log_message(self, *args):
        pass
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.answer(200, b'{"access_token": "t", "token_type": "JWT", "expires_in": 3600}')
    def do_GET(self):
        while not os.path.exists(sys.argv[1] + "/answer") and not os.path.exists(sys.argv[1] + "/end"):
            time.sleep(0.02)
        self.answer(404, b"{}")
    def answer(self, status, body):
        try:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        except OSError:
            pass # who asked has left
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Slow)
server.daemon_threads = True
open(sys.argv[1] + "/port.new", "w").write(str(server.server_port))
os.rename(sys.argv[1] + "/port.new", sys.argv[1] + "/port")
server.timeout = 0.1
while not os.path.exists(sys.argv[1] + "/end"):
    server.handle_request()
PY
poll 20 test -e "$place/port" || fail "no server"
sed -i "s|^kind = sqlite|kind = rest\nurl = http://127.0.0.1:$(cat "$place/port")\nclient_id = c\nclient_secret_env = SECRET|; /^path = val.db/d" \
	"$place/ana.conf"

arguments="-c $place/ana.conf"
start 80 24 SECRET=s
wait_for " of 38" 30
wait_for "engine here" 30

step "what is asked, for which act, and how to give it up"
keys G r
wait_for "launch 1 course: edx-val is asked for our rows; Esc gives it up"
keys l
wait_for "newest first"
wait_for "launch 1 course: edx-val is asked for our rows"
keys Z Escape # what hides it is answered instead
wait_for " of 38"
wait_for "launch 1 course: edx-val is asked for our rows"
keys l
wait_for "newest first"
keys Escape
wait_for "given up: launch 1 course: nothing was done"
see "newest first" # Esc was for the act
keys Escape
wait_for " of 38"
in_status 0 "SELECT count(*) FROM course WHERE intent = 'run'"
keys z
wait_for "nothing to undo"

step "what was given up is asked no more, and the next act is: on a small screen"
resize 60 15
keys t r
wait_for "launch all 38 courses on test? y/n"
keys y
wait_for "launch 38 courses: edx-val is asked"
see "gives it up"
keys Escape
wait_for "given up: launch 38 courses"

step "what is not given up is done once there is an answer"
keys u
wait_gone "tagged"
keys v
wait_for "validate 1 course: edx-val"
: >"$place/answer"
wait_gone "validate 1 course: edx-val"
in_status 0 "SELECT count(*) FROM course WHERE intent = 'run'"
resize 80 24

step "a status database that another program has locked: by whom"
keys p
wait_for "paused 1 course"
lock "$place/status.db"
keys k p
wait_for "pause 1 course: the status database is locked by"
unlock
wait_for "paused 1 course"
keys q
left 0

step "who leaves is told what comes first, and may give that up, too"
rm "$place/answer"
start 80 24 SECRET=s
wait_for " of 38" 30
wait_for "engine here" 30
keys G r
wait_for "launch 1 course: edx-val is asked for our rows"
keys q
wait_for "stopping: launch 1 course comes first; q again ends at once"
keys Escape
left 0
in_status 0 "SELECT count(*) FROM course WHERE intent = 'run'"
: >"$place/end"
wait
