#include "config.h"

#include <stdlib.h>
#include <string.h>

#include <gnutls/gnutls.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/memory.h"
#include "tls/tls.h"
#include "tls/tls_gnutls.h"

/*
 * The "%" keywords that tls_priority may contain. The others would weaken the checks: renegotiation without RFC 5746,
 * broken signatures, short keys, or no stapled responses and therefore no must-staple.
 */
static const char *const harmless[] = {"COMPAT", "DUMBFW", "FALLBACK_SCSV", "FORCE_ETM", "FORCE_SESSION_HASH",
    "LATEST_RECORD_VERSION", "NO_ETM", "NO_TICKETS", "NO_TICKETS_TLS12", "PROFILE_FUTURE", "PROFILE_HIGH",
    "PROFILE_MEDIUM", "PROFILE_SUITEB128", "PROFILE_SUITEB192", "PROFILE_ULTRA", "SAFE_RENEGOTIATION"};

/*
 * SHA-1 in the signatures of a handshake (RFC 9155), and parameters of Diffie-Hellman and certificates below 2048 bits
 * or their equivalent.
 */
#define WITHOUT_SHA1 "-SIGN-RSA-SHA1:-SIGN-ECDSA-SHA1:-SIGN-DSA-SHA1"
#define STRONG_PARAMETERS "%PROFILE_MEDIUM"

/* The key exchange of draft-ietf-tls-ecdhe-mlkem, as GnuTLS names it from 3.8.8 on, if it was built with ML-KEM. */
#define HYBRID "X25519-MLKEM768"

static bool word_is_harmless(const char *word, size_t length)
{
	for (size_t i = 0; i < sizeof(harmless) / sizeof(harmless[0]); i++) {
		if (strlen(harmless[i]) == length && strncmp(harmless[i], word, length) == 0)
			return true;
	}
	return false;
}

/* Returns whether a priority string sets parameters that are at least as strong as ours, which would replace them. */
static bool sets_parameters(const char *priority)
{
	return strstr(priority, "%PROFILE_") || strncmp(priority, "SECURE", 6) == 0 ||
	    strncmp(priority, "SUITEB", 6) == 0;
}

/* Appends keywords to a priority string that remove versions and weak algorithms. They cannot add any. */
static char *limit(const char *priority, bool newest_only)
{
	return memory_format("%s:-VERS-SSL3.0:-VERS-TLS1.0:-VERS-TLS1.1%s:" WITHOUT_SHA1 "%s", priority,
	    newest_only ? ":-VERS-TLS1.2" : "", sets_parameters(priority) ? "" : ":" STRONG_PARAMETERS);
}

gnutls_group_t tls_hybrid_group(void)
{
	return gnutls_group_get_id(HYBRID);
}

/* Appends a group, unless it is one of those that come first in any case. */
static void append_group(struct buf *out, gnutls_group_t group)
{
	if (group != tls_hybrid_group() && group != GNUTLS_GROUP_X25519)
		buf_append_format(out, ":+GROUP-%s", gnutls_group_get_name(group));
}

/*
 * Appends the groups that the system allows, in an order of our own: first the hybrid with ML-KEM, so that a recording
 * cannot be decrypted later by a quantum computer. Its share is sent beside a classic one, so that a server without it
 * needs no further round trip. X25519 comes next: a handshake takes both sides about a tenth less time than with
 * SECP256R1, whose share is sent as well.
 */
static void append_groups(struct buf *out)
{
	gnutls_priority_t system = NULL;
	const unsigned *list = NULL;
	int count = gnutls_priority_init(&system, NULL, NULL) < 0 ? 0 : gnutls_priority_group_list(system, &list);

	if (count > 0)
		buf_append_format(out, ":-GROUP-ALL");
	if (count > 0 && tls_hybrid_group() != GNUTLS_GROUP_INVALID)
		buf_append_format(out, ":+GROUP-" HYBRID);
	for (int i = 0; i < count; i++) {
		if (list[i] == GNUTLS_GROUP_X25519)
			buf_append_format(out, ":+GROUP-X25519");
	}
	for (int i = 0; i < count; i++)
		append_group(out, (gnutls_group_t)list[i]);
	if (system)
		gnutls_priority_deinit(system);
}

