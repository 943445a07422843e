#define _POSIX_C_SOURCE 200809L
#include "pop3_session.h"

#include "pop3_capability.h"
#include "pop3_maildrop.h"
#include "pop3_scram.h"
#include "pop3_wire.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
	COMMAND_MAX = 255 - 2, /* RFC 2449, section 4, without the CRLF */
	NAME_MAX_OCTETS = 255,
};

/* The states of RFC 1939, as bits: each command has the states in which it is valid. */
enum {
	AUTHORIZATION = 1,
	TRANSACTION = 2,
	ENDED = 4,
};

struct session {
	const struct pop3_options *options;
	struct pop3_maildrop *maildrop;
	unsigned state;
	char user[NAME_MAX_OCTETS + 1]; /* empty: no USER yet */
	struct pop3_wire wire;
};

static void reply(struct session *s, const char *text)
{
	pop3_wire_reply(&s->wire, "%s", text);
}

/* ---- AUTHORIZATION ---- */

static void cmd_capa(struct session *s, const char *arg)
{
	(void)arg;
	reply(s, "+OK what I can do follows");
	pop3_capability_list(s->options, s->state != AUTHORIZATION, &s->wire);
}

static bool start_tls(struct session *s)
{
	return pop3_wire_start_tls(&s->wire, s->options->credentials, s->options->priority, s->options->ask_client);
}

static void cmd_stls(struct session *s, const char *arg)
{
	(void)arg;
	if (s->wire.tls || !s->options->starttls || s->options->no_stls) {
		reply(s, "-ERR STLS is not offered here");
	} else if (s->options->stls_refuse) {
		reply(s, "-ERR TLS is not available at the moment");
	} else {
		reply(s, "+OK begin TLS");
		if (s->options->stls_inject)
			reply(s, "+OK injected");
		s->user[0] = '\0'; /* RFC 2595, section 4: the session starts again */
		(void)start_tls(s);
	}
}

static bool plain_refused(struct session *s)
{
	if (s->wire.tls)
		return false;
	reply(s, "-ERR no login before TLS");
	return true;
}

static bool refused_from_file(struct session *s)
{
	FILE *file = s->options->refuse_from ? fopen(s->options->refuse_from, "r") : NULL;
	char words[200] = "";

	if (!file)
		return false;
	if (fgets(words, sizeof(words), file))
		words[strcspn(words, "\r\n")] = '\0';
	(void)fclose(file);
	pop3_wire_reply(&s->wire, "-ERR %s", words);
	return true;
}

static void log_in(struct session *s, const char *user, const char *password)
{
	if (strcmp(user, s->options->user) != 0 || strcmp(password, s->options->password) != 0) {
		reply(s, "-ERR [AUTH] wrong user name or password");
		return;
	}
	if (refused_from_file(s))
		return;
	enum pop3_maildrop_status status = MAILDROP_IN_USE;
	if (!s->options->in_use)
		status = pop3_maildrop_open(s->options->dir, &s->maildrop);
	if (status == MAILDROP_OK) {
		s->state = TRANSACTION;
		if (s->options->slice > 0)
			pop3_maildrop_slice(s->maildrop, (size_t)s->options->slice);
		pop3_wire_reply(&s->wire, "+OK maildrop has %zu messages", pop3_maildrop_count(s->maildrop));
	} else {
		reply(s,
		    status == MAILDROP_IN_USE ? "-ERR [IN-USE] another session holds this maildrop"
					      : "-ERR [SYS/TEMP] the maildrop cannot be opened");
	}
}

static void cmd_user(struct session *s, const char *arg)
{
	if (plain_refused(s))
		return;
	if (!*arg || strlen(arg) > NAME_MAX_OCTETS) {
		reply(s, "-ERR USER takes a name");
		return;
	}
	memcpy(s->user, arg, strlen(arg) + 1);
	reply(s, "+OK now the password");
}

static void cmd_pass(struct session *s, const char *arg)
{
	if (plain_refused(s))
		return;
	if (!s->user[0])
		reply(s, "-ERR USER comes first");
	else
		log_in(s, s->user, arg);
	s->user[0] = '\0';
}

