#include "config.h"

#include "base/mechanism.h"

#include <string.h>

const struct mechanism mechanisms[] = {
    {"scram-sha-256-plus", "SCRAM-SHA-256-PLUS", MECHANISM_PASSWORD, .strength = 6, .automatic = true, .binds = true, .proves = true},
    {"scram-sha-256", "SCRAM-SHA-256", MECHANISM_PASSWORD, .strength = 5, .automatic = true, .proves = true},
    {"scram-sha-1-plus", "SCRAM-SHA-1-PLUS", MECHANISM_PASSWORD, .strength = 4, .automatic = true, .binds = true, .proves = true},
    {"scram-sha-1", "SCRAM-SHA-1", MECHANISM_PASSWORD, .strength = 3, .automatic = true, .proves = true},
    {"plain", "PLAIN", MECHANISM_PASSWORD, .strength = 1, .automatic = true},
    {"login", "LOGIN", MECHANISM_PASSWORD, .strength = 1, .server_first = true},
    {"user", NULL, MECHANISM_PASSWORD, .strength = 1},
    {"oauthbearer", "OAUTHBEARER", MECHANISM_TOKEN, .strength = 1, .automatic = true},
    {"xoauth2", "XOAUTH2", MECHANISM_TOKEN, .strength = 1, .automatic = true},
    {"external", "EXTERNAL", MECHANISM_NOTHING, .strength = 1},
    {"gssapi", "GSSAPI", MECHANISM_NOTHING, .strength = 1},
    {"cram-md5", "CRAM-MD5", MECHANISM_PASSWORD, .strength = 2, .server_first = true},
    {"apop", NULL, MECHANISM_PASSWORD, .strength = 2},
};

const size_t mechanism_count = sizeof(mechanisms) / sizeof(mechanisms[0]);

const struct mechanism *mechanism_find(const char *word)
{
	for (size_t i = 0; i < mechanism_count; i++) {
		if (strcmp(mechanisms[i].word, word) == 0)
			return &mechanisms[i];
	}
	return NULL;
}
