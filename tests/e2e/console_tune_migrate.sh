#!/bin/sh
# `migrate` without a console keeps [engine] rate; a viewer holds it, which it says on standard error,
# and goes on.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/harbour.sh"

migrating=
end() {
	[ -z "$migrating" ] || kill -KILL "$migrating" 2>/dev/null
	clean_up
}
trap end EXIT
in_errors() { # TEXT: on migrate's standard error, within 10 s
	poll 20 grep -qF -- "$1" "$place/migrate.err" && return
	cat "$place/migrate.err"
	fail "migrate never said: $1"
}

harbour 4
for operator in ana ben; do harbour_conf $operator "workers = 3" "rate = 5"; done
as ana scan >/dev/null || fail "the exports cannot be read"

step "a dry run keeps the rate"
begun=$(date +%s)
as ana migrate --all --dry-run >"$place/dry.out" 2>&1
took=$(($(date +%s) - begun))
videos=$(sed -n 's/^dry [0-9]*: .* of \([0-9]*\) videos;.*/\1/p' "$place/dry.out")
[ "${videos:-0}" -gt 15 ] || fail "not enough videos to see a rate: $(tail -1 "$place/dry.out")"
[ "$took" -ge $(((videos - 1) / 5 - 1)) ] || fail "$videos videos in $took s at 5 a second"

step "a viewer sees workers and rate of a migrate, and holds it"
as ana migrate --all >"$place/migrate.out" 2>"$place/migrate.err" &
migrating=$!
is_at_work() { as ana list | grep -q '[1-9] In-Progress'; }
poll 60 is_at_work || fail "migrate has begun nothing" # a console that were faster would take the engine
arguments="-c $place/ben.conf"
start 140 24
wait_for "VIEWER" 30
wait_for "3 workers, at most 5/s"
keys H
wait_for "held by ben since"
in_errors "held by ben"
wait_gone "under way"

step "and goes on; it keeps the rate it has then"
keys c
wait_gone "held by ben"
in_errors "going on"
keys L
wait_for "no limit): 5"
keys C-u 0 Enter
wait_for "no limit on the rate"
has_ended() { ! kill -0 "$migrating" 2>/dev/null; }
poll 60 has_ended || fail "migrate did not end"
migrating=
grep -q "^mock [0-9]*: 4 courses" "$place/migrate.out" || fail "$(tail -1 "$place/migrate.out")"
keys C-c
left 0
