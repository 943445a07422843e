#include "config.h"

#include "ui/check_report.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/calendar.h"
#include "base/escape.h"
#include "config/account.h"
#include "ui/check_result.h"
#include "ui/color.h"
#include "ui/columns.h"
#include "ui/report.h"

enum {
	NAMES_MOST = 8, /* names of a certificate that are printed */
	LABEL_COLUMNS = 16,
};

struct page {
	const struct check_result *r;
	bool colors;
	size_t columns; /* of the terminal, or 0 */
};

static void label(const char *words)
{
	printf("  %-14s", words);
}

/* Prints the rest of a row, broken between words on a terminal. */
static void rest_of_row(const struct page *p, const char *text)
{
	struct buf wrapped = {0};

	columns_wrap(&wrapped, text, p->columns, LABEL_COLUMNS, LABEL_COLUMNS);
	puts(buf_string(&wrapped));
	buf_free(&wrapped);
}

static void row(const struct page *p, const char *name, const char *format, ...) __attribute__((format(printf, 3, 4)));

static void row(const struct page *p, const char *name, const char *format, ...)
{
	char text[2 * LOG_FACT_SIZE];
	va_list args;

	label(name);
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	rest_of_row(p, text);
}

/* Prints a row with the text of a fact, if there is one. */
static void row_of(const struct page *p, const char *name, const char *fact)
{
	const char *text = check_result_text(p->r, fact);

	if (text)
		row(p, name, "%s", *text ? text : "none");
}

/* Prints a row with the items of a list, at most `most` of them by name. */
static void row_of_list(const struct page *p, const char *name, const char *fact, size_t most)
{
	struct buf text = {0};
	size_t count = 0;

	for (const struct fact *f = NULL; (f = check_result_next(p->r, fact, f)); count++) {
		if (count < most)
			buf_append_format(&text, "%s%s", count > 0 ? ", " : "", f->text);
	}
	if (count > most)
		buf_append_format(&text, " and %zu more", count - most);
	if (count > 0) {
		label(name);
		rest_of_row(p, buf_string(&text));
	}
	buf_free(&text);
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
		row(p, "address", "%s", used);
}

static void show_times(const struct page *p)
{
	static const struct {
		const char *fact, *word;
	} steps[] = {{"times.resolve", "resolve"}, {"times.connect", "connect"}, {"times.tls", "TLS"},
	    {"times.greeting", "greeting"}, {"times.login", "login"}, {"times.listing", "listing"}};
	struct buf text = {0};

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		int64_t time = check_result_number(p->r, steps[i].fact, -1);

		if (time >= 0)
			buf_append_format(&text, "%s%s %" PRId64 " ms", text.length > 0 ? ", " : "", steps[i].word,
			    time);
	}
	if (text.length > 0)
		row(p, "times", "%s", buf_string(&text));
	buf_free(&text);
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

/* Whoever records the session today may be able to decrypt it one day. */
static void show_recording(const struct page *p)
{
	static const struct {
		const char *state, *text;
	} states[] = {
	    {"resists", "safe from quantum computers (key exchange with ML-KEM)"},
	    {"library", "not safe from quantum computers: this GnuTLS lacks ML-KEM"},
	    {"server", "not safe from quantum computers: the server lacks ML-KEM"},
	    {"tls_priority", "not safe from quantum computers: tls_priority has no ML-KEM"},
	    {"server-key", "not safe from anybody who gets the server's key later"},
	};
	const char *state = check_result_text(p->r, "tls.recording");

	for (size_t i = 0; state && i < sizeof(states) / sizeof(states[0]); i++) {
		if (strcmp(states[i].state, state) == 0)
			row(p, "recordings", "%s", states[i].text);
	}
}

