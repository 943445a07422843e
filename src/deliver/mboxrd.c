#include "config.h"

#include "deliver/mboxrd.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static const char from[] = "From ";

static void add_line_end(const struct mboxrd *m, struct buf *out)
{
	buf_append_string(out, m->crlf ? "\r\n" : "\n");
}

void mboxrd_start(struct mboxrd *m, bool crlf, const char *sender, int64_t now, struct buf *out)
{
	time_t seconds = (time_t)now;
	char date[32] = "Thu Jan  1 00:00:00 1970";
	struct tm parts;

	*m = (struct mboxrd){.line_start = true, .crlf = crlf};
	/* The date is in UTC and in the words of the C locale, as asctime(3) writes it. */
	if (gmtime_r(&seconds, &parts) && asctime_r(&parts, date))
		date[strcspn(date, "\n")] = '\0';
	buf_append_format(out, "From %s %s", sender, date);
	add_line_end(m, out);
}

/* Outputs what was held back of "From ", because the line is decided. */
static void release(struct mboxrd *m, struct buf *out)
{
	buf_append(out, from, m->from_length);
	m->from_length = 0;
	m->line_start = false;
}

/*
 * Examines a byte near a line's start. Returns false once the line is decided and the byte is from its rest. The
 * additional '>' may be anywhere among the others, so each '>' is output at once.
 */
static bool take_at_line_start(struct mboxrd *m, char c, struct buf *out)
{
	if (c == '>' && m->from_length == 0) {
		buf_append(out, ">", 1);
		return true;
	}
	if (c != from[m->from_length]) {
		release(m, out);
		return false;
	}
	if (++m->from_length == sizeof(from) - 1) {
		buf_append(out, ">", 1);
		release(m, out);
	}
	return true;
}

void mboxrd_add(struct mboxrd *m, const char *bytes, size_t length, struct buf *out)
{
	if (length > 0)
		m->unended = bytes[length - 1] != '\n';
	while (length > 0) {
		const char *lf;
		size_t line;

		if (m->line_start && take_at_line_start(m, *bytes, out)) {
			bytes++;
			length--;
			continue;
		}
		lf = memchr(bytes, '\n', length);
		line = lf ? (size_t)(lf - bytes) + 1 : length;
		buf_append(out, bytes, line);
		m->line_start = lf != NULL;
		bytes += line;
		length -= line;
	}
}

void mboxrd_end(struct mboxrd *m, struct buf *out)
{
	release(m, out);
	if (m->unended)
		add_line_end(m, out);
	add_line_end(m, out);
}
