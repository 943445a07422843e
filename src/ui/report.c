#include "config.h"

#include "ui/report.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/escape.h"
#include "base/memory.h"
#include "config/account.h"
#include "config/problems.h"
#include "fetch/event.h"
#include "ui/charset.h"
#include "ui/log_target.h"

enum { MISTAKES_MOST = 100 }; /* whoever names another file, such as an mbox, does not want to read about each line */

/* Formats "work: login: CAUSE (the server said: WORDS); HINT" in *text. *hint: where the hint starts, or NULL. */
static const char *line_of(struct buf *text, const char *account, enum step step, const struct error *err,
    const char **hint)
{
	const char *line;

	if (account)
		buf_append_format(text, "%s: ", account);
	if (step != STEP_NONE)
		buf_append_format(text, "%s: ", step_name(step));
	buf_append_string(text, err->cause);
	if (err->server[0])
		buf_append_format(text, " (server said: \"%s\")", err->server);
	if (err->hint[0])
		buf_append_format(text, "; %s", err->hint);
	line = buf_string(text);
	*hint = err->hint[0] ? line + text->length - strlen(err->hint) : NULL;
	return line;
}

void report_line(const char *line)
{
	log_target_write_stderr(LOG_ERR, line, NULL);
}

void report_configuration(const struct problems *problems, bool warnings)
{
	int priority = warnings ? LOG_WARNING : LOG_ERR;

	for (size_t i = 0; i < problems->count && i < MISTAKES_MOST; i++) {
		const char *line = problems->lines[i], *hint = strstr(line, "; ");

		log_target_write_stderr(priority, line, hint ? hint + strlen("; ") : NULL);
		if (problems->sources[i])
			fprintf(stderr, "    %s\n", problems->sources[i]);
	}
	if (problems->count > MISTAKES_MOST) {
		char *rest =
		    memory_format("%zu more are not shown; correct these first", problems->count - MISTAKES_MOST);

		log_target_write_stderr(priority, rest, strchr(rest, ';') + strlen("; "));
		free(rest);
	}
}

void report_error(const char *account, enum step step, const struct error *err)
{
	struct buf text = {0};
	const char *hint, *line = line_of(&text, account, step, err, &hint);

	log_target_write_stderr(LOG_ERR, line, hint);
	buf_free(&text);
}

void report_problem(const struct report *r, const char *account, enum step step, const struct error *err, bool silent)
{
	struct buf text = {0};
	int priority = err->temporary ? LOG_WARNING : LOG_ERR;
	const char *hint, *line = line_of(&text, account, step, err, &hint);

	if (silent)
		(void)log_target_keep(r->target, LOG_WARNING, line);
	else
		log_target_write(r->target, priority, line, hint);
	buf_free(&text);
}

void report_log(const struct report *r, const char *account, enum log_level level, const char *text)
{
	static const int priorities[] = {LOG_NOTICE, LOG_NOTICE, LOG_INFO, LOG_DEBUG};
	struct buf line = {0};

	if (level > r->level)
		return;
	buf_append_format(&line, "%s: %s", account, text);
	log_target_write(r->target, priorities[level], buf_string(&line), NULL);
	buf_free(&line);
}

void report_size(uint64_t octets, char out[REPORT_SIZE_TEXT])
{
	static const char *const units[] = {"kB", "MB", "GB", "TB"};
	uint64_t tenth = 100, tenths;
	size_t unit = 0;

	if (octets < 1000) {
		snprintf(out, REPORT_SIZE_TEXT, "%" PRIu64 " B", octets);
		return;
	}
	/* These are integers: a double has another value in memory than in a register of an old processor. */
	while ((tenths = octets / tenth + (octets % tenth >= tenth / 2)) >= 10000 && unit < 3) {
		tenth *= 1000;
		unit++;
	}
	snprintf(out, REPORT_SIZE_TEXT, "%" PRIu64 ".%" PRIu64 " %s", tenths / 10, tenths % 10, units[unit]);
}

void report_path(const char *path, char *out, size_t size)
{
	const char *home = getenv("HOME");
	size_t length = home ? strlen(home) : 0;
	char *place;

	while (length > 0 && home[length - 1] == '/')
		length--;
	if (length > 0 && strncmp(path, home, length) == 0 && (path[length] == '/' || !path[length]))
		place = memory_format("~%s", path + length);
	else
		place = memory_copy_string(path);
	escape_text(out, size, place, strlen(place));
	free(place);
}

/* Logs what a run did for an account. A run that did nothing is not logged. */
static void log_summary(const struct report *r, const struct outcome *o, const char *line)
{
	if (r->level >= LOG_NORMAL && (o->fetched > 0 || o->deleted > 0))
		(void)log_target_keep(r->target, LOG_INFO, line);
}

void report_outcome(const struct report *r, const struct account *a, const struct outcome *o)
{
	struct buf line = {0};
	char size[REPORT_SIZE_TEXT], place[1024];

	/* An account that was not started because of an interruption is not worth a message. */
	if (!o->ok && (o->err.kind != ERROR_INTERRUPTED || o->step != STEP_START || r->level >= LOG_VERBOSE))
		report_problem(r, a->name, o->step, &o->err, o->silent);
	report_size(o->fetched_octets, size);
	buf_append_format(&line, "%s: %" PRIu64 " new (%s)", a->name, o->fetched, size);
	if (o->fetched > 0) {
		report_path(a->delivery.to.path ? a->delivery.to.path : a->delivery.command[0], place, sizeof(place));
		buf_append_format(&line, " %s %s", charset_is_utf8() ? "\xe2\x86\x92" : "->", place);
	}
	buf_append_format(&line, ", %" PRIu64 " deleted, %" PRIu64 " left on server, %.1f s", o->deleted, o->left,
	    (double)o->milliseconds / 1000);
	log_summary(r, o, buf_string(&line));
	if (r->summaries && (o->ok || o->fetched > 0 || o->deleted > 0))
		printf("%s\n", buf_string(&line));
	buf_free(&line);
}

void report_interrupted(void)
{
	report_line(isatty(STDERR_FILENO) ? "interrupted; finishing the current work (interrupt again to quit now)"
					  : "interrupted; finishing the current work");
}
