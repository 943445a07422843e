#include "config.h"

#include "pop3/maildrop.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/parse.h"

enum { MESSAGE_COST = sizeof(struct maildrop_message) + MAILDROP_BESIDE };

_Static_assert(MAILDROP_UID_MOST <= UINT16_MAX && MAILDROP_MEMORY < INT32_MAX, "UIDs must fit into maildrop_message");

/* Fields are separated by a blank (RFC 1939, 5. and 7.). Some servers send several blanks or TABs. */
static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static size_t skip_blanks(const char *text, size_t length)
{
	size_t at = 0;

	while (at < length && is_blank(text[at]))
		at++;
	return at;
}

/* Returns the number of octets before the first blank. */
static size_t word_length(const char *text, size_t length)
{
	size_t at = 0;

	while (at < length && !is_blank(text[at]))
		at++;
	return at;
}

/* Splits "number rest" and reads the number. The rest may be empty. */
static bool read_number(const char *line, size_t length, const char *command, uint32_t *number, const char **rest,
    size_t *rest_length, struct error *err)
{
	size_t start = skip_blanks(line, length), digits = word_length(line + start, length - start);
	uint64_t value;

	if (!parse_number(line + start, digits, INT32_MAX, &value) || value == 0) {
		error_set(err, ERROR_PROTOCOL, "the server's %s reply has a line without a message number", command);
		return error_server(err, line, length);
	}
	*number = (uint32_t)value;
	start += digits;
	start += skip_blanks(line + start, length - start);
	*rest = line + start;
	*rest_length = length - start;
	return true;
}

static bool has_room(const struct maildrop *m, size_t more, struct error *err)
{
	if (m->count * MESSAGE_COST + m->uids.length + more <= MAILDROP_MEMORY)
		return true;
	error_set(err, ERROR_PROTOCOL, "the server's listing needs more than %d MiB of memory after %zu messages",
	    MAILDROP_MEMORY / (1024 * 1024), m->count);
	return error_hint(err, "move some messages away on the server, for instance with webmail");
}

static bool fail_twice(const char *command, uint32_t number, struct error *err)
{
	return error_set(err, ERROR_PROTOCOL, "the server's %s reply lists message %" PRIu32 " twice", command, number);
}

/*
 * Appends a message. A number that is repeated at once fails here, so that it cannot use up memory. Other repeated
 * numbers fail at the end of the listing.
 */
static struct maildrop_message *append(struct maildrop *m, uint32_t number, const char *command, struct error *err)
{
	if (!has_room(m, MESSAGE_COST, err))
		return NULL;
	if (m->count > m->sorted && m->messages[m->count - 1].number == number) {
		fail_twice(command, number, err);
		return NULL;
	}
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

/* Finds a number in the other listing. Servers list in order, so the next index nearly always matches. */
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
	return error_set(err, ERROR_PROTOCOL,
	    "the server's UIDL reply lists message %" PRIu32 ", which its LIST reply does not", number);
}

static void note_size_line(struct maildrop *m, uint32_t number)
{
	m->size_repeated = number == m->size_last;
	m->size_last = number;
	m->size_lowest = m->size_lowest == 0 || number < m->size_lowest ? number : m->size_lowest;
	m->size_highest = number > m->size_highest ? number : m->size_highest;
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
	/* Further words after the size are allowed (RFC 1939, 5., LIST). */
	if (!parse_number(rest, word_length(rest, rest_length), INT64_MAX, &octets)) {
		error_set(err, ERROR_PROTOCOL, "the server's LIST reply has a line without a size");
		return error_server(err, line, length);
	}
	message = find(m, number);
	if (!message && !(message = append(m, number, "LIST", err)))
		return false;
	if (message->octets != MAILDROP_UNSIZED)
		return fail_twice("LIST", number, err);
	message->octets = octets;
	note_size_line(m, number);
	return true;
}

bool maildrop_is_refusal(const char *line, size_t length)
{
	static const char sign[] = "-ERR";

	return length >= sizeof(sign) - 1 && memcmp(line, sign, sizeof(sign) - 1) == 0;
}

static void add_fault(struct maildrop *m, const struct error *err)
{
	m->faults = memory_resize(m->faults, m->fault_count + 1, sizeof(*m->faults));
	m->faults[m->fault_count++] = *err;
}

