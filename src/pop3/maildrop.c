#include "config.h"

#include "pop3/maildrop.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/parse.h"

/* Octets before the first blank. */
static size_t word_length(const char *text, size_t length)
{
	const char *blank = memchr(text, ' ', length);

	return blank ? (size_t)(blank - text) : length;
}

/* Splits "number rest" and reads the number; rest may be empty. */
static bool read_number(const char *line, size_t length, const char *command, uint32_t *number, const char **rest,
    size_t *rest_length, struct error *err)
{
	size_t digits = word_length(line, length);
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

static struct maildrop_message *append(struct maildrop *m, uint32_t number, struct error *err)
{
	if (!has_room(m, sizeof(*m->messages), err))
		return NULL;
	if (m->count == m->capacity) {
		m->capacity = m->capacity ? m->capacity * 3 / 2 : 256;
		m->messages = memory_resize(m->messages, m->capacity, sizeof(*m->messages));
	}
	m->messages[m->count] = (struct maildrop_message){.number = number, .octets = MAILDROP_UNSIZED};
	return &m->messages[m->count++];
}

static int by_number(const void *a, const void *b)
{
	const struct maildrop_message *first = a, *second = b;

	return (first->number > second->number) - (first->number < second->number);
}

/* Finds a number of the other listing; servers list in order, so the next place is nearly always right. */
static struct maildrop_message *find(struct maildrop *m, uint32_t number)
{
	struct maildrop_message key = {.number = number}, *found;

	if (m->matched < m->sorted && m->messages[m->matched].number == number)
		return &m->messages[m->matched++];
	if (m->sorted == 0)
		return NULL;
	found = bsearch(&key, m->messages, m->sorted, sizeof(key), by_number);
	if (found)
		m->matched = (size_t)(found - m->messages) + 1;
	return found;
}

static bool fail_unlisted(uint32_t number, struct error *err)
{
	return error_set(err, ERROR_PROTOCOL, "the server's UIDL names message %" PRIu32 ", which LIST does not", number);
}

static bool fail_twice(const char *command, uint32_t number, struct error *err)
{
	return error_set(err, ERROR_PROTOCOL, "the server's %s lists message %" PRIu32 " twice", command, number);
}

bool maildrop_add_size(struct maildrop *m, const char *line, size_t length, struct error *err)
{
	struct maildrop_message *message;
	uint32_t number;
	uint64_t octets;
	const char *rest;
	size_t rest_length;

	if (!read_number(line, length, "LIST", &number, &rest, &rest_length, err))
		return false;
	/* Further words behind the size are allowed (RFC 1939, 5., LIST). */
	if (!parse_number(rest, word_length(rest, rest_length), INT64_MAX, &octets)) {
		error_set(err, ERROR_PROTOCOL, "the server's LIST listing has a line without a size");
		return error_server(err, line, length);
	}
	message = find(m, number);
	if (!message && !(message = append(m, number, err)))
		return false;
	if (message->octets != MAILDROP_UNSIZED)
		return fail_twice("LIST", number, err);
	message->octets = octets;
	return true;
}

/* Sorts what a listing has given. */
static bool end_listing(struct maildrop *m, const char *command, struct error *err)
{
	bool ascending = true;

	for (size_t i = 1; i < m->count && ascending; i++)
		ascending = m->messages[i - 1].number < m->messages[i].number;
	if (!ascending)
		qsort(m->messages, m->count, sizeof(*m->messages), by_number);
	for (size_t i = 1; i < m->count && !ascending; i++) {
		if (m->messages[i - 1].number == m->messages[i].number)
			return fail_twice(command, m->messages[i].number, err);
	}
	m->sorted = m->count;
	m->matched = 0;
	return true;
}

bool maildrop_end_sizes(struct maildrop *m, struct error *err)
{
	if (!end_listing(m, "LIST", err))
		return false;
	if (m->counted > 0 && m->count > m->counted) {
		error_set(err, ERROR_PROTOCOL, "messages have come to the maildrop since it was opened");
		err->temporary = true;
		return error_mend(err, "the next run tries again");
	}
	for (size_t i = 0; i < m->count; i++) {
		if (m->messages[i].octets == MAILDROP_UNSIZED)
			return fail_unlisted(m->messages[i].number, err);
	}
	m->sized = true;
	return true;
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
	if (!message && m->sized)
		return fail_unlisted(number, err);
	if (!message && !(message = append(m, number, err)))
		return false;
	/* More lines than messages: one is repeated, even if none of its UIDs could be used. */
	if (message->uid_length > 0 || ++m->uid_lines > m->count)
		return fail_twice("UIDL", number, err);
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

bool maildrop_end_uids(struct maildrop *m, struct error *err)
{
	return end_listing(m, "UIDL", err);
}

bool maildrop_read_total(const char *text, size_t length, struct maildrop_total *total)
{
	size_t digits = word_length(text, length), rest = digits < length ? digits + 1 : length;

	return parse_number(text, digits, INT32_MAX, &total->messages) &&
	    parse_number(text + rest, word_length(text + rest, length - rest), INT64_MAX, &total->octets);
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