static void show_tls(const struct page *p)
{
	const char *version = check_result_text(p->r, "tls.version"), *cipher = check_result_text(p->r, "tls.cipher");
	const char *exchange = check_result_text(p->r, "tls.key_exchange");

	if (!version)
		return;
	row(p, "TLS", "%s%s%s%s%s", version, cipher ? ", " : "", cipher ? cipher : "",
	    exchange ? ", key exchange " : "", exchange ? exchange : "");
	show_recording(p);
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
	bool late = check_result_number(p->r, "certificate.renewal_is_late", 0) != 0;
	enum color color = days < 0 ? COLOR_BAD : late ? COLOR_WARNING : COLOR_GOOD;
	char from[CALENDAR_TEXT], until[CALENDAR_TEXT], left[64];

	calendar_day(check_result_number(p->r, "certificate.not_before", -1), from);
	calendar_day(check_result_number(p->r, "certificate.not_after", -1), until);
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
		row(p, "pin", "tls_pins = {\"%s\"}", pin);
	show_staple(p);
}

static void show_mechanism(const struct page *p)
{
	const char *mechanism = check_result_text(p->r, "login.mechanism");
	const char *binding = check_result_text(p->r, "login.channel_binding");

	if (mechanism && binding && strcmp(binding, "none") != 0)
		row(p, "login", "%s, bound to the connection (%s)", mechanism, binding);
	else if (mechanism)
		row(p, "login", "%s, not bound to the connection", mechanism);
}

static void show_login(const struct page *p)
{
	row_of_list(p, "before TLS", "capabilities.before_tls", SIZE_MAX);
	row_of_list(p, "before login", "capabilities.before_login", SIZE_MAX);
	row_of_list(p, "offered", "login.offered", SIZE_MAX);
	show_mechanism(p);
	row_of_list(p, "after login", "capabilities.after_login", SIZE_MAX);
}

