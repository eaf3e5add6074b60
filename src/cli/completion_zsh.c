/*
 * The script for zsh: _arguments tells options and commands with their help; what the program prints
 * is data, which compadd quotes as the line needs it.
 */
#include "config.h"

#include "src/cli/complete.h"

#include "src/status/fields.h"

#include <string.h>

/* clang-format off */
static const char helpers[] =
	"# What stands before the command: $program, and $campus for those options that name one.\n"
	"_subferry_read_campus()\n"
	"{\n"
	"	local value\n"
	"	local -i i\n"
	"	program=${(Q)line_words[1]}\n"
	"	program=${program/#\\~\\//$HOME/}\n"
	"	for ((i = 2; i <= $#line_words; i++)); do\n"
	"		value=\n"
	"		case $line_words[i] in\n"
	"		-c|--config) value=${(Q)line_words[++i]} ;;\n"
	"		-c?*) value=${(Q)line_words[i]#-c} ;;\n"
	"		--config=*) value=${(Q)line_words[i]#--config=} ;;\n"
	"		--demo) campus=(--demo) ;;\n"
	"		--demo-size|--word) i+=1 ;;\n"
	"		-*) ;;\n"
	"		*) break ;;\n"
	"		esac\n"
	"		[[ -n $value ]] && campus=(-c ${value/#\\~\\//$HOME/})\n"
	"	done\n"
	"}\n"
	"\n"
	"# Offers what the status database knows of @1.\n"
	"_subferry_ask()\n"
	"{\n"
	"	local program\n"
	"	local -a campus found\n"
	"	_subferry_read_campus\n"
	"	(( $+commands[$program] )) || [[ -x $program && ! -d $program ]] || return 1\n"
	"	found=(\"${(@f)$(\"$program\" \"${(@)campus}\" --complete \"$@\" </dev/null 2>/dev/null)}\")\n"
	"	found=(\"${(@)found:#}\")\n"
	"	(( $#found )) && compadd \"${(@)expl}\" -a found\n"
	"}\n"
	"\n"
	"_subferry_courses()\n"
	"{\n"
	"	local -a expl\n"
	"	_description courses expl course\n"
	"	_subferry_ask courses \"${(Q)PREFIX}\"\n"
	"}\n"
	"\n"
	"_subferry_runs()\n"
	"{\n"
	"	local -a expl\n"
	"	_description runs expl run\n"
	"	_subferry_ask runs \"${(Q)PREFIX}\"\n"
	"}\n"
	"\n"
	"_subferry_videos()\n"
	"{\n"
	"	local -a expl\n"
	"	_description videos expl video\n"
	"	_subferry_ask videos \"${(Q)line[1]}\" \"${(Q)PREFIX}\"\n"
	"}\n"
	"\n";
/* clang-format on */

/* Text of ours inside single quotes and an _arguments specification: ":", "[" and "]" have a meaning
   there, and what a table breaks into lines is one here. */
static void add_text(struct buf *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '\n')
			buf_add_char(out, ' ');
		else if (*text == '\'')
			buf_add_text(out, "'\\''");
		else if (strchr(":[]\\", *text))
			buf_printf(out, "\\%c", *text);
		else
			buf_add_char(out, *text);
	}
}

/* What completes an argument of this kind; of many words it is a function of its own. */
static void add_action(struct buf *out, enum cli_value value)
{
	struct buf words = BUF_INIT;

	switch (value) {
	case VALUE_FILE:
		buf_add_text(out, "_files");
		break;
	case VALUE_COURSE:
		buf_add_text(out, "_subferry_courses");
		break;
	case VALUE_RUN:
		buf_add_text(out, "_subferry_runs");
		break;
	case VALUE_FINDING_FILTER:
		buf_add_text(out, "_subferry_finding_filter");
		break;
	case VALUE_COURSE_FILTER:
		buf_add_text(out, "_subferry_course_filter");
		break;
	default:
		completion_words(value, &words);
		buf_printf(out, words.len ? "(%s)" : " %s", words.len ? buf_text(&words) + 1 : "");
		out->failed |= words.failed;
		buf_clear(&words);
	}
}

/* One line of _arguments: '--finding=[help]:CODE:(...)', or with its letter too. */
static void add_option(struct buf *out, char letter, const struct cli_option *option)
{
	if (!option->help)
		return;
	if (letter && option->argument)
		buf_printf(out, "\t\t'(-%c --%s)'{-%c+,--%s=}'[", letter, option->name, letter, option->name);
	else if (letter)
		buf_printf(out, "\t\t'(-%c --%s)'{-%c,--%s}'[", letter, option->name, letter, option->name);
	else
		buf_printf(out, "\t\t'--%s%s[", option->name, option->argument ? "=" : "");
	add_text(out, option->help);
	buf_add_char(out, ']');
	if (option->argument) {
		buf_add_char(out, ':');
		add_text(out, option->argument);
		buf_add_char(out, ':');
		add_action(out, option->value);
	}
	buf_add_text(out, "' \\\n");
}

