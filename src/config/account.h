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

/* Where the password comes from, or the token. */
enum secret_source {
	SECRET_PASSWORD,
	SECRET_COMMAND,
	SECRET_FILE,
	SECRET_CREDENTIAL,
	SECRET_NETRC,
	SECRET_PROMPT,
	SECRET_TOKEN_COMMAND,
};

/* Whether another session follows one that has fetched something. */
enum repeat {
	REPEAT_AUTO,
	REPEAT_NO,
	REPEAT_YES,
};

/* Where mail goes. */
struct account_destination {
	const struct destination_ops *ops;
	char *path; /* NULL for pipe */
};

/* Where an option's value comes from. {0}: it is the default. */
struct account_origin {
	bool set;
	bool defaults; /* by the defaults section, and gives way to what the account says itself */
	char *place;   /* "FILE:LINE", where that is known */
};

/*
 * What the configuration says of one account; it owns everything that is not const. config/account_options has a row for
 * each member that is an option.
 */
struct account {
	char *name;
	char *server;
	unsigned port; /* 0 until account_check: then the usual one */
	bool starttls;
	char *tls_ca_file; /* NULL: the system's trust */
	enum tls_proof tls_trust;
	char **tls_pins; /* ended by NULL, or NULL */
	char *tls_crl_file;
	char *tls_server_name; /* NULL: server */
	bool tls_newest_only;
	char *tls_priority;
	char *tls_client_cert, *tls_client_key; /* paths or PKCS#11 URIs */
	char *user;
	const struct mechanism *mechanism; /* NULL: auto */
	enum secret_source secret_source;  /* after account_check */
	struct secret *password;	   /* or token; NULL: password_obtain gets it, unless the mechanism needs none */
	char **password_command, **token_command; /* ended by NULL, or NULL */
	char *password_file, *password_credential, *password_netrc;
	bool password_prompt;
	struct error *password_failure; /* why there is none */
	int64_t login_retry; /* seconds */
	struct account_destination destination;
	char **deliver_command;
	int64_t deliver_timeout; /* seconds */
	struct retention_rule retention;
	unsigned max_messages; /* a run; 0: any number */
	uint64_t max_octets;   /* the same */
	int64_t max_time;		   /* of a run, seconds */
	enum repeat repeat;		   /* after account_check: yes or no */
	bool newest_first;
	bool crlf;
	int64_t timeout, connect_timeout; /* seconds */
	char **on_new_mail;		  /* a command, ended by NULL, or NULL */
	int64_t report_failures_after;	  /* seconds; 0: at once */
	struct account_origin *origins; /* in the order of account_options; see config/account_options */
};

#endif
