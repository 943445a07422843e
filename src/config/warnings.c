#include "config.h"

#include "config/warnings.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "config/account.h"
#include "config/account_options.h"
#include "config/problems.h"

/* A port that another protocol, or another start of TLS, has by convention. */
struct known_port {
	unsigned port;
	const char *what, *hint;
};

static const struct known_port other_protocols[] = {
    {25, "is a port of SMTP, which sends mail", "set port to that of POP3, usually 995"},
    {465, "is a port of SMTP, which sends mail", "set port to that of POP3, usually 995"},
    {587, "is a port of SMTP, which sends mail", "set port to that of POP3, usually 995"},
    {143, "is the port of IMAP", "set port to that of POP3, usually 995"},
    {993, "is the port of IMAP", "set port to that of POP3, usually 995"},
    {80, "is the port of HTTP", "set port to that of POP3, usually 995"},
    {443, "is the port of HTTPS", "set port to that of POP3, usually 995"},
};

/* Returns the place where an option is set, else that of the user, which is always set. */
static const char *place_of(const struct account *a, const char *option)
{
	const char *place = a->origins[account_find_option(option) - account_options].place;

	return place ? place : a->origins[account_find_option("user") - account_options].place;
}

static void find_port(const struct account *a, struct problems *warnings)
{
	const char *option = "port", *what = NULL, *hint = NULL;

	for (size_t i = 0; i < sizeof(other_protocols) / sizeof(other_protocols[0]); i++) {
		if (other_protocols[i].port == a->port) {
			what = other_protocols[i].what;
			hint = other_protocols[i].hint;
		}
	}
	if (a->port == 995 && a->tls.starttls) {
		option = "tls";
		what = "starts with TLS, but tls = starttls starts without it";
		hint = "remove tls = starttls, or set port = 110";
	} else if (a->port == 110 && !a->tls.starttls) {
		what = "starts without TLS, but tls = implicit starts with it";
		hint = "remove port = 110, or set tls = starttls";
	}
	if (what)
		problems_add(warnings, "%s: warning: account %s: port %u usually %s; %s", place_of(a, option), a->name,
		    a->port, what, hint);
}

static bool same_words(char *const *a, char *const *b)
{
	if (!a || !b)
		return a == b;
	for (; *a && *b && strcmp(*a, *b) == 0; a++)
		b++;
	return !*a && !*b;
}

/* Compares paths as names; "a//b/" is the same as "a/b". */
static bool same_path(const char *a, const char *b)
{
	if (!a || !b)
		return a == b;
	while (*a && *a == *b) {
		bool slash = *a == '/';

		a += slash ? strspn(a, "/") : 1;
		b += slash ? strspn(b, "/") : 1;
	}
	return !a[strspn(a, "/")] && !b[strspn(b, "/")];
}

/* A server has one maildrop for a user, whether at the port for implicit TLS or at the one for STLS. */
static bool same_port(const struct account *a, const struct account *b)
{
	return a->port == b->port || (a->port == 995 && b->port == 110) || (a->port == 110 && b->port == 995);
}

static bool are_same(const struct account *a, const struct account *b)
{
	return strcasecmp(a->server, b->server) == 0 && same_port(a, b) && strcmp(a->login.user, b->login.user) == 0 &&
	    a->delivery.to.ops == b->delivery.to.ops && same_path(a->delivery.to.path, b->delivery.to.path) &&
	    same_words(a->delivery.command, b->delivery.command);
}

void warnings_find(struct account *const *accounts, size_t count, struct problems *warnings)
{
	for (size_t i = 0; i < count; i++) {
		find_port(accounts[i], warnings);
		for (size_t k = 0; k < i; k++) {
			if (!are_same(accounts[k], accounts[i]))
				continue;
			problems_add(warnings,
			    "%s: warning: accounts %s and %s have the same server, user and destination, so that each "
			    "message is delivered twice; remove one of them",
			    place_of(accounts[i], "user"), accounts[k]->name, accounts[i]->name);
			break;
		}
	}
}
