#!/usr/bin/env bash
# The manual and the program say the same: findings, configuration, keys, commands, filters, JSON,
# environment, exit statuses; links arrive, and examples are taken.
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

# The text of a section of a page, or of a part of one, without its heading.
section() { # PAGE HEADING
	awk -v heading=".Sh $2" '/^\.Sh / { inside = $0 == heading; next } inside' "$top/man/$1"
}
part() { # PAGE HEADING
	awk -v heading=".Ss $2" '/^\.S[hs] / { inside = $0 == heading; next } inside' "$top/man/$1"
}
# Items of lists without a text.
bare() {
	awk '/^\.(It|El)/ && item != "" { print item } { item = /^\.It / ? $0 : "" }'
}

# What a finding is follows from the part of the manual in which it stands.
verdict "subferry-migration(7) has every finding, by its severity and what may be done" "$(
	compare src/base/finding.h man/subferry-migration.7 \
		"$(sed -nE 's/^X\([A-Z_]+, *"([a-z-]+)", *([A-Z]+), *([A-Z0-9_ |]+), *\\$/\1 \2 \3/p' \
			"$top/src/base/finding.h" | awk '{
			print $1, $2, /FINDING_STOPS/ ? "stops" : "goes on", /FINDING_WAIVABLE/ ? "may be waived" : "stays"
		}')" \
		"$(section subferry-migration.7 FINDINGS | awk '
		/^\.Ss / { is = "" }
		/^\.Ss Errors in / { is = "ERROR stops may be waived" }
		/^\.Ss Errors of video/ { is = "ERROR stops stays" }
		/^\.Ss Differences/ { is = "ERROR goes on may be waived" }
		/^\.Ss Errors of the other/ { is = "ERROR stops stays" }
		/^\.Ss Warnings/ { is = "WARNING goes on may be waived" }
		/^\.Ss Notices/ { is = "NOTICE goes on may be waived" }
		/^\.It Cm / { print $3, $3 == "link-failed" ? "ERROR goes on stays" : is }
		')"
)"
# One sentence for what it means, one for what to do: at least.
verdict "subferry-migration(7) tells of every finding what it means and what to do" "$(
	section subferry-migration.7 FINDINGS | awk '
		/^\.(It|El|Ss)/ { if (name != "" && ends < 2) print name; name = ""; ends = 0 }
		/^\.It Cm / { name = $3 }
		/[^.]\.\)?$| \.$/ { ends++ }
	'
)"

verdict "subferry-migration(7) has every cause of a missed prediction, in the same words" "$(
	compare src/rollout/comparison.h man/subferry-migration.7 \
		"$(sed -nE '/MISS_CAUSE_LIST\(X\) /,/clang-format on/s/^\tX\([A-Z_]+, *"([a-z-]+)", *"([^"]+)"\).*/\1 \2/p' \
			"$top/src/rollout/comparison.h")" \
		"$(part subferry-migration.7 "The rehearsal" |
			awk '/^\.It [a-z]/ { name = $2; next } /^\./ { name = "" } name != "" { print name, $0; name = "" }' |
			sed 's/[;.]$//')"
)"

