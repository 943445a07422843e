#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/parse.h"
#include "config/account.h"
#include "config/account_options.h"
#include "config/file_private.h"
#include "config/log_place.h"
#include "config/path.h"
#include "config/reader.h"
#include "config/value_text.h"

enum { JOBS_MOST = 100, NOTE = 320 };

/* What an option accepts, whether it belongs to an account or to the top level. */
struct accepted {
	const char *name;
	const char *expects; /* as in struct account_option, or NULL */
	enum value_escapes escapes;
	bool list;
	bool secret;   /* the value is not repeated */
	bool password; /* the value is a password */
	bool host;     /* the value is a host */
	bool simple;   /* a valid value has no blanks or special characters */
};

static struct accepted accepted_by(const struct account_option *option)
{
	struct accepted a = {.name = option->name, .expects = option->expects, .secret = option->secret};

	a.list = account_value_is_list(option);
	a.password = option->kind == ACCOUNT_SECRET;
	a.host = option->kind == ACCOUNT_HOST;
	a.simple = option->kind == ACCOUNT_COUNT || option->kind == ACCOUNT_SIZE || option->kind == ACCOUNT_TIME ||
	    option->kind == ACCOUNT_FLAG || option->kind == ACCOUNT_CHOICE || option->kind == ACCOUNT_MECHANISM ||
	    option->kind == ACCOUNT_RETENTION;
	if (option->kind == ACCOUNT_COMMAND)
		a.escapes = VALUE_ESCAPES_ALL;
	if (option->kind == ACCOUNT_PATH || option->kind == ACCOUNT_PATH_OR_URI || option->kind == ACCOUNT_DESTINATION)
		a.escapes = VALUE_ESCAPES_BYTES;
	return a;
}

/* Shows the line of the last problem, unless the value may be a secret. A URL may contain a password. */
static void show(struct reader *r, const struct statement *st, const struct accepted *a)
{
	if (!a->secret && !(a->host && memchr(st->name.text, '@', (size_t)(st->end - st->name.text))))
		reader_show(r, st);
}

/* Reports a mistake in an option. */
static void complain(struct reader *r, const struct statement *st, const struct accepted *a, const struct fault *f)
{
	char what[NOTE], hint[NOTE];

	snprintf(what, sizeof(what), "%s: %s", a->name, f->what);
	if ((a->list && !st->list && !st->torn) || (a->simple && strcmp(f->hint, statements_quote_it) == 0))
		snprintf(hint, sizeof(hint), "set %s to %s", a->name, a->expects);
	else
		snprintf(hint, sizeof(hint), "%s", f->hint);
	reader_complain(r, f->line, what, hint);
	show(r, st, a);
}

/* Finds the mistakes in an option that do not depend on the meaning of its values. */
static bool check_form(const struct statement *st, const struct accepted *a, struct fault *f)
{
	*f = st->fault;
	if (st->append && !a->list)
		fault_set(f, st->line, "write = instead", "+= is only for lists");
	if (st->list && !a->list)
		fault_set(f, st->line, "remove the braces", "the option has one value, not a list");
	if (st->count == 0)
		fault_set(f, st->line, "write the value in single quotes", "the value is missing");
	if (a->password && st->count > 0 && st->values[0].kind == TOKEN_WORD &&
	    st->values[0].text[st->values[0].length] == '}')
		fault_set(f, st->line, "put the value in single quotes", "} follows the value immediately");
	for (size_t i = 0; i < st->count && !f->what[0]; i++)
		value_text_check(&st->values[i], a->escapes, a->secret, f);
	return !f->what[0];
}

/* Reads the values of an option. Returns NULL if there is a mistake, which is reported. */
static char **read_values(struct reader *r, const struct statement *st, const struct accepted *a)
{
	struct fault f;
	char **texts = NULL;

	if (check_form(st, a, &f))
		texts = a->password ? value_text_read_secret(st->values) : value_text_read(st->values, st->count);

	if (!texts) {
		fault_set(&f, st->line, "put the value in single quotes", "the value cannot be read");
		complain(r, st, a, &f);
	}
	return texts;
}

/* Sets an option, unless it is set already. Returns whether it is set now. */
static bool set(struct reader *r, const struct statement *st, const struct accepted *a, struct setting *setting)
{
	bool twice = setting->line != 0;

	if (twice) {
		char what[NOTE];

		snprintf(what, sizeof(what), "%s is set twice", a->name);
		reader_complain(r, st->line, what, "remove one of them");
		show(r, st, a);
		return false;
	}
	setting->line = st->line;
	setting->values = read_values(r, st, a);
	return setting->values != NULL;
}

