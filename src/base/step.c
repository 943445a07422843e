#include "config.h"

#include "base/step.h"

#include <string.h>

static const char *const names[] = {
    [STEP_START] = "start",
    [STEP_PASSWORD] = "password",
    [STEP_TRUST] = "trust",
    [STEP_STATE] = "state",
    [STEP_TLSA] = "TLSA",
    [STEP_CONNECT] = "connect",
    [STEP_TLS] = "TLS",
    [STEP_GREETING] = "greeting",
    [STEP_LOGIN] = "login",
    [STEP_LIST] = "list",
    [STEP_FETCH] = "fetch",
    [STEP_STORE] = "store",
    [STEP_DELETE] = "delete",
    [STEP_QUIT] = "quit",
    [STEP_ON_NEW_MAIL] = "on_new_mail",
    [STEP_RUN] = "run",
    [STEP_VERIFY] = "verify",
    [STEP_REBUILD] = "rebuild",
};

enum { NAMES = sizeof(names) / sizeof(names[0]) };

const char *step_name(enum step step)
{
	return (size_t)step < NAMES ? names[step] : NULL;
}

enum step step_find(const char *name)
{
	for (size_t i = STEP_NONE + 1; i < NAMES; i++) {
		if (strcmp(names[i], name) == 0)
			return (enum step)i;
	}
	return STEP_NONE;
}
