#include "config.h"

#include "ui/check_report.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/calendar.h"
#include "base/escape.h"
#include "config/account.h"
#include "fetch/check.h"
#include "ui/check_result.h"
#include "ui/color.h"
#include "ui/report.h"

enum { NAMES_MOST = 8 }; /* number of names of a certificate that are printed */

struct page {
	const struct check_result *r;
	bool colors;
};

static void label(const char *words)
{
	printf("  %-14s", words);
}

static void row(const char *name, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void row(const char *name, const char *format, ...)
{
	va_list args;

	label(name);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
}

/* Prints a row with the text of a fact, if there is one. */
static void row_of(const struct page *p, const char *name, const char *fact)
{
	const char *text = check_result_text(p->r, fact);

	if (text)
		row(name, "%s", *text ? text : "none");
}

/* Prints a row with the items of a list, at most `most` of them by name. */
static void row_of_list(const struct page *p, const char *name, const char *fact, size_t most)
{
	size_t count = 0;

	for (const struct fact *f = NULL; (f = check_result_next(p->r, fact, f)); count++) {
		if (count == 0)
			label(name);
		if (count < most)
			printf("%s%s", count > 0 ? ", " : "", f->text);
	}
	if (count > most)
		printf(" and %zu more", count - most);
	if (count > 0)
		putchar('\n');
}

static void show_address(const struct page *p)
{
	const char *used = check_result_address(p->r), *tried = NULL;

	for (size_t i = 0; i < p->r->fact_count; i++) {
		const struct fact *f = &p->r->facts[i];

		if (strcmp(f->name, "address.tried") == 0)
			tried = f->text;
		if (strcmp(f->name, "address.failure") != 0 || !tried)
			continue;
		label("no answer");
		printf("%s: ", tried);
		color_print(p->colors, used ? COLOR_WARNING : COLOR_BAD, f->text);
		putchar('\n');
	}
	if (used)
		row("address", "%s", used);
}

static void show_times(const struct page *p)
{
	static const struct {
		const char *fact, *word;
	} steps[] = {{"times.resolve", "resolve"}, {"times.connect", "connect"}, {"times.tls", "TLS"},
	    {"times.greeting", "greeting"}, {"times.login", "login"}, {"times.listing", "listing"}};
	const char *between = "";

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		int64_t time = check_result_number(p->r, steps[i].fact, -1);

		if (time < 0)
			continue;
		if (!*between)
			label("times");
		printf("%s%s %" PRId64 " ms", between, steps[i].word, time);
		between = ", ";
	}
	if (*between)
		putchar('\n');
}

static void show_staple(const struct page *p)
{
	const char *state = check_result_text(p->r, "tls.ocsp");

	if (!state)
		return;
	label("OCSP");
	if (strcmp(state, "good") == 0)
		color_print(p->colors, COLOR_GOOD, "stapled, good");
	else if (strcmp(state, "bad") == 0)
		color_print(p->colors, COLOR_BAD, "stapled, not valid");
	else
		fputs(strcmp(state, "none") == 0 ? "none stapled" : "stapled, not checked", stdout);
	putchar('\n');
}

static void show_tls(const struct page *p)
{
	const char *version = check_result_text(p->r, "tls.version"), *cipher = check_result_text(p->r, "tls.cipher");
	const char *exchange = check_result_text(p->r, "tls.key_exchange");

	if (!version)
		return;
	row("TLS", "%s%s%s%s%s", version, cipher ? ", " : "", cipher ? cipher : "", exchange ? ", key exchange " : "",
	    exchange ? exchange : "");
	label("certificate");
	if (check_result_number(p->r, "tls.verified", 0))
		color_print(p->colors, COLOR_GOOD, "accepted");
	else
		color_print(p->colors, COLOR_BAD, "refused");
	putchar('\n');
}

static void show_dates(const struct page *p)
{
	int64_t days = check_result_number(p->r, "certificate.days_left", 0);
	enum color color = days < 0 ? COLOR_BAD : days <= CHECK_DAYS_LEFT ? COLOR_WARNING : COLOR_GOOD;
	char from[CALENDAR_TEXT], until[CALENDAR_TEXT], left[64];

	calendar_day_utc(check_result_number(p->r, "certificate.not_before", -1), from);
	calendar_day_utc(check_result_number(p->r, "certificate.not_after", -1), until);
	snprintf(left, sizeof(left), days < 0 ? "expired" : "%" PRId64 " day%s left", days, days == 1 ? "" : "s");
	label("valid");
	printf("%s to %s, ", from, until);
	color_print(p->colors, color, left);
	putchar('\n');
}

static void show_certificate(const struct page *p)
{
	const char *pin = check_result_text(p->r, "certificate.pin");

	if (!check_result_text(p->r, "certificate.subject"))
		return;
	row_of(p, "subject", "certificate.subject");
	row_of_list(p, "names", "certificate.names", NAMES_MOST);
	row_of(p, "issuer", "certificate.issuer");
	show_dates(p);
	row_of(p, "SHA-256", "certificate.sha256");
	if (pin)
		row("pin", "tls_pins = {\"%s\"}", pin);
	show_staple(p);
}

