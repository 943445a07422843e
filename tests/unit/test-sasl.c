#include "config.h"

#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/secret.h"
#include "check_main.h"
#include "pop3/login.h"
#include "pop3/login_parameters.h"
#include "pop3/sasl.h"
#include "scram_server.h"

struct client {
	struct secret *password;
	struct login login;
	struct sasl *sasl;
	struct buf answer;
	bool complete;
	struct error err;
};

static void client_start(struct client *c, const char *mechanism, const char *user, const char *password)
{
	*c = (struct client){.password = secret_make(password, strlen(password))};
	c->login = (struct login){.secret = c->password, .user = user, .host = "pop.example.org", .port = 995};
	ck_assert(sasl_start(&c->sasl, mechanism, &c->login, NULL, &c->err));
}

static bool client_step(struct client *c, const char *challenge)
{
	buf_clear(&c->answer);
	return sasl_step(c->sasl, challenge, &c->answer, &c->complete, &c->err);
}

static void client_end(struct client *c)
{
	sasl_free(&c->sasl);
	ck_assert_ptr_eq(c->sasl, NULL);
	sasl_free(&c->sasl);
	secret_free(&c->password);
	buf_wipe(&c->answer);
}

static const struct {
	const char *user, *password, *response;
} plain[] = {
    {"tim", "tanstaaftanstaaf", "AHRpbQB0YW5zdGFhZnRhbnN0YWFm"}, /* RFC 4616, 4, without authzid */
    {"a", "b", "AGEAYg=="},
    {"a@example.org", "p w\xc3\xbc", "AGFAZXhhbXBsZS5vcmcAcCB3w7w="},
};

START_TEST(plain_completes_after_one_message)
{
	struct client c;

	client_start(&c, "PLAIN", plain[_i].user, plain[_i].password);
	ck_assert(client_step(&c, ""));
	ck_assert_str_eq(buf_string(&c.answer), plain[_i].response);
	ck_assert(c.complete);
	client_end(&c);
}
END_TEST

static const char *const scrams[] = {"SCRAM-SHA-256", "SCRAM-SHA-1"};

/* Runs the exchange up to the server's last message, which the caller frees. */
static void until_proof(struct client *c, struct scram_server *server, char **final)
{
	char *challenge;

	ck_assert(client_step(c, ""));
	ck_assert(!c->complete);
	ck_assert(scram_server_step(server, buf_string(&c->answer), &challenge));
	ck_assert(client_step(c, challenge));
	ck_assert(!c->complete);
	gsasl_free(challenge);
	ck_assert(scram_server_step(server, buf_string(&c->answer), final));
}

START_TEST(scram_completes_once_the_server_has_proved_itself)
{
	struct scram_server server;
	struct client c;
	char *final;

	scram_server_start(&server, scrams[_i], "pencil");
	client_start(&c, scrams[_i], "user,with=signs", "pencil");
	until_proof(&c, &server, &final);
	ck_assert(client_step(&c, final));
	ck_assert(c.complete);
	ck_assert_uint_eq(c.answer.length, 0);
	ck_assert_str_eq(gsasl_property_fast(server.session, GSASL_AUTHID), "user,with=signs");
	gsasl_free(final);
	client_end(&c);
	scram_server_end(&server);
}
END_TEST

START_TEST(a_wrong_server_signature_fails_the_login)
{
	struct scram_server server;
	struct client c;
	char *final;

	scram_server_start(&server, scrams[_i], "pencil");
	client_start(&c, scrams[_i], "user", "pencil");
	until_proof(&c, &server, &final);
	scram_server_forge(&final);
	ck_assert(!client_step(&c, final));
	ck_assert(!c.complete);
	ck_assert_int_eq(c.err.kind, ERROR_AUTH);
	ck_assert_ptr_ne(strstr(c.err.cause, scrams[_i]), NULL);
	gsasl_free(final);
	client_end(&c);
	scram_server_end(&server);
}
END_TEST

START_TEST(the_server_rejects_a_wrong_password)
{
	struct scram_server server;
	struct client c;
	char *challenge;

	scram_server_start(&server, scrams[_i], "pencil");
	client_start(&c, scrams[_i], "user", "crayon");
	ck_assert(client_step(&c, ""));
	ck_assert(scram_server_step(&server, buf_string(&c.answer), &challenge));
	ck_assert(client_step(&c, challenge));
	gsasl_free(challenge);
	ck_assert(!scram_server_step(&server, buf_string(&c.answer), &challenge));
	gsasl_free(challenge);
	client_end(&c);
	scram_server_end(&server);
}
END_TEST

static const char *const bad_challenges[] = {
    "", "!not base64!", "eD15",	    /* x=y */
    "cj1ldmlsLHM9QUFBQSxpPTQwOTY=", /* r=evil,s=AAAA,i=4096: a different nonce */
    "dj1BQUFB",			    /* v=AAAA: too early */
    "ZT1vdGhlci1lcnJvcg==",	    /* e=other-error */
};

START_TEST(an_invalid_scram_challenge_fails_the_login)
{
	struct client c;

	client_start(&c, "SCRAM-SHA-256", "user", "pencil");
	ck_assert(client_step(&c, ""));
	ck_assert(!client_step(&c, bad_challenges[_i]));
	ck_assert_int_eq(c.err.kind, ERROR_AUTH);
	ck_assert(!c.complete);
	ck_assert_uint_eq(c.answer.length, 0);
	client_end(&c);
}
END_TEST

