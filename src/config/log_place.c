#include "config.h"

#include "config/log_place.h"

#include <string.h>

bool log_place_parse(const char *value, enum log_place *place, const char **path)
{
	*path = "";
	if (strcmp(value, "stderr") == 0)
		*place = LOG_PLACE_STDERR;
	else if (strcmp(value, "syslog") == 0)
		*place = LOG_PLACE_SYSLOG;
	else if (strncmp(value, "file:", 5) == 0 && value[5])
		*place = LOG_PLACE_FILE;
	else
		return false;
	if (*place == LOG_PLACE_FILE)
		*path = value + 5;
	return true;
}
