#ifndef MAILHAUL_BASE_STEP_H
#define MAILHAUL_BASE_STEP_H

#include <stddef.h>

/* The step of an account's run at which a failure occurred, as messages and JSON name it. */
enum step {
	STEP_NONE, /* no step; messages omit it */
	STEP_START,
	STEP_PASSWORD,
	STEP_TRUST,
	STEP_STATE,
	STEP_TLSA,
	STEP_CONNECT,
	STEP_TLS,
	STEP_GREETING,
	STEP_LOGIN,
	STEP_LIST,
	STEP_FETCH,
	STEP_STORE,
	STEP_DELETE,
	STEP_QUIT,
	STEP_ON_NEW_MAIL,
	STEP_RUN, /* the process of an account as a whole */
	STEP_VERIFY,
	STEP_REBUILD,
};

/* Returns the name of a step; NULL for STEP_NONE and for values that are not a step. */
const char *step_name(enum step step);

/* Returns the step with that name, or STEP_NONE. */
enum step step_find(const char *name);

#endif
