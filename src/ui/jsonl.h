#ifndef MAILHAUL_UI_JSONL_H
#define MAILHAUL_UI_JSONL_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/step.h"

/*
 * JSON for programs (RFC 8259), one object a line. man/mailhaul-json.5 tells the members of each. A
 * struct jsonl is an object or an array that is being made; members keep the order in which they came.
 */
struct jsonl;
struct error;

enum { JSONL_VERSION = 1 }; /* of what the manual tells; a member less, or with another meaning, is a new one */

/* An object that begins with the version, what it is ("check", "summary") and, unless NULL, the account. */
struct jsonl *jsonl_line(const char *type, const char *account);
struct jsonl *jsonl_object(void);
struct jsonl *jsonl_array(void);

/* What every failure is told as, wherever it stands. */
struct jsonl *jsonl_failure(enum step step, const struct error *err);
void jsonl_free(struct jsonl *json);

/*
 * Adds a member to an object, or an item to an array when name is NULL. Text may hold any octets: what is no UTF-8, and
 * control characters, are shown as escape_text shows them. A NULL text is null. Time: seconds since 1970, as RFC 3339 in
 * UTC; negative is null.
 */
void jsonl_text(struct jsonl *json, const char *name, const char *text);
void jsonl_number(struct jsonl *json, const char *name, int64_t number);
void jsonl_flag(struct jsonl *json, const char *name, bool flag);
void jsonl_time(struct jsonl *json, const char *name, int64_t seconds);

/* The same with another object or array, which it owns then. */
void jsonl_add(struct jsonl *json, const char *name, struct jsonl *child);

/* Writes it as a line and frees it; flushed, so that a reader has it at once. */
void jsonl_print(struct jsonl *json, FILE *out);

const char *jsonl_library_version(void);

#endif
