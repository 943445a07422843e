#ifndef MAILHAUL_CONFIG_LOG_PLACE_H
#define MAILHAUL_CONFIG_LOG_PLACE_H

#include <stdbool.h>

/* Where the lines of a run go. */
enum log_place {
	LOG_PLACE_STDERR,
	LOG_PLACE_SYSLOG,
	LOG_PLACE_FILE,
};

#define LOG_PLACE_EXPECTED "stderr, syslog or \"file:PATH\""

/* Takes the option log apart; *path is what stands behind "file:". False when it is none of LOG_PLACE_EXPECTED. */
bool log_place_parse(const char *value, enum log_place *place, const char **path);

#endif
