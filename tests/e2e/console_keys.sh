#!/bin/sh
# Each key does what help says.
. "$(dirname "$0")/lib.sh"

start 80 24
wait_for "1 of 40"
wait_for "engine here"

step "moving"
keys j;      wait_for " 2 of 40"
keys Down;   wait_for " 3 of 40"
keys k;      wait_for " 2 of 40"
keys Up;     wait_for " 1 of 40"
keys G;      wait_for " 40 of 40"
keys g;      wait_for " 1 of 40"
keys End;    wait_for " 40 of 40"
keys Home;   wait_for " 1 of 40"
keys NPage;  wait_for " 14 of 40"
keys PPage;  wait_for " 1 of 40"
keys Up;     wait_for " 1 of 40"

step "search"
keys /;      wait_for "search:"
type_text zh100
keys Enter;  wait_for "PierX+ZH100"
wait_for "/zh100"
keys g n;    wait_for " course-v1:PierX+ZH100"
keys /
type_text "no such thing"
keys Enter;  wait_for 'nothing here holds "no such thing"'
keys / Enter
wait_gone "/no such"

step "filter, as one types"
keys f;      wait_for "filter:"
type_text FERRYX
wait_for 'filter "FERRYX"'
wait_gone "of 40 ─"
t send-keys Escape # as a keyboard sends it, alone
wait_for "of 40 ─"
wait_gone "filter"
keys f
type_text 中文
keys Enter;  wait_for 'filter "中文"'
wait_gone "of 40 ─"
wait_for "PierX+ZH100"
keys f C-u Enter
wait_for "of 40 ─"

step "bytes that are no character, and one that comes in halves"
keys /
t send-keys -H e4 62 62 62 62 62 62 62 62 62 62 62 62 62 62 62 62 62 62 62 62 b8 63
wait_for "search: bbbbbbbbbbbbbbbbbbbbc"
t send-keys -H e4
t send-keys -H b8 ad
wait_for "bc中"
keys Escape
wait_gone "search:"

step "filters of one key"
keys 4;      wait_for "no course has this status"
keys 0;      wait_for "of 40 ─"
keys 1;      wait_for "only Not-Migrated"
keys 1;      wait_gone "only Not-Migrated"
keys 2;      wait_for "only In-Progress"
keys 3;      wait_for "only Migrated"
keys 0;      wait_for "of 40 ─"

step "what is typed behind a filter or an order is meant for the rows that it shows"
t send-keys 4 r
wait_for "no course is selected"
keys 0;      wait_for "of 40 ─"
t send-keys 4 Space
wait_for "nothing is selected"
keys 0;      wait_for "of 40 ─"

step "order"
keys s;      wait_for "sorted by status"
keys S;      wait_for "sorted by status, descending"
keys '>';    wait_for "sorted by videos, descending"
keys '<';    wait_for "sorted by status"
keys '<';    wait_for "COURSE▴"
keys '<';    wait_for "sorted by findings, descending"
wait_for "FIND▾"
keys s;
wait_for "sorted by key"
wait_for "COURSE▴"
keys g

step "tags; acts on several ask once, and Enter is no answer"
keys Space;  wait_for "1 tagged"
keys Space;  wait_for "2 tagged"
keys r;      wait_for "launch the 2 courses on staging? y/n"
keys Enter;  wait_for "nothing was done"
keys u;      wait_gone "tagged"
keys t;      wait_for "40 tagged"
keys r;      wait_for "launch all 40 courses on staging? y/n"
keys r;      wait_for "nothing was done"
keys u;      wait_gone "tagged"

step "pausing asks nothing; p again resumes"
keys G p;    wait_for "paused 1 course"
wait_for "‖ paused"
wait_for "p resume"
keys p;      wait_for "resumed 1 course"
keys P

step "launch, retry, validate"
keys g r;    wait_for "launched 1 course"
wait_for "✗ Failed" 60
keys R;      wait_for "retrying 1 course"
wait_for "Failed 0"
wait_for "Failed 1" 60
sleep 1 # until the engine has said so: what it says last is what is shown
keys v;      wait_for "validated" 60
see "differing, 2 errors" # a warning is told whole, where the details are, until the next key

step "what cannot be done is said"
keys c;      wait_for "nothing waits to go on"
keys Z;      wait_for "no such key here"
keys C-l;    wait_for "of 40 ─"

step "a sequence of the terminal is no row of keys: its end does nothing"
csi=$(printf '\033[')
type_text "${csi}24;80R${csi}1;99v$(printf '\033O5t')${csi}24;80:"
keys Z;      wait_for "no such key here"
screen | grep -q "tagged" && fail "it was taken for keys"

step "a key with Alt is neither Esc nor that key"
alt() { type_text "$(printf '\033%s' "$1")"; }
before=$(sum_of tried)
keys Enter;  wait_for "MODULESTORE"
alt r;       wait_for "no key with Alt"
see "MODULESTORE"
keys Escape; wait_for "of 40 courses"
keys t v;    wait_for "y/n"
alt y;       wait_for "nothing was done"
keys v;      wait_for "y/n"
alt r;       wait_for "nothing was done"
keys u /
type_text zh; wait_for "search: zh"
alt r
type_text 10; wait_for "search: zh10"
keys C-g;    wait_gone "search:"
[ "$(sum_of tried)" = "$before" ] || fail "it has launched something"
keys g

step "in a course: search, filter, order, differences"
keys Enter;  wait_for "MODULESTORE"
wait_for "1 of "
keys n;      wait_for "srt-invalid"
keys s;      wait_for "sorted by name"
keys s;      wait_for "sorted by findings, descending"
keys f
type_text xyzzy
keys Enter;  wait_for "nothing matches the filter"
keys f C-u Enter
wait_gone "nothing matches"
keys q;      wait_for "of 40 courses"

step "the first q with work under way waits, the second ends at once"
keys t r;    wait_for "launch all 40 courses"
keys y;      wait_for "under way" 30
keys q
poll 20 matched "stopping: |the console has left"
keys q
left 0
