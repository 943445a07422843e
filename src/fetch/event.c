#include "config.h"

#include "fetch/event.h"

#include <string.h>

#include "base/escape.h"

void event_add_text(struct listed *m, const char *text, size_t most)
{
	size_t length = strnlen(text, most), room = sizeof(m->texts) - m->length - 1;

	if (length > room)
		length = room;
	memcpy(m->texts + m->length, text, length);
	m->length += length;
	m->texts[m->length++] = '\0';
}

const char *event_text(const struct listed *m, enum listed_text which)
{
	const char *text = m->texts;

	for (unsigned i = 0; i < which; i++)
		text += strlen(text) + 1;
	return text;
}

/* The types of fields, with their form in an encoded event. */
enum field_type {
	FIELD_TEXT,   /* char[]: its bytes and a NUL */
	FIELD_FLAG,   /* bool: one byte, 0 or 1 */
	FIELD_CHOICE, /* an enum: one byte */
	FIELD_SHORT,  /* uint32_t or int, not negative: 8 bytes */
	FIELD_COUNT,  /* uint64_t, at most INT64_MAX: 8 bytes */
	FIELD_SIGNED, /* int64_t of any value: 8 bytes */
	FIELD_TIME,   /* int64_t within EVENT_SECONDS_MOST: 8 bytes */
	FIELD_TEXTS,  /* the texts of a struct listed, to the end of the event */
};

struct field {
	enum field_type type;
	size_t at;	     /* offset in struct event */
	size_t size;	     /* of a text, with its NUL */
	int64_t least, most; /* of a choice or a number */
};

#define AT(member) offsetof(struct event, member)
#define TEXT(member)                                                                                                   \
	{                                                                                                              \
		FIELD_TEXT, AT(member), sizeof(((struct event *)NULL)->member), 0, 0                                   \
	}
#define FLAG(member)                                                                                                   \
	{                                                                                                              \
		FIELD_FLAG, AT(member), 0, 0, 1                                                                        \
	}
#define CHOICE(member, least, most)                                                                                    \
	{                                                                                                              \
		FIELD_CHOICE, AT(member), 0, least, most                                                               \
	}
#define SHORT(member, most)                                                                                            \
	{                                                                                                              \
		FIELD_SHORT, AT(member), 0, 0, most                                                                    \
	}
#define COUNT(member)                                                                                                  \
	{                                                                                                              \
		FIELD_COUNT, AT(member), 0, 0, INT64_MAX                                                               \
	}
#define SIGNED(member)                                                                                                 \
	{                                                                                                              \
		FIELD_SIGNED, AT(member), 0, INT64_MIN, INT64_MAX                                                      \
	}
#define TIME(member, least)                                                                                            \
	{                                                                                                              \
		FIELD_TIME, AT(member), 0, least, EVENT_SECONDS_MOST                                                   \
	}
#define ERROR_FIELDS(member, least)                                                                                    \
	CHOICE(member.kind, least, ERROR_INTERNAL), FLAG(member.temporary), SHORT(member.saved_errno, ERRNO_MOST),     \
	    TEXT(member.cause), TEXT(member.server), TEXT(member.hint)

static const struct field log_fields[] = {TEXT(u.text)};
static const struct field problem_fields[] = {
    FLAG(u.problem.silent),
    CHOICE(u.problem.step, STEP_NONE, STEP_REBUILD),
    ERROR_FIELDS(u.problem.err, ERROR_NONE + 1),
};
static const struct field fact_fields[] = {TEXT(u.fact.name), SIGNED(u.fact.number), TEXT(u.fact.text)};
static const struct field progress_fields[] = {
    COUNT(u.advance.messages),
    COUNT(u.advance.messages_all),
    COUNT(u.advance.octets),
    COUNT(u.advance.octets_all),
};
static const struct field listed_fields[] = {
    SHORT(u.listed.number, UINT32_MAX),
    COUNT(u.listed.octets),
    FLAG(u.listed.known),
    TIME(u.listed.delivered, -EVENT_SECONDS_MOST),
    TIME(u.listed.now, -EVENT_SECONDS_MOST),
    TIME(u.listed.due, -1),
    CHOICE(u.listed.action, RETENTION_FETCH, RETENTION_DELETE),
    FLAG(u.listed.has_header),
    {FIELD_TEXTS, AT(u.listed.texts), 0, 0, 0},
};
static const struct field done_fields[] = {
    FLAG(u.outcome.ok),
    FLAG(u.outcome.silent),
    FLAG(u.outcome.resumed),
    ERROR_FIELDS(u.outcome.err, ERROR_NONE),
    CHOICE(u.outcome.step, STEP_NONE, STEP_REBUILD),
    COUNT(u.outcome.left),
    COUNT(u.outcome.fetched),
    COUNT(u.outcome.fetched_octets),
    COUNT(u.outcome.deleted),
    TIME(u.outcome.milliseconds, 0),
};

#define FIELDS(array)                                                                                                  \
	{                                                                                                              \
		array, sizeof(array) / sizeof(array[0])                                                                \
	}

static const struct {
	const struct field *fields;
	size_t count;
} kinds[] = {
    [EVENT_LOG] = FIELDS(log_fields),
    [EVENT_LISTED] = FIELDS(listed_fields),
    [EVENT_PROBLEM] = FIELDS(problem_fields),
    [EVENT_FACT] = FIELDS(fact_fields),
    [EVENT_PROGRESS] = FIELDS(progress_fields),
    [EVENT_DONE] = FIELDS(done_fields),
};

/* Each event begins with these. */
static const struct field head[] = {
    CHOICE(kind, EVENT_LOG, EVENT_DONE),
    CHOICE(level, LOG_QUIET, LOG_WIRE),
};
enum { HEAD = sizeof(head) / sizeof(head[0]) };

