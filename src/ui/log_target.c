#include "config.h"

#include "ui/log_target.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/error.h"
#include "fs/trust.h"
#include "ui/color.h"
#include "ui/columns.h"

/*
 * Returns whether standard error is the stream that systemd connected to its journal (systemd.exec(5),
 * JOURNAL_STREAM).
 */
static bool stderr_is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	uintmax_t device, inode;
	struct stat st;

	return stream && sscanf(stream, "%ju:%ju", &device, &inode) == 2 && fstat(STDERR_FILENO, &st) == 0 &&
	    (uintmax_t)st.st_dev == device && (uintmax_t)st.st_ino == inode;
}

/* Formats a line for a terminal. */
static void format_for_people(struct buf *out, int priority, const char *line, const char *hint, size_t columns)
{
	static const char name[] = "mailhaul: ", before_hint[] = "  hint: ";
	bool colors = priority <= LOG_WARNING && color_terminal(STDERR_FILENO) && !color_is_refused();
	struct buf cause = {0};

	if (colors)
		buf_append_format(out, "\033[%dm%s\033[0m", priority <= LOG_ERR ? 31 : 33, name);
	else
		buf_append_string(out, name);
	buf_append(&cause, line, hint ? (size_t)(hint - line) - strlen("; ") : strlen(line));
	columns_wrap(out, buf_string(&cause), columns, sizeof(name) - 1, 2);
	buf_free(&cause);
	if (!hint)
		return;
	buf_append_format(out, "\n%s", before_hint);
	columns_wrap(out, hint, columns, sizeof(before_hint) - 1, sizeof(before_hint) - 1);
}

void log_target_write_stderr(int priority, const char *line, const char *hint)
{
	size_t columns = columns_of(STDERR_FILENO);

	if (stderr_is_journal()) {
		fprintf(stderr, "<%d>mailhaul: %s\n", priority, line);
	} else if (columns == 0 || priority > LOG_INFO) {
		fprintf(stderr, "mailhaul: %s\n", line);
	} else {
		struct buf text = {0};

		format_for_people(&text, priority, line, hint, columns);
		fprintf(stderr, "%s\n", buf_string(&text));
		buf_free(&text);
	}
}

static bool explain(const struct log_target *t, struct error *err)
{
	error_errno(err, ERROR_STORAGE, errno, "the log %s cannot be written", t->path);
	return error_hint(err, "check its directory, permissions and disk; until then, its lines go to standard error");
}

static bool open_file(struct log_target *t, struct error *err)
{
	struct error why;

	t->fd = trust_open(t->path, O_WRONLY | O_APPEND | O_CREAT, 0600, &why);
	if (t->fd >= 0)
		return true;
	if (errno != 0)
		return explain(t, err);
	error_set(err, ERROR_STORAGE, "the log %s is not used: %s", t->path, why.cause);
	return error_hint(err, "%s", why.hint);
}

bool log_target_open(struct log_target *t, enum log_place place, const char *path, struct error *err)
{
	*t = (struct log_target){.place = place, .path = path, .fd = -1};
	if (place == LOG_PLACE_SYSLOG) {
		/* syslog(3) would silently drop every line. */
		if (access(_PATH_LOG, W_OK) != 0) {
			error_errno(err, ERROR_STORAGE, errno, "the system log %s cannot be written", _PATH_LOG);
			t->place = LOG_PLACE_STDERR;
			return error_hint(err, "start a syslog service, or set log to stderr or a file");
		}
		openlog("mailhaul", LOG_PID, LOG_MAIL);
	}
	if (place == LOG_PLACE_FILE && !open_file(t, err)) {
		t->place = LOG_PLACE_STDERR;
		return false;
	}
	return true;
}

void log_target_close(struct log_target *t)
{
	if (t->fd >= 0)
		close(t->fd);
	t->fd = -1;
	if (t->place == LOG_PLACE_SYSLOG)
		closelog();
}

/* Reopens the file after log rotation has renamed it. */
static bool follow_rotation(struct log_target *t, struct error *err)
{
	struct stat ours, named;

	if (t->fd >= 0 && fstat(t->fd, &ours) == 0 && stat(t->path, &named) == 0 && ours.st_dev == named.st_dev &&
	    ours.st_ino == named.st_ino)
		return true;
	if (t->fd >= 0)
		close(t->fd);
	return open_file(t, err);
}

/* Formats the current time by RFC 3339: "2026-11-22T11:44:58+01:00". */
static void time_text(char *out, size_t size)
{
	time_t now = time(NULL);
	struct tm tm;
	char zone[8];
	size_t length;

	localtime_r(&now, &tm);
	length = strftime(out, size, "%Y-%m-%dT%H:%M:%S", &tm);
	strftime(zone, sizeof(zone), "%z", &tm);
	snprintf(out + length, size - length, "%.3s:%.2s", zone, zone + 3);
}

/* Writes each line with a single write, so that lines of several runs do not mix. */
static bool write_file(struct log_target *t, int priority, const char *line, struct error *err)
{
	static const char *const words[] = {"emergency", "alert", "critical", "error", "warning", "notice", "info",
	    "debug"};
	struct buf text = {0};
	char when[64];
	bool ok;

	time_text(when, sizeof(when));
	buf_append_format(&text, "%s mailhaul[%ld]: %s: %s\n", when, (long)getpid(), words[priority], line);
	ok = follow_rotation(t, err);
	if (ok) {
		ssize_t n = write(t->fd, text.data, text.length);

		if (n >= 0 && (size_t)n < text.length)
			errno = ENOSPC;
		ok = n == (ssize_t)text.length || explain(t, err);
	}
	buf_free(&text);
	return ok;
}

/* Reports once that the file cannot be written. The caller writes the line to standard error. */
static bool complain(struct log_target *t, const struct error *err)
{
	if (!t->failing) {
		struct buf text = {0};

		const char *line;

		buf_append_format(&text, "%s; %s", err->cause, err->hint);
		line = buf_string(&text);
		log_target_write_stderr(LOG_ERR, line, line + strlen(err->cause) + strlen("; "));
		buf_free(&text);
	}
	t->failing = true;
	return false;
}

bool log_target_is_kept(const struct log_target *t)
{
	return t && t->place != LOG_PLACE_STDERR;
}

bool log_target_keep(struct log_target *t, int priority, const char *line)
{
	struct error err;

	if (!log_target_is_kept(t))
		return false;
	if (t->place == LOG_PLACE_SYSLOG)
		syslog(priority, "%s", line);
	else if (!write_file(t, priority, line, &err))
		return complain(t, &err);
	return true;
}

void log_target_write(struct log_target *t, int priority, const char *line, const char *hint)
{
	if (!log_target_keep(t, priority, line) || isatty(STDERR_FILENO))
		log_target_write_stderr(priority, line, hint);
}
