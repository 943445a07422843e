#include "config.h"

#include "pop3/asked.h"

#include <string.h>
#include <strings.h>

#include "base/parse.h"

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static size_t without_blanks_at_end(const char *text, size_t length)
{
	while (length > 0 && is_blank(text[length - 1]))
		length--;
	return length;
}

/* Takes the number at the start of a text, and the blanks around it. */
static bool split(const char *text, size_t length, uint64_t *number, const char **rest, size_t *rest_length)
{
	size_t start = 0, end;

	while (start < length && is_blank(text[start]))
		start++;
	for (end = start; end < length && !is_blank(text[end]);)
		end++;
	if (!parse_number(text + start, end - start, INT64_MAX, number))
		return false;
	while (end < length && is_blank(text[end]))
		end++;
	*rest = text + end;
	*rest_length = length - end;
	return true;
}

/* Compares a text with the UID. Blanks at the end are not part of a UID, although a listing may have included them. */
static bool is_uid(const struct asked *a, const char *text, size_t length)
{
	size_t uid_length = without_blanks_at_end(a->uid, strlen(a->uid));

	length = without_blanks_at_end(text, length);
	return uid_length > 0 && length == uid_length && memcmp(text, a->uid, uid_length) == 0;
}

bool asked_fits(const struct asked *a, const char *text, size_t length)
{
	const char *rest;
	size_t rest_length, uid_length = a->uid ? strlen(a->uid) : 0;
	uint64_t number;

	if (!split(text, length, &number, &rest, &rest_length) || number != a->number)
		return false;
	/* Some servers recompute the size, so it may differ from the size in the listing. */
	if (!a->uid)
		return split(rest, rest_length, &number, &rest, &rest_length);
	/* A server may add text after the UID. */
	return is_uid(a, rest, rest_length) ||
	    (rest_length > uid_length && memcmp(rest, a->uid, uid_length) == 0 && is_blank(rest[uid_length]));
}

struct word {
	const char *text;
	size_t length;
};

/* Takes the next word of a text. Returns false at the end of the text. */
static bool next_word(const char **text, size_t *left, struct word *w)
{
	while (*left > 0 && is_blank(**text)) {
		*text += 1;
		*left -= 1;
	}
	*w = (struct word){*text, 0};
	while (*left > 0 && !is_blank(**text)) {
		*text += 1;
		*left -= 1;
		w->length++;
	}
	return w->length > 0;
}

/* Returns the word without the quotes, brackets and punctuation around it. */
static struct word bare(struct word w)
{
	while (w.length > 0 && memchr("<\"'([{#=", *w.text, 8)) {
		w.text++;
		w.length--;
	}
	while (w.length > 0 && memchr(">\"')]},;:.", w.text[w.length - 1], 10))
		w.length--;
	return w;
}

static bool is_number(struct word w, uint64_t *number)
{
	w = bare(w);
	return parse_number(w.text, w.length, INT64_MAX, number);
}

static bool is_same(struct word w, const char *text, size_t length)
{
	return w.length == length && memcmp(w.text, text, length) == 0;
}

/* Returns whether a UID is distinctive: it cannot be a word of another reply by chance. */
static bool is_identifying(const char *uid, size_t length)
{
	size_t digits = 0;

	for (size_t i = 0; i < length; i++)
		digits += uid[i] >= '0' && uid[i] <= '9';
	return digits > 0 && length >= (digits < length ? 6 : 10);
}

/*
 * Returns whether a text names the UID among other words. An exact copy of the UID proves it, with any number or none.
 * After the number of this message, the UID may also be in quotes or brackets, in another case, or without the words
 * that the listing has after it. A UID that is short or has no digit could be in another reply by chance. It must be
 * the last word, and only numbers may precede it.
 */
static bool names_uid(const struct asked *a, const char *text, size_t length)
{
	size_t whole = a->uid ? without_blanks_at_end(a->uid, strlen(a->uid)) : 0, head = 0;
	bool numbered = false, numbers_only = true, identifying;
	uint64_t number;
	struct word w, b;

	while (head < whole && !is_blank(a->uid[head]))
		head++;
	identifying = is_identifying(a->uid, head);
	length = without_blanks_at_end(text, length);
	while (head > 0 && next_word(&text, &length, &w)) {
		b = bare(w);
		if (numbered && b.length == head && strncasecmp(b.text, a->uid, head) == 0 &&
		    (identifying || (head == whole && numbers_only && length == 0)))
			return true;
		/* Without the right number, only an exact copy of the UID counts. */
		if (identifying && head == whole && is_same(w, a->uid, whole))
			return true;
		if (is_number(w, &number) && number == a->number)
			numbered = true;
		else
			numbers_only = false;
	}
	return false;
}

/* Returns whether a text names the message and its size, as in "message 2 has 20 octets". */
static bool names_size(const struct asked *a, const char *text, size_t length)
{
	bool numbered = false;
	uint64_t number;
	struct word w;

	while (next_word(&text, &length, &w)) {
		if (!is_number(w, &number))
			continue;
		if (numbered)
			return number == a->octets;
		if (number != a->number)
			return false;
		numbered = true;
	}
	return false;
}

bool asked_is_answered(const struct asked *a, const char *text, size_t length)
{
	return asked_fits(a, text, length) || (a->uid && is_uid(a, text, length));
}

bool asked_may_be_answered(const struct asked *a, const char *text, size_t length)
{
	uint64_t octets;

	if (a->uid)
		return names_uid(a, text, length);
	return names_size(a, text, length) ||
	    (parse_number(text, without_blanks_at_end(text, length), INT64_MAX, &octets) && octets == a->octets);
}

bool asked_is_about(const char *text, size_t length, const char *uid)
{
	size_t whole = strlen(uid);
	uint64_t number;
	struct word w;

	while (next_word(&text, &length, &w)) {
		/* A number may be a message number, unless it is the last word. */
		if (length > 0 && is_number(w, &number))
			continue;
		if (is_same(w, uid, whole) || is_same(bare(w), uid, whole))
			return true;
	}
	return false;
}

bool asked_is_listed(const char *text, size_t length)
{
	const char *rest;
	size_t rest_length;
	uint64_t number;

	return split(text, length, &number, &rest, &rest_length);
}
