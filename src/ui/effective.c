#include "config.h"

#include "ui/effective.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/memory.h"
#include "config/account.h"
#include "config/account_check.h"
#include "config/account_options.h"
#include "config/quote.h"
#include "config/settings.h"
#include "ui/jsonl.h"

enum { COMMENT_COLUMN = 48 };

static const struct account_origin by_default = {0};

/* Prints "LINE      # PLACE" and frees the line. */
static void print_line(struct buf *line, const char *place, const char *section)
{
	printf("%-*s # %s%s\n", COMMENT_COLUMN, buf_string(line), place ? place : "default", section);
	buf_free(line);
}

static char *log_text(const struct settings *s)
{
	if (s->log == LOG_PLACE_FILE)
		return memory_format("file:%s", s->log_path);
	return memory_copy_string(s->log == LOG_PLACE_SYSLOG ? "syslog" : "stderr");
}

/* Calls `print` for each option of the top level or, with `changed`, for those that differ from the defaults. */
static void each_top(const struct settings *s, bool changed,
    void (*print)(void *context, const char *name, const char *value, const char *place), void *context)
{
	char *jobs = memory_format("%u", s->jobs), *log = log_text(s), *state_dir;
	struct error err;

	state_dir = settings_state_dir(&err);

	if (!changed || s->jobs != SETTINGS_JOBS)
		print(context, "jobs", jobs, s->jobs_place);
	if (!changed || !state_dir || strcmp(s->state_dir, state_dir) != 0)
		print(context, "state_dir", s->state_dir, s->state_dir_place);
	if (!changed || s->log != LOG_PLACE_STDERR)
		print(context, "log", log, s->log_origin);
	free(jobs);
	free(log);
	free(state_dir);
}

/* Returns the value of an option as text (account_value_get), or NULL if it is not set or, with `defaults`, equal. */
static char **value_of(const struct account *a, const struct account_option *option, const struct account *defaults)
{
	char **values = account_value_get(a, option), **usual = defaults ? account_value_get(defaults, option) : NULL;
	size_t i = 0;

	while (values && usual && values[i] && usual[i] && strcmp(values[i], usual[i]) == 0)
		i++;
	if (values && usual && !values[i] && !usual[i]) {
		account_value_free(values);
		values = NULL;
	}
	account_value_free(usual);
	return values;
}

static void print_top(void *context, const char *name, const char *value, const char *place)
{
	struct buf line = {0};
	bool *any = context;

	*any = true;
	buf_append_format(&line, "%s = ", name);
	quote_text(&line, value);
	print_line(&line, place, "");
}

bool effective_print_top(const struct settings *s, bool changed)
{
	bool any = false;

	each_top(s, changed, print_top, &any);
	return any;
}

static void append_list(struct buf *line, char *const *values)
{
	for (char *const *value = values; *value; value++) {
		buf_append_string(line, value == values ? "{" : ", ");
		quote_text(line, *value);
	}
	buf_append_string(line, "}");
}

/* Prints a line for the option, unless it has the default value and `defaults` is given. */
static void print_option(const struct account *a, size_t index, const struct account *defaults)
{
	const struct account_option *option = &account_options[index];
	const struct account_origin *origin = &a->origins[index];
	char **values = value_of(a, option, defaults);
	struct buf line = {0};

	if (!values && defaults)
		return;
	buf_append_format(&line, values ? "    %s = " : "    # %s", option->name);
	if (values && account_value_is_list(option))
		append_list(&line, values);
	else if (values)
		quote_text(&line, values[0]);
	if (values)
		print_line(&line, origin->place, origin->defaults ? " (defaults)" : "");
	else
		print_line(&line, "not set", "");
	account_value_free(values);
}

void effective_print_account(const struct account *a, bool changed)
{
	struct account defaults;

	account_defaults(&defaults, a);
	printf("account \"%s\" {\n", a->name);
	for (size_t i = 0; i < account_option_count; i++)
		print_option(a, i, changed ? &defaults : NULL);
	printf("}\n");
	account_free(&defaults);
}

/* Adds the member NAME: {"value": ..., "source": "account", "location": "FILE:LINE"}. */
static void add_option(struct jsonl *options, const char *name, char *const *values, bool list,
    const struct account_origin *origin)
{
	struct jsonl *option = jsonl_object();

	if (values && list) {
		struct jsonl *array = jsonl_array();

		for (; *values; values++)
			jsonl_text(array, NULL, *values);
		jsonl_add(option, "value", array);
	} else {
		jsonl_text(option, "value", values ? values[0] : NULL);
	}
	jsonl_text(option, "source", !origin->place ? "default" : origin->defaults ? "defaults" : "account");
	jsonl_text(option, "location", origin->place);
	jsonl_add(options, name, option);
}

static void add_top(void *context, const char *name, const char *value, const char *place)
{
	struct jsonl *option = jsonl_object();

	jsonl_text(option, "value", value);
	jsonl_text(option, "source", place ? "top" : "default");
	jsonl_text(option, "location", place);
	jsonl_add(context, name, option);
}

void effective_json_top(const struct settings *s, bool changed)
{
	struct jsonl *json = jsonl_line("settings", NULL), *options = jsonl_object();

	jsonl_text(json, "file", s->path);
	each_top(s, changed, add_top, options);
	jsonl_add(json, "options", options);
	jsonl_print(json, stdout);
}

void effective_json_account(const struct account *a, bool changed)
{
	struct jsonl *json = jsonl_line("settings", a->name), *options = jsonl_object();
	struct account defaults;

	account_defaults(&defaults, a);
	for (size_t i = 0; i < account_option_count; i++) {
		const struct account_option *option = &account_options[i];
		char **values = value_of(a, option, changed ? &defaults : NULL);

		if (values || !changed)
			add_option(options, option->name, values, account_value_is_list(option),
			    values ? &a->origins[i] : &by_default);
		account_value_free(values);
	}
	account_free(&defaults);
	jsonl_add(json, "options", options);
	jsonl_print(json, stdout);
}
