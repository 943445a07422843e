#include "config.h"

#include "config/account_options.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "config/account.h"
#include "config/account_options.h"

#define AT(member) offsetof(struct account, member)
#define WORDS(...)                                                                                                     \
	(const char *const[])                                                                                          \
	{                                                                                                              \
		__VA_ARGS__, NULL                                                                                      \
	}

enum { DAY = 86400, NAME_MOST = 64 };

static const char server_expected[] = "a host name or address, such as \"pop.example.org\"";
static const char pem_expected[] = "the path of a PEM file";
static const char pem_or_uri_expected[] = "the path of a PEM file, or a PKCS#11 URI without pin-value";

const struct account_option account_options[] = {
    {"server", ACCOUNT_HOST, AT(server), .expects = server_expected},
    {"port", ACCOUNT_COUNT, AT(port), .least = 1, .most = 65535, .expects = "a number from 1 to 65535"},
    {"tls", ACCOUNT_FLAG, AT(tls.starttls), .words = WORDS("implicit", "starttls"),
	.expects = "implicit (port 995) or starttls (port 110)"},
    {"tls_trust", ACCOUNT_CHOICE, AT(tls.trust),
	.words = WORDS([TLS_BY_CA] = "ca", [TLS_BY_PIN] = "pin", [TLS_BY_BOTH] = "both", [TLS_BY_DANE] = "dane"),
	.expects = "ca, pin (instead of a trusted issuer), both, or dane"},
    {"tls_ca_file", ACCOUNT_PATH, AT(tls.ca_file), .expects = pem_expected},
    {"tls_pins", ACCOUNT_PINS, AT(tls.pins),
	.expects = "a list of pins, each \"sha256:\" followed by the 44 characters that mailhaul -v check prints"},
    {"tls_server_name", ACCOUNT_HOST, AT(tls.server_name), .expects = server_expected},
    {"tls_crl_file", ACCOUNT_PATH, AT(tls.crl_file), .expects = pem_expected},
    {"tls_client_cert", ACCOUNT_PATH_OR_URI, AT(tls.client_cert), .expects = pem_or_uri_expected},
    {"tls_client_key", ACCOUNT_PATH_OR_URI, AT(tls.client_key), .expects = pem_or_uri_expected},
    {"tls_min_version", ACCOUNT_FLAG, AT(tls.newest_only), .words = WORDS("1.2", "1.3"), .expects = "1.2 or 1.3"},
    {"tls_priority", ACCOUNT_TEXT, AT(tls.priority), .expects = "a GnuTLS priority string"},
    {"user", ACCOUNT_TEXT, AT(login.user), .expects = "the name to log in with"},
    {"auth", ACCOUNT_MECHANISM, AT(login.mechanism),
	.expects =
	    "auto, scram-sha-256-plus, scram-sha-256, scram-sha-1-plus, scram-sha-1, plain, login, user, oauthbearer, "
	    "xoauth2, external, gssapi, cram-md5 or apop"},
    {"password", ACCOUNT_SECRET, AT(login.password), .secret = true, .expects = "the password, in single quotes"},
    {"password_command", ACCOUNT_COMMAND, AT(login.password_command), .secret = true,
	.expects = "a command and its arguments, such as {\"pass\", \"show\", \"mail\"}"},
    {"password_file", ACCOUNT_PATH, AT(login.password_file),
	.expects = "the path of a file that contains the password"},
    {"password_credential", ACCOUNT_FILE_NAME, AT(login.password_credential),
	.expects = "the name of a systemd credential"},
    {"password_netrc", ACCOUNT_PATH, AT(login.password_netrc), .expects = "a path, such as ~/.netrc"},
    {"password_prompt", ACCOUNT_FLAG, AT(login.password_prompt), .words = WORDS("no", "yes"), .expects = "yes or no"},
    {"token_command", ACCOUNT_COMMAND, AT(login.token_command), .secret = true,
	.expects = "a command and its arguments, such as {\"oama\", \"access\", \"me@example.org\"}"},
    {"login_retry", ACCOUNT_TIME, AT(login.retry), .most = DAY,
	.expects = "a time up to 1d, such as 10m (0: do not retry)"},
    {"deliver_to", ACCOUNT_DESTINATION, AT(delivery.to), .expects = "\"maildir:PATH\", \"mbox:PATH\" or \"pipe\""},
    {"deliver_command", ACCOUNT_COMMAND, AT(delivery.command),
	.expects = "a command and its arguments, such as {\"procmail\"}"},
    {"deliver_timeout", ACCOUNT_TIME, AT(delivery.command_limit), .least = 1, .most = DAY, .initial = "5m",
	.expects = "a time from 1s to 1d, such as 5m"},
    {"leave_on_server", ACCOUNT_RETENTION, AT(retention),
	.expects = "forever, no, or a time with a unit, such as 14d or 2w"},
    {"max_message_size", ACCOUNT_SIZE, AT(retention.max_octets), .expects = "a size, such as 25M (0: no limit)"},
    {"max_messages", ACCOUNT_COUNT, AT(limits.max_messages), .most = UINT32_MAX, .expects = "a number (0: no limit)"},
    {"max_octets", ACCOUNT_SIZE, AT(limits.max_octets), .expects = "a size, such as 200M (0: no limit)"},
    {"max_time", ACCOUNT_TIME, AT(limits.max_time), .most = DAY,
	.expects = "a time up to 1d, such as 10m (0: the default)"},
    {"repeat", ACCOUNT_CHOICE, AT(repeat),
	.words = WORDS([REPEAT_AUTO] = "auto", [REPEAT_NO] = "no", [REPEAT_YES] = "yes"), .expects = "auto, yes or no"},
    {"order", ACCOUNT_FLAG, AT(newest_first), .words = WORDS("oldest", "newest"), .expects = "oldest or newest"},
    {"timeout", ACCOUNT_TIME, AT(limits.timeout), .least = 1, .most = DAY, .initial = "5m",
	.expects = "a time from 1s to 1d, such as 5m"},
    {"connect_timeout", ACCOUNT_TIME, AT(limits.connect_timeout), .least = 1, .most = DAY, .initial = "30s",
	.expects = "a time from 1s to 1d, such as 30s"},
    {"line_endings", ACCOUNT_FLAG, AT(delivery.crlf), .words = WORDS("lf", "crlf"), .expects = "lf or crlf"},
    {"on_new_mail", ACCOUNT_COMMAND, AT(delivery.on_new_mail),
	.expects = "a command and its arguments, such as {\"notmuch\", \"new\"}"},
    {"report_failures_after", ACCOUNT_TIME, AT(report_failures_after), .most = INT64_MAX,
	.expects = "a time, such as 3h (0: at once)"},
};

