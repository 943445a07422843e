#include "config.h"

#include "pop3/asked.h"

#include <string.h>

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

/* Takes the number at the beginning, and the blanks around it. */
static bool split(
    const char *text, size_t length, uint64_t *number, const char **rest, size_t *rest_length)
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

/* Blanks at the end are no part of a UID, although a listing may have given them with it. */
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
	/* Some servers count again, so that the size need not be that of the listing. */
	if (!a->uid)
		return split(rest, rest_length, &number, &rest, &rest_length);
	/* Whatever a server adds behind the UID. */
	return is_uid(a, rest, rest_length) ||
	       (rest_length > uid_length && memcmp(rest, a->uid, uid_length) == 0 &&
		   is_blank(rest[uid_length]));
}

bool asked_fits_without_number(const struct asked *a, const char *text, size_t length)
{
	uint64_t octets;

	if (a->uid)
		return is_uid(a, text, length);
	return parse_number(text, without_blanks_at_end(text, length), INT64_MAX, &octets) &&
	       octets == a->octets;
}

bool asked_is_listed(const char *text, size_t length)
{
	const char *rest;
	size_t rest_length;
	uint64_t number;

	return split(text, length, &number, &rest, &rest_length);
}
