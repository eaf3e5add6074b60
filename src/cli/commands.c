#include "config.h"

#include "src/cli/commands.h"

#include <stddef.h>

#include "src/cli/cli.h"

#define JSON(what)                                                                                 \
	{                                                                                          \
		"json", NULL, what, VALUE_TEXT                                                     \
	}
#define REASON                                                                                     \
	{                                                                                          \
		"reason", "TEXT", "Why, to go on past the gate before production", VALUE_TEXT      \
	}
#define ALL                                                                                        \
	{                                                                                          \
		"all", NULL, "All courses", VALUE_TEXT                                             \
	}

/* clang-format off */
const struct cli_command cli_commands[] = {
	{"doctor", "[--write] [--json]", "Check that everything can be reached, read and written",
	 cli_doctor, 0, 0,
	 {{"write", NULL, "Try to write too: makes what is missing, and leaves no transcript", VALUE_TEXT},
	  JSON("One document")}, VALUE_TEXT},
	{"scan", "[--json]", "Read the source's list of courses",
	 cli_scan_command, 0, 0,
	 {JSON("One object a line, a summary last")}, VALUE_TEXT},
	{"list", "[--status STATUS] [--failed-tasks] [--sort FIELD[,desc]] [--json] [FILTER...]",
	 "Show the courses",
	 cli_list, 0, CLI_ANY,
	 {{"status", "STATUS", "Only Not-Migrated, In-Progress, Migrated or Failed ones", VALUE_STATUS},
	  {"sort", "FIELD[,desc]", "By key (the default), name, status, videos, expected, inval, difference, findings, attempts, progress, changed, validated, flag", VALUE_SORT},
	  {"failed-tasks", NULL, "Show the videos that failed, as the platform's FailedTask table", VALUE_TEXT},
	  JSON("One document")}, VALUE_COURSE_FILTER},
	{"migrate", "COURSE...|--all [--dry-run] [--reason TEXT] [--json]", "Migrate courses, and stay until they have ended",
	 cli_migrate, 0, CLI_ANY,
	 {{"all", NULL, "All that are Not-Migrated, Failed, or In-Progress without an engine", VALUE_TEXT},
	  {"dry-run", NULL, "Predict: write nothing outside the status database", VALUE_TEXT}, REASON,
	  JSON("One object a line, a summary last")}, VALUE_COURSE},
	{"pause", "COURSE...|--all", "Stop starting new work on courses",
	 cli_pause, 0, CLI_ANY, {ALL}, VALUE_COURSE},
	{"resume", "COURSE...|--all [--reason TEXT]", "Go on with paused courses",
	 cli_resume, 0, CLI_ANY, {ALL, REASON}, VALUE_COURSE},
	{"retry", "COURSE...|--all [--finding CODE] [--reason TEXT]", "Try failed courses again",
	 cli_retry, 0, CLI_ANY,
	 {ALL, {"finding", "CODE", "Only videos with this finding; Migrated courses too", VALUE_FINDING}, REASON},
	 VALUE_COURSE},
	{"verify", "COURSE...|--all [--level LEVEL] [--json]", "Compare courses with what val and store hold",
	 cli_verify, 0, CLI_ANY,
	 {ALL, {"level", "LEVEL", "count, size, hash (the default), bytes or cues", VALUE_LEVEL},
	  JSON("One object a line, a summary last")}, VALUE_COURSE},
	{"findings", "[COURSE...] [--filter FILTER] [--json]", "Show differences and failures",
	 cli_findings, 0, CLI_ANY,
	 {{"filter", "FILTER", "Only those that pass, as severity:error lang:es", VALUE_FINDING_FILTER}, JSON("One document")}, VALUE_COURSE},
	{"why", "COURSE [VIDEO [LANGUAGE]] [--json]", "Tell one item's whole life",
	 cli_why, 1, 3, {JSON("One object a line, a summary last")}, VALUE_ITEM},
	{"waive", "COURSE VIDEO|- LANGUAGE|- --finding CODE --reason TEXT", "Accept a finding, with a reason",
	 cli_waive, 3, 3,
	 {{"finding", "CODE", "Which finding", VALUE_FINDING}, {"reason", "TEXT", "Why it is accepted: kept and shown", VALUE_TEXT}}, VALUE_ITEM},
	{"unwaive", "COURSE VIDEO|- LANGUAGE|- --finding CODE", "Take a waiver back",
	 cli_unwaive, 3, 3, {{"finding", "CODE", "Which finding", VALUE_FINDING}}, VALUE_ITEM},
	{"refresh", "", "Begin the next generation, after staging was restored; takes the campus name",
	 cli_refresh, 0, 0, {{NULL, NULL, NULL, VALUE_TEXT}}, VALUE_TEXT},
	{"flag", "show|board|on|off COURSE...|--all [--json]", "Show the platform's flag of courses and its gates, or switch it",
	 cli_flag, 1, CLI_ANY, {ALL, JSON("One document")}, VALUE_FLAG},
	{"runs", "[--compare A B [--full]] [--json] | --export FILE | --import FILE",
	 "Show the runs, compare two, or carry mock runs",
	 cli_runs, 0, 2,
	 {{"compare", NULL, "Run A beside run B: fixed, still there, new, changed, predicted", VALUE_TEXT},
	  {"full", NULL, "Every line of each list", VALUE_TEXT},
	  {"export", "FILE", "Write the mock runs that ended here; - is standard output", VALUE_FILE},
	  {"import", "FILE", "Take the runs of such a file; - is standard input", VALUE_FILE},
	  JSON("One document")}, VALUE_RUN},
	{"convert", "FILE|-", "Convert one transcript to SJSON on standard output",
	 cli_convert, 1, 1, {{NULL, NULL, NULL, VALUE_TEXT}}, VALUE_FILE},
	{NULL, NULL, NULL, NULL, 0, 0, {{NULL, NULL, NULL, VALUE_TEXT}}, VALUE_TEXT},
};
/* clang-format on */
