#include "config.h"

#include "config/account.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/parse.h"
#include "config/account_tls.h"
#include "config/account_value.h"
#include "config/credentials.h"
#include "config/path.h"
#include "deliver/destination.h"

enum {
	NAME_MOST = 64,
	TIMEOUT_SECONDS = 300,
	CONNECT_SECONDS = 30,
	DELIVER_SECONDS = 300,
};

static bool set_server(struct account *a, const char *value, const char *folder)
{
	(void)folder;
	if (!account_host_is_good(value))
		return false;
	memory_replace(&a->server, memory_copy_string(value));
	return true;
}

static bool set_port(struct account *a, const char *value, const char *folder)
{
	uint64_t port;

	(void)folder;
	if (!parse_number(value, strlen(value), 65535, &port) || port == 0)
		return false;
	a->port = (unsigned)port;
	return true;
}

/* One of two words; `second` becomes true for the second. */
static bool set_choice(const char *value, const char *first_word, const char *second_word, bool *second)
{
	*second = strcmp(value, second_word) == 0;
	return *second || strcmp(value, first_word) == 0;
}

static bool set_tls(struct account *a, const char *value, const char *folder)
{
	(void)folder;
	return set_choice(value, "implicit", "starttls", &a->starttls);
}

static bool set_user(struct account *a, const char *value, const char *folder)
{
	(void)folder;
	if (!*value)
		return false;
	memory_replace(&a->user, memory_copy_string(value));
	return true;
}

static bool set_deliver_to(struct account *a, const char *value, const char *folder)
{
	const char *colon = strchr(value, ':');
	size_t length = colon ? (size_t)(colon - value) : strlen(value);
	bool wants_path;

	a->destination = destination_find(value, length);
	if (!a->destination)
		return false;
	wants_path = a->destination != &pipe_ops;
	if (wants_path != (colon && colon[1]))
		return false;
	memory_replace(&a->deliver_path, wants_path ? path_resolve(colon + 1, folder) : NULL);
	return true;
}

static bool set_leave_on_server(struct account *a, const char *value, const char *folder)
{
	(void)folder;
	if (strcmp(value, "forever") == 0)
		a->retention.mode = RETENTION_FOREVER;
	else if (strcmp(value, "no") == 0)
		a->retention.mode = RETENTION_NONE;
	else if (isdigit((unsigned char)value[strlen(value) - (*value != '\0')]) ||
	    !parse_duration(value, &a->retention.age))
		return false; /* a number without a unit may have meant days, or seconds */
	else
		a->retention.mode = RETENTION_AGE;
	return true;
}

static bool set_max_message_size(struct account *a, const char *value, const char *folder)
{
	(void)folder;
	return parse_size(value, &a->retention.max_octets);
}

static bool set_max_messages(struct account *a, const char *value, const char *folder)
{
	(void)folder;
	return parse_number(value, strlen(value), UINT32_MAX, &a->max_messages);
}

static bool set_max_octets(struct account *a, const char *value, const char *folder)
{
	(void)folder;
	return parse_size(value, &a->max_octets);
}

static bool set_max_time(struct account *a, const char *value, const char *folder)
{
	(void)folder;
	return parse_duration(value, &a->max_time) && a->max_time >= 0 && a->max_time <= 86400;
}

static bool set_repeat(struct account *a, const char *value, const char *folder)
{
	static const char *const words[] = {[REPEAT_AUTO] = "auto", [REPEAT_NO] = "no", [REPEAT_YES] = "yes"};

	(void)folder;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		a->repeat = (enum repeat)i;
		if (strcmp(value, words[i]) == 0)
			return true;
	}
	return false;
}

static bool set_order(struct account *a, const char *value, const char *folder)
{
	(void)folder;
	return set_choice(value, "oldest", "newest", &a->newest_first);
}

static bool set_line_endings(struct account *a, const char *value, const char *folder)
{
	(void)folder;
	return set_choice(value, "lf", "crlf", &a->crlf);
}

