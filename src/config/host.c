#include "config.h"

#include "config/host.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/error.h"

static const char separators[] = " \t\r\n/@[],;";

enum { HOST_MOST = 255, PORT_DIGITS_MOST = 5 };

/* Returns whether this is an IPv6 address, perhaps with a zone, as in "fe80::1%eth0". */
static bool is_ipv6(const char *host)
{
	char address[INET6_ADDRSTRLEN] = "";
	size_t length = strcspn(host, "%");
	struct in6_addr out;

	if (length >= sizeof(address) || strpbrk(host, separators))
		return false;
	memcpy(address, host, length);
	return inet_pton(AF_INET6, address, &out) == 1;
}

/* The parts of what was written in place of a host. */
struct parts {
	const char *host, *port;
	size_t host_length, port_length; /* a length is 0 if the part is missing */
};

/* Finds the host and the port in texts such as "pop3s://host:995/", "[::1]:995" and "host 995". */
static struct parts split(const char *text)
{
	const char *scheme = strstr(text, "://");
	struct parts p = {.host = scheme ? scheme + 3 : text};
	const char *after;

	p.host += *p.host == '[';
	p.host_length = strcspn(p.host, p.host > text && p.host[-1] == '[' ? "]" : ":/ \t\r\n,;");
	after = p.host + p.host_length;
	after += strspn(after, "]: \t,;");
	p.port_length = strspn(after, "0123456789");
	if (p.port_length <= PORT_DIGITS_MOST)
		p.port = after;
	else
		p.port_length = 0;
	return p;
}

static bool refuse(const char *host, const char *option, struct error *err)
{
	struct parts p = split(host);
	const char *what = strstr(host, "://") ? "a URL" : *host == '[' ? "an address in brackets" : "a port or a path";

	if (strchr(host, '@') || p.host_length == 0 || p.host_length > HOST_MOST) {
		error_set(err, ERROR_CONFIG, "%s contains more than a host name or address", option);
		return error_hint(err, "set %s to a host name or address, such as \"pop.example.org\"", option);
	}
	if (p.port_length == 0 && !strpbrk(host, ":/[]"))
		return false;
	/* This is neither a name with a port nor an address in brackets. */
	if (strchr(host, ':') != strrchr(host, ':') && !strpbrk(host, "/["))
		return false;
	error_set(err, ERROR_CONFIG, "%s = \"%s\" contains %s", option, host, what);
	if (p.port_length > 0 && strcmp(option, "server") == 0)
		return error_hint(err, "write server = \"%.*s\" and, in a line of its own, port = %.*s",
		    (int)p.host_length, p.host, (int)p.port_length, p.port);
	return error_hint(err, "write %s = \"%.*s\"; the option for the port is port", option, (int)p.host_length,
	    p.host);
}

bool host_check(const char *host, const char *option, struct error *err)
{
	if (is_ipv6(host))
		return true;
	if (strlen(host) <= HOST_MOST && *host && !strpbrk(host, separators) && !strchr(host, ':'))
		return true;
	return *host && refuse(host, option, err);
}
