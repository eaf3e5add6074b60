#!/bin/sh
# Planted names do no harm on any screen: escape sequences, direction overrides, controls, stacks
# of marks and 10,000-character words in every name (hostile_names.py). All that the console writes
# to its terminal is recorded and looked through; what is pasted is text and never a key.
. "$(dirname "$0")/lib.sh"
here=$(cd "$(dirname "$0")" && pwd)
SUBFERRY=$SUBFERRY python3 "$here/hostile_names.py" "$place/campus" || fail "no campus"
folder=$place/campus/a/b/campus
real=$SUBFERRY
arguments="-c $folder/campus.conf"

# The console waits until the recorder listens.
cat >"$place/waits" <<WAITS
#!/bin/sh
while [ ! -e '$place/go' ]; do sleep 0.05; done
exec '$real' "\$@"
WAITS
chmod +x "$place/waits"
SUBFERRY=$place/waits

begin() {
	rm -f "$place/go" "$place/raw"
	start "$1" "$2" SUBFERRY_CLOCK=2018-05-02T03:12:41Z
	t pipe-pane -O "cat >'$place/raw'" || fail "no recorder"
	t select-pane -T untouched
	t set-option -s set-clipboard on
	: >"$place/go"
	wait_for " of 9 courses"
	wait_for "engine here"
	wait_for "refused4" # the last of the courses that cannot be read
	look_again=100
	while screen | grep -qF "refused4" && [ $((look_again -= 1)) -gt 0 ]; do
		keys C-l # read, it goes after a while
		sleep 0.3
	done
}

# Until the screen stands still. The lower rule is left out: a word on it goes with the next key.
settle() {
	before=
	for _ in $(seq 100); do
		now=$(screen | sed '/^─/d')
		[ "$now" = "$before" ] && return
		before=$now
		sleep 0.08
	done
	fail "the screen does not come to rest"
}

# look NAME: the terminal is as the console set it, and drawing all anew changes nothing. What a
# screen has read in the meantime may change it, too: see same().
look() {
	settle
	state=$(t display-message -p \
		'#{pane_title} #{alternate_on}#{insert_flag}#{origin_flag}#{wrap_flag}#{mouse_any_flag}#{pane_width}x#{pane_height}')
	[ "$state" = "untouched 10010${width}x$height" ] || fail "$1: the terminal was changed: $state"
	t list-buffers | grep -q OWNED && fail "$1: the clipboard was written"
	drawn=$now
	keys C-l
	settle
	[ "$now" = "$drawn" ] && return
	printf '%s\n' "$drawn" >"$place/drawn"
	printf '%s\n' "$now" | diff "$place/drawn" - >"$place/diff"
	echo "$1" >>"$place/odd"
}

home() {
	for _ in $(seq 12); do
		keys Escape
		settle
		screen | grep -qF "this is the first screen" && return
	done
	fail "no way back to the first screen"
}

# The cells where the statuses of the courses stand, as the terminal counts them.
status_cells() {
	t copy-mode
	t send-keys -X history-top
	for _ in $(seq 24); do
		t send-keys -X search-forward '[✓✗] [MF]' || fail "no statuses"
		t display-message -p '#{copy_cursor_y} #{copy_cursor_x}'
	done | sort -un | sed 's/.* //' | sort | uniq -c
	t send-keys -X cancel
}

# What acts have left behind: launches told, and courses that somebody wants to run.
acts() {
	python3 - "$folder/status.db" <<-'PYTHON'
		import sqlite3, sys
		db = sqlite3.connect(sys.argv[1])
		print(db.execute("SELECT count(*) FROM event WHERE action IN ('launch', 'retry', 'pause')").fetchall(),
		      db.execute("SELECT count(*) FROM course WHERE intent <> 'idle'").fetchall())
	PYTHON
}

