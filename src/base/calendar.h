#ifndef MAILHAUL_BASE_CALENDAR_H
#define MAILHAUL_BASE_CALENDAR_H

#include <stdint.h>

/*
 * These functions format a point in time, given in seconds since the epoch. They write "?" for a time that the
 * system's calendar cannot represent.
 */
enum { CALENDAR_TEXT = 32 };

/*
 * Write "2026-11-22 11:50 +0100", "2026-11-22 11:50:31 +0100" and "2026-11-22" in local time. All output for people
 * uses them.
 */
void calendar_minute(int64_t when, char out[CALENDAR_TEXT]);
void calendar_second(int64_t when, char out[CALENDAR_TEXT]);
void calendar_day(int64_t when, char out[CALENDAR_TEXT]);

/* Writes a complete RFC 3339 date and time in UTC, for other programs. */
void calendar_second_utc(int64_t when, char out[CALENDAR_TEXT]);

/* Returns the number of whole days in `seconds`, rounded down: -1 for -1 second. */
int64_t calendar_days(int64_t seconds);

#endif
