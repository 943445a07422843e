#ifndef MAILHAUL_TESTS_SCRAM_SERVER_H
#define MAILHAUL_TESTS_SCRAM_SERVER_H

#include <string.h>

#include <check.h>
#include <gsasl.h>

/* The server's side of SCRAM, by the same library: base64 input and output. */
struct scram_server {
	Gsasl *library;
	Gsasl_session *session;
};

static inline void scram_server_start(struct scram_server *s, const char *mechanism, const char *password)
{
	ck_assert_int_eq(gsasl_init(&s->library), GSASL_OK);
	ck_assert_int_eq(gsasl_server_start(s->library, mechanism, &s->session), GSASL_OK);
	gsasl_property_set(s->session, GSASL_PASSWORD, password);
}

/* Returns whether the exchange continues or has succeeded. *answer is to be freed by gsasl. */
static inline bool scram_server_step(struct scram_server *s, const char *response, char **answer)
{
	int code;

	*answer = NULL;
	code = gsasl_step64(s->session, response, answer);
	return code == GSASL_OK || code == GSASL_NEEDS_MORE;
}

/* Falsifies the signature in the server's last message, which stays well-formed. */
static inline void scram_server_forge(char **answer)
{
	char *text;
	size_t length;

	ck_assert_int_eq(gsasl_base64_from(*answer, strlen(*answer), &text, &length), GSASL_OK);
	ck_assert_uint_gt(length, 10);
	ck_assert_mem_eq(text, "v=", 2);
	text[8] = text[8] == 'A' ? 'B' : 'A';
	gsasl_free(*answer);
	ck_assert_int_eq(gsasl_base64_to(text, length, answer, NULL), GSASL_OK);
	gsasl_free(text);
}

static inline void scram_server_end(struct scram_server *s)
{
	gsasl_finish(s->session);
	gsasl_done(s->library);
}

#endif