static void add_operands(struct buf *out, enum cli_value value)
{
	if (value == VALUE_ITEM) {
		buf_add_text(out, "\t\t'1:course:_subferry_courses' \\\n\t\t'2:video:_subferry_videos' \\\n"
				  "\t\t'3:language: '");
	} else if (value == VALUE_FLAG) {
		buf_add_text(out, "\t\t'1:verb:");
		add_action(out, value);
		buf_add_text(out, "' \\\n\t\t'*:course:_subferry_courses'");
	} else if (value == VALUE_TEXT) {
		buf_add_text(out, "\t\t'*: : '");
	} else {
		buf_printf(out, "\t\t'*:%s:", value == VALUE_COURSE ? "course"
					      : value == VALUE_FILE   ? "file"
					      : value == VALUE_RUN    ? "run"
								      : "filter");
		add_action(out, value);
		buf_add_char(out, '\'');
	}
	buf_add_text(out, " && ret=0 ;;\n");
}

/* "status:" and behind it the words that the field has. */
static void add_filter(struct buf *out, const char *name, enum cli_value value,
		       const struct filter_language *language)
{
	struct buf words = BUF_INIT;

	completion_words(value, &words);
	buf_printf(out, "_subferry_%s_filter()\n{\n\tlocal field=${PREFIX%%%%:*}\n"
			"\tif ! compset -P '*:'; then\n\t\tcompadd -S '' --%s\n\t\treturn\n\tfi\n"
			"\tcase $field in\n", name, buf_text(&words));
	for (size_t i = 0; i < language->count; i++)
		if (language->fields[i].words)
			buf_printf(out, "\t%s) compadd -- %s ;;\n", language->fields[i].name,
				   language->fields[i].words);
	buf_add_text(out, "\t*) return 1 ;;\n\tesac\n}\n\n");
	out->failed |= words.failed;
	buf_clear(&words);
}

static void add_commands(struct buf *out)
{
	buf_add_text(out, "_subferry_commands()\n{\n\tlocal -a commands=(\n");
	for (const struct cli_command *c = cli_commands; c->name; c++) {
		buf_printf(out, "\t\t'%s:", c->name);
		add_text(out, c->help);
		buf_add_text(out, "'\n");
	}
	buf_add_text(out, "\t)\n\t_describe command commands\n}\n\n");
}

static void add_main(struct buf *out)
{
	buf_add_text(out, "_subferry()\n{\n\tlocal curcontext=$curcontext state line ret=1\n"
			  "\tlocal -A opt_args\n\tlocal -a line_words=(\"${(@)words}\")\n\n"
			  "\t_arguments -C \\\n");
	for (const struct cli_global *g = cli_globals; g->option.name; g++)
		add_option(out, g->letter, &g->option);
	buf_add_text(out, "\t\t'1:command:_subferry_commands' \\\n\t\t'*::argument:->argument' && ret=0\n"
			  "\t[[ $state == argument ]] || return ret\n\tcase $words[1] in\n");
	for (const struct cli_command *c = cli_commands; c->name; c++) {
		buf_printf(out, "\t%s) _arguments \\\n", c->name);
		for (size_t i = 0; i < CLI_OPTIONS && c->options[i].name; i++)
			add_option(out, 0, &c->options[i]);
		buf_add_text(out, "\t\t'(- *)'{-h,--help}'[Show what the command takes]' \\\n");
		add_operands(out, c->operands);
	}
	buf_add_text(out, "\tesac\n\treturn ret\n}\n\n");
}

void completion_zsh(struct buf *out)
{
	buf_add_text(out, "#compdef subferry\n# zsh completion for subferry, made by subferry --completion zsh\n\n");
	buf_add_text(out, helpers);
	add_filter(out, "finding", VALUE_FINDING_FILTER, &finding_fields);
	add_filter(out, "course", VALUE_COURSE_FILTER, &course_fields);
	add_commands(out);
	add_main(out);
	/* autoloaded it is called once it is defined; sourced, it is only defined */
	buf_add_text(out, "if [[ $funcstack[1] == _subferry ]]; then\n\t_subferry \"$@\"\nelse\n"
			  "\tcompdef _subferry subferry\nfi\n");
}
