#include "config.h"

#include "deliver/mbox_match.h"

#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "deliver/archive.h"
#include "deliver/destination.h"
#include "deliver/mbox_file.h"
#include "deliver/mbox_intent.h"
#include "deliver/mbox_read.h"

struct match {
	const struct mbox_file *file;
	const struct mbox_intent *intent;
	uint64_t from, to;
	const struct destination_matcher *matcher;
	bool *found;
};

/*
 * Returns whether a message begins with an extent's From_ line. The line contains the second of the delivery, so an
 * older copy, or another account's, does not match. Readers leave the line unchanged.
 */
static bool has_from_line(const struct mbox_file *f, uint64_t offset, const struct mbox_extent *e)
{
	const char *end = memchr(e->head, '\n', e->head_length);
	size_t length = end ? (size_t)(end - e->head) + 1 : e->head_length;
	char line[MBOX_HEAD_MOST];

	return length > 0 && pread(f->fd, line, length, (off_t)offset) == (ssize_t)length &&
	    memcmp(line, e->head, length) == 0;
}

static void take_octets(void *context, const char *bytes, size_t length)
{
	const struct match *m = context;

	m->matcher->octets(m->matcher->context, bytes, length);
}

static void take_message(void *context, const struct archive_message *message)
{
	const struct match *m = context;
	bool unclaimed = message->offset < m->from || message->offset >= m->to;

	m->matcher->message(m->matcher->context);
	for (size_t i = 0; i < m->intent->count && unclaimed; i++) {
		if (m->found[i] || !m->matcher->same(m->matcher->context, i) ||
		    !has_from_line(m->file, message->offset, &m->intent->extents[i]))
			continue;
		m->found[i] = true;
		unclaimed = false;
	}
}

bool mbox_match(const struct mbox_file *f, const struct mbox_intent *intent, uint64_t from, uint64_t to,
    const struct destination_matcher *matcher, bool *found, struct error *err)
{
	struct match m = {f, intent, from, to, matcher, found};
	struct archive_reader reader = {.context = &m, .octets = take_octets, .message = take_message};

	return mbox_read_file(f->fd, f->path, &reader, err);
}