# What the program's own help advises, the manual does, too.
verdict "subferry-migration(7) advises what the help of a finding does" "$(
	advice="retry waive Studio upload validate compare export"
	texts=$(section subferry-migration.7 FINDINGS | awk '
		/^\.It Cm / { name = $3; next }
		/^\.S[hs] / { name = "" }
		name != "" { print name, $0 }
	')
	helps=$(awk -F'"' '
		/^X\(/ && NF > 2 { name = $2; next }
		name != "" && /^  "/ { print name, $2; name = "" }
	' "$top/src/base/finding.h")
	[ -n "$helps" ] || echo "nothing was found in src/base/finding.h"
	while read -r name help; do
		for word in $advice; do
			! grep -qi "$word" <<<"$help" || grep -qi "^$name .*$word" <<<"$texts" ||
				echo "$name: $word"
		done
	done <<<"$helps"
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
	verdict "subferry.conf(5) tells what every key does" "$(
		sed -nE '/^\.Ss campus/,/^\.Sh EXAMPLES/p' "$top/man/subferry.conf.5" | awk '
		/^\.(It|El)/ { if (name != "" && words < 4) print name; name = "" }
		/^\.It Cm / { name = $3; words = 0; open = 1; next }
		open { open = !/\)( |$)/; next }
		{ words += NF }
		'
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
			"$(section subferry.1 KEYS | sed -nE '
				s/^\.It Sy ("([^"]*)"|([^ "]+)) (Ic .*) Pq (.*)/\2\3|\4|\5/
				t found
				/^\.It/p
				b
				:found
				s/\\&|\\(-)/\1/g
				s/(\|| , )Ic /\1/g
				s/ , / /g
				p
			')"
	)"
	verdict "subferry(1) tells what every key does" "$(section subferry.1 KEYS | bare)"
	verdict "subferry(1) names every screen" "$(
		told=$(section subferry.1 "THE CONSOLE" | sed -nE 's/^\.Sy ([a-z]+)( .*)?$/\1/p')
		for screen in $("$keys" | cut -f3 | grep -v '^every' | tr -d ',' | tr ' ' '\n' | sort -u) help; do
			grep -qx "$screen" <<<"$told" || echo "$screen"
		done
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
	section subferry.1 COMMANDS | grep -E "^\.It Cm $1( |$)"
}
commands=$(help_of | sed -nE 's/^  ([a-z]{3,}) .*/\1/p' | sort -u)
if [ -n "$commands" ]; then
	verdict "subferry(1) has every command" "$(
		compare "subferry --help" man/subferry.1 "$commands" \
			"$(section subferry.1 COMMANDS | sed -nE 's/^\.It Cm ([a-z]+).*/\1/p')"
	)"
	verdict "subferry(1) tells what every command and option does" "$(
		{ section subferry.1 OPTIONS; section subferry.1 COMMANDS; } | bare
	)"
	verdict "every help and usage fits 80 columns" "$(
		for command in "" $commands; do
			{ help_of $command; "$program" $command --no-such-option 2>&1; } |
				awk -v of="$command" 'length > 80 || / $/ { print of ": " $0 "|" }'
		done
	)"
	# --complete is asked by the completions alone
	verdict "subferry(1) has every option of the program" "$(
		compare src/cli/cli.c man/subferry.1 \
			"$(sed -nE "s/^\t\{('.'|0), \{\"([a-z-]+)\",.*/\2/p" "$top/src/cli/cli.c" | grep -vx complete)" \
			"$(section subferry.1 OPTIONS | grep '^\.It ' | grep -oE 'Fl -[a-z-]+' | cut -c5-)"
		for option in $(options_of); do
			section subferry.1 OPTIONS | grep -qE "^\.It Fl.* -$option( |$)" || echo "--$option"
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

# The words that some options take, and --plain's own, each from its table.
verdict "subferry(1) has every word of an option" "$(
	sorts=$(sed -nE '/^const char \*const cli_sorts/,/^}/p' "$top/src/cli/list.c" | grep -oE '"[a-z]+"' | tr -d '"')
	[ -n "$sorts" ] || echo "nothing was found in src/cli/list.c"
	told=$(help_of list | grep -oE '[a-z]+')
	for word in $sorts; do grep -qx "$word" <<<"$told" || echo "list --help: $word"; done
	told=$(section subferry.1 COMMANDS | awk '/^\.It / { inside = $3 == "list" } inside' | grep -oE '[a-z]+')
	for word in $sorts; do grep -qx "$word" <<<"$told" || echo "list --sort $word"; done
	compare "src/cli/list.c" "the columns of the courses" "$sorts" \
		"$(part subferry.1 "The courses" | sed -nE '/^\.It Sy/{s/^\.It Sy //;s/ , /\n/g;p}')"
	levels=$("$program" verify --help 2>/dev/null | sed -nE 's/.*--level LEVEL +//p' |
		sed -E 's/\([^)]*\)//g; s/,| or / /g')
	[ -n "$levels" ] || echo "subferry verify --help names no level"
	told=$(section subferry.1 COMMANDS | awk '/^\.It / { inside = $3 == "verify" } inside' | grep -oE '^\.Ql [a-z]+')
	for word in $levels; do grep -qx ".Ql $word" <<<"$told" || echo "verify --level $word"; done
)"
verdict "subferry(1) has every word of --plain" "$(
	compare ui/plain_words.c man/subferry.1 \
		"$(sed -nE 's/^\t\{"([a-z]+)", PLAIN_[A-Z]+, .*/\1/p' "$top/ui/plain_words.c")" \
		"$(section subferry.1 "PLAIN LINES" | sed -nE 's/^\.It Li ([a-z]+)$/\1/p')"
)"
verdict "subferry(1) has every theme" "$(
	compare ui/theme.h man/subferry.1 \
		"$(sed -n '/^#define THEME_LIST/,/[^\\]$/p' "$top/ui/theme.h" | grep -oE '"[a-z]+"' | tr -d '"')" \
		"$(part subferry.1 "Size, colours, mouse, screen in a file" | sed -nE 's/^\.It Sy ([a-z]+)$/\1/p')"
)"

