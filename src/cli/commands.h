/*
 * commands.h - the commands, one file each.
 */
#ifndef SUBFERRY_SRC_CLI_COMMANDS_H
#define SUBFERRY_SRC_CLI_COMMANDS_H

struct cli;

int cli_doctor(struct cli *cli);
int cli_scan_command(struct cli *cli);
int cli_list(struct cli *cli);
int cli_migrate(struct cli *cli);
int cli_verify(struct cli *cli);
int cli_pause(struct cli *cli);
int cli_resume(struct cli *cli);
int cli_retry(struct cli *cli);
int cli_findings(struct cli *cli);
int cli_why(struct cli *cli);
int cli_waive(struct cli *cli);
int cli_unwaive(struct cli *cli);
int cli_refresh(struct cli *cli);
int cli_flag(struct cli *cli);
int cli_runs(struct cli *cli);
int cli_convert(struct cli *cli);

#endif
