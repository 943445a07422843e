#ifndef MAILHAUL_CONFIG_LOG_PLACE_H
#define MAILHAUL_CONFIG_LOG_PLACE_H

#include <stdbool.h>

/* The destination of a run's log lines. */
enum log_place {
	LOG_PLACE_STDERR,
	LOG_PLACE_SYSLOG,
	LOG_PLACE_FILE,
};

#define LOG_PLACE_EXPECTED "stderr, syslog or \"file:PATH\""

/*
 * Parses a value of the option `log`. *path becomes the text after "file:", or "". Returns false for any value that
 * does not match LOG_PLACE_EXPECTED.
 */
bool log_place_parse(const char *value, enum log_place *place, const char **path);

#endif