/* RFC 4616: authorization identity NUL authentication identity NUL password. */
static void auth_plain_message(struct session *s, const char *text, size_t len)
{
	gnutls_datum_t base64 = {.data = (unsigned char *)(uintptr_t)text, .size = (unsigned)len};
	gnutls_datum_t message = {NULL, 0};
	char parts[3][NAME_MAX_OCTETS + 1];
	size_t part = 0, used = 0;

	memset(parts, 0, sizeof(parts));
	bool ok = len > 0 && gnutls_base64_decode2(&base64, &message) >= 0;
	for (unsigned i = 0; ok && i < message.size; i++) {
		if (message.data[i] == '\0') {
			ok = ++part < 3;
			used = 0;
		} else if (used < NAME_MAX_OCTETS) {
			parts[part][used++] = (char)message.data[i];
		} else {
			ok = false;
		}
	}
	if (!ok || part != 2)
		reply(s, "-ERR that is not a PLAIN message");
	else if (parts[0][0] && strcmp(parts[0], parts[1]) != 0)
		reply(s, "-ERR [AUTH] nobody acts for another here");
	else
		log_in(s, parts[1], parts[2]);
	gnutls_memset(parts, 0, sizeof(parts));
	gnutls_free(message.data);
}

static void auth_scram(struct session *s, const char *arg)
{
	size_t name = strcspn(arg, " ");
	const struct pop3_options *o = s->options;

	if (strlen(o->scram) != name || strncmp(o->scram, arg, name) != 0)
		reply(s, "-ERR this mechanism is not offered");
	else if (pop3_scram_run(&s->wire, o->scram, arg + name + (arg[name] == ' '), o->user, o->password))
		log_in(s, o->user, o->password);
	else
		reply(s, "-ERR [AUTH] wrong user name or password, or another connection");
}

static void cmd_auth(struct session *s, const char *arg)
{
	if (s->options->no_sasl) {
		reply(s, "-ERR unknown command");
		return;
	}
	if (plain_refused(s))
		return;
	if (s->options->scram && strncasecmp(arg, "SCRAM-", 6) == 0) {
		auth_scram(s, arg);
		return;
	}
	if (strncasecmp(arg, "PLAIN", 5) != 0 || (arg[5] && arg[5] != ' ')) {
		reply(s, "-ERR the one mechanism here is PLAIN");
		return;
	}
	const char *text = arg[5] ? arg + 6 : NULL;
	size_t len = text ? strlen(text) : 0;
	if (!text) {
		pop3_wire_reply(&s->wire, "+ "); /* RFC 5034, section 4 */
		text = pop3_wire_read_line(&s->wire, &len);
		if (!text)
			return;
	}
	if (strcmp(text, "*") == 0)
		reply(s, "-ERR canceled");
	else
		auth_plain_message(s, text, strcmp(text, "=") == 0 ? 0 : len);
}

/* ---- TRANSACTION ---- */

/* Reads a message number; *REST points to the text after it. Answers -ERR if there is no such message. */
static bool parse_message(struct session *s, const char *arg, size_t *index, const char **rest)
{
	uint64_t n = 0;
	const char *p = arg;
	while (*p >= '0' && *p <= '9' && n < UINT32_MAX)
		n = 10 * n + (uint64_t)(*p++ - '0');
	*rest = *p == ' ' ? p + 1 : p;
	if (p == arg || (*p && *p != ' ')) {
		reply(s, "-ERR a message number is needed");
		return false;
	}
	if (n == 0 || n > pop3_maildrop_count(s->maildrop) || pop3_maildrop_deleted(s->maildrop, (size_t)n - 1)) {
		reply(s, "-ERR no such message");
		return false;
	}
	*index = (size_t)n - 1;
	return true;
}

static bool parse_only_message(struct session *s, const char *arg, size_t *index)
{
	const char *rest;
	if (!parse_message(s, arg, index, &rest))
		return false;
	if (*rest)
		reply(s, "-ERR one message number is enough");
	return !*rest;
}

/* A file that has been removed meanwhile counts as empty. */
static uint64_t octets_of(struct session *s, size_t i)
{
	uint64_t octets;
	return pop3_maildrop_octets(s->maildrop, i, &octets) ? octets : 0;
}