bool maildrop_leave_out(struct maildrop *m, const char *line, size_t length, struct error *err)
{
	struct maildrop_message *message;
	struct error ignored;
	const char *rest;
	size_t rest_length;
	uint32_t number;

	if (m->fault_count == MAILDROP_FAULTS_MOST)
		return false;
	if (maildrop_is_refusal(line, length)) {
		m->faulty_lines++;
		error_hint(err, "the message in question stays on the server; the next run tries again");
		add_fault(m, err);
		return true;
	}
	if (!read_number(line, length, "LIST", &number, &rest, &rest_length, &ignored))
		return false;
	message = find(m, number);
	if (!message && m->count > m->sorted && m->messages[m->count - 1].number == number)
		message = &m->messages[m->count - 1];
	/* A number that is repeated later, or at the start, may mean that more than one line is wrong. */
	if (message && (message->left_out || message->octets != MAILDROP_UNSIZED) &&
	    (number != m->size_last || number == m->size_lowest))
		return false;
	if (!message && !(message = append(m, number, "LIST", &ignored)))
		return false;
	message->left_out = true;
	message->octets = MAILDROP_UNSIZED;
	note_size_line(m, number);
	error_hint(err, "message %" PRIu32 " stays on the server; the next run tries again", number);
	add_fault(m, err);
	return true;
}

void maildrop_leave_out_unlisted(struct maildrop *m)
{
	struct error err;

	for (size_t i = 0; i < m->sorted; i++) {
		struct maildrop_message *message = &m->messages[i];

		/* If messages are missing at the start, all numbers may have changed. */
		if (message->octets != MAILDROP_UNSIZED || message->left_out || message->number < m->size_lowest ||
		    message->number > m->size_highest)
			continue;
		if (m->faulty_lines == 0 && m->fault_count == MAILDROP_FAULTS_MOST)
			return;
		message->left_out = true;
		if (m->faulty_lines > 0) {
			m->faulty_lines--;
			continue;
		}
		(void)fail_unlisted(message->number, &err);
		error_hint(&err, "it stays on the server; the next run tries again");
		err.temporary = true;
		add_fault(m, &err);
	}
}

void maildrop_drop_left_out(struct maildrop *m)
{
	size_t kept = 0;

	for (size_t i = 0; i < m->count && m->fault_count > 0; i++) {
		if (!m->messages[i].left_out)
			m->messages[kept++] = m->messages[i];
	}
	if (m->fault_count > 0)
		m->count = m->sorted = kept;
}

/* Sorts the messages of a finished listing and finds repeated numbers. */
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
	size_t sized;

	/* The last line repeats a number. No line after it shows whether other messages are affected. */
	if (m->size_repeated)
		return fail_twice("LIST", m->size_last, err);
	if (!end_listing(m, "LIST", err))
		return false;
	for (sized = m->count;
	     sized > 0 && m->messages[sized - 1].octets == MAILDROP_UNSIZED && !m->messages[sized - 1].left_out;)
		sized--;
	/* An empty LIST after a UIDL with messages removes none of them. */
	m->count = m->sorted = sized > 0 ? sized : m->count;
	for (size_t i = 0; i < m->count; i++) {
		if (m->messages[i].octets == MAILDROP_UNSIZED && !m->messages[i].left_out)
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
	if (!message && m->sized && m->count > 0 && number > m->messages[m->count - 1].number)
		return true;
	if (!message && m->sized)
		return fail_unlisted(number, err);
	if (!message && !(message = append(m, number, "UIDL", err)))
		return false;
	m->uid_highest = number > m->uid_highest ? number : m->uid_highest;
	/* More lines than messages mean a repeated number, even if none of the UIDs was usable. */
	if (message->uid_length > 0 || ++m->uid_lines > m->count)
		return fail_twice("UIDL", number, err);
	/* A text with a NUL, or one that is too long to store, counts as no UID. */
	if (uid_length > MAILDROP_UID_MOST || memchr(uid, '\0', uid_length))
		return true;
	if (!has_room(m, uid_length + 1, err))
		return false;
	message->uid_offset = (uint32_t)m->uids.length;
	message->uid_length = (uint16_t)uid_length;
	buf_append(&m->uids, uid, uid_length);
	buf_append(&m->uids, "", 1);
	return true;
}

bool maildrop_end_uids(struct maildrop *m, struct error *err)
{
	return end_listing(m, "UIDL", err);
}

bool maildrop_has_newer(const struct maildrop *m)
{
	return m->count > 0 && m->messages[m->count - 1].number > m->uid_highest;
}

void maildrop_forget_uids(struct maildrop *m)
{
	for (size_t i = 0; i < m->count; i++)
		m->messages[i].uid_length = 0;
	buf_clear(&m->uids);
	m->uid_lines = 0;
	m->uid_highest = 0;
	m->matched = 0;
}

bool maildrop_read_total(const char *text, size_t length, struct maildrop_total *total)
{
	size_t digits = word_length(text, length), rest = digits + skip_blanks(text + digits, length - digits);

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
	free(m->faults);
	buf_free(&m->uids);
	*m = (struct maildrop){0};
}
