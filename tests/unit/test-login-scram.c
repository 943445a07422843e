#include "config.h"

#include <string.h>

#include "base/secret.h"
#include "check_main.h"
#include "io/channel.h"
#include "pop3/login.h"
#include "pop3/login_parameters.h"
#include "scram_server.h"
#include "talk.h"

static const char password[] = "correct horse battery staple";

/* Behaviors of a server that has to prove that it knows the password. */
enum manner {
	HONEST,
	FORGES_ITS_PROOF,
	SAYS_OK_INSTEAD_OF_PROOF,
	SAYS_OK_AT_ONCE,
	GIVES_ANOTHER_NONCE,
	GIVES_INVALID_BASE64,
	REFUSES_THE_PROOF,
	REFUSES_AT_ONCE,
	ASKS_ONCE_MORE,
};

static const struct {
	enum manner manner;
	const char *knows; /* the password known to the server */
	enum error_kind kind;
	int lines; /* lines it receives */
} cases[] = {
    {HONEST, password, ERROR_NONE, 3},
    {ASKS_ONCE_MORE, password, ERROR_NONE, 4},
    {HONEST, "another", ERROR_AUTH, 2},
    {FORGES_ITS_PROOF, password, ERROR_AUTH, 2},
    {SAYS_OK_INSTEAD_OF_PROOF, password, ERROR_AUTH, 2},
    {SAYS_OK_AT_ONCE, password, ERROR_AUTH, 1},
    {GIVES_ANOTHER_NONCE, password, ERROR_AUTH, 1},
    {GIVES_INVALID_BASE64, password, ERROR_AUTH, 1},
    {REFUSES_THE_PROOF, password, ERROR_AUTH, 2},
    {REFUSES_AT_ONCE, password, ERROR_AUTH, 1},
};

static struct prover {
	enum manner manner;
	struct scram_server scram;
	struct buf received; /* received from the client, and not yet a complete line */
	struct buf reply;
	struct buf all; /* everything the client sent */
	int lines;
	bool asked;
} prover;

static void answer_step(struct prover *p, const char *response)
{
	char *challenge = NULL;

	if (!scram_server_step(&p->scram, response, &challenge)) {
		buf_append_string(&p->reply, "-ERR [AUTH] wrong\r\n");
	} else {
		if (p->manner == FORGES_ITS_PROOF && p->lines == 2)
			scram_server_forge(&challenge);
		buf_append_format(&p->reply, "+ %s\r\n", challenge ? challenge : "");
	}
	gsasl_free(challenge);
}

static void answer_line(struct prover *p, const char *line)
{
	static const char command[] = "AUTH SCRAM-SHA-256 ";

	if (strcmp(line, "CAPA") == 0) {
		buf_append_string(&p->reply, "+OK\r\nUSER\r\nSASL PLAIN SCRAM-SHA-256\r\n.\r\n");
		return;
	}
	if (p->lines++ == 0) {
		ck_assert_mem_eq(line, command, sizeof(command) - 1);
		line += sizeof(command) - 1;
	}
	if (p->lines >= 3) {
		ck_assert_str_eq(line, "");
		buf_append_string(&p->reply, p->manner == ASKS_ONCE_MORE && !p->asked ? "+ \r\n" : "+OK\r\n");
		p->asked = true;
	} else if (p->manner == SAYS_OK_AT_ONCE || (p->manner == SAYS_OK_INSTEAD_OF_PROOF && p->lines == 2)) {
		buf_append_string(&p->reply, "+OK welcome\r\n");
	} else if (p->manner == REFUSES_AT_ONCE || (p->manner == REFUSES_THE_PROOF && p->lines == 2)) {
		buf_append_string(&p->reply, "-ERR no\r\n");
	} else if (p->manner == GIVES_ANOTHER_NONCE) {
		buf_append_string(&p->reply, "+ cj1ldmlsLHM9QUFBQSxpPTQwOTY=\r\n");
	} else if (p->manner == GIVES_INVALID_BASE64) {
		buf_append_string(&p->reply, "+ r=evil\r\n");
	} else {
		answer_step(p, line);
	}
}

static enum channel_status prover_send(void *context, const void *bytes, size_t size, size_t *sent, struct error *err)
{
	struct prover *p = context;
	const char *end;

	(void)err;
	buf_append(&p->all, bytes, size);
	buf_append(&p->received, bytes, size);
	while ((end = strstr(buf_string(&p->received), "\r\n")) != NULL) {
		size_t length = (size_t)(end - p->received.data);

		p->received.data[length] = '\0';
		answer_line(p, p->received.data);
		buf_consume(&p->received, length + 2);
	}
	*sent = size;
	return CHANNEL_DONE;
}

static enum channel_status prover_receive(void *context, void *bytes, size_t size, size_t *got, struct error *err)
{
	struct prover *p = context;
	size_t length = p->reply.length < size ? p->reply.length : size;

	(void)err;
	if (length == 0)
		return CHANNEL_WANT_READ;
	memcpy(bytes, p->reply.data, length);
	buf_consume(&p->reply, length);
	*got = length;
	return CHANNEL_DONE;
}

static void prover_close(void *context)
{
	(void)context;
}

static struct talk talk;

/* Logs in to a server with that behavior. */
static bool login_at(enum manner manner, const char *knows)
{
	static const struct channel_ops ops = {.secure = true,
	    .receive = prover_receive,
	    .send = prover_send,
	    .close = prover_close};
	struct secret *secret = secret_make(password, sizeof(password) - 1);
	struct login login = {.secret = secret, .user = "user", .host = "localhost", .port = 995};
	bool ok;

	prover = (struct prover){.manner = manner};
	scram_server_start(&prover.scram, "SCRAM-SHA-256", knows);
	talk.stream = stream_make((struct channel){&ops, &prover, -1}, 60);
	talk_over_stream(&talk, false);
	ck_assert(session_ask_capabilities(talk.session, &talk.err));
	ok = login_run(talk.session, &login, &talk.err);
	secret_free(&secret);
	return ok;
}

START_TEST(a_scram_login_succeeds_only_if_the_server_proves_itself)
{
	bool ok = login_at(cases[_i].manner, cases[_i].knows);

	ck_assert(ok == (cases[_i].kind == ERROR_NONE));
	ck_assert_int_eq(talk.err.kind, cases[_i].kind);
	ck_assert_int_eq(prover.lines, cases[_i].lines);
	ck_assert_ptr_eq(strstr(buf_string(&prover.all), "PLAIN"), NULL);
	ck_assert_ptr_eq(strstr(buf_string(&prover.all), "PASS"), NULL);
	if (cases[_i].manner == SAYS_OK_INSTEAD_OF_PROOF || cases[_i].manner == SAYS_OK_AT_ONCE)
		ck_assert_ptr_ne(strstr(talk.err.cause, "without proving"), NULL);
	ck_assert_ptr_ne(strstr(buf_string(&talk.logged), "C: AUTH SCRAM-SHA-256 ****\n"), NULL);
	ck_assert_ptr_eq(strstr(buf_string(&talk.logged), password), NULL);
	/* base64 of "c=", the beginning of its proof */
	ck_assert_ptr_eq(strstr(buf_string(&talk.logged), "C: Yz1"), NULL);
	talk_end(&talk);
	scram_server_end(&prover.scram);
	buf_free(&prover.received);
	buf_free(&prover.reply);
	buf_free(&prover.all);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("login-scram");
	TCase *c = check_case(s, "login-scram");

	tcase_set_timeout(c, 30);
	LOOP_OVER(c, a_scram_login_succeeds_only_if_the_server_proves_itself, cases);
	return check_main(s);
}
