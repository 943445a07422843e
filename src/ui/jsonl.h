#ifndef MAILHAUL_UI_JSONL_H
#define MAILHAUL_UI_JSONL_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/step.h"

/*
 * JSON output (RFC 8259), one object per line. man/mailhaul-json.5 documents the members. A struct jsonl is an object
 * or an array under construction. Members keep the order in which they were added.
 */
struct jsonl;
struct error;

/* The version of the format in the manual. Removing a member or changing its meaning requires a new version. */
enum { JSONL_VERSION = 2 };

/*
 * jsonl_line returns an object that starts with the version, the type ("check", "summary") and, unless NULL, the
 * account.
 */
struct jsonl *jsonl_line(const char *type, const char *account);
struct jsonl *jsonl_object(void);
struct jsonl *jsonl_array(void);

/* Returns the object that represents a failure wherever failures appear. */
struct jsonl *jsonl_failure(enum step step, const struct error *err);
void jsonl_free(struct jsonl *json);

/*
 * Add a member to an object, or an item to an array if name is NULL. Text may contain any bytes: control characters
 * and invalid UTF-8 are escaped as by escape_text. A NULL text becomes null. A time is in seconds since 1970 and
 * becomes RFC 3339 in UTC; a negative time becomes null.
 */
void jsonl_text(struct jsonl *json, const char *name, const char *text);
void jsonl_number(struct jsonl *json, const char *name, int64_t number);
void jsonl_flag(struct jsonl *json, const char *name, bool flag);
void jsonl_time(struct jsonl *json, const char *name, int64_t seconds);

/* Adds another object or array and takes ownership of it. */
void jsonl_add(struct jsonl *json, const char *name, struct jsonl *child);

/* Writes the object as a line, flushes the stream so that a reader gets it at once, and frees the object. */
void jsonl_print(struct jsonl *json, FILE *out);

/* Returns the version of Jansson in use, for --version. */
const char *jsonl_library_version(void);

#endif
