#include "config.h"

#include "config/account_value.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/mechanism.h"
#include "base/memory.h"
#include "base/parse.h"
#include "base/secret.h"
#include "config/account.h"
#include "config/host.h"
#include "config/path.h"
#include "deliver/destination.h"

/* What a configuration gives an option. */
struct given {
	const struct account_option *option;
	const char *const *values; /* ended by NULL */
	const char *directory;	   /* where relative paths start */
	struct error *err;	   /* may be set to say why the value is not valid */
};

/* Returns the address of an option's value. */
static void *place(struct account *a, const struct account_option *option)
{
	return (char *)a + option->at;
}

static const void *value(const struct account *a, const struct account_option *option)
{
	return (const char *)a + option->at;
}

/* Texts. */

/* Returns a list of one text, which takes ownership of the text. Returns NULL for NULL. */
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
	return one(text ? memory_copy_string(text) : NULL);
}

static char **copy_list(const char *const *list)
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

void account_value_free(char **values)
{
	for (char **each = values; each && *each; each++)
		free(*each);
	free(values);
}

static bool set_text(void *at, const struct given *g)
{
	if (!*g->values[0])
		return false;
	memory_replace(at, memory_copy_string(g->values[0]));
	return true;
}

static bool set_host(void *at, const struct given *g)
{
	return host_check(g->values[0], g->option->name, g->err) && set_text(at, g);
}

static bool set_path(void *at, const struct given *g)
{
	char *path = *g->values[0] ? path_resolve(g->option->name, g->values[0], g->directory, g->err) : NULL;

	if (path)
		memory_replace(at, path);
	return path != NULL;
}

/* A PKCS#11 URI is not relative to a directory. It must not contain a PIN. */
static bool set_path_or_uri(void *at, const struct given *g)
{
	if (strncmp(g->values[0], "pkcs11:", 7) != 0)
		return set_path(at, g);
	return !strstr(g->values[0], "pin-value") && set_text(at, g);
}

static bool set_file_name(void *at, const struct given *g)
{
	return *g->values[0] != '.' && strlen(g->values[0]) <= 255 && !strchr(g->values[0], '/') && set_text(at, g);
}

static char **get_text(const void *at, const struct account_option *option)
{
	(void)option;
	return word(*(char *const *)at);
}

static void clear_text(void *at)
{
	memory_replace(at, NULL);
}

/* Secrets. */

static bool set_secret(void *at, const struct given *g)
{
	struct secret **secret = at;

	if (!*g->values[0])
		return false;
	secret_free(secret);
	*secret = secret_make(g->values[0], strlen(g->values[0]));
	return true;
}

static char **get_secret(const void *at, const struct account_option *option)
{
	(void)option;
	return word(*(struct secret *const *)at ? "***" : NULL);
}

static void clear_secret(void *at)
{
	secret_free(at);
}

/* Lists. */

static void set_list(char ***at, const char *const *values)
{
	account_value_free(*at);
	*at = copy_list(values);
}

/*
 * Without braces, "pass show mail" would be one file name, so reject a single word that contains blanks. No shell reads
 * the words, so replace a "~" with which the name of the program starts.
 */
static bool set_command(void *at, const struct given *g)
{
	char *program = NULL;

	if (!g->values[0] || !*g->values[0] || (!g->values[1] && strchr(g->values[0], ' ')))
		return false;
	if (strchr("~$", *g->values[0]))
		program = path_resolve(g->option->name, g->values[0], g->directory, g->err);
	if (g->err->kind != ERROR_NONE)
		return false;
	set_list(at, g->values);
	if (program)
		memory_replace(*(char ***)at, program);
	return true;
}

/*
 * SHA-256 has 32 bytes: 43 characters of base64 (RFC 4648) and one "=". The last character carries four bits. Each
 * pin therefore has only one spelling, and pins can be compared as text.
 */
bool account_pin_is_good(const char *pin)
{
	static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	return strncmp(pin, "sha256:", 7) == 0 && strspn(pin + 7, base64) == 43 && strcmp(pin + 50, "=") == 0 &&
	    strchr("AEIMQUYcgkosw048", pin[49]) != NULL;
}

static bool set_pins(void *at, const struct given *g)
{
	for (const char *const *pin = g->values; *pin; pin++) {
		if (!account_pin_is_good(*pin))
			return false;
	}
	if (!g->values[0])
		return false;
	set_list(at, g->values);
	return true;
}

