#include "config.h"

#include "base/calendar.h"

#include <stdbool.h>
#include <stdio.h>
#include <time.h>

enum { DAY = 86400 };

static void settle(bool written, char out[CALENDAR_TEXT])
{
	if (!written)
		snprintf(out, CALENDAR_TEXT, "?");
}

void calendar_minute(int64_t when, char out[CALENDAR_TEXT])
{
	time_t seconds = (time_t)when;
	struct tm tm;

	settle(localtime_r(&seconds, &tm) && strftime(out, CALENDAR_TEXT, "%Y-%m-%d %H:%M %z", &tm) > 0, out);
}

void calendar_second(int64_t when, char out[CALENDAR_TEXT])
{
	time_t seconds = (time_t)when;
	struct tm tm;

	settle(localtime_r(&seconds, &tm) && strftime(out, CALENDAR_TEXT, "%Y-%m-%d %H:%M:%S %z", &tm) > 0, out);
}

void calendar_day(int64_t when, char out[CALENDAR_TEXT])
{
	time_t seconds = (time_t)when;
	struct tm tm;

	settle(localtime_r(&seconds, &tm) && strftime(out, CALENDAR_TEXT, "%Y-%m-%d", &tm) > 0, out);
}

void calendar_second_utc(int64_t when, char out[CALENDAR_TEXT])
{
	time_t seconds = (time_t)when;
	struct tm tm;

	settle(gmtime_r(&seconds, &tm) && strftime(out, CALENDAR_TEXT, "%Y-%m-%dT%H:%M:%SZ", &tm) > 0, out);
}

int64_t calendar_days(int64_t seconds)
{
	return seconds >= 0 ? seconds / DAY : -((DAY - 1 - seconds) / DAY);
}
