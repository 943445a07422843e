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

/* Everything that the check of an account reported. {.account = ...} is an empty result. */
struct check_result {
	const struct account *account; /* owned by the caller */
	struct fact *facts;	       /* in the order of their arrival */
	size_t fact_count, fact_room;
	struct check_problem *problems;
	size_t problem_count;
	bool printed; /* the result has been printed */
};

void check_result_add_fact(struct check_result *r, const struct fact *fact);
void check_result_add_problem(struct check_result *r, enum step step, const struct error *err);

/* Return the last text or number with that name. Without one they return NULL or `otherwise`. */
const char *check_result_text(const struct check_result *r, const char *name);
int64_t check_result_number(const struct check_result *r, const char *name, int64_t otherwise);

/* Returns the next fact with that name after `after` (NULL: the first one), or NULL. */
const struct fact *check_result_next(const struct check_result *r, const char *name, const struct fact *after);

/* Returns the address that the connection was made to, or NULL. */
const char *check_result_address(const struct check_result *r);

/* Frees the facts and problems. account and printed are kept. */
void check_result_free(struct check_result *r);

#endif
