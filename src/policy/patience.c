#include "config.h"

#include "policy/patience.h"

#include <inttypes.h>
#include <stdio.h>

enum { DAY = 86400 };

bool patience_is_over(int64_t patience, int64_t since, int64_t reported, int64_t now)
{
	if (now < since || now < reported)
		return true;
	return now - since >= patience && (reported == 0 || now - reported >= DAY);
}

bool patience_with_other_is_over(int64_t patience, int64_t success, int64_t now)
{
	return patience_is_over(patience > DAY ? patience : DAY, success, 0, now);
}

void patience_words(int64_t seconds, char *out, size_t size)
{
	if (seconds < 120)
		snprintf(out, size, "%" PRId64 " s", seconds);
	else if (seconds < 2 * 3600)
		snprintf(out, size, "%" PRId64 " min", seconds / 60);
	else if (seconds < 2 * DAY)
		snprintf(out, size, "%" PRId64 " h", seconds / 3600);
	else
		snprintf(out, size, "%" PRId64 " days", seconds / DAY);
}
