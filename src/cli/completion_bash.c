/*
 * The script for bash: four tables, and the function that reads them.
 *
 * It needs nothing but bash 4.4. Readline splits words at ":", "=" and "@", of which course keys and
 * filters are full: the words are put together again from the line, and of what is offered the part
 * that readline keeps is taken away. Nothing is ever evaluated (no eval, no compgen -W): what the
 * program prints is data. Where the line holds quotes within a word, or something to be expanded,
 * nothing is offered.
 */
#include "config.h"

#include "src/cli/complete.h"

#include "src/status/fields.h"

static const char head[] =
	"# bash completion for subferry, made by subferry --completion bash\n"
	"\n";

/* clang-format off */
static const char body[] =
	"# The words of the line up to the cursor, as the shell will see them: $words.\n"
	"_subferry_read_words()\n"
	"{\n"
	"	local rest=${COMP_LINE:0:COMP_POINT} i word\n"
	"	words=()\n"
	"	for ((i = 0; i <= COMP_CWORD; i++)); do\n"
	"		word=${COMP_WORDS[i]}\n"
	"		if [[ $i -eq 0 || $rest == [[:blank:]]* ]]; then\n"
	"			rest=${rest#\"${rest%%[![:blank:]]*}\"}\n"
	"			words+=('')\n"
	"		fi\n"
	"		[[ $rest == \"$word\"* ]] || word=$rest\n"
	"		rest=${rest#\"$word\"}\n"
	"		words[${#words[@]}-1]+=$word\n"
	"	done\n"
	"}\n"
	"\n"
	"# @1 without quotes, never expanded; as $plain.\n"
	"_subferry_unquote()\n"
	"{\n"
	"	plain=${1//[\\\"\\'\\\\]/}\n"
	"	[[ $plain == '~/'* ]] && plain=$HOME/${plain:2}\n"
	"}\n"
	"\n"
	"# What the status database knows of @1: into $list.\n"
	"_subferry_ask()\n"
	"{\n"
	"	local plain word\n"
	"	_subferry_unquote \"${words[0]}\"\n"
	"	type -P -- \"$plain\" >/dev/null || return\n"
	"	while IFS= read -r word; do\n"
	"		printf -v word %q \"$word\"\n"
	"		list+=(\"$word\")\n"
	"	done < <(\"$plain\" \"${campus[@]}\" --complete \"$@\" </dev/null 2>/dev/null)\n"
	"}\n"
	"\n"
	"_subferry_filter() # KIND\n"
	"{\n"
	"	local kind=$1 words=''\n"
	"	if [[ $cur != *:* ]]; then\n"
	"		compopt -o nospace 2>/dev/null\n"
	"		_subferry_words \"$kind\"\n"
	"	elif _subferry_field \"$kind\" \"${cur%%:*}\"; then\n"
	"		read -ra list <<<\"$words\"\n"
	"		list=(\"${list[@]/#/${cur%%:*}:}\")\n"
	"	fi\n"
	"}\n"
	"\n"
	"_subferry_offer() # KIND: what can stand here, into $list\n"
	"{\n"
	"	local plain\n"
	"	case $1 in\n"
	"	file) compopt -o default 2>/dev/null ;;\n"
	"	course) _subferry_ask courses \"$cur\" ;;\n"
	"	run) _subferry_ask runs \"$cur\" ;;\n"
	"	item)\n"
	"		if [[ ${#given[@]} -eq 0 ]]; then\n"
	"			_subferry_ask courses \"$cur\"\n"
	"		elif [[ ${#given[@]} -eq 1 ]]; then\n"
	"			_subferry_unquote \"${given[0]}\"\n"
	"			_subferry_ask videos \"$plain\" \"$cur\"\n"
	"		fi ;;\n"
	"	flag)\n"
	"		if [[ ${#given[@]} -eq 0 ]]; then\n"
	"			_subferry_words flag\n"
	"		else\n"
	"			_subferry_ask courses \"$cur\"\n"
	"		fi ;;\n"
	"	*-filter) _subferry_filter \"$1\" ;;\n"
	"	*) _subferry_words \"$1\" ;;\n"
	"	esac\n"
	"}\n"
	"\n"
	"_subferry()\n"
	"{\n"
	"	local IFS=$' \\t\\n' words cur word value='' kind='' lead='' command='' ended='' options=''\n"
	"	local operands='' plain option cut='' tail quote='' i last\n"
	"	local -a list=() given=() campus=()\n"
	"	COMPREPLY=()\n"
	"	_subferry_read_words\n"
	"	last=$((${#words[@]} - 1))\n"
	"	((last > 0)) || return 0\n"
	"	cur=${words[last]}\n"
	"	for ((i = 1; i < last; i++)); do\n"
	"		word=${words[i]} option=${words[i]%%=*}\n"
	"		if [[ -z $ended && $word == -- ]]; then\n"
	"			[[ -n $command ]] && ended=1\n"
	"		elif [[ -z $ended && $word == -?* ]]; then\n"
	"			if _subferry_value \"$command\" \"$option\"; then\n"
	"				if [[ $word == *=* ]]; then plain=${word#*=}\n"
	"				elif ((i + 1 < last)); then plain=${words[++i]}\n"
	"				else kind=$value; fi\n"
	"				_subferry_unquote \"$plain\"\n"
	"				[[ $option == -c || $option == --config ]] && campus=(-c \"$plain\")\n"
	"			elif [[ -z $command && $word == -c?* ]]; then\n"
	"				_subferry_unquote \"${word#-c}\"\n"
	"				campus=(-c \"$plain\")\n"
	"			elif [[ -z $command && $word == --demo ]]; then\n"
	"				campus=(--demo)\n"
	"			fi\n"
	"		elif [[ -z $command ]]; then\n"
	"			command=$word\n"
	"		else\n"
	"			given+=(\"$word\")\n"
	"		fi\n"
	"	done\n"
	"	_subferry_takes \"$command\" || return 0\n"
	"	[[ $cur == [\\\"\\']* ]] && quote=1 cur=${cur:1}\n"
	"	[[ $cur == *[\\\"\\'\\\\\\$\\`]* ]] && return 0\n"
	"	if [[ -z $quote ]]; then\n"
	"		tail=$cur\n"
	"		for i in : = @; do\n"
	"			[[ $COMP_WORDBREAKS == *$i* ]] && tail=${tail##*\"$i\"}\n"
	"		done\n"
	"		cut=${cur%\"$tail\"}\n"
	"	fi\n"
	"	if [[ -z $kind && -z $ended && $cur == --*=* ]]; then\n"
	"		lead=${cur%%=*}=\n"
	"		_subferry_value \"$command\" \"${lead%=}\" || return 0\n"
	"		kind=$value cur=${cur#*=}\n"
	"	fi\n"
	"	if [[ -z $kind && -z $ended && $cur == -* ]]; then\n"
	"		read -ra list <<<\"$options\"\n"
	"	else\n"
	"		_subferry_offer \"${kind:-$operands}\"\n"
	"	fi\n"
	"	for word in \"${list[@]}\"; do\n"
	"		[[ $word == \"$cur\"* ]] || continue\n"
	"		word=$lead$word\n"
	"		COMPREPLY+=(\"${word#\"$cut\"}\")\n"
	"	done\n"
	"	return 0\n"
	"}\n"
	"complete -F _subferry subferry\n";