static void show_login(const struct page *p)
{
	const char *mechanism = check_result_text(p->r, "login.mechanism");
	const char *binding = check_result_text(p->r, "login.channel_binding");

	row_of_list(p, "before TLS", "capabilities.before_tls", SIZE_MAX);
	row_of_list(p, "before login", "capabilities.before_login", SIZE_MAX);
	row_of_list(p, "offered", "login.offered", SIZE_MAX);
	if (mechanism && binding && strcmp(binding, "none") != 0)
		row("login", "%s, bound to the connection (%s)", mechanism, binding);
	else if (mechanism)
		row("login", "%s, not bound to the connection", mechanism);
	row_of_list(p, "after login", "capabilities.after_login", SIZE_MAX);
}

static void show_plan(const struct page *p)
{
	char fetched[REPORT_SIZE_TEXT], deleted[REPORT_SIZE_TEXT];

	if (check_result_number(p->r, "plan.leave", -1) < 0)
		return;
	report_size((uint64_t)check_result_number(p->r, "plan.fetch_bytes", 0), fetched);
	report_size((uint64_t)check_result_number(p->r, "plan.delete_bytes", 0), deleted);
	row("a run would", "fetch %" PRId64 " (%s), delete %" PRId64 " (%s), leave %" PRId64,
	    check_result_number(p->r, "plan.fetch", 0), fetched, check_result_number(p->r, "plan.delete", 0), deleted,
	    check_result_number(p->r, "plan.leave", 0));
}

static void show_maildrop(const struct page *p)
{
	int64_t messages = check_result_number(p->r, "maildrop.messages", -1);
	int64_t pause = check_result_number(p->r, "maildrop.login_delay", -1);
	const char *expire = check_result_text(p->r, "maildrop.expire");
	char size[REPORT_SIZE_TEXT];

	if (expire)
		row("EXPIRE", "%s%s", expire, strcmp(expire, "never") == 0 ? "" : " days");
	if (pause >= 0)
		row("LOGIN-DELAY", "%" PRId64 " s", pause);
	report_size((uint64_t)check_result_number(p->r, "maildrop.bytes", 0), size);
	if (messages >= 0)
		row("maildrop", "%" PRId64 " message%s, %s", messages, messages == 1 ? "" : "s", size);
	show_plan(p);
}

static void show_ability(const struct page *p, const char *fact, const char *able, const char *unable)
{
	bool is_able = check_result_number(p->r, fact, 0) != 0;

	color_print(p->colors, is_able ? COLOR_GOOD : COLOR_BAD, is_able ? able : unable);
}

static void show_local(const struct page *p)
{
	const char *kind = check_result_text(p->r, "destination.kind");
	int64_t run = check_result_number(p->r, "state.last_run", -1);
	char day[CALENDAR_TEXT], path[1024];

	if (!kind)
		return;
	label("destination");
	report_path(check_result_text(p->r, "destination.path"), path, sizeof(path));
	printf("%s:%s, ", kind, path);
	show_ability(p, "destination.writable", "writable", "not writable");
	putchar('\n');
	label("state");
	show_ability(p, "state.readable", "readable, ", "not readable, ");
	show_ability(p, "state.writable", "writable", "not writable");
	calendar_day_utc(run, day);
	printf(run < 0 ? ", no run yet\n" : ", last run %s\n", day);
}

static void show_warnings(const struct page *p, size_t *count)
{
	for (const struct fact *f = NULL; (f = check_result_next(p->r, "warnings", f)); *count += 1) {
		label("warning");
		color_print(p->colors, COLOR_WARNING, f->text);
		putchar('\n');
	}
}

void check_report(const struct check_result *r, bool colors)
{
	const struct page page = {r, colors};
	size_t warnings = 0;
	char user[512];

	escape_text(user, sizeof(user), r->account->login.user, strlen(r->account->login.user));
	printf("%s: %s at %s port %u\n", r->account->name, user, r->account->server, r->account->port);
	show_address(&page);
	show_times(&page);
	show_tls(&page);
	show_certificate(&page);
	show_login(&page);
	show_maildrop(&page);
	show_local(&page);
	show_warnings(&page, &warnings);
	printf("%s: ", r->account->name);
	if (r->problem_count > 0)
		color_print(colors, COLOR_BAD, "some checks failed");
	else if (warnings > 0)
		color_print(colors, COLOR_WARNING, "all checks passed, with warnings");
	else
		color_print(colors, COLOR_GOOD, "all checks passed");
	putchar('\n');
	fflush(stdout);
}

void check_report_problems(const struct check_result *r)
{
	for (size_t i = 0; i < r->problem_count; i++)
		report_error(r->account->name, r->problems[i].step, &r->problems[i].err);
}