static bool set_wait(int64_t *where, const char *value)
{
	return parse_duration(value, where) && *where >= 1 && *where <= 86400;
}

static bool set_timeout(struct account *a, const char *value, const char *folder)
{
	(void)folder;
	return set_wait(&a->timeout, value);
}

static bool set_connect_timeout(struct account *a, const char *value, const char *folder)
{
	(void)folder;
	return set_wait(&a->connect_timeout, value);
}

static bool set_login_retry(struct account *a, const char *value, const char *folder)
{
	(void)folder;
	return parse_duration(value, &a->login_retry) && a->login_retry >= 0 && a->login_retry <= 86400;
}

static bool set_deliver_timeout(struct account *a, const char *value, const char *folder)
{
	(void)folder;
	return set_wait(&a->deliver_timeout, value);
}

static bool set_report_failures_after(struct account *a, const char *value, const char *folder)
{
	(void)folder;
	return parse_duration(value, &a->report_failures_after);
}

static void free_list(char **list)
{
	for (char **each = list; each && *each; each++)
		free(*each);
	free(list);
}

void account_drop_command(char ***command)
{
	free_list(*command);
	*command = NULL;
}

bool account_set_command(char ***where, const char *const *values)
{
	size_t count = 0;

	while (values[count])
		count++;
	/* "pass show mail" without braces would be looked for as one file of that name. */
	if (count == 0 || !*values[0] || (count == 1 && strchr(values[0], ' ')))
		return false;
	free_list(*where);
	*where = memory_zeroed(count + 1, sizeof(**where));
	for (size_t i = 0; i < count; i++)
		(*where)[i] = memory_copy_string(values[i]);
	return true;
}

static bool set_deliver_command(struct account *a, const char *const *values)
{
	a->inherited.deliver_command = false;
	return account_set_command(&a->deliver_command, values);
}

static bool set_on_new_mail(struct account *a, const char *const *values)
{
	return account_set_command(&a->on_new_mail, values);
}

#define AT(member) offsetof(struct account, member)

