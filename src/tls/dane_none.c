#include "config.h"

#include <stddef.h>

#include "base/error.h"
#include "tls/dane.h"

/* Replaces tls/dane.c in a build without --enable-dane. */

const char *dane_library_version(void)
{
	return NULL;
}

bool dane_look_up(struct dane **out, const char *host, unsigned port, deadline until, struct error *err)
{
	(void)out;
	(void)port;
	(void)until;
	return error_set(err, ERROR_INTERNAL, "this build cannot look up the TLSA records of %s", host);
}

void dane_free(struct dane **dane)
{
	*dane = NULL;
}