static void sum_up(struct session *s, size_t *count, uint64_t *octets)
{
	*count = 0;
	*octets = 0;
	for (size_t i = 0; i < pop3_maildrop_count(s->maildrop); i++) {
		if (pop3_maildrop_deleted(s->maildrop, i))
			continue;
		++*count;
		*octets += octets_of(s, i);
	}
}

static void cmd_stat(struct session *s, const char *arg)
{
	size_t count;
	uint64_t octets;
	(void)arg;
	sum_up(s, &count, &octets);
	pop3_wire_reply(&s->wire, "+OK %zu %" PRIu64, count, octets);
}

static void cmd_list(struct session *s, const char *arg)
{
	size_t i, count;
	uint64_t octets;
	if (*arg) {
		if (parse_only_message(s, arg, &i))
			pop3_wire_reply(&s->wire, "+OK %zu %" PRIu64, i + 1, octets_of(s, i));
		return;
	}
	sum_up(s, &count, &octets);
	pop3_wire_reply(&s->wire, "+OK %zu messages (%" PRIu64 " octets)", count, octets);
	for (i = 0; i < pop3_maildrop_count(s->maildrop); i++)
		if (!pop3_maildrop_deleted(s->maildrop, i))
			pop3_wire_line(&s->wire, "%zu %" PRIu64, i + 1, octets_of(s, i));
	pop3_wire_line(&s->wire, ".");
}

static void cmd_uidl(struct session *s, const char *arg)
{
	size_t i;
	if (s->options->no_uidl) {
		reply(s, "-ERR unknown command");
	} else if (*arg) {
		if (parse_only_message(s, arg, &i))
			pop3_wire_reply(&s->wire, "+OK %zu %s", i + 1, pop3_maildrop_uid(s->maildrop, i));
	} else {
		reply(s, "+OK unique-id listing follows");
		for (i = 0; i < pop3_maildrop_count(s->maildrop); i++)
			if (!pop3_maildrop_deleted(s->maildrop, i))
				pop3_wire_line(&s->wire, "%zu %s", i + 1, pop3_maildrop_uid(s->maildrop, i));
		pop3_wire_line(&s->wire, ".");
	}
}

static void cmd_retr(struct session *s, const char *arg)
{
	size_t i;
	uint64_t octets;
	if (!parse_only_message(s, arg, &i))
		return;
	if (i + 1 == s->options->err_retr || !pop3_maildrop_octets(s->maildrop, i, &octets)) {
		reply(s, "-ERR this message cannot be read");
		return;
	}
	if (s->options->pause > 0)
		(void)poll(NULL, 0, (int)s->options->pause);
	pop3_wire_reply(&s->wire, "+OK %" PRIu64 " octets", octets);
	pop3_maildrop_send(s->maildrop, i, &s->wire);
}

static void cmd_top(struct session *s, const char *arg)
{
	size_t i;
	uint64_t octets;
	const char *rest;
	char *end;

	if (s->options->no_top) {
		reply(s, "-ERR unknown command");
		return;
	}
	if (!parse_message(s, arg, &i, &rest))
		return;
	errno = 0;
	unsigned long long lines = strtoull(rest, &end, 10);
	if (*rest < '0' || *rest > '9' || *end || errno != 0) {
		reply(s, "-ERR TOP takes a message number and a number of lines");
	} else if (i + 1 == s->options->drop_top) {
		pop3_wire_drop(&s->wire);
	} else if (i + 1 == s->options->err_top || !pop3_maildrop_octets(s->maildrop, i, &octets)) {
		reply(s, "-ERR this message cannot be read");
	} else {
		for (int times = i + 1 == s->options->double_top ? 2 : 1; times > 0; times--) {
			reply(s, "+OK top of message follows");
			pop3_maildrop_send_top(s->maildrop, i, lines, &s->wire);
		}
	}
}

static void cmd_dele(struct session *s, const char *arg)
{
	size_t i;
	if (!parse_only_message(s, arg, &i))
		return;
	pop3_maildrop_delete(s->maildrop, i);
	pop3_wire_reply(&s->wire, "+OK message %zu deleted", i + 1);
}

static void cmd_noop(struct session *s, const char *arg)
{
	(void)arg;
	reply(s, "+OK");
}

