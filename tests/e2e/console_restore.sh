#!/bin/sh
# The terminal is as before on every way out.
. "$(dirname "$0")/lib.sh"

begin() {
	start 80 24
	wait_for "of 40 courses" 30
	[ "$(t display-message -p '#{alternate_on}')" = 1 ] || fail "not on the alternate screen"
}

step "q";       begin; keys q;      left 0
step "^C";      begin; keys C-c;    left 0
step "SIGTERM"; begin; signal TERM; left 0
step "SIGHUP";  begin; signal HUP;  left 0
step "SIGSEGV"; begin; signal SEGV; left 139
step "SIGABRT"; begin; signal ABRT; left 134
step "SIGBUS";  begin; signal BUS;  left 135
step "SIGFPE";  begin; signal FPE;  left 136
step "SIGILL";  begin; signal ILL;  left 132
step "SIGQUIT"; begin; signal QUIT; left 131
step "^\\";      begin; keys 'C-\'; left 131

step "q while typing a search is a letter; ^C leaves all the same"
begin
keys /
wait_for "search:"
keys q
wait_for "search: q"
keys C-c
left 0

step "a closed terminal ends the console"
begin
pid=$(cat "$place/pid")
t kill-server
for _ in $(seq 100); do
	kill -0 "$pid" 2>/dev/null || break
	sleep 0.1
done
if kill -0 "$pid" 2>/dev/null; then
	echo "FAILED: the console lives on without its terminal"
	kill -9 "$pid"
	exit 1
fi

step "without a terminal it says so and exits 2"
"$SUBFERRY" --demo </dev/null >"$place/out" 2>&1
status=$?
[ $status = 2 ] && grep -q terminal "$place/out" || { cat "$place/out"; echo "FAILED: $status"; exit 1; }
exit 0
