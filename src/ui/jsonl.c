#include "config.h"

#include "ui/jsonl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/calendar.h"
#include "base/error.h"
#include "base/escape.h"
#include "base/memory.h"

/* A struct jsonl is a Jansson value under another name, so that only this file includes Jansson's header. */
static json_t *value_of(struct jsonl *json)
{
	return (json_t *)(void *)json;
}

static struct jsonl *made(json_t *value)
{
	if (!value)
		memory_exhausted();
	return (struct jsonl *)(void *)value;
}

static void put(struct jsonl *json, const char *name, json_t *value)
{
	int failed =
	    name ? json_object_set_new(value_of(json), name, value) : json_array_append_new(value_of(json), value);

	if (failed)
		memory_exhausted();
}

struct jsonl *jsonl_object(void)
{
	return made(json_object());
}

struct jsonl *jsonl_array(void)
{
	return made(json_array());
}

struct jsonl *jsonl_line(const char *type, const char *account)
{
	struct jsonl *json = jsonl_object();

	jsonl_number(json, "mailhaul", JSONL_VERSION);
	jsonl_text(json, "type", type);
	if (account)
		jsonl_text(json, "account", account);
	return json;
}

struct jsonl *jsonl_failure(enum step step, const struct error *err)
{
	struct jsonl *json = jsonl_object();

	jsonl_text(json, "step", step_name(step));
	jsonl_text(json, "cause", err->cause);
	jsonl_text(json, "server_reply", err->server[0] ? err->server : NULL);
	jsonl_text(json, "hint", err->hint[0] ? err->hint : NULL);
	jsonl_flag(json, "temporary", err->temporary);
	return json;
}

void jsonl_free(struct jsonl *json)
{
	json_decref(value_of(json));
}

void jsonl_text(struct jsonl *json, const char *name, const char *text)
{
	size_t size;
	char *shown;

	if (!text) {
		put(json, name, json_null());
		return;
	}
	size = 4 * strlen(text) + 4;
	shown = memory_zeroed(size, 1);
	escape_text(shown, size, text, strlen(text));
	put(json, name, json_string(shown));
	free(shown);
}

void jsonl_number(struct jsonl *json, const char *name, int64_t number)
{
	put(json, name, json_integer(number));
}

void jsonl_flag(struct jsonl *json, const char *name, bool flag)
{
	put(json, name, json_boolean(flag));
}

void jsonl_time(struct jsonl *json, const char *name, int64_t seconds)
{
	char text[CALENDAR_TEXT];

	calendar_second_utc(seconds, text);
	jsonl_text(json, name, seconds >= 0 ? text : NULL);
}

void jsonl_add(struct jsonl *json, const char *name, struct jsonl *child)
{
	put(json, name, value_of(child));
}

void jsonl_print(struct jsonl *json, FILE *out)
{
	char *text = json_dumps(value_of(json), JSON_COMPACT);

	if (!text)
		memory_exhausted();
	fprintf(out, "%s\n", text);
	free(text);
	fflush(out);
	jsonl_free(json);
}

const char *jsonl_library_version(void)
{
	return jansson_version_str();
}
