/*
 * A test preloads this into the program: GnuTLS seems to have the group X25519-MLKEM768. The file $MLKEM_ASKED receives
 * the priorities that the program sets, of which the library gets all but this group. With $MLKEM_TAKEN, servers seem to
 * choose it.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gnutls/gnutls.h>

static const char group[] = "X25519-MLKEM768";

gnutls_group_t gnutls_group_get_id(const char *name)
{
	gnutls_group_t (*real)(const char *);

	*(void **)&real = dlsym(RTLD_NEXT, "gnutls_group_get_id");
	return strcmp(name, group) == 0 ? GNUTLS_GROUP_X25519 : real(name);
}

const char *gnutls_group_get_name(gnutls_group_t id)
{
	const char *(*real)(gnutls_group_t);

	*(void **)&real = dlsym(RTLD_NEXT, "gnutls_group_get_name");
	return id == GNUTLS_GROUP_X25519 && getenv("MLKEM_TAKEN") ? group : real(id);
}

int gnutls_set_default_priority_append(gnutls_session_t session, const char *words, const char **wrong, unsigned flags)
{
	static const char asked[] = ":+GROUP-X25519-MLKEM768";
	int (*real)(gnutls_session_t, const char *, const char **, unsigned);
	const char *path = getenv("MLKEM_ASKED"), *at = strstr(words, asked);
	char without[4096];
	FILE *f = path ? fopen(path, "w") : NULL;

	if (f) {
		fprintf(f, "%s\n", words);
		fclose(f);
	}
	snprintf(without, sizeof(without), "%.*s%s", at ? (int)(at - words) : 0, words,
	    at ? at + strlen(asked) : words);
	*(void **)&real = dlsym(RTLD_NEXT, "gnutls_set_default_priority_append");
	return real(session, without, wrong, flags);
}
