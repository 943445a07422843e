#ifndef MAILHAUL_UI_CHECK_RESULT_H
#define MAILHAUL_UI_CHECK_RESULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/step.h"
#include "fetch/event.h"

struct account;

struct check_problem {
	enum step step;
	struct error err;
};

/* All that the check of an account has told; {.account = ...} is an empty one. */
struct check_result {
	const struct account *account; /* the caller's */
	struct fact *facts;	       /* in the order in which they came */
	size_t fact_count, fact_room;
	struct check_problem *problems;
	size_t problem_count;
	bool told; /* it has been printed */
};

void check_result_add_fact(struct check_result *r, const struct fact *fact);
void check_result_add_problem(struct check_result *r, enum step step, const struct error *err);

/* The last text, or number, of that name; NULL, or `otherwise`, where it was not told. */
const char *check_result_text(const struct check_result *r, const char *name);
int64_t check_result_number(const struct check_result *r, const char *name, int64_t otherwise);

/* The next of several facts of that name behind `after` (NULL: the first one); NULL: no more. */
const struct fact *check_result_next(const struct check_result *r, const char *name, const struct fact *after);

/* The address that the connection was made to, or NULL. */
const char *check_result_address(const struct check_result *r);

/* Frees what was told; account and told stay. */
void check_result_free(struct check_result *r);

#endif
