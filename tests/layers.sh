#!/usr/bin/env bash
# The shape of the house: arrows point down only, headers stand alone, files stay readable,
# and calls that a careful reader of C would ask about do not occur.
set -u
top=${top_srcdir:-$(cd "$(dirname "$0")/.." && pwd)}
build=$PWD
cd "$top" || exit 99
export LC_ALL=C

# From the bottom up; what stands on one line are siblings, which do not know each other.
# campus is the four things a campus consists of, opened: whoever works on a campus takes it.
floors='
base
format
source val store flag
status
campus
migrate
verify
rollout
engine
demo
cli
ui
'

failed=0
passed=0
verdict() { # NAME PROBLEMS: a test, failed if there is any problem
	if [ -n "$2" ]; then
		printf 'FAILED %s\n%s\n' "$1" "$2"
		failed=$((failed + 1))
	else
		printf 'ok %s\n' "$1"
		passed=$((passed + 1))
	fi
}

mapfile -t sources < <(find src ui -name '*.[ch]' | sort)
mapfile -t headers < <(find src ui -name '*.h' | sort)
if [ "${#sources[@]}" -eq 0 ] || [ "${#headers[@]}" -eq 0 ]; then
	echo "no sources below $top"
	exit 99
fi

verdict "src/ knows no terminal" "$(
	grep -nE '#[[:space:]]*include[[:space:]]*[<"](n?curses|ncursesw/|term\.h|panel\.h|ui/)' \
		"${sources[@]}" | grep "^src/"
)"

verdict "includes point down only" "$(
	awk -v floors="$floors" '
	function room(path,   part) {
		split(path, part, "/")
		if (part[1] == "ui")
			return "ui"
		sub(/\.[ch]$/, "", part[2])
		return part[2]
	}
	BEGIN {
		count = split(floors, line, "\n")
		for (i = 1; i <= count; i++) {
			rooms = split(line[i], name, " ")
			for (k = 1; k <= rooms; k++)
				floor[name[k]] = i
		}
	}
	FNR == 1 && !(room(FILENAME) in floor) {
		print FILENAME ": " room(FILENAME) " is no room of the plan"
	}
	/^[ \t]*#[ \t]*include[ \t]*"/ {
		split($0, quoted, "\"")
		target = quoted[2]
		if (target == "config.h")
			next
		from = room(FILENAME)
		to = room(target)
		if (target !~ /^(src|ui)\//)
			print FILENAME ":" FNR ": \"" target "\" is not named from the top of the tree"
		else if (!(to in floor))
			print FILENAME ":" FNR ": " to " is no room of the plan"
		else if (from != to && floor[to] >= floor[from])
			print FILENAME ":" FNR ": " from " includes " target
	}' "${sources[@]}"
)"

verdict "every .c file includes config.h first" "$(
	for file in "${sources[@]}"; do
		case $file in
		*.c) [ "$(grep -m1 -E '^#[[:space:]]*include' "$file")" = '#include "config.h"' ] ||
			echo "$file" ;;
		esac
	done
)"

verdict "no file is longer than 700 lines" "$(
	wc -l "${sources[@]}" | awk '$2 != "total" && $1 > 700 { print $2 ": " $1 " lines" }'
)"

# Comments and strings are taken out first, so that words may speak of what code may not do.
verdict "no forbidden calls" "$(
	awk '
	FNR == 1 { comment = 0 }
	{
		text = $0
		code = ""
		while (text != "") {
			if (comment) {
				end = index(text, "*/")
				text = end ? substr(text, end + 2) : ""
				comment = !end
			} else if (match(text, /^"([^"\\]|\\.)*"/) || match(text, /^\x27([^\x27\\]|\\.)*\x27/)) {
				text = substr(text, RLENGTH + 1)
			} else if (substr(text, 1, 2) == "/*") {
				comment = 1
				text = substr(text, 3)
			} else if (substr(text, 1, 2) == "//") {
				text = ""
			} else {
				code = code substr(text, 1, 1)
				text = substr(text, 2)
			}
		}
		if (match(code, /(^|[^A-Za-z0-9_])(strcpy|strcat|sprintf|vsprintf|gets|strtok|atoi|atol|alloca|system|popen)[ \t]*\(/))
			print FILENAME ":" FNR ": " $0
	}' "${sources[@]}"
)"

verdict "nothing is left open in the code" "$(
	grep -nE '\b(TODO|FIXME|XXX)\b' "${sources[@]}"
)"

# CC and HEADER_FLAGS come from the Makefile; what stands here is for a run by hand.
verdict "every header compiles on its own" "$(
	cd "$build" || exit
	for header in "${headers[@]}"; do
		# shellcheck disable=SC2086  # lists of words
		printf '#include "config.h"\n#include "%s"\n' "$header" |
			${CC:-cc} ${HEADER_FLAGS:--I. -I"$top" -I/usr/include/libxml2} -std=gnu11 \
				-Wall -Wextra -Wno-sign-compare -Werror -fsyntax-only -x c - 2>&1 |
			head -n 5
	done
)"

printf '%d passed, %d failed, 0 skipped\n' "$passed" "$failed"
[ "$failed" -eq 0 ]