/* In the order of the manual. */
const struct account_option account_options[] = {
    {"server", "a host name or address, such as \"pop.example.org\"", set_server, NULL,
	account_value_text, AT(server)},
    {"port", "a number from 1 to 65535", set_port, NULL,
	account_value_unsigned, AT(port)},
    {"tls", "implicit (port 995) or starttls (port 110)", set_tls, NULL,
	account_value_tls, AT(starttls)},
    {"tls_trust", "ca, pin (instead of a trusted issuer), both, or dane", account_tls_set_trust, NULL,
	account_value_trust, AT(tls_trust)},
    {"tls_ca_file", "the path of a PEM file", account_tls_set_ca_file, NULL,
	account_value_text, AT(tls_ca_file)},
    {"tls_pins", "a list of pins, each \"sha256:\" and the 44 characters that a failed check shows", NULL,
	account_tls_set_pins,
	account_value_list, AT(tls_pins)},
    {"tls_server_name", "a host name or address, such as \"pop.example.org\"", account_tls_set_server_name, NULL,
	account_value_text, AT(tls_server_name)},
    {"tls_crl_file", "the path of a PEM file", account_tls_set_crl_file, NULL,
	account_value_text, AT(tls_crl_file)},
    {"tls_client_cert", "the path of a PEM file, or a PKCS#11 URI without pin-value", account_tls_set_client_cert, NULL,
	account_value_text, AT(tls_client_cert)},
    {"tls_client_key", "the path of a PEM file, or a PKCS#11 URI without pin-value", account_tls_set_client_key, NULL,
	account_value_text, AT(tls_client_key)},
    {"tls_min_version", "1.2 or 1.3", account_tls_set_min_version, NULL,
	account_value_version, AT(tls_newest_only)},
    {"tls_priority", "a priority string of GnuTLS", account_tls_set_priority, NULL,
	account_value_text, AT(tls_priority)},
    {"user", "the name to log in with", set_user, NULL,
	account_value_text, AT(user)},
    {"auth", "auto, scram-sha-256-plus, scram-sha-256, scram-sha-1-plus, scram-sha-1, plain, login, user, oauthbearer, "
	"xoauth2, external, gssapi, cram-md5 or apop", credentials_set_auth, NULL,
	account_value_auth, AT(mechanism)},
    {"password", "the password, in single quotes", credentials_set_password, NULL,
	account_value_source, SECRET_PASSWORD},
    {"password_command", "a command and its arguments, such as {\"pass\", \"show\", \"mail\"}", NULL,
	credentials_set_password_command,
	account_value_source, SECRET_COMMAND},
    {"password_file", "the path of a file that holds the password", credentials_set_password_file, NULL,
	account_value_source, SECRET_FILE},
    {"password_credential", "the name of a systemd credential", credentials_set_password_credential, NULL,
	account_value_source, SECRET_CREDENTIAL},
    {"password_netrc", "a path, such as ~/.netrc", credentials_set_password_netrc, NULL,
	account_value_source, SECRET_NETRC},
    {"password_prompt", "yes or no", credentials_set_password_prompt, NULL,
	account_value_source, SECRET_PROMPT},
    {"token_command", "a command and its arguments, such as {\"oama\", \"access\", \"me@example.org\"}", NULL,
	credentials_set_token_command,
	account_value_source, SECRET_TOKEN_COMMAND},
    {"login_retry", "a time up to 1d, such as 10m (0: none)", set_login_retry, NULL,
	account_value_time, AT(login_retry)},
    {"deliver_to", "\"maildir:PATH\", \"mbox:PATH\" or \"pipe\"", set_deliver_to, NULL,
	account_value_deliver_to, AT(destination)},
    {"deliver_command", "a command and its arguments, such as {\"procmail\"}", NULL, set_deliver_command,
	account_value_list, AT(deliver_command)},
    {"deliver_timeout", "a time from 1s to 1d, such as 5m", set_deliver_timeout, NULL,
	account_value_time, AT(deliver_timeout)},
    {"leave_on_server", "forever, no, or a time with its unit, such as 14d or 2w", set_leave_on_server, NULL,
	account_value_leave, AT(retention)},
    {"max_message_size", "a size, such as 25M (0: any)", set_max_message_size, NULL,
	account_value_size, AT(retention.max_octets)},
    {"max_messages", "a number (0: any)", set_max_messages, NULL,
	account_value_number, AT(max_messages)},
    {"max_octets", "a size, such as 200M (0: any)", set_max_octets, NULL,
	account_value_size, AT(max_octets)},
    {"max_time", "a time up to 1d, such as 10m (0: any)", set_max_time, NULL,
	account_value_time, AT(max_time)},
    {"repeat", "auto, yes or no", set_repeat, NULL,
	account_value_repeat, AT(repeat)},
    {"order", "oldest or newest", set_order, NULL,
	account_value_order, AT(newest_first)},
    {"timeout", "a time from 1s to 1d, such as 300s", set_timeout, NULL,
	account_value_time, AT(timeout)},
    {"connect_timeout", "a time from 1s to 1d, such as 30s", set_connect_timeout, NULL,
	account_value_time, AT(connect_timeout)},
    {"line_endings", "lf or crlf", set_line_endings, NULL,
	account_value_line_endings, AT(crlf)},
    {"on_new_mail", "a command and its arguments, such as {\"notmuch\", \"new\"}", NULL, set_on_new_mail,
	account_value_list, AT(on_new_mail)},
    {"report_failures_after", "a time, such as 3h (0: at once)", set_report_failures_after, NULL,
	account_value_time, AT(report_failures_after)},
};

const size_t account_option_count = sizeof(account_options) / sizeof(account_options[0]);

void account_init(struct account *a, const char *name)
{
	*a = (struct account){
	    .name = memory_copy_string(name),
	    .deliver_timeout = DELIVER_SECONDS,
	    .timeout = TIMEOUT_SECONDS,
	    .connect_timeout = CONNECT_SECONDS,
	};
	a->origins = memory_zeroed(account_option_count, sizeof(*a->origins));
}