# walk KEYS...: all screens; each of KEYS leads from the first course to one that is opened.
walk() {
	look "courses"
	cells=$(status_cells)
	[ "$(echo "$cells" | wc -l)" = 1 ] || fail "the statuses stand in different columns: $cells"
	keys Down Down Down Down Down Down Down Down Down Up
	look "courses, further down"
	for down in "$@"; do
		keys g $down Enter
		look "course"
		keys Down Down Down
		look "course, a row selected"
		keys Enter
		look "video"
		keys Tab
		look "video, another language"
		keys G n
		look "video, the end"
		home
	done
	keys F
	look "findings"
	keys Down Down G k
	look "findings, further down"
	keys Enter
	look "below a finding"
	keys i
	look "why"
	keys G
	look "why, its end"
	keys Escape
	settle
	keys Enter
	look "further below"
	home
	keys l
	look "log"
	keys Down Down Down Down Down
	look "log, further down"
	keys NPage
	look "log, the next page"
	keys '?'
	look "help"
	home
}

# same COMMAND...: repeated until no screen was another when drawn anew; one that was so each time
# was not drawn as curses believed.
same() {
	: >"$place/always"
	for try in 1 2 3; do
		: >"$place/odd"
		"$@"
		sort -u "$place/odd" >"$place/odd-now"
		[ $try = 1 ] || comm -12 "$place/always" "$place/odd-now" >"$place/both"
		[ $try = 1 ] && cp "$place/odd-now" "$place/both"
		mv "$place/both" "$place/always"
		[ -s "$place/always" ] || return 0
	done
	fail "drawn anew it is another: $(cat "$place/always" "$place/diff")"
}

python3 - "$here" "$place" <<'PYTHON'
import sys
sys.path.insert(0, sys.argv[1])
sys.dont_write_bytecode = True
import hostile_names
with open(sys.argv[2] + "/pasted", "wb") as f:
    f.write((hostile_names.ESCAPES + "\nr\ny\nq\nR\ny\n:r" + hostile_names.C1 + hostile_names.BIDI +
             hostile_names.STACK + hostile_names.WIDE).encode() + b"\x9b\xff\x80r\r" + b"w" * 10000)
with open(sys.argv[2] + "/keys", "wb") as f:
    f.write(b"r\ny\n:r\ny\nRy\npq\nq\n")
PYTHON

paste() {
	t load-buffer -b pasted "$place/$1" && t paste-buffer -p -d -b pasted
}

begin 80 24
names="Down Down Down Down Down Down" # the course whose every field is hostile
for size in "80 24" "60 15" "200 60"; do
	step "every screen at $size"
	width=${size% *} height=${size#* }
	resize $size
	wait_for " of 9" # courses
	if [ "$width" = 80 ]; then
		same walk "Down Down Down Down" "$names" "$names Down"
	else
		same walk "$names"
		continue
	fi

	step "pasted into a filter, a search, a question, and where nothing is asked"
	before_acts=$(acts)
	for prompt in f / o; do
		keys "$prompt"
		settle
		paste pasted
		look "pasted after $prompt"
		[ "$(t display-message -p '#{cursor_flag}')" = 1 ] || fail "$prompt asks no longer"
		keys Escape
		home
	done
	keys F f
	settle
	paste pasted
	look "pasted over findings"
	keys Escape
	home
	paste keys
	wait_for "pasted text is taken only"
	look "pasted where nothing is asked"
	keys t r
	wait_for "y/n"
	paste keys
	settle
	see "y/n"
	keys n
	wait_for "nothing was done"
	keys u
	home
	[ "$(acts)" = "$before_acts" ] || fail "something was done: $(acts), not $before_acts"
	kill -0 "$(cat "$place/pid")" || fail "it has ended by itself"

done

step "memory, and what was written to the terminal"
if ! grep -q __asan_init "$real" && ! grep -q __tsan_init "$real"; then
	most=$(sed -n 's/^VmHWM:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$(cat "$place/pid")/status")
	[ "$most" -lt 98304 ] || fail "$most KiB of memory"
fi
keys q
left 0
python3 "$here/hostile_stream.py" "$place/raw" || fail "what was written to the terminal"
[ ! -s "$place/errors" ] || fail "something on standard error"