/* Forgets values that are not valid. */
static void refuse(struct reader *r, const struct statement *st, const struct accepted *a, struct setting *setting,
    const struct error *err)
{
	reader_complain(r, st->line, err->cause, err->hint);
	show(r, st, a);
	value_text_free(setting->values);
	setting->values = NULL;
}

static void take_account_option(struct reader *r, const struct statement *st, const struct account_option *option)
{
	const struct accepted a = accepted_by(option);
	struct setting *setting = &r->section->settings[option - account_options];
	struct account trial;
	struct error err;

	if (a.password)
		r->part->has_password = true;
	if (set(r, st, &a, setting)) {
		account_init(&trial, "trial");
		if (!account_set(&trial, option, (const char *const *)setting->values, r->part->directory, &err))
			refuse(r, st, &a, setting, &err);
		account_free(&trial);
	}
	if (a.password)
		r->password_line = r->statements.tokens.line;
}

/* Checks a value of the top level. */
static bool check_top(const struct reader *r, enum file_top option, const char *value, struct error *err)
{
	const char *name = file_top_names[option], *expects = "the path of a directory", *path = value;
	enum log_place place = LOG_PLACE_FILE;
	uint64_t jobs;
	char *resolved;
	bool ok = *value;

	if (option == FILE_TOP_JOBS) {
		expects = "a number from 1 to 100";
		ok = parse_number(value, strlen(value), JOBS_MOST, &jobs) && jobs > 0;
	} else if (option == FILE_TOP_LOG) {
		expects = LOG_PLACE_EXPECTED;
		ok = log_place_parse(value, &place, &path);
	}
	if (!ok) {
		error_set(err, ERROR_CONFIG, "%s = \"%s\" is not valid", name, value);
		return error_hint(err, "set %s to %s", name, expects);
	}
	if (option == FILE_TOP_JOBS || place != LOG_PLACE_FILE)
		return true;
	resolved = path_resolve(name, path, r->part->directory, err);
	free(resolved);
	return resolved != NULL;
}

static void take_top_option(struct reader *r, const struct statement *st, enum file_top option)
{
	const struct accepted a = {.name = file_top_names[option],
	    .escapes = option == FILE_TOP_JOBS ? VALUE_ESCAPES_NONE : VALUE_ESCAPES_BYTES};
	struct setting *setting = &r->part->top[option];
	struct error err;

	if (set(r, st, &a, setting) && !check_top(r, option, setting->values[0], &err))
		refuse(r, st, &a, setting, &err);
}

bool reader_take_option(struct reader *r, const struct statement *st)
{
	size_t length = st->name.length;
	char *name;
	const struct account_option *option;
	size_t top = 0;

	/* "password: x" is a mistake in an option, not an unknown one. */
	if (st->kind == STATEMENT_OTHER && length > 1 && st->name.text[length - 1] == ':')
		length--;
	name = memory_format("%.*s", (int)length, st->name.text);
	option = r->section ? account_find_option(name) : NULL;
	while (!r->section && top < FILE_TOP_COUNT && strcmp(file_top_names[top], name) != 0)
		top++;
	if (option)
		take_account_option(r, st, option);
	else if (!r->section && top < FILE_TOP_COUNT)
		take_top_option(r, st, (enum file_top)top);
	free(name);
	return option || (!r->section && top < FILE_TOP_COUNT);
}

/* Adds a file to be parsed after this one. */
static bool include(struct reader *r, const char *name, struct error *err)
{
	char *path = path_resolve("include", name, r->part->directory, err);

	for (size_t i = 0; path && i < r->file->count; i++) {
		if (strcmp(r->file->parts[i]->path, path) == 0) {
			free(path);
			error_set(err, ERROR_CONFIG, "this file is included twice");
			return error_hint(err, "include it once");
		}
	}
	if (!path)
		return false;
	if (file_add_part(r->file, path))
		return true;
	error_set(err, ERROR_CONFIG, "too many files are included");
	return error_hint(err, "put the accounts into fewer files");
}

void reader_take_include(struct reader *r, const struct statement *st)
{
	static const struct accepted a = {.name = "include", .escapes = VALUE_ESCAPES_BYTES};
	bool form = st->count == 1 || st->fault.what[0];
	char **texts = form ? read_values(r, st, &a) : NULL;
	bool ok = texts != NULL;
	struct error err;

	if (!form)
		reader_complain(r, st->line, "include takes exactly one file", "write it as include(\"FILE\")");
	if (texts && !include(r, texts[0], &err)) {
		reader_complain(r, st->line, err.cause, err.hint);
		reader_show(r, st);
		ok = false;
	}
	if (!ok)
		r->file->incomplete = true;
	value_text_free(texts);
}