static char **get_list(const void *at, const struct account_option *option)
{
	(void)option;
	return copy_list(*(const char *const *const *)at);
}

static void clear_list(void *at)
{
	char ***list = at;

	account_value_free(*list);
	*list = NULL;
}

/* Numbers. */

static bool set_count(void *at, const struct given *g)
{
	uint64_t number;

	if (!parse_number(g->values[0], strlen(g->values[0]), g->option->most, &number) || number < g->option->least)
		return false;
	*(unsigned *)at = (unsigned)number;
	return true;
}

static char **get_count(const void *at, const struct account_option *option)
{
	(void)option;
	return one(memory_format("%u", *(const unsigned *)at));
}

static void clear_count(void *at)
{
	*(unsigned *)at = 0;
}

/* A unit and its value in the smallest unit. Arrays are in descending order. */
struct unit {
	uint64_t worth;
	const char *name;
};

/* Formats a number with the largest unit that divides it. */
static char **with_unit(uint64_t number, const struct unit *units)
{
	while (units->worth > 1 && (number == 0 || number % units->worth != 0))
		units++;
	return one(memory_format("%" PRIu64 "%s", number / units->worth, units->name));
}

static bool set_size(void *at, const struct given *g)
{
	return parse_size(g->values[0], at);
}

static char **get_size(const void *at, const struct account_option *option)
{
	static const struct unit units[] = {{1 << 30, "G"}, {1 << 20, "M"}, {1 << 10, "k"}, {1, ""}};

	(void)option;
	return with_unit(*(const uint64_t *)at, units);
}

static void clear_size(void *at)
{
	*(uint64_t *)at = 0;
}

static bool set_time(void *at, const struct given *g)
{
	int64_t seconds;

	if (!parse_duration(g->values[0], &seconds) || seconds < (int64_t)g->option->least ||
	    seconds > (int64_t)g->option->most)
		return false;
	*(int64_t *)at = seconds;
	return true;
}

static char **with_time_unit(int64_t seconds)
{
	static const struct unit units[] = {{86400, "d"}, {3600, "h"}, {60, "m"}, {1, "s"}};

	return with_unit((uint64_t)seconds, units);
}

static char **get_time(const void *at, const struct account_option *option)
{
	(void)option;
	return with_time_unit(*(const int64_t *)at);
}

static void clear_time(void *at)
{
	*(int64_t *)at = 0;
}

/* Words. */

static bool find_word(const char *text, const char *const *words, unsigned *index)
{
	for (*index = 0; words[*index]; ++*index) {
		if (strcmp(text, words[*index]) == 0)
			return true;
	}
	return false;
}

static bool set_flag(void *at, const struct given *g)
{
	unsigned index;

	if (!find_word(g->values[0], g->option->words, &index))
		return false;
	*(bool *)at = index == 1;
	return true;
}

static char **get_flag(const void *at, const struct account_option *option)
{
	return word(option->words[*(const bool *)at]);
}

static void clear_flag(void *at)
{
	*(bool *)at = false;
}

_Static_assert(sizeof(enum tls_proof) == sizeof(unsigned) && sizeof(enum repeat) == sizeof(unsigned),
    "enums of choices");

static bool set_choice(void *at, const struct given *g)
{
	unsigned index;

	if (!find_word(g->values[0], g->option->words, &index))
		return false;
	memcpy(at, &index, sizeof(index));
	return true;
}

static char **get_choice(const void *at, const struct account_option *option)
{
	unsigned index;

	memcpy(&index, at, sizeof(index));
	return word(option->words[index]);
}

static void clear_choice(void *at)
{
	memset(at, 0, sizeof(unsigned));
}

static bool set_mechanism(void *at, const struct given *g)
{
	const struct mechanism **mechanism = at;

	*mechanism = mechanism_find(g->values[0]);
	return *mechanism || strcmp(g->values[0], "auto") == 0;
}

static char **get_mechanism(const void *at, const struct account_option *option)
{
	const struct mechanism *mechanism = *(const struct mechanism *const *)at;

	(void)option;
	return word(mechanism ? mechanism->word : "auto");
}

static void clear_mechanism(void *at)
{
	*(const struct mechanism **)at = NULL;
}

/* Policies. */

