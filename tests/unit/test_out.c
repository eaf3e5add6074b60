#include "config.h"

#include "src/cli/out.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "src/cli/cli.h"

/* Runs @fn with standard output going into a file, and returns what it wrote (free()). */
static char *capture(void (*fn)(void))
{
	char *text = calloc(1, 8192);
	FILE *file = tmpfile();
	int saved = dup(STDOUT_FILENO);
	size_t len;

	assert_non_null(text);
	assert_non_null(file);
	fflush(stdout);
	dup2(fileno(file), STDOUT_FILENO);
	fn();
	fflush(stdout);
	dup2(saved, STDOUT_FILENO);
	close(saved);
	rewind(file);
	len = fread(text, 1, 8191, file);
	text[len] = '\0';
	fclose(file);
	return text;
}

static void print_hostile_line(void)
{
	out_line("%s|%s", "a\x1b[31mb\nc\td",
		 "\xC2\x9B"
		 "x\xE2\x80\xAEy\xFF");
}

static void out_line_makes_terminal_controls_visible(void **state)
{
	char *text = capture(print_hostile_line);

	(void)state;
	assert_string_equal(text, "a\xE2\x90\x9B[31mb\xE2\x90\x8A"
				  "c\xE2\x90\x89"
				  "d|\xEF\xBF\xBDx\xEF\xBF\xBDy\xEF\xBF\xBD\n");
	free(text);
}

static void print_hostile_json(void)
{
	cJSON *object = object_new("t");

	member_text(object, "a", "\x1b\x7f\xC2\x9B\xE2\x80\xAE\xFF\n\"\xE5\xAD\x97");
	member_text(object, "b", "");
	array_text(member_array(object, "l"), "\x1b\xFF\xE5\xAD\x97");
	member_number(object, "n", 1234567890123);
	member_flag(object, "f", true);
	out_json_line(object);
}

static void out_json_escapes_what_a_terminal_obeys_and_keeps_the_rest(void **state)
{
	char *text = capture(print_hostile_json);

	(void)state;
	assert_string_equal(
	    text,
	    "{\"type\":\"t\",\"a\":\"\\u001b\\u007f\\u009b\\u202e\\ufffd\\n\\\"\xE5\xAD\x97\","
	    "\"b\":null,\"l\":[\"\\u001b\\ufffd\xE5\xAD\x97\"],\"n\":1234567890123,\"f\":true}\n");
	free(text);
}

static void print_table(void)
{
	static const char *const headings[] = {"NAME", "N", "X", NULL};
	struct table table;

	table_init(&table, headings, 2);
	table_add(&table, "%s", "\xE4\xB8\xAD\xE6\x96\x87"); /* four cells */
	table_add(&table, "%d", 7);
	table_add(&table, "%s", "");
	table_add(&table, "%s", "abcdef");
	table_add(&table, "%d", 1000);
	table_add(&table, "%s", "x");
	table_print(&table);
}

static void table_print_aligns_wide_characters(void **state)
{
	char *text = capture(print_table);

	(void)state;
	assert_string_equal(text, "NAME       N  X\n"
				  "\xE4\xB8\xAD\xE6\x96\x87       7\n"
				  "abcdef  1000  x\n");
	free(text);
}

static void print_long_table(void)
{
	static const char *const headings[] = {"NAME", "N", NULL};
	char name[202] = "";
	struct table table;

	table_init(&table, headings, 2);
	table_add(&table, "%s", "short");
	table_add(&table, "%d", 1);
	memset(name, 'n', sizeof(name) - 1);
	table_add(&table, "%s", name);
	table_add(&table, "%d", 2);
	table_print(&table);
}

static void table_print_keeps_a_long_cell_whole_and_the_others_in_place(void **state)
{
	char *text = capture(print_long_table);
	const char *wide = strstr(text, "nnn");

	(void)state;
	assert_non_null(wide);
	assert_memory_equal(text, "NAME   N\nshort  1\n", 18);
	assert_ptr_equal(wide, text + 18);
	assert_int_equal(strspn(wide, "n"), 201);
	assert_string_equal(wide + 201, "  2\n");
	free(text);
}

static int parse(struct cli *cli, const char *line)
{
	static char copy[256];
	static char *argv[32];
	int argc = 0;

	snprintf(copy, sizeof(copy), "%s", line);
	for (char *at = copy; *at;) {
		argv[argc++] = at;
		at += strcspn(at, " ");
		if (*at)
			*at++ = '\0';
	}
	argv[argc] = NULL;
	return cli_parse(cli, argc, argv);
}

static void cli_parse_takes_options_before_and_behind_the_command(void **state)
{
	struct cli cli;

	(void)state;
	assert_int_equal(
	    parse(&cli,
		  "subferry --demo --demo-size=12 --word w retry a --finding srt-invalid -- -b"),
	    -1);
	assert_true(cli.demo);
	assert_int_equal(cli.demo_size, 12);
	assert_string_equal(cli.word, "w");
	assert_string_equal(cli.command->name, "retry");
	assert_string_equal(cli_option(&cli, "finding"), "srt-invalid");
	assert_null(cli_option(&cli, "all"));
	assert_int_equal(cli.operand_count, 2);
	assert_string_equal(cli.operands[0], "a");
	assert_string_equal(cli.operands[1], "-b");
	assert_int_equal(parse(&cli, "subferry -cx.conf waive c - - --finding f --reason r"), -1);
	assert_string_equal(cli.conf_file, "x.conf");
	assert_int_equal(cli.operand_count, 3);
	assert_int_equal(parse(&cli, "subferry"), -1);
	assert_null(cli.command);
}

static void cli_parse_refuses_what_it_does_not_know(void **state)
{
	static const char *const lines[] = {
	    "subferry nope",
	    "subferry --nope",
	    "subferry -x",
	    "subferry -c",
	    "subferry --demo-size 0 --demo",
	    "subferry --demo-size 3",
	    "subferry --demo-reset",
	    "subferry --demo -c x list",
	    "subferry list --nope",
	    "subferry pause",
	    "subferry pause --all x",
	    "subferry doctor x",
	    "subferry why",
	    "subferry why a b c d",
	    "subferry convert",
	    "subferry waive a b",
	    "subferry list --demo",
	    "subferry list --json=1",
	    "subferry list --json --json",
	    "subferry retry --finding",
	    "subferry --plain=1",
	    "subferry --ascii=1",
	    "subferry list --stat Failed",
	};
	struct cli cli;

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++)
		if (parse(&cli, lines[i]) != CLI_USAGE)
			fail_msg("accepted: %s", lines[i]);
}

static void cli_commands_are_documented(void **state)
{
	(void)state;
	for (const struct cli_command *c = cli_commands; c->name; c++) {
		assert_true(strlen(c->help) > 10);
		assert_true(strlen(c->name) <= 9);
		for (size_t i = 0; i < CLI_OPTIONS && c->options[i].name; i++)
			assert_true(strlen(c->options[i].help) > 5);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(out_line_makes_terminal_controls_visible),
	    cmocka_unit_test(out_json_escapes_what_a_terminal_obeys_and_keeps_the_rest),
	    cmocka_unit_test(table_print_aligns_wide_characters),
	    cmocka_unit_test(table_print_keeps_a_long_cell_whole_and_the_others_in_place),
	    cmocka_unit_test(cli_parse_takes_options_before_and_behind_the_command),
	    cmocka_unit_test(cli_parse_refuses_what_it_does_not_know),
	    cmocka_unit_test(cli_commands_are_documented),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