# Variables that are read by name, or through a list of names beside getenv(); and those that
# libraries read for us. What the configuration names is subferry.conf(5)'s.
verdict "subferry(1) has every variable of the environment" "$(
	libraries="LC_ALL LC_CTYPE LANG TZ http_proxy https_proxy all_proxy no_proxy"
	compare "src/ and ui/" man/subferry.1 \
		"$(
			grep -rhoE 'getenv\("[A-Za-z_]+"' "$top/src" "$top/ui" --include='*.c' | cut -d'"' -f2
			grep -rlE 'getenv\([^")]' "$top/src" "$top/ui" --include='*.c' |
				xargs grep -hE 'char \*const names\[\]' | grep -oE '"[A-Z_]+"' | tr -d '"'
			printf '%s\n' $libraries
		)" \
		"$(section subferry.1 ENVIRONMENT | sed -nE '/^\.It Ev/{s/^\.It //;s/Ev |, //g;s/ +/\n/g;p}')"
	section subferry.1 ENVIRONMENT | bare
)"
verdict "subferry.conf(5) has every variable of credentials" "$(
	for rest in $(grep -oE '"_[A-Z_]+"' "$top/src/store/credentials.c" | tr -d '"' | sort -u); do
		grep -q "^\.Ev AWS$rest" "$top/man/subferry.conf.5" || echo "AWS$rest"
	done
)"

verdict "subferry(1) has every exit status, and the program ends with it" "$(
	compare src/cli/cli.h man/subferry.1 \
		"$(sed -nE 's/^\tCLI_[A-Z]+ = ([0-9]+),.*/\1/p' "$top/src/cli/cli.h")" \
		"$(section subferry.1 "EXIT STATUS" | sed -nE 's/^\.It ([0-9]+)$/\1/p')"
	section subferry.1 "EXIT STATUS" | bare
	ends_with() { # STATUS ARGUMENT...: with a damaged transcript as standard input
		"$program" "${@:2}" >/dev/null 2>&1 <<<$'1\n00:00:01,000 --> x\nword\n'
		[ $? -eq "$1" ] || echo "not $1: subferry ${*:2}"
	}
	ends_with 0 --version
	ends_with 1 convert -
	ends_with 2 no-such-command
	ends_with 2
	ends_with 3 -c /no/such.conf doctor
)"

