#ifndef MAILHAUL_CMD_EXIT_CODE_H
#define MAILHAUL_CMD_EXIT_CODE_H

struct error;

/* Returns the sysexits(3) code of a failure, as documented in mailhaul(1). */
int exit_code_of(const struct error *err);

/* Returns the exit code of a run with this code in which other accounts were fetched without a failure. */
int exit_code_partial(int code);

/* Returns the more serious of two codes: the one whose cause lasts longest if nobody acts. */
int exit_code_worse(int a, int b);

#endif