/* Sets the system's priorities with our own changes. A system may forbid a group that its library knows. */
static int set_default(gnutls_session_t session, const char *versions)
{
	struct buf words = {0};
	int code;

	buf_append_format(&words, "%s:%s", versions, WITHOUT_SHA1 ":" STRONG_PARAMETERS);
	append_groups(&words);
	code = gnutls_set_default_priority_append(session, buf_string(&words), NULL, 0);
	buf_free(&words);
	if (code >= 0)
		return code;
	buf_append_format(&words, "%s:%s", versions, WITHOUT_SHA1 ":" STRONG_PARAMETERS);
	code = gnutls_set_default_priority_append(session, buf_string(&words), NULL, 0);
	buf_free(&words);
	return code;
}

int tls_priority_set(gnutls_session_t session, const char *priority, bool newest_only)
{
	char *words;
	int code;

	if (!priority)
		return set_default(session,
		    newest_only ? "+VERS-TLS1.3:-VERS-SSL3.0:-VERS-TLS1.0:-VERS-TLS1.1:-VERS-TLS1.2"
				: "-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2");
	words = limit(priority, newest_only);
	code = gnutls_priority_set_direct(session, words, NULL);
	free(words);
	return code;
}

static bool refuse_empty(struct error *err)
{
	return error_set(err, ERROR_CONFIG, "tls_priority leaves no permitted TLS version or no permitted cipher");
}

/* Checks the resulting priorities: TLS 1.2 or newer, and always encrypted. */
static bool check_result(gnutls_priority_t parsed, struct error *err)
{
	const unsigned *list;
	int count = gnutls_priority_protocol_list(parsed, &list);
	bool some = false;

	for (int i = 0; i < count; i++) {
		if (list[i] < GNUTLS_TLS1_2)
			return error_set(err, ERROR_CONFIG, "tls_priority allows a version older than TLS 1.2");
		some = some || list[i] == GNUTLS_TLS1_2 || list[i] == GNUTLS_TLS1_3;
	}
	if (!some)
		return refuse_empty(err);
	count = gnutls_priority_cipher_list(parsed, &list);
	for (int i = 0; i < count; i++) {
		if (list[i] == GNUTLS_CIPHER_NULL)
			return error_set(err, ERROR_CONFIG, "tls_priority allows NULL, which encrypts nothing");
	}
	return true;
}

static bool refuse_word(const char *priority, size_t at, struct error *err)
{
	bool known = at > 0 && at < strlen(priority);

	return error_set(err, ERROR_CONFIG, "tls_priority = \"%.200s\" is not valid%s%.40s", priority,
	    known ? " from here on: " : "", known ? priority + at : "");
}

bool tls_priority_check(const char *priority, bool newest_only, struct error *err)
{
	gnutls_priority_t parsed = NULL;
	const char *wrong = NULL;
	char *words;
	bool ok;
	int code;

	for (const char *word = strchr(priority, '%'); word; word = strchr(word, '%')) {
		size_t length = strcspn(++word, ":+ ,");

		if (!word_is_harmless(word, length)) {
			error_set(err, ERROR_CONFIG, "tls_priority has %%%.*s, which is not allowed", (int)length,
			    word);
			return error_hint(err,
			    "remove it: of the words with %%, only those that do not weaken TLS are allowed");
		}
	}
	words = limit(priority, newest_only);
	code = gnutls_priority_init(&parsed, words, &wrong);
	if (code == GNUTLS_E_NO_PRIORITIES_WERE_SET)
		ok = refuse_empty(err);
	else if (code < 0)
		ok = refuse_word(priority, wrong ? (size_t)(wrong - words) : 0, err);
	else
		ok = check_result(parsed, err);
	if (parsed)
		gnutls_priority_deinit(parsed);
	free(words);
	return ok ||
	    error_hint(err, "remove tls_priority, or check the string with: gnutls-cli --list --priority STRING");
}