static void cmd_rset(struct session *s, const char *arg)
{
	(void)arg;
	pop3_maildrop_reset(s->maildrop);
	reply(s, "+OK nothing is deleted");
}

static void cmd_quit(struct session *s, const char *arg)
{
	(void)arg;
	if (s->options->drop_quit) {
		pop3_wire_drop(&s->wire);
		return;
	}
	bool ok = !s->maildrop || pop3_maildrop_commit(s->maildrop);
	pop3_maildrop_close(s->maildrop); /* before the answer, because the client may return at once */
	s->maildrop = NULL;
	s->state = ENDED;
	reply(s, ok ? "+OK bye" : "-ERR [SYS/TEMP] some deleted messages are not removed");
}

/* ---- the dialogue ---- */

struct command {
	const char *name;
	unsigned states;
	void (*run)(struct session *s, const char *arg);
};

static const struct command commands[] = {
    {"CAPA", AUTHORIZATION | TRANSACTION, cmd_capa},
    {"STLS", AUTHORIZATION, cmd_stls},
    {"USER", AUTHORIZATION, cmd_user},
    {"PASS", AUTHORIZATION, cmd_pass},
    {"AUTH", AUTHORIZATION, cmd_auth},
    {"STAT", TRANSACTION, cmd_stat},
    {"LIST", TRANSACTION, cmd_list},
    {"UIDL", TRANSACTION, cmd_uidl},
    {"RETR", TRANSACTION, cmd_retr},
    {"TOP", TRANSACTION, cmd_top},
    {"DELE", TRANSACTION, cmd_dele},
    {"NOOP", TRANSACTION, cmd_noop},
    {"RSET", TRANSACTION, cmd_rset},
    {"QUIT", AUTHORIZATION | TRANSACTION, cmd_quit},
};

static const struct command *find_command(const struct session *s, const char *line, size_t length)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strlen(commands[i].name) != length || strncasecmp(commands[i].name, line, length) != 0)
			continue;
		return commands[i].run == cmd_capa && s->options->no_capa ? NULL : &commands[i];
	}
	return NULL;
}

static void obey(struct session *s, const char *line, size_t len)
{
	size_t length = strcspn(line, " ");
	const struct command *command = find_command(s, line, length);

	if (command)
		pop3_wire_hold(&s->wire, command->name);
	if (strlen(line) != len)
		reply(s, "-ERR a command holds no NUL");
	else if (len > COMMAND_MAX)
		reply(s, "-ERR a command has at most 255 octets");
	else if (!command)
		reply(s, "-ERR unknown command");
	else if (!(command->states & s->state))
		reply(s, "-ERR not now");
	else
		command->run(s, line[length] ? line + length + 1 : line + length);
}

/* A client that was not offered PIPELINING has to wait for each answer (RFC 2449, section 6.6). */
static bool pipelined_unasked(struct session *s)
{
	if ((!s->options->no_pipelining && !s->options->no_capa) || !pop3_wire_has_input(&s->wire))
		return false;
	reply(s, "-ERR pipelining is not offered here");
	return true;
}

void pop3_session_run(const struct pop3_options *options, int fd)
{
	static struct session s;
	char *line;
	size_t len;

	s.options = options;
	s.maildrop = NULL;
	s.state = AUTHORIZATION;
	s.user[0] = '\0';
	pop3_wire_init(&s.wire, fd, options->transcript);
	s.wire.body_left = options->drop_at;
	s.wire.hold = options->hold;
	s.wire.hold_left = options->hold_at;
	s.wire.early = options->early_greeting;
	pop3_wire_hold(&s.wire, "CONNECT");
	if (options->starttls || start_tls(&s)) {
		pop3_wire_hold(&s.wire, "GREETING");
		reply(&s, "+OK mailhaul test server ready");
	}
	if (options->rehandshake)
		pop3_wire_rehandshake(&s.wire);
	while (s.state != ENDED && !s.wire.failed && (line = pop3_wire_read_line(&s.wire, &len)) != NULL) {
		if (pipelined_unasked(&s))
			break;
		obey(&s, line, len);
	}
	pop3_wire_close(&s.wire);
	pop3_maildrop_close(s.maildrop);
}
