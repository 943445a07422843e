#ifndef MAILHAUL_CONFIG_ACCOUNT_H
#define MAILHAUL_CONFIG_ACCOUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/retention.h"
#include "tls/tls.h"

struct destination_ops;
struct error;
struct mechanism;
struct secret;

/* The source of the password or token. */
enum secret_source {
	SECRET_PASSWORD,
	SECRET_COMMAND,
	SECRET_FILE,
	SECRET_CREDENTIAL,
	SECRET_NETRC,
	SECRET_PROMPT,
	SECRET_TOKEN_COMMAND,
};

enum { ACCOUNT_MAX_TIME = 12 * 3600 }; /* the default of max_time */

/* Whether a session that fetched messages is followed by another session. */
enum repeat {
	REPEAT_AUTO,
	REPEAT_NO,
	REPEAT_YES,
};

/* The destination of fetched mail. */
struct account_destination {
	const struct destination_ops *ops;
	char *path; /* NULL for pipe */
};

/* The origin of an option's value. {0} means that the default applies. */
struct account_origin {
	bool set;
	bool defaults; /* set in the defaults section, which the account's own options override */
	char *place;   /* "FILE:LINE", or NULL if unknown */
};

/* TLS: its start, how the server is verified, and a certificate for the client. */
struct account_tls {
	bool starttls;
	char *ca_file; /* NULL: the system's trusted certificates */
	enum tls_proof trust;
	char **pins; /* terminated by NULL, or NULL */
	char *crl_file;
	char *server_name; /* NULL: the account's server */
	bool newest_only;
	char *priority;
	char *client_cert, *client_key; /* paths or PKCS#11 URIs */
};

/* The user, and where the password or token comes from. */
struct account_login {
	char *user;
	const struct mechanism *mechanism;	  /* NULL: auto */
	enum secret_source source;		  /* valid after account_check */
	struct secret *password;		  /* password or token; NULL: password_obtain gets it if needed */
	char **password_command, **token_command; /* terminated by NULL, or NULL */
	char *password_file, *password_credential, *password_netrc;
	bool password_prompt;
	struct error *failure; /* why password_obtain failed */
	int64_t retry;	       /* seconds */
};

struct account_delivery {
	struct account_destination to;
	char **command;	       /* terminated by NULL, or NULL */
	int64_t command_limit; /* seconds */
	bool crlf;
	char **on_new_mail; /* a command, terminated by NULL, or NULL */
};

struct account_limits {
	unsigned max_messages;		  /* per run; 0: no limit */
	uint64_t max_octets;		  /* bytes per run; 0: no limit */
	int64_t max_time;		  /* seconds per run; not 0 after account_check */
	int64_t timeout, connect_timeout; /* seconds */
};

/*
 * The configuration of one account. It owns every member that is not const. config/account_options has a row for each
 * member that is an option.
 */
struct account {
	char *name;
	char *server;
	unsigned port; /* 0 until account_check sets the default port */
	struct account_tls tls;
	struct account_login login;
	struct account_delivery delivery;
	struct retention_rule retention;
	struct account_limits limits;
	enum repeat repeat; /* account_repeats explains it */
	bool newest_first;
	int64_t report_failures_after;	/* seconds; 0: report at once */
	struct account_origin *origins; /* indexed like account_options */
};

#endif
