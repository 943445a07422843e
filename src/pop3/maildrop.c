#include "config.h"

#include "pop3/maildrop.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/parse.h"

/* Splits "number rest" and reads the number; rest may be empty. */
static bool read_number(const char *line, size_t length, const char *command, uint32_t *number, const char **rest,
    size_t *rest_length, struct error *err)
{
	const char *blank = memchr(line, ' ', length);
	size_t digits = blank ? (size_t)(blank - line) : length;
	uint64_t value;

	if (!parse_number(line, digits, INT32_MAX, &value) || value == 0) {
		error_set(err, ERROR_PROTOCOL, "the server's %s listing has a line without a message number", command);
		return error_server(err, line, length);
	}
	*number = (uint32_t)value;
	*rest = line + digits;
	*rest_length = length - digits;
	while (*rest_length > 0 && **rest == ' ') {
		*rest += 1;
		*rest_length -= 1;
	}
	return true;
}

static bool has_room(const struct maildrop *m, size_t more, struct error *err)
{
	if (m->count * sizeof(*m->messages) + m->uids.length + more <= MAILDROP_MEMORY)
		return true;
	error_set(err, ERROR_PROTOCOL, "the server lists more than there is memory set aside for: %d MiB, after %zu messages",
	    MAILDROP_MEMORY / (1024 * 1024), m->count);
	return error_mend(err, "move some of them away on the server, by webmail for instance");
}

bool maildrop_add_size(struct maildrop *m, const char *line, size_t length, struct error *err)
{
	struct maildrop_message message = {0};
	const char *rest;
	size_t rest_length, digits;

	if (!read_number(line, length, "LIST", &message.number, &rest, &rest_length, err))
		return false;
	/* Further words behind the size are allowed (RFC 1939, 5., LIST). */
	for (digits = 0; digits < rest_length && rest[digits] != ' ';)
		digits++;
	if (!parse_number(rest, digits, INT64_MAX, &message.octets)) {
		error_set(err, ERROR_PROTOCOL, "the server's LIST listing has a line without a size");
		return error_server(err, line, length);
	}
	if (!has_room(m, sizeof(message), err))
		return false;
	if (m->count == m->capacity) {
		m->capacity = m->capacity ? m->capacity * 3 / 2 : 256;
		m->messages = memory_resize(m->messages, m->capacity, sizeof(*m->messages));
	}
	m->messages[m->count++] = message;
	return true;
}

static int by_number(const void *a, const void *b)
{
	const struct maildrop_message *first = a, *second = b;

	return (first->number > second->number) - (first->number < second->number);
}

bool maildrop_finish_sizes(struct maildrop *m, struct error *err)
{
	bool sorted = true;

	for (size_t i = 1; i < m->count && sorted; i++)
		sorted = m->messages[i - 1].number < m->messages[i].number;
	if (sorted)
		return true;
	qsort(m->messages, m->count, sizeof(*m->messages), by_number);
	for (size_t i = 1; i < m->count; i++) {
		if (m->messages[i - 1].number == m->messages[i].number)
			return error_set(err, ERROR_PROTOCOL, "the server lists message %u twice", m->messages[i].number);
	}
	return true;
}

/* Finds a number; servers list in order, so the next place is nearly always right. */
static struct maildrop_message *find(struct maildrop *m, uint32_t number)
{
	struct maildrop_message key = {.number = number}, *found;

	if (m->matched < m->count && m->messages[m->matched].number == number)
		return &m->messages[m->matched++];
	if (m->count == 0)
		return NULL;
	found = bsearch(&key, m->messages, m->count, sizeof(key), by_number);
	if (found)
		m->matched = (size_t)(found - m->messages) + 1;
	return found;
}

bool maildrop_add_uid(struct maildrop *m, const char *line, size_t length, struct error *err)
{
	struct maildrop_message *message;
	uint32_t number;
	const char *uid;
	size_t uid_length;

	if (!read_number(line, length, "UIDL", &number, &uid, &uid_length, err))
		return false;
	message = find(m, number);
	if (!message)
		return error_set(err, ERROR_PROTOCOL, "the server's UIDL names message %u, which LIST does not", number);
	/* More lines than messages: one is repeated, even if none of its UIDs could be used. */
	if (message->uid_length > 0 || ++m->uid_lines > m->count)
		return error_set(err, ERROR_PROTOCOL, "the server's UIDL lists message %u twice", number);
	/* What cannot be a UID counts as none: NUL inside, or too long to be kept. */
	if (uid_length > MAILDROP_UID_MOST || memchr(uid, '\0', uid_length))
		return true;
	if (!has_room(m, uid_length + 1, err))
		return false;
	message->uid_offset = m->uids.length;
	message->uid_length = (uint32_t)uid_length;
	buf_append(&m->uids, uid, uid_length);
	buf_append(&m->uids, "", 1);
	return true;
}

const char *maildrop_uid(const struct maildrop *m, const struct maildrop_message *message)
{
	return message->uid_length > 0 ? m->uids.data + message->uid_offset : "";
}

void maildrop_free(struct maildrop *m)
{
	free(m->messages);
	buf_free(&m->uids);
	*m = (struct maildrop){0};
}