const size_t account_option_count = sizeof(account_options) / sizeof(account_options[0]);

const struct account_option *account_find_option(const char *name)
{
	for (size_t i = 0; i < account_option_count; i++) {
		if (strcmp(account_options[i].name, name) == 0)
			return &account_options[i];
	}
	return NULL;
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

static struct account_origin *origin_of(const struct account *a, const struct account_option *option)
{
	return &a->origins[option - account_options];
}

void account_init(struct account *a, const char *name)
{
	*a = (struct account){.name = memory_copy_string(name)};
	a->origins = memory_zeroed(account_option_count, sizeof(*a->origins));
	for (size_t i = 0; i < account_option_count; i++) {
		const char *const values[] = {account_options[i].initial, NULL};
		struct error err;

		if (values[0])
			(void)account_value_set(a, &account_options[i], values, "/", &err);
	}
}

void account_free(struct account *a)
{
	for (size_t i = 0; i < account_option_count && a->origins; i++) {
		free(a->origins[i].place);
		account_value_clear(a, &account_options[i]);
	}
	free(a->origins);
	free(a->name);
	free(a->login.failure);
	*a = (struct account){0};
}

bool account_set(struct account *a, const struct account_option *option, const char *const *values,
    const char *directory, struct error *err)
{
	struct account_origin *origin = origin_of(a, option);
	bool secret = option->secret || (values[0] && strstr(values[0], "pin-value"));

	if (account_value_set(a, option, values, directory, err)) {
		origin->set = true;
		origin->defaults = false;
		return true;
	}
	if (err->kind != ERROR_NONE)
		return false;
	while (option->kind == ACCOUNT_PINS && values[0] && account_pin_is_good(values[0]))
		values++; /* the message names the invalid pin */
	if (secret)
		error_set(err, ERROR_CONFIG, "%s is not valid", option->name);
	else
		error_set(err, ERROR_CONFIG, "%s = \"%s\" is not valid", option->name, values[0] ? values[0] : "");
	return error_hint(err, "set %s to %s", option->name, option->expects);
}

void account_set_place(struct account *a, const struct account_option *option, char *place)
{
	memory_replace(&origin_of(a, option)->place, place);
}

void account_end_defaults(struct account *a)
{
	for (size_t i = 0; i < account_option_count; i++)
		a->origins[i].defaults = a->origins[i].set;
}

bool account_is_set(const struct account *a, const char *option)
{
	return account_value_is_set(a, account_find_option(option));
}

bool account_is_inherited(const struct account *a, const char *option)
{
	return origin_of(a, account_find_option(option))->defaults;
}

void account_drop_inherited(struct account *a, const char *name)
{
	const struct account_option *option = account_find_option(name);
	struct account_origin *origin = origin_of(a, option);

	if (!origin->defaults)
		return;
	account_value_clear(a, option);
	free(origin->place);
	*origin = (struct account_origin){0};
}
