#include "config.h"

#include "base/mechanism.h"

#include <string.h>

#define PASSWORD(word, sasl) word, sasl, MECHANISM_PASSWORD
#define TOKEN(word, sasl) word, sasl, MECHANISM_TOKEN
#define NOTHING(word, sasl) word, sasl, MECHANISM_NOTHING
#define TOKEN_HINT "check user and token_command: the token may have expired, or may not be valid for POP3"
#define SCRAM .automatic = true, .proves = true, .prepares = true

const struct mechanism mechanisms[] = {
    {PASSWORD("scram-sha-256-plus", "SCRAM-SHA-256-PLUS"), .strength = 6, SCRAM, .binds = true},
    {PASSWORD("scram-sha-256", "SCRAM-SHA-256"), .strength = 5, SCRAM},
    {PASSWORD("scram-sha-1-plus", "SCRAM-SHA-1-PLUS"), .strength = 4, SCRAM, .binds = true},
    {PASSWORD("scram-sha-1", "SCRAM-SHA-1"), .strength = 3, SCRAM},
    {PASSWORD("plain", "PLAIN"), .strength = 1, .automatic = true, .ignores_challenges = true},
    {PASSWORD("login", "LOGIN"), .strength = 1, .server_first = true, .ignores_challenges = true},
    {PASSWORD("user", NULL), .strength = 1},
    {TOKEN("oauthbearer", "OAUTHBEARER"), .strength = 1, .automatic = true, .hint = TOKEN_HINT},
    {TOKEN("xoauth2", "XOAUTH2"), .strength = 1, .automatic = true, .hint = TOKEN_HINT},
    {NOTHING("external", "EXTERNAL"), .strength = 1, .ignores_challenges = true,
	.hint = "check user and tls_client_cert, which must be the certificate that the server knows for this user"},
    {NOTHING("gssapi", "GSSAPI"), .strength = 1,
	.hint = "check user, and run klist to see whose ticket you have: "
		"the server must allow its owner to read this mail"},
    {PASSWORD("cram-md5", "CRAM-MD5"), .strength = 2, .server_first = true, .prepares = true},
    {PASSWORD("apop", NULL), .strength = 2},
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

const char *mechanism_name(const struct mechanism *m)
{
	if (m->sasl)
		return m->sasl;
	return strcmp(m->word, "apop") == 0 ? "APOP" : "USER";
}
