#include "config.h"

#include "config/account_value.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/escape.h"
#include "base/mechanism.h"
#include "base/memory.h"
#include "config/account.h"
#include "deliver/destination.h"

/* A unit, and how many of the smallest it is; the largest first. */
struct unit {
	uint64_t worth;
	const char *name;
};

static const void *member(const struct account *a, size_t at)
{
	return (const char *)a + at;
}

/* A list of one text, which it owns then; NULL is none. */
static char **one(char *text)
{
	char **values;

	if (!text)
		return NULL;
	values = memory_zeroed(2, sizeof(*values));
	values[0] = text;
	return values;
}

static char **word(const char *text)
{
	return one(memory_copy_string(text));
}

static char **copy_text(const char *text)
{
	return text ? word(text) : NULL;
}

static char **copy_list(char *const *list)
{
	size_t count = 0;
	char **values;

	while (list && list[count])
		count++;
	if (count == 0)
		return NULL;
	values = memory_zeroed(count + 1, sizeof(*values));
	for (size_t i = 0; i < count; i++)
		values[i] = memory_copy_string(list[i]);
	return values;
}

/* With the largest unit that leaves nothing over. */
static char **with_unit(uint64_t number, const struct unit *units)
{
	while (units->worth > 1 && (number == 0 || number % units->worth != 0))
		units++;
	return one(memory_format("%" PRIu64 "%s", number / units->worth, units->name));
}

static char **span(int64_t seconds)
{
	static const struct unit units[] = {{86400, "d"}, {3600, "h"}, {60, "m"}, {1, "s"}};

	return with_unit((uint64_t)seconds, units);
}

static char **choice(const struct account *a, size_t at, const char *first, const char *second)
{
	return word(*(const bool *)member(a, at) ? second : first);
}

char **account_value_text(const struct account *a, size_t at)
{
	return copy_text(*(char *const *)member(a, at));
}

char **account_value_list(const struct account *a, size_t at)
{
	return copy_list(*(char *const *const *)member(a, at));
}

char **account_value_unsigned(const struct account *a, size_t at)
{
	return one(memory_format("%u", *(const unsigned *)member(a, at)));
}

char **account_value_number(const struct account *a, size_t at)
{
	return one(memory_format("%" PRIu64, *(const uint64_t *)member(a, at)));
}

char **account_value_size(const struct account *a, size_t at)
{
	static const struct unit units[] = {{1 << 30, "G"}, {1 << 20, "M"}, {1 << 10, "k"}, {1, ""}};

	return with_unit(*(const uint64_t *)member(a, at), units);
}

char **account_value_time(const struct account *a, size_t at)
{
	return span(*(const int64_t *)member(a, at));
}

char **account_value_tls(const struct account *a, size_t at)
{
	return choice(a, at, "implicit", "starttls");
}

char **account_value_trust(const struct account *a, size_t at)
{
	static const char *const words[] = {[TLS_BY_CA] = "ca", [TLS_BY_PIN] = "pin", [TLS_BY_BOTH] = "both",
	    [TLS_BY_DANE] = "dane"};

	(void)at;
	return word(words[a->tls_trust]);
}

char **account_value_version(const struct account *a, size_t at)
{
	return choice(a, at, "1.2", "1.3");
}

char **account_value_auth(const struct account *a, size_t at)
{
	(void)at;
	return word(a->mechanism ? a->mechanism->word : "auto");
}

char **account_value_source(const struct account *a, size_t source)
{
	if (!((a->secret_sources | a->inherited_sources) & 1u << source))
		return NULL;
	switch ((enum secret_source)source) {
	case SECRET_PASSWORD:
		return word("***");
	case SECRET_COMMAND:
		return copy_list(a->password_command);
	case SECRET_FILE:
		return copy_text(a->password_file);
	case SECRET_CREDENTIAL:
		return copy_text(a->password_credential);
	case SECRET_NETRC:
		return copy_text(a->password_netrc);
	case SECRET_PROMPT:
		return word("yes");
	case SECRET_TOKEN_COMMAND:
		return copy_list(a->token_command);
	}
	return NULL;
}

char **account_value_deliver_to(const struct account *a, size_t at)
{
	(void)at;
	if (!a->destination)
		return NULL;
	if (!a->deliver_path)
		return word(a->destination->scheme);
	return one(memory_format("%s:%s", a->destination->scheme, a->deliver_path));
}

char **account_value_leave(const struct account *a, size_t at)
{
	(void)at;
	if (a->retention.mode == RETENTION_AGE)
		return span(a->retention.age);
	return word(a->retention.mode == RETENTION_NONE ? "no" : "forever");
}

char **account_value_repeat(const struct account *a, size_t at)
{
	(void)at;
	return word(a->repeat == REPEAT_AUTO ? "auto" : a->repeat == REPEAT_NO ? "no" : "yes");
}

char **account_value_order(const struct account *a, size_t at)
{
	return choice(a, at, "oldest", "newest");
}

char **account_value_line_endings(const struct account *a, size_t at)
{
	return choice(a, at, "lf", "crlf");
}

void account_value_free(char **values)
{
	for (char **value = values; value && *value; value++)
		free(*value);
	free(values);
}

static bool is_word(const char *text)
{
	for (const char *c = text; *c; c++) {
		if (!isalnum((unsigned char)*c) && (c == text || !strchr("-._", *c)))
			return false;
	}
	return *text != '\0';
}

void account_value_quote(struct buf *out, const char *text)
{
	size_t size = 4 * strlen(text) + 4;
	char *shown;

	if (is_word(text)) {
		buf_append_string(out, text);
		return;
	}
	/* What cannot be shown becomes \xNN, which libConfuse understands as well. */
	shown = memory_zeroed(size, 1);
	buf_append_string(out, "\"");
	for (const char *c = text; *c; c++) {
		size_t plain = strcspn(c, "\\\"$");

		escape_text(shown, size, c, plain);
		buf_append_string(out, shown);
		c += plain;
		if (!*c)
			break;
		buf_append_format(out, "\\%c", *c);
	}
	buf_append_string(out, "\"");
	free(shown);
}
