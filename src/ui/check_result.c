#include "config.h"

#include "ui/check_result.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

void check_result_add_fact(struct check_result *r, const struct fact *fact)
{
	if (r->fact_count == r->fact_room) {
		r->fact_room = r->fact_room ? 2 * r->fact_room : 64;
		r->facts = memory_resize(r->facts, r->fact_room, sizeof(*r->facts));
	}
	r->facts[r->fact_count++] = *fact;
}

void check_result_add_problem(struct check_result *r, enum step step, const struct error *err)
{
	struct check_problem *p;

	r->problems = memory_resize(r->problems, r->problem_count + 1, sizeof(*r->problems));
	p = &r->problems[r->problem_count++];
	p->step = step;
	p->err = *err;
}

static const struct fact *last(const struct check_result *r, const char *name)
{
	for (size_t i = r->fact_count; i-- > 0;) {
		if (strcmp(r->facts[i].name, name) == 0)
			return &r->facts[i];
	}
	return NULL;
}

const char *check_result_text(const struct check_result *r, const char *name)
{
	const struct fact *found = last(r, name);

	return found ? found->text : NULL;
}

int64_t check_result_number(const struct check_result *r, const char *name, int64_t otherwise)
{
	const struct fact *found = last(r, name);

	return found ? found->number : otherwise;
}

const struct fact *check_result_next(const struct check_result *r, const char *name, const struct fact *after)
{
	for (size_t i = after ? (size_t)(after - r->facts) + 1 : 0; i < r->fact_count; i++) {
		if (strcmp(r->facts[i].name, name) == 0)
			return &r->facts[i];
	}
	return NULL;
}

const char *check_result_address(const struct check_result *r)
{
	/* This time is reported only for the address that answered, which ends the search. */
	return last(r, "times.connect") ? check_result_text(r, "address.tried") : NULL;
}

void check_result_free(struct check_result *r)
{
	free(r->facts);
	free(r->problems);
	*r = (struct check_result){.account = r->account, .printed = r->printed};
}