_Static_assert(sizeof(enum event_kind) == sizeof(unsigned) && sizeof(enum error_kind) == sizeof(unsigned) &&
	sizeof(enum step) == sizeof(unsigned) && sizeof(enum retention_action) == sizeof(unsigned) &&
	sizeof(enum log_level) == sizeof(unsigned) && sizeof(int) == sizeof(uint32_t),
    "fields of choices and short numbers have the size of an unsigned");
_Static_assert(sizeof(struct event) + 64 <= EVENT_OCTETS_MOST, "an encoded event is hardly longer than a struct event");

/* An encoded event while it is written or read. */
struct code {
	char *out;
	const char *in;
	size_t left;
};

static void put(struct code *c, const void *bytes, size_t length)
{
	memcpy(c->out, bytes, length);
	c->out += length;
}

static void put_octet(struct code *c, unsigned value)
{
	const unsigned char octet = (unsigned char)value;

	put(c, &octet, 1);
}

static int64_t number_at(const void *at, enum field_type type)
{
	const uint64_t *count = at;

	if (type == FIELD_SHORT)
		return *(const uint32_t *)at;
	if (type == FIELD_COUNT)
		return *count < INT64_MAX ? (int64_t)*count : INT64_MAX;
	return *(const int64_t *)at;
}

static void put_field(struct code *c, const struct event *event, const struct field *f)
{
	const void *at = (const char *)event + f->at;
	int64_t number;

	switch (f->type) {
	case FIELD_TEXT:
		put(c, at, strnlen(at, f->size - 1));
		put_octet(c, '\0');
		break;
	case FIELD_FLAG:
		put_octet(c, *(const bool *)at);
		break;
	case FIELD_CHOICE:
		put_octet(c, *(const unsigned *)at);
		break;
	case FIELD_TEXTS:
		put(c, at, event->u.listed.length);
		break;
	default:
		number = number_at(at, f->type);
		number = number > f->most ? f->most : number < f->least ? f->least : number;
		put(c, &number, sizeof(number));
		break;
	}
}

size_t event_encode(const struct event *event, char out[EVENT_OCTETS_MOST])
{
	struct code c = {.out = out};

	for (size_t i = 0; i < HEAD; i++)
		put_field(&c, event, &head[i]);
	for (size_t i = 0; i < kinds[event->kind].count; i++)
		put_field(&c, event, &kinds[event->kind].fields[i]);
	return (size_t)(c.out - out);
}

static bool take(struct code *c, void *bytes, size_t length)
{
	if (c->left < length)
		return false;
	memcpy(bytes, c->in, length);
	c->in += length;
	c->left -= length;
	return true;
}

static bool take_text(struct code *c, char *out, size_t size)
{
	const char *end = memchr(c->in, '\0', c->left);
	size_t length = end ? (size_t)(end - c->in) : 0;

	if (!end || length >= size)
		return false;
	escape_text(out, size, c->in, length);
	c->in += length + 1;
	c->left -= length + 1;
	return true;
}

/* Takes the rest of the event. The number of texts depends on whether there is a header. */
static bool take_texts(struct code *c, struct listed *m)
{
	unsigned count = 0, wanted = m->has_header ? LISTED_TEXTS : LISTED_DATE;

	if (c->left == 0 || c->left > sizeof(m->texts) || c->in[c->left - 1] != '\0')
		return false;
	m->length = c->left;
	(void)take(c, m->texts, m->length);
	for (size_t i = 0; i < m->length; i++)
		count += m->texts[i] == '\0';
	return count == wanted;
}

static bool take_octet(struct code *c, const struct field *f, unsigned *value)
{
	unsigned char octet;

	if (!take(c, &octet, 1) || octet < f->least || octet > f->most)
		return false;
	*value = octet;
	return true;
}

static bool take_number(struct code *c, const struct field *f, void *at)
{
	int64_t number;

	if (!take(c, &number, sizeof(number)) || number < f->least || number > f->most)
		return false;
	if (f->type == FIELD_SHORT)
		*(uint32_t *)at = (uint32_t)number;
	else if (f->type == FIELD_COUNT)
		*(uint64_t *)at = (uint64_t)number;
	else
		*(int64_t *)at = number;
	return true;
}

static bool take_field(struct code *c, struct event *event, const struct field *f)
{
	void *at = (char *)event + f->at;
	unsigned value;

	switch (f->type) {
	case FIELD_TEXT:
		return take_text(c, at, f->size);
	case FIELD_TEXTS:
		return take_texts(c, &event->u.listed);
	case FIELD_FLAG:
		if (!take_octet(c, f, &value))
			return false;
		*(bool *)at = value == 1;
		return true;
	case FIELD_CHOICE:
		return take_octet(c, f, at);
	default:
		return take_number(c, f, at);
	}
}

/* Checks what no field shows by itself. */
static bool fits(const struct event *event)
{
	const char *name = event->u.fact.name;

	if (event->kind == EVENT_FACT)
		return *name && strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_.") == strlen(name);
	return event->kind != EVENT_DONE || event->u.outcome.ok || event->u.outcome.err.kind != ERROR_NONE;
}

bool event_decode(struct event *event, const char *bytes, size_t length)
{
	struct code c = {.in = bytes, .left = length};

	*event = (struct event){0};
	for (size_t i = 0; i < HEAD; i++) {
		if (!take_field(&c, event, &head[i]))
			return false;
	}
	for (size_t i = 0; i < kinds[event->kind].count; i++) {
		if (!take_field(&c, event, &kinds[event->kind].fields[i]))
			return false;
	}
	return c.left == 0 && fits(event);
}
