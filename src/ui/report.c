#include "config.h"

#include "ui/report.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/error.h"
#include "fetch/event.h"

void report_error(const char *account, const char *step, const struct error *err)
{
	fputs("mailhaul: ", stderr);
	if (account)
		fprintf(stderr, "%s: ", account);
	if (step)
		fprintf(stderr, "%s: ", step);
	fputs(err->cause, stderr);
	if (err->server[0])
		fprintf(stderr, " (the server said: %s)", err->server);
	if (err->mend[0])
		fprintf(stderr, "; %s", err->mend);
	fputc('\n', stderr);
}

void report_log(const struct report *r, const char *account, enum log_level level, const char *text)
{
	if (level <= r->level)
		fprintf(stderr, "mailhaul: %s: %s\n", account, text);
}

void report_say(const char *account, const char *text)
{
	printf("%s: %s\n", account, text);
}

/* "812 B", "4.1 kB", "3.2 MB", "1.9 GB". */
static void size_text(uint64_t octets, char *out, size_t size)
{
	static const char *const units[] = {"kB", "MB", "GB", "TB"};
	double value = (double)octets / 1000;
	size_t unit = 0;

	if (octets < 1000) {
		snprintf(out, size, "%" PRIu64 " B", octets);
		return;
	}
	while (value >= 999.95 && unit < 3) {
		value /= 1000;
		unit++;
	}
	snprintf(out, size, "%.1f %s", value, units[unit]);
}

void report_outcome(const struct report *r, const char *account, const struct outcome *o)
{
	char size[32];

	if (!o->ok)
		report_error(account, o->step, &o->err);
	if (!r->summaries || (!o->ok && o->fetched == 0 && o->deleted == 0))
		return;
	size_text(o->fetched_octets, size, sizeof(size));
	printf("%s: %" PRIu64 " new (%s), %" PRIu64 " deleted, %" PRIu64 " left on the server, %.1f s\n", account, o->fetched,
	    size, o->deleted, o->left, (double)o->milliseconds / 1000);
}