/* clang-format on */

static const char *kind_name(enum cli_value value)
{
	static const char *const names[VALUE_COUNT] = {
		[VALUE_TEXT] = "text",
		[VALUE_FILE] = "file",
		[VALUE_FINDING] = "finding",
		[VALUE_LEVEL] = "level",
		[VALUE_STATUS] = "status",
		[VALUE_SORT] = "sort",
		[VALUE_FINDING_FILTER] = "finding-filter",
		[VALUE_COURSE_FILTER] = "course-filter",
		[VALUE_COURSE] = "course",
		[VALUE_ITEM] = "item",
		[VALUE_FLAG] = "flag",
		[VALUE_RUN] = "run",
	};

	return names[value];
}

/* ---- the tables ---------------------------------------------------------------------------*/

static void add_option(struct buf *out, char letter, const struct cli_option *option)
{
	if (!option->help)
		return;
	if (letter)
		buf_printf(out, " -%c", letter);
	buf_printf(out, " --%s", option->name);
}

/* Which options and operands a command has; "": the program itself. */
static void add_takes(struct buf *out)
{
	buf_add_text(out, "# What may follow the command @1: $options, and the kind of its $operands.\n"
			  "_subferry_takes()\n{\n\tcase $1 in\n\t'') operands=command options='");
	for (const struct cli_global *g = cli_globals; g->option.name; g++)
		add_option(out, g->letter, &g->option);
	buf_add_text(out, "' ;;\n");
	for (const struct cli_command *c = cli_commands; c->name; c++) {
		buf_printf(out, "\t%s) operands=%s options='", c->name, kind_name(c->operands));
		for (size_t i = 0; i < CLI_OPTIONS && c->options[i].name; i++)
			add_option(out, 0, &c->options[i]);
		buf_add_text(out, " -h --help' ;;\n");
	}
	buf_add_text(out, "\t*) return 1 ;;\n\tesac\n}\n\n");
}

