#ifndef SUPPORT_POP3_SESSION_H
#define SUPPORT_POP3_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <gnutls/gnutls.h>

/* The behavior of a session; the names are those of the program's options. */
struct pop3_options {
	const char *dir;
	const char *user, *password;
	const char *priority; /* NULL: GnuTLS's own */
	bool starttls;	      /* otherwise implicit TLS */
	bool ask_client, rehandshake, early_greeting;
	bool no_capa, no_pipelining, no_uidl, no_top, no_sasl, no_auth_resp_code;
	bool no_stls, stls_refuse, stls_inject;
	bool drop_quit, in_use;
	const char *sasl_before_tls; /* mechanisms announced only before TLS, as an attacker would; NULL: none */
	const char *scram;	     /* a mechanism besides PLAIN; NULL: none */
	const char *announce, *announce_after; /* a line of CAPA, before and after the login; NULL: none */
	const char *refuse_from;	       /* file whose text refuses each login while it exists; NULL: none */
	uint64_t slice;	   /* number of messages listed; retrieved ones are not listed again. 0: all */
	uint64_t pause;	   /* milliseconds before each answer to RETR */
	const char *hold;  /* directory with a file for each step that waits; NULL: none */
	uint64_t hold_at;  /* octets of bodies before the step BODY */
	uint64_t drop_at;  /* UINT64_MAX: never */
	uint64_t err_retr; /* 0: none */
	uint64_t drop_top; /* 0: never */
	uint64_t double_top;
	uint64_t err_top; /* 0: none */
	int transcript;	  /* -1: none */
	gnutls_certificate_credentials_t credentials;
};

/* Serves the connection FD until it ends, and closes it. */
void pop3_session_run(const struct pop3_options *options, int fd);

#endif
