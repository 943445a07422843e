#ifndef MAILHAUL_CMD_VERSION_H
#define MAILHAUL_CMD_VERSION_H

/* --version: prints the versions of mailhaul and of the libraries it runs with. Returns the exit code. */
int version_run(void);

#endif