static void add_value(struct buf *out, const char *command, char letter, const struct cli_option *option)
{
	if (!option->argument || !option->help)
		return;
	buf_add_text(out, "\t");
	if (letter)
		buf_printf(out, "'%s -%c' | ", command, letter);
	buf_printf(out, "'%s --%s') value=%s ;;\n", command, option->name, kind_name(option->value));
}

static void add_values(struct buf *out)
{
	buf_add_text(out, "# The option @2 of the command @1 has an argument: its kind as $value.\n"
			  "_subferry_value()\n{\n\tcase \"$1 $2\" in\n");
	for (const struct cli_global *g = cli_globals; g->option.name; g++)
		add_value(out, "", g->letter, &g->option);
	for (const struct cli_command *c = cli_commands; c->name; c++)
		for (size_t i = 0; i < CLI_OPTIONS && c->options[i].name; i++)
			add_value(out, c->name, 0, &c->options[i]);
	buf_add_text(out, "\t*) return 1 ;;\n\tesac\n}\n\n");
}

static void add_words(struct buf *out)
{
	buf_add_text(out, "# All words of the kind @1: into $list.\n"
			  "_subferry_words()\n{\n\tcase $1 in\n\tcommand) list=(");
	for (const struct cli_command *c = cli_commands; c->name; c++)
		buf_printf(out, "%s%s", c == cli_commands ? "" : " ", c->name);
	buf_add_text(out, ") ;;\n");
	for (int i = 0; i < VALUE_COUNT; i++) {
		struct buf words = BUF_INIT;

		completion_words((enum cli_value)i, &words);
		if (words.len)
			buf_printf(out, "\t%s) list=(%s) ;;\n", kind_name((enum cli_value)i),
				   buf_text(&words) + 1);
		out->failed |= words.failed;
		buf_clear(&words);
	}
	buf_add_text(out, "\tesac\n}\n\n");
}

static void add_field_words(struct buf *out, enum cli_value value, const struct filter_language *language)
{
	for (size_t i = 0; i < language->count; i++)
		if (language->fields[i].words)
			buf_printf(out, "\t'%s %s') words='%s' ;;\n", kind_name(value),
				   language->fields[i].name, language->fields[i].words);
}

static void add_fields(struct buf *out)
{
	buf_add_text(out, "# The field @2 of the filter @1 has these $words only.\n"
			  "_subferry_field()\n{\n\tcase \"$1 $2\" in\n");
	add_field_words(out, VALUE_FINDING_FILTER, &finding_fields);
	add_field_words(out, VALUE_COURSE_FILTER, &course_fields);
	buf_add_text(out, "\t*) return 1 ;;\n\tesac\n}\n\n");
}

void completion_bash(struct buf *out)
{
	buf_add_text(out, head);
	add_takes(out);
	add_values(out);
	add_words(out);
	add_fields(out);
	buf_add_text(out, body);
}
