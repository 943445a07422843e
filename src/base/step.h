#ifndef MAILHAUL_BASE_STEP_H
#define MAILHAUL_BASE_STEP_H

#include <stddef.h>

/* What is being done for an account, as messages and JSON name it where it fails. */
enum step {
	STEP_NONE, /* nothing of these: messages leave it out */
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
	STEP_RUN, /* the process of an account, as a whole */
	STEP_VERIFY,
	STEP_REBUILD,
};

/* Its name; NULL for STEP_NONE and for what is not a step. */
const char *step_name(enum step step);

/* The step of that name; STEP_NONE: there is none. */
enum step step_find(const char *name);

#endif
