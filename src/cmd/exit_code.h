#ifndef MAILHAUL_CMD_EXIT_CODE_H
#define MAILHAUL_CMD_EXIT_CODE_H

struct error;

/* The sysexits(3) code of a failure, as mailhaul(1) lists them. */
int exit_code_of(const struct error *err);

/* That code of a run in which other accounts were fetched without a failure. */
int exit_code_partial(int code);

/* The more serious of two codes: the one that stays longest when nobody does anything. */
int exit_code_worse(int a, int b);

#endif
