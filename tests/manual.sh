#!/usr/bin/env bash
# The manual and the program say the same: findings, configuration keys, keys, commands.
set -u
top=${top_srcdir:-$(cd "$(dirname "$0")/.." && pwd)}
build=${top_builddir:-.}
export LC_ALL=C

passed=0 failed=0 skipped=0
verdict() { # NAME PROBLEMS: a test, failed if there is any problem
	if [ -n "$2" ]; then
		printf 'FAILED %s\n%s\n' "$1" "$2"
		failed=$((failed + 1))
	else
		printf 'ok %s\n' "$1"
		passed=$((passed + 1))
	fi
}
skip() { # NAME REASON
	printf 'skipped %s: %s\n' "$1" "$2"
	skipped=$((skipped + 1))
}

# Lines that only one of two lists has. An empty first list is a test that looks at nothing.
compare() { # NAMES OF THE LISTS, THE LISTS
	[ -n "$3" ] || echo "nothing was found in $1"
	comm -3 <(printf '%s\n' "$3" | sort -u) <(printf '%s\n' "$4" | sort -u) |
		sed -e "s|^\t|only in $2: |" -e t -e "s|^|only in $1: |"
}

verdict "subferry-migration(7) has every finding, by its severity" "$(
	compare src/base/finding.h man/subferry-migration.7 \
		"$(sed -nE 's/^X\([A-Z_]+, *"([a-z-]+)", *([A-Z]+),.*/\1 \2/p' "$top/src/base/finding.h")" \
		"$(awk '
		/^\.Sh / { inside = $2 == "FINDINGS"; severity = "" }
		/^\.Ss Warnings/ { severity = "WARNING" }
		/^\.Ss Notices/ { severity = "NOTICE" }
		/^\.Ss (Errors|Differences)/ { severity = "ERROR" }
		inside && /^\.It Cm / { print $3, severity }
		' "$top/man/subferry-migration.7")"
)"

# A row of the table: X("section", "name", "type", NULL or "default", true or false, "kinds", ...
# In the manual: .Ss section, .It Cm name, and then (type, required) or (type, default VALUE), with
# "; kinds" before the last parenthesis of a key that is not for every kind.
keys=$top/src/base/conf_keys.c
if [ -f "$keys" ]; then
	verdict "subferry.conf(5) has every key, its type and its default" "$(
		compare src/base/conf_keys.c man/subferry.conf.5 \
			"$(sed -nE \
				-e 's/^(X\("[a-z]+", .*, (true|false), )MONGO,/\1"split draft mongo",/' \
				-e 's/^(X\("[a-z]+", .*, (true|false), )STUDIO,/\1"link = studio",/' \
				-e 's/^X\("([a-z_]+)", "([a-z_]+)", "([a-z]+)", [^,]*, true, "([^"]*)",.*/\1 \2 (\3, required; \4)/p' \
				-e 's/^X\("([a-z_]+)", "([a-z_]+)", "([a-z]+)", "", false, "([^"]*)",.*/\1 \2 (\3, default empty; \4)/p' \
				-e "s/^X\\(\"([a-z_]+)\", \"([a-z_]+)\", \"([a-z]+)\", \"([^\"]+)\", false, \"([^\"]*)\",.*/\1 \2 (\3, default \4; \5)/p" \
				"$keys" | sed 's/; )$/)/')" \
			"$(awk '
			/^\.Ss / { section = $2 }
			/^\.(Sh|Ss|El)/ { name = "" }
			/^\.It Cm / { name = $3; text = ""; next }
			name != "" {
				line = $0
				sub(/^\.(Ql|Pa) /, "", line)
				sub(/ \)/, ")", line)
				sub(/ ;/, ";", line)
				text = text (text == "" ? "" : " ") line
				if (match(text, /^\([^)]*\)/)) {
					print section, name, substr(text, 1, RLENGTH)
					name = ""
				}
			}
			' "$top/man/subferry.conf.5")"
	)"
else
	skip "subferry.conf(5) has every key" "$keys is not there"
fi

# A row of a table: F(ID, "name", KIND, plain or not, ...; in the manual, below .Ss Fields of ...:
# .It Li name Pq plain kind
verdict "subferry(1) has every field of a filter, by its kind" "$(
	compare src/status/fields.c man/subferry.1 \
		"$(sed -nE \
			-e '/^#define [A-Z]+_FIELDS/{s/^#define ([A-Z]+)_.*/\L\1/;h}' \
			-e '/^\tF\(/{s/^\tF\([A-Z]+, *"([a-z]+)", *([A-Z]+), *(true|false),.*/\1 \3 \L\2/;s/ true / plain /;s/ false / /;G;s/\n/ /;p}' \
			"$top/src/status/fields.c")" \
		"$(awk '
		/^\.S[hs] / { kind = $2 == "Fields" ? $4 : ""; sub(/s$/, "", kind) }
		kind != "" && /^\.It Li / { name = $3; sub(/^\.It Li [a-z]+ Pq /, ""); print name, $0, kind }
		' "$top/man/subferry.1")"
)"

