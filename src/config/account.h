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

/* Where an option's value comes from. */
struct account_origin {
	char *place;   /* "FILE:LINE"; NULL: it is the default */
	bool defaults; /* of the defaults section */
};

/* What the configuration says of one account; it owns everything but `destination`. */
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
	struct error *password_failure; /* why there is none */
	unsigned secret_sources, inherited_sources; /* bits by secret_source: what is set, and by defaults */
	int64_t login_retry; /* seconds */
	const struct destination_ops *destination;
	char *deliver_path;	   /* NULL for pipe */
	char **deliver_command;
	int64_t deliver_timeout; /* seconds */
	struct retention_rule retention;
	uint64_t max_messages, max_octets; /* a run; 0: any number */
	int64_t max_time;		   /* of a run, seconds */
	enum repeat repeat;		   /* after account_check: yes or no */
	bool newest_first;
	bool crlf;
	int64_t timeout, connect_timeout; /* seconds */
	char **on_new_mail;		  /* a command, ended by NULL, or NULL */
	int64_t report_failures_after;	  /* seconds; 0: at once */
	struct account_origin *origins; /* in the order of account_options */
	/* Which of these come from the defaults section and give way to what the account says itself. */
	struct {
		bool deliver_command;
		bool tls_ca_file, tls_pins, tls_crl_file, tls_client_cert, tls_client_key;
	} inherited;
};

/* An option of an account or of the defaults section. */
struct account_option {
	const char *name;
	const char *expects; /* what would be right, for messages: "a number from 1 to 65535" */
	/* One of them: sets from one value, or from a list {"a", "b"} ended by NULL. False: not what is expected. */
	bool (*set)(struct account *a, const char *value, const char *folder);
	bool (*set_list)(struct account *a, const char *const *values);
	/* Its value, as the texts that would set it, ended by NULL; NULL: not set. account_value_free frees it. */
	char **(*get)(const struct account *a, size_t at);
	size_t at; /* for get: where the value is */
};

extern const struct account_option account_options[];
extern const size_t account_option_count;

/* An account with the values that hold where nothing is said. */
void account_init(struct account *a, const char *name);
void account_free(struct account *a);

/*
 * Sets an option from values, which are ended by NULL. Relative paths are taken from folder, "~" is
 * the user's home. ERROR_CONFIG says what is wrong with the value and what would be right.
 */
bool account_set(struct account *a, const struct account_option *option, const char *const *values,
    const char *folder, struct error *err);

/* Notes that the option with this index was set at "FILE:LINE", a text that is the account's from now on. */
void account_set_origin(struct account *a, size_t option, char *place, bool defaults);

/* Says that all that was set so far comes from the defaults section. */
void account_end_defaults(struct account *a);

/* Looks at the account as a whole: ERROR_CONFIG for the first thing that is missing or contradicts. */
bool account_check(struct account *a, struct error *err);

/* Takes a command and its arguments from values ended by NULL; false when it is none. */
bool account_set_command(char ***where, const char *const *values);
void account_drop_command(char ***command);

/* Sets the error for something that is not there. Returns false. */
bool account_miss(struct error *err, const char *what, const char *example);

/* Whether a text can be a host's name or address, as far as its characters go. */
bool account_host_is_good(const char *host);

/* Whether a name can be an account's: it becomes part of file names and of command lines. */
bool account_name_is_good(const char *name);

#endif