static bool set_retention(void *at, const struct given *g)
{
	struct retention_rule *rule = at;
	const char *text = g->values[0];

	if (strcmp(text, "forever") == 0)
		rule->mode = RETENTION_FOREVER;
	else if (strcmp(text, "no") == 0)
		rule->mode = RETENTION_NONE;
	else if (isdigit((unsigned char)text[strlen(text) - (*text != '\0')]) || !parse_duration(text, &rule->age))
		return false; /* a number without a unit could mean days or seconds */
	else
		rule->mode = RETENTION_AGE;
	return true;
}

static char **get_retention(const void *at, const struct account_option *option)
{
	const struct retention_rule *rule = at;

	(void)option;
	if (rule->mode == RETENTION_AGE)
		return with_time_unit(rule->age);
	return word(rule->mode == RETENTION_NONE ? "no" : "forever");
}

static void clear_retention(void *at)
{
	((struct retention_rule *)at)->mode = RETENTION_FOREVER;
}

static bool set_destination(void *at, const struct given *g)
{
	struct account_destination *d = at;
	const char *colon = strchr(g->values[0], ':');
	size_t length = colon ? (size_t)(colon - g->values[0]) : strlen(g->values[0]);
	bool wants_path;

	d->ops = destination_find(g->values[0], length);
	if (!d->ops)
		return false;
	wants_path = d->ops->target == DESTINATION_PATH;
	if (wants_path != (colon && colon[1]))
		return false;
	memory_replace(&d->path, wants_path ? path_resolve(g->option->name, colon + 1, g->directory, g->err) : NULL);
	return !wants_path || d->path;
}

static char **get_destination(const void *at, const struct account_option *option)
{
	const struct account_destination *d = at;

	(void)option;
	if (!d->ops || !d->path)
		return word(d->ops ? d->ops->scheme : NULL);
	return one(memory_format("%s:%s", d->ops->scheme, d->path));
}

static void clear_destination(void *at)
{
	struct account_destination *d = at;

	free(d->path);
	*d = (struct account_destination){0};
}

static const struct {
	bool (*set)(void *at, const struct given *g);
	char **(*get)(const void *at, const struct account_option *option);
	void (*clear)(void *at);
} kinds[] = {
    [ACCOUNT_TEXT] = {set_text, get_text, clear_text},
    [ACCOUNT_HOST] = {set_host, get_text, clear_text},
    [ACCOUNT_PATH] = {set_path, get_text, clear_text},
    [ACCOUNT_PATH_OR_URI] = {set_path_or_uri, get_text, clear_text},
    [ACCOUNT_FILE_NAME] = {set_file_name, get_text, clear_text},
    [ACCOUNT_SECRET] = {set_secret, get_secret, clear_secret},
    [ACCOUNT_COMMAND] = {set_command, get_list, clear_list},
    [ACCOUNT_PINS] = {set_pins, get_list, clear_list},
    [ACCOUNT_COUNT] = {set_count, get_count, clear_count},
    [ACCOUNT_SIZE] = {set_size, get_size, clear_size},
    [ACCOUNT_TIME] = {set_time, get_time, clear_time},
    [ACCOUNT_FLAG] = {set_flag, get_flag, clear_flag},
    [ACCOUNT_CHOICE] = {set_choice, get_choice, clear_choice},
    [ACCOUNT_MECHANISM] = {set_mechanism, get_mechanism, clear_mechanism},
    [ACCOUNT_DESTINATION] = {set_destination, get_destination, clear_destination},
    [ACCOUNT_RETENTION] = {set_retention, get_retention, clear_retention},
};

bool account_value_is_list(const struct account_option *option)
{
	return option->kind == ACCOUNT_COMMAND || option->kind == ACCOUNT_PINS;
}

bool account_value_set(struct account *a, const struct account_option *option, const char *const *values,
    const char *directory, struct error *err)
{
	error_clear(err);
	return kinds[option->kind].set(place(a, option), &(struct given){option, values, directory, err});
}

char **account_value_get(const struct account *a, const struct account_option *option)
{
	return kinds[option->kind].get(value(a, option), option);
}

bool account_value_is_set(const struct account *a, const struct account_option *option)
{
	char **values;

	if (option->kind == ACCOUNT_FLAG)
		return *(const bool *)value(a, option);
	values = account_value_get(a, option);
	account_value_free(values);
	return values != NULL;
}

void account_value_clear(struct account *a, const struct account_option *option)
{
	kinds[option->kind].clear(place(a, option));
}