static const struct {
	const char *user, *password;
	enum sasl_preparation effect;
} preparations[] = {
    {"user", "pencil", SASL_UNCHANGED},
    {"user", "p w !\"#~", SASL_UNCHANGED},
    {"user", "p\xc3\xa5ss", SASL_UNCHANGED},	      /* U+00E5 */
    {"user", "pa\xcc\x8ass", SASL_CHANGES_PASSWORD},  /* the same, decomposed */
    {"user", "\xe2\x84\xab", SASL_CHANGES_PASSWORD},  /* U+212B, the sign for angstrom */
    {"user", "m\xc2\xb2pass", SASL_CHANGES_PASSWORD}, /* a superscript */
    {"user", "I\xc2\xadX", SASL_CHANGES_PASSWORD},    /* a soft hyphen */
    {"user",
	"a\xc2\xa0"
	"b",
	SASL_CHANGES_PASSWORD},			      /* a space that is not ASCII */
    {"user", "\xef\xac\x81n", SASL_CHANGES_PASSWORD}, /* a ligature */
    {"user", "\xef\xbd\x81", SASL_CHANGES_PASSWORD},  /* a full-width letter */
    {"user", "smile\xf0\x9f\x98\x80", SASL_REFUSES_PASSWORD},
    {"user",
	"\xd8\xa7"
	"1",
	SASL_REFUSES_PASSWORD}, /* RFC 4013, 3: fails the check of directions */
    {"user", "a\tb", SASL_REFUSES_PASSWORD},
    {"user", "\x7f", SASL_REFUSES_PASSWORD},
    {"user", "\xe9t\xe9", SASL_REFUSES_PASSWORD}, /* Latin-1 */
    {"us\xc2\xaa", "pencil", SASL_CHANGES_USER},
    {"us\xc2\xaa", "\xc2\xb2", SASL_CHANGES_USER},
    {"us\xc2\xaa", "\t", SASL_REFUSES_PASSWORD},
    {"us\x01", "pencil", SASL_REFUSES_USER},
    {"us\xe9r", "pencil", SASL_REFUSES_USER},
};

/* RFC 4013, with its examples. */
START_TEST(saslprep_changes_or_refuses_some_passwords)
{
	struct secret *password = secret_make(preparations[_i].password, strlen(preparations[_i].password));
	const struct login login = {.user = preparations[_i].user, .secret = password};

	ck_assert_int_eq(sasl_preparation(&login), preparations[_i].effect);
	secret_free(&password);
}
END_TEST

/*
 * What the library does must agree with the answer. A refused password is left out, because the library leaks memory
 * then.
 */
START_TEST(scram_fails_for_a_user_that_saslprep_refuses)
{
	struct client c;
	struct scram_server s;
	char *challenge;
	bool ok;

	if (preparations[_i / 2].effect == SASL_REFUSES_PASSWORD)
		return;
	client_start(&c, _i % 2 ? "SCRAM-SHA-1" : "SCRAM-SHA-256", preparations[_i / 2].user,
	    preparations[_i / 2].password);
	scram_server_start(&s, _i % 2 ? "SCRAM-SHA-1" : "SCRAM-SHA-256", "pencil");
	ok = client_step(&c, "");
	if (ok) {
		ck_assert(scram_server_step(&s, buf_string(&c.answer), &challenge));
		ok = client_step(&c, challenge);
		gsasl_free(challenge);
	}
	ck_assert_int_eq(ok, preparations[_i / 2].effect < SASL_REFUSES_USER);
	if (!ok)
		ck_assert_str_eq(c.err.hint, "set auth = plain to send the password itself, over TLS");
	scram_server_end(&s);
	client_end(&c);
}
END_TEST

START_TEST(an_unsupported_mechanism_is_a_configuration_error)
{
	struct login login = {.user = "user", .host = "pop.example.org"};
	struct sasl *sasl = NULL;
	struct error err;

	ck_assert(!sasl_start(&sasl, "NO-SUCH-THING", &login, NULL, &err));
	ck_assert_int_eq(err.kind, ERROR_CONFIG);
	ck_assert_str_eq(err.cause, "GNU SASL on this system does not support NO-SUCH-THING");
	ck_assert_ptr_eq(sasl, NULL);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("sasl");
	TCase *c = check_case(s, "sasl");

	LOOP_OVER(c, plain_completes_after_one_message, plain);
	LOOP_OVER(c, scram_completes_once_the_server_has_proved_itself, scrams);
	LOOP_OVER(c, a_wrong_server_signature_fails_the_login, scrams);
	LOOP_OVER(c, the_server_rejects_a_wrong_password, scrams);
	LOOP_OVER(c, an_invalid_scram_challenge_fails_the_login, bad_challenges);
	LOOP_OVER(c, saslprep_changes_or_refuses_some_passwords, preparations);
	tcase_add_loop_test(c, scram_fails_for_a_user_that_saslprep_refuses, 0,
	    2 * (int)(sizeof(preparations) / sizeof(preparations[0])));
	tcase_add_test(c, an_unsupported_mechanism_is_a_configuration_error);
	return check_main(s);
}