# Programs read these names: what the commands print, and no other, stands in the manual.
if [ -d "$top/src/cli" ]; then
	verdict "subferry(1) has every name of the JSON" "$(
		written=$(cat "$top"/src/cli/*.c | grep -oE '(member_[a-z]+|object_new)\(([a-z_.>-]+, )?"[a-z0-9_]+"' |
			sed -E 's/.*"(.*)"/\1/' | sort -u)
		told=$(section subferry.1 JSON | grep -oE '[a-z0-9_]+' | sort -u)
		[ -n "$written" ] || echo "no names were found in src/cli"
		comm -23 <(printf '%s\n' "$written") <(printf '%s\n' "$told")
		sed -nE '/task_columns\[\] = /,/;/p' "$top/src/cli/list.c" | grep -oE '"[a-z_]+"' | tr -d '"' |
			while read -r column; do grep -qx "$column" <<<"$told" || echo "$column"; done
		compare src/cli man/subferry.1 \
			"$(cat "$top"/src/cli/*.c | sed -nE 's/.*object_new\("([a-z_]+)"\).*/\1/p')" \
			"$(section subferry.1 JSON | sed -nE 's/^\.It Li ([a-z_]+)$/\1/p')"
		# what only the manual has: a name that is printed no more
		section subferry.1 JSON | awk '
			/^\.It Li / { open = 1; next }
			/^\.(Cm|El)/ { open = 0 }
			/^:/ { open = 1 }
			open && /^[a-z_, ]+[,.]$/
		' | tr -d '.' | tr ',' '\n' | sed -E 's/^ +| +$//g' | grep -xE '[a-z_0-9]+' |
			while read -r name; do
				grep -qE "\"$name\"" "$top"/src/cli/*.c || echo "only in the manual: $name"
			done
	)"
else
	skip "subferry(1) has every name of the JSON" "there is no src/cli"
fi

# Every [campus] that a page shows begins a whole configuration, and the program takes it: what it
# then says is of files that are not there, not of the configuration.
examples_of() { # FILE FOLDER: an example a file
	awk -v folder="$2" '
		/^ *\[campus\]$/ { match($0, /^ */); indent = RLENGTH; open = 1; at++ }
		/^\.Ed/ || (indent && /^[^ ]/) { open = 0 }
		open { print substr($0, indent + 1) > (folder "/" at ".conf") }
	' "$1"
}
if [ -n "$commands" ]; then
	verdict "the examples of configurations are whole and right" "$(
		folder=$(mktemp -d)
		trap 'rm -rf "$folder"' EXIT
		for page in man/subferry.conf.5 README; do
			mkdir -p "$folder/$page"
			examples_of "$top/$page" "$folder/$page"
			wanted=$(grep -c '^ *\[campus\]$' "$top/$page") found=0
			for example in "$folder/$page"/*.conf; do
				[ -s "$example" ] && found=$((found + 1))
				said=$("$program" -c "$example" list 2>&1 </dev/null)
				grep -qE ': (cannot (open|read)|no file or folder matches)' <<<"$said" &&
					! grep -qF "$example" <<<"$said" || printf '%s: %s\n' "$page" "$said"
			done
			[ "$found" -gt 0 ] && [ "$found" -eq "$wanted" ] || echo "$page: $found of $wanted examples"
		done
	)"
fi

# Whoever types what a page shows is understood: wrong usage comes before all else, and what is then
# not there is the configuration. A command alone only names it.
if [ -n "$commands" ]; then
	verdict "the commands that the pages show are right" "$(
		shown=$(sed -nE 's/^(\.(Ic|Dl|Ql) subferry|subferry -c) (.*[^ .;:,])( [.;:,])?$/\1 \3/p' \
			"$top"/man/*.[157] | sed -E 's/^\.[A-Z][a-z] //' | grep -vE -- '--(demo|completion)' | sort -u)
		[ "$(wc -l <<<"$shown")" -gt 10 ] || echo "hardly a command was found"
		while read -r line; do
			read -ra words <<<"$(sed -E 's/COURSE/course-v1:a+b+c/; s/CODE/asset-missing/' <<<"$line" | tr -d "'")"
			set -- "${words[@]:1}"
			[ "$1" = -c ] && shift 2
			[ $# -gt 1 ] || continue
			"$program" -c /no/such.conf "$@" >/dev/null 2>&1 </dev/null
			[ $? -eq 3 ] || echo "$line"
		done <<<"$shown"
	)"
fi

# "In" in a heading would be mdoc's macro of that name, unless it is quoted.
verdict "no word of a heading is taken for a macro" "$(
	grep -nE '^\.S[hs] ([^"]* )?(An|Ap|Ar|At|Bx|Do|Em|Er|In|Me|No|Op|Pa|So|To|Tn|Up|Va)( |$)' "$top"/man/*.[157]
)"

# A reader who follows a link arrives: .Sx HEADING, or .Sx HEADING No in Xr PAGE SECTION.
verdict "the links of the pages lead somewhere" "$(
	for page in "$top"/man/*.[157]; do
		grep -E '^\.Sx ' "$page" | while read -r _ link; do
			of=$page heading=$(sed -E 's/ No in Xr .*| [.,;:)]+( [.,;:)]+)*$//g' <<<"$link" | tr -d '"')
			case $link in
			*" No in Xr "*) of=$top/man/$(sed -E 's/.* No in Xr ([a-z.-]+) ([0-9]).*/\1.\2/' <<<"$link") ;;
			esac
			grep -qE "^\.S[hs] \"?$heading\"?$" "$of" || echo "$(basename "$page"): $link"
		done
	done
)"

if command -v mandoc >/dev/null 2>&1; then
	verdict "the pages are well-formed" "$(
		mandoc -Tlint -Wwarning "$top"/man/*.[157] 2>&1
	)"
	screens=$(mandoc -O width=78 "$top"/man/subferry-migration.7 | col -bx)
	verdict "the screens in the guide fit 80 columns" "$(
		grep -q '^subferry  harbour' <<<"$screens" || echo "no screen at the left edge"
		LC_ALL=C.UTF-8 grep -E '^.{81}' <<<"$screens"
	)"
else
	skip "the pages are well-formed" "mandoc is not installed"
	skip "the screens in the guide fit 80 columns" "mandoc is not installed"
fi

printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
[ "$failed" -eq 0 ]