# The table, as list_keys prints it: name, keys, screens. In the manual, below .Sh KEYS:
# .It Sy "name" Ic key , Ic key Pq screens
keys=$build/tests/unit/list_keys
if [ -x "$keys" ]; then
	verdict "subferry(1) has every key and action, with its screens" "$(
		compare ui/keys.c man/subferry.1 "$("$keys" | tr '\t' '|')" \
			"$(sed -nE '
			/^\.Sh KEYS/,/^\.Sh FILTERS/{
				s/^\.It Sy ("([^"]*)"|([^ "]+)) (Ic .*) Pq (.*)/\2\3|\4|\5/
				t found
				/^\.It/p
				b
				:found
				s/\\&|\\(-)/\1/g
				s/(\|| , )Ic /\1/g
				s/ , / /g
				p
			}' "$top/man/subferry.1")"
	)"
	verdict "subferry(1) tells what every key does" "$(
		awk '
		/^\.S[hs] / { inside = $2 == "KEYS" }
		inside && bare != "" && /^\.(It|El)/ { print bare }
		inside { bare = /^\.It / ? $0 : "" }
		' "$top/man/subferry.1"
	)"
else
	skip "subferry(1) has every key and action" "$keys is not built"
fi

# The help names a command a line, behind two blanks; the help of a command its options.
program=$build/subferry
help_of() { # [COMMAND]
	"$program" "$@" --help 2>/dev/null </dev/null
}
options_of() { # [COMMAND]
	help_of "$@" | sed -nE 's/^ +(-[a-zA-Z], )?--([a-z-]+).*/\2/p' | sort -u
}
item_of() { # COMMAND: the line of the manual that shows what it takes
	grep -E "^\.It Cm $1( |$)" "$top/man/subferry.1"
}
commands=$(help_of | sed -nE 's/^  ([a-z]{3,}) .*/\1/p' | sort -u)
if [ -n "$commands" ]; then
	verdict "subferry(1) has every command" "$(
		compare "subferry --help" man/subferry.1 "$commands" \
			"$(sed -nE 's/^\.It Cm ([a-z]+).*/\1/p' "$top/man/subferry.1")"
	)"
	verdict "subferry(1) has every option of the program" "$(
		for option in $(options_of); do
			grep -qE "^\.It Fl.* -$option( |$)" "$top/man/subferry.1" || echo "--$option"
		done
	)"
	verdict "subferry(1) has every option of every command" "$(
		for command in $commands; do
			for option in $(options_of "$command"); do
				item_of "$command" | grep -qE "Fl -$option( |$)" ||
					echo "$command --$option"
			done
			for option in $(item_of "$command" | grep -oE 'Fl -[a-z-]+' | cut -c5-); do
				options_of "$command" | grep -qx -- "$option" ||
					echo "$command --$option is in the manual only"
			done
		done
	)"
else
	skip "subferry(1) has every command" "subferry --help names none"
fi

# Programs read these names: what the commands print, and no other, stands in the manual.
if [ -d "$top/src/cli" ]; then
	verdict "subferry(1) has every name of the JSON" "$(
		written=$(cat "$top"/src/cli/*.c | grep -oE '(member_[a-z]+|object_new)\(([a-z_.>-]+, )?"[a-z0-9_]+"' |
			sed -E 's/.*"(.*)"/\1/' | sort -u)
		told=$(awk '/^\.S[hs] / { inside = $2 == "JSON" } inside' "$top/man/subferry.1" |
			grep -oE '[a-z0-9_]+' | sort -u)
		[ -n "$written" ] || echo "no names were found in src/cli"
		comm -23 <(printf '%s\n' "$written") <(printf '%s\n' "$told")
	)"
else
	skip "subferry(1) has every name of the JSON" "there is no src/cli"
fi

if command -v mandoc >/dev/null 2>&1; then
	verdict "the pages are well-formed" "$(
		mandoc -Tlint -Wwarning "$top"/man/*.[157] 2>&1
	)"
else
	skip "the pages are well-formed" "mandoc is not installed"
fi

printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
[ "$failed" -eq 0 ]
