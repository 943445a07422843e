#include "config.h"

#define MAILHAUL_BASE_ERROR_C

#include "base/error.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/escape.h"
#include "base/platform.h"
#include "base/redact.h"

void error_clear(struct error *err)
{
	*err = (struct error){.kind = ERROR_NONE};
}

static void format_into(char *out, size_t size, const char *format, va_list args) __attribute__((format(printf, 3, 0)));

/* Formats and escapes a text. Texts may contain file names or text from a server, so all of them are escaped here. */
static void format_into(char *out, size_t size, const char *format, va_list args)
{
	char raw[1024];

	vsnprintf(raw, sizeof(raw), format, args);
	escape_text(out, size, raw, strlen(raw));
}

/* Returns the hint that suits most failures of a kind. */
static const char *usual_hint(enum error_kind kind)
{
	switch (kind) {
	case ERROR_NETWORK:
	case ERROR_LOCKED:
		return "the next run tries again";
	case ERROR_PROTOCOL:
		return "the next run tries again; if this persists, "
		       "send the output of mailhaul -vv to the server's operator";
	case ERROR_INTERNAL:
		return "no mail is lost, and the next run tries again; if this persists, report a bug in mailhaul";
	default:
		return "";
	}
}

static void start(struct error *err, enum error_kind kind)
{
	error_clear(err);
	err->kind = kind;
	err->temporary = kind == ERROR_NETWORK || kind == ERROR_LOCKED || kind == ERROR_INTERRUPTED;
	snprintf(err->hint, sizeof(err->hint), "%s", usual_hint(kind));
}

/* Removes a final period. A cause may end with text from a server or library, and callers add their own punctuation. */
static void drop_full_stop(char *text)
{
	size_t length = strlen(text);

	if (length > 1 && text[length - 1] == '.' && isalnum((unsigned char)text[length - 2]))
		text[length - 1] = '\0';
}

bool error_set(struct error *err, enum error_kind kind, const char *format, ...)
{
	va_list args;

	start(err, kind);
	va_start(args, format);
	format_into(err->cause, sizeof(err->cause), format, args);
	va_end(args);
	drop_full_stop(err->cause);
	return false;
}

static bool errno_is_temporary(int errno_value)
{
	switch (errno_value) {
	case ENOSPC:
	case EDQUOT:
	case ENOMEM:
	case EMFILE:
	case ENFILE:
	case EINTR:
	case EAGAIN:
	case ETIMEDOUT:
		return true;
	default:
		return false;
	}
}

/* Without descriptors, raising the limit is the only hint that helps, whatever the caller was opening. */
static bool lacks_descriptors(const struct error *err)
{
	return err->saved_errno == EMFILE || err->saved_errno == ENFILE;
}

static void hint_descriptors(struct error *err)
{
	if (err->saved_errno == EMFILE)
		snprintf(err->hint, sizeof(err->hint), "raise the limit on open files, now %zu (ulimit -n)",
		    platform_open_files_most());
	else
		snprintf(err->hint, sizeof(err->hint),
		    "raise the system's limit on open files (sysctl fs.file-max), or stop other programs");
}

bool error_errno(struct error *err, enum error_kind kind, int errno_value, const char *format, ...)
{
	char reason[128];
	size_t length;
	va_list args;

	start(err, kind);
	err->saved_errno = errno_value;
	if (errno_is_temporary(errno_value))
		err->temporary = true;
	/* Reserve room for the reason, however long the text before it is. */
	snprintf(reason, sizeof(reason), ": %s", strerror(errno_value));
	length = strlen(reason);
	va_start(args, format);
	format_into(err->cause, sizeof(err->cause) - length, format, args);
	va_end(args);
	memcpy(err->cause + strlen(err->cause), reason, length + 1);
	if (lacks_descriptors(err))
		hint_descriptors(err);
	return false;
}

bool error_hint(struct error *err, const char *format, ...)
{
	va_list args;

	if (lacks_descriptors(err))
		return false;
	va_start(args, format);
	format_into(err->hint, sizeof(err->hint), format, args);
	va_end(args);
	return false;
}

bool error_server(struct error *err, const char *words, size_t length)
{
	words = redact(words, &length);
	escape_text(err->server, sizeof(err->server), words, length);
	return false;
}
