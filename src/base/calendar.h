#ifndef MAILHAUL_BASE_CALENDAR_H
#define MAILHAUL_BASE_CALENDAR_H

#include <stdint.h>

/* Points in time, in seconds since the epoch, as people write them; "?" for one that no calendar has. */
enum { CALENDAR_TEXT = 32 };

/* "2026-11-22 11:50" and "2026-11-22" in the user's time. */
void calendar_minute(int64_t when, char out[CALENDAR_TEXT]);
void calendar_day(int64_t when, char out[CALENDAR_TEXT]);

/* "2026-11-22", and all of it by RFC 3339, in UTC. */
void calendar_day_utc(int64_t when, char out[CALENDAR_TEXT]);
void calendar_second_utc(int64_t when, char out[CALENDAR_TEXT]);

/* Whole days in so many seconds, rounded down: what ended a second ago has -1. */
int64_t calendar_days(int64_t seconds);

#endif