static void show_plan(const struct page *p)
{
	char fetched[REPORT_SIZE_TEXT], deleted[REPORT_SIZE_TEXT];

	if (check_result_number(p->r, "plan.leave", -1) < 0)
		return;
	report_size((uint64_t)check_result_number(p->r, "plan.fetch_bytes", 0), fetched);
	report_size((uint64_t)check_result_number(p->r, "plan.delete_bytes", 0), deleted);
	row(p, "a run would", "fetch %" PRId64 " (%s), delete %" PRId64 " (%s), leave %" PRId64,
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
		row(p, "EXPIRE", "%s%s", expire, strcmp(expire, "never") == 0 ? "" : " days");
	if (pause >= 0)
		row(p, "LOGIN-DELAY", "%" PRId64 " s", pause);
	report_size((uint64_t)check_result_number(p->r, "maildrop.bytes", 0), size);
	if (messages >= 0)
		row(p, "maildrop", "%" PRId64 " message%s, %s", messages, messages == 1 ? "" : "s", size);
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
	const char *place = check_result_text(p->r, "destination.path");
	int64_t run = check_result_number(p->r, "state.last_run", -1);
	char day[CALENDAR_TEXT], path[1024];

	if (!kind || !place)
		return;
	label("destination");
	report_path(place, path, sizeof(path));
	printf("%s:%s, ", kind, path);
	show_ability(p, "destination.writable", "writable", "not writable");
	putchar('\n');
	label("state");
	show_ability(p, "state.readable", "readable, ", "not readable, ");
	show_ability(p, "state.writable", "writable", "not writable");
	calendar_minute(run, day);
	printf(run < 0 ? ", no run yet\n" : ", last run %s\n", day);
}

static void show_warnings(const struct page *p, size_t *count)
{
	for (const struct fact *f = NULL; (f = check_result_next(p->r, "warnings", f)); *count += 1) {
		struct buf wrapped = {0};

		columns_wrap(&wrapped, f->text, p->columns, LABEL_COLUMNS, LABEL_COLUMNS);
		label("warning");
		color_print(p->colors, COLOR_WARNING, buf_string(&wrapped));
		putchar('\n');
		buf_free(&wrapped);
	}
}

/* TLS and certificate in one row; but whoever has to deal with a refused certificate needs all of it. */
static void show_channel(const struct page *p)
{
	int64_t days = check_result_number(p->r, "certificate.days_left", 0);
	const char *version = check_result_text(p->r, "tls.version");

	if (check_result_number(p->r, "tls.verified", 0)) {
		row(p, "TLS", "%s, certificate accepted, %" PRId64 " day%s left", version ? version : "", days,
		    days == 1 ? "" : "s");
		show_recording(p);
		return;
	}
	show_tls(p);
	show_certificate(p);
}

/* The contents of the maildrop and the plan in one row. */
static void show_messages(const struct page *p)
{
	int64_t messages = check_result_number(p->r, "maildrop.messages", -1);
	char size[REPORT_SIZE_TEXT];

	report_size((uint64_t)check_result_number(p->r, "maildrop.bytes", 0), size);
	if (messages >= 0)
		row(p, "maildrop", "%" PRId64 " message%s, %s: fetch %" PRId64 ", delete %" PRId64 ", leave %" PRId64,
		    messages, messages == 1 ? "" : "s", size, check_result_number(p->r, "plan.fetch", 0),
		    check_result_number(p->r, "plan.delete", 0), check_result_number(p->r, "plan.leave", 0));
}

/* Destination and state in one row. */
static void show_places(const struct page *p)
{
	const char *kind = check_result_text(p->r, "destination.kind");
	const char *place = check_result_text(p->r, "destination.path");
	int64_t run = check_result_number(p->r, "state.last_run", -1);
	bool usable = check_result_number(p->r, "state.readable", 0) && check_result_number(p->r, "state.writable", 0);
	char day[CALENDAR_TEXT], path[1024];

	if (!kind || !place)
		return;
	calendar_minute(run, day);
	report_path(place, path, sizeof(path));
	row(p, "destination", "%s:%s, %s, %s%s", kind, path,
	    check_result_number(p->r, "destination.writable", 0) ? "writable" : "not writable",
	    !usable	  ? "state not usable"
		: run < 0 ? "no run yet"
			  : "last run ",
	    usable && run >= 0 ? day : "");
}

static void show_details(const struct page *p)
{
	show_address(p);
	show_times(p);
	show_tls(p);
	show_certificate(p);
	show_login(p);
	show_maildrop(p);
	show_local(p);
}

static void show_summary(const struct page *p)
{
	show_channel(p);
	show_mechanism(p);
	show_messages(p);
	show_places(p);
}

static void show_verdict(const struct page *p, size_t warnings)
{
	printf("%s: ", p->r->account->name);
	if (p->r->problem_count > 0)
		color_print(p->colors, COLOR_BAD, "some checks failed");
	else if (warnings > 0)
		color_print(p->colors, COLOR_WARNING, "all checks passed, with warnings");
	else
		color_print(p->colors, COLOR_GOOD, "all checks passed");
}

void check_report(const struct check_result *r, bool colors, bool full)
{
	const struct page page = {r, colors, columns_of(STDOUT_FILENO)};
	const struct account *a = r->account;
	size_t warnings = 0;
	char user[512];

	escape_text(user, sizeof(user), a->login.user, strlen(a->login.user));
	if (full) {
		printf("%s: %s at %s port %u\n", a->name, user, a->server, a->port);
		show_details(&page);
		show_warnings(&page, &warnings);
		show_verdict(&page, warnings);
		putchar('\n');
	} else {
		show_verdict(&page, check_result_next(r, "warnings", NULL) != NULL);
		printf(" (%s at %s port %u)\n", user, a->server, a->port);
		show_summary(&page);
		show_warnings(&page, &warnings);
	}
	fflush(stdout);
}

void check_report_problems(const struct check_result *r)
{
	for (size_t i = 0; i < r->problem_count; i++)
		report_error(r->account->name, r->problems[i].step, &r->problems[i].err);
}