void account_free(struct account *a)
{
	for (size_t i = 0; i < account_option_count && a->origins; i++)
		free(a->origins[i].place);
	free(a->origins);
	free(a->name);
	free(a->server);
	account_tls_free(a);
	free(a->user);
	credentials_free(a);
	free(a->deliver_path);
	free_list(a->deliver_command);
	free_list(a->on_new_mail);
	*a = (struct account){0};
}

bool account_set(struct account *a, const struct account_option *option, const char *const *values,
    const char *folder, struct error *err)
{
	bool secret = option->set == credentials_set_password || (values[0] && strstr(values[0], "pin-value"));

	if (option->set ? option->set(a, values[0], folder) : option->set_list(a, values))
		return true;
	while (option->set_list == account_tls_set_pins && values[0] && account_tls_pin_is_good(values[0]))
		values++; /* the one that is wrong is told */
	error_set(err, ERROR_CONFIG, "%s = \"%s\" is not understood", option->name,
	    secret ? "" : values[0] ? values[0] : "");
	return error_mend(err, "%s takes %s", option->name, option->expects);
}

void account_set_origin(struct account *a, size_t option, char *place, bool defaults)
{
	memory_replace(&a->origins[option].place, place);
	a->origins[option].defaults = defaults;
}

void account_end_defaults(struct account *a)
{
	credentials_end_defaults(a);
	a->inherited.deliver_command = a->deliver_command != NULL;
	account_tls_end_defaults(a);
}

/* An inherited value is dropped when the account's own words leave no place for it. */
static void settle_inherited(struct account *a)
{
	if (a->destination != &pipe_ops && a->deliver_command && a->inherited.deliver_command)
		account_drop_command(&a->deliver_command);
}

bool account_miss(struct error *err, const char *option, const char *example)
{
	error_set(err, ERROR_CONFIG, "%s is missing", option);
	return error_mend(err, "add a line such as %s", example);
}

/* Servers that list a slice of the maildrop, and the next one in a later session. */
static bool lists_slices(const char *server)
{
	return strcasecmp(server, "pop.gmail.com") == 0 || strcasecmp(server, "pop.googlemail.com") == 0;
}

bool account_check(struct account *a, struct error *err)
{
	settle_inherited(a);
	if (a->port == 0)
		a->port = a->starttls ? 110 : 995;
	if (!a->server)
		return account_miss(err, "server", "server = \"pop.example.org\"");
	if (a->repeat == REPEAT_AUTO)
		a->repeat = lists_slices(a->server) ? REPEAT_YES : REPEAT_NO;
	if (!a->user)
		return account_miss(err, "user", "user = \"me@example.org\"");
	if (!credentials_check(a, err))
		return false;
	if (!a->destination)
		return account_miss(err, "deliver_to", "deliver_to = \"maildir:~/Mail\"");
	if (a->destination == &pipe_ops && !a->deliver_command)
		return account_miss(err, "deliver_command", "deliver_command = {\"procmail\"}");
	if (a->destination != &pipe_ops && a->deliver_command) {
		error_set(err, ERROR_CONFIG, "deliver_command is set, but deliver_to is not \"pipe\"");
		return error_mend(err, "set deliver_to = \"pipe\", or drop deliver_command");
	}
	return account_tls_check(a, err);
}

bool account_host_is_good(const char *host)
{
	return *host && strlen(host) <= 255 && !strpbrk(host, " \t\r\n/@");
}

bool account_name_is_good(const char *name)
{
	size_t length = strlen(name);

	if (length == 0 || length > NAME_MOST || !isalnum((unsigned char)name[0]))
		return false;
	for (size_t i = 0; i < length; i++) {
		if (!isalnum((unsigned char)name[i]) && !strchr("._@+-", name[i]))
			return false;
	}
	return true;
}
