#include "config.h"

#include "tls/dane.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <unbound.h>

#include "base/error.h"
#include "base/memory.h"
#include "io/net.h"

enum {
	TYPE_TLSA = 52,
	CLASS_IN = 1,
	RCODE_NXDOMAIN = 3,
	RECORDS_MOST = 64,
};

/* The files with the root's key: Debian's dns-root-data, unbound, others. */
static const char *const root_keys[] = {
    "/usr/share/dns/root.key",
    "/var/lib/unbound/root.key",
    "/etc/unbound/root.key",
    "/usr/local/etc/unbound/root.key",
    "/usr/share/dnssec-root/trusted-key.key",
    "/etc/trusted-key.key",
};

/* A query in progress. */
struct question {
	bool answered;
	int code;
	struct ub_result *result;
};

const char *dane_library_version(void)
{
	return ub_version();
}

static void take(void *context, int code, struct ub_result *result)
{
	struct question *q = context;

	q->answered = true;
	q->code = code;
	q->result = result;
}

static bool add_root_key(struct ub_ctx *c, struct error *err)
{
	for (size_t i = 0; i < sizeof(root_keys) / sizeof(root_keys[0]); i++) {
		if (access(root_keys[i], R_OK) == 0 && ub_ctx_add_ta_file(c, root_keys[i]) == 0)
			return true;
	}
	error_set(err, ERROR_CONFIG, "this system has no DNS root key, which tls_trust = dane needs");
	return error_hint(err, "install the DNS root key (Debian: dns-root-data)");
}

/*
 * Sets up libunbound so that it neither prints nor forks. It resolves in its own thread, so that mailhaul can stop
 * waiting.
 */
static bool set_up(struct ub_ctx *c, struct error *err)
{
	int code = ub_ctx_debugout(c, NULL);

	if (code == 0)
		code = ub_ctx_set_option(c, "do-not-query-localhost:", "no");
	if (code == 0)
		code = ub_ctx_resolvconf(c, NULL);
	if (code == 0)
		code = ub_ctx_async(c, 1);
	if (code != 0)
		return error_set(err, ERROR_INTERNAL, "libunbound cannot be started: %s", ub_strerror(code));
	return add_root_key(c, err);
}

static bool ask(struct ub_ctx *c, struct question *q, const char *name, deadline until, struct error *err)
{
	int code = ub_resolve_async(c, name, TYPE_TLSA, CLASS_IN, q, take, NULL);

	while (code == 0 && !q->answered) {
		if (!net_wait(ub_fd(c), POLLIN, until, "the TLSA records", err))
			return error_hint(err, "check the network and its name servers; the next run tries again");
		code = ub_process(c);
	}
	if (code == 0)
		code = q->code;
	if (code == 0)
		return true;
	return error_set(err, ERROR_NETWORK, "the TLSA records %s cannot be looked up: %s", name, ub_strerror(code));
}

/* Checks that there are signed records. An unsigned reply proves nothing, neither presence nor absence. */
static bool judge(const struct ub_result *r, const char *name, struct error *err)
{
	if (r->bogus) {
		error_set(err, ERROR_TLS, "the TLSA records %s have no valid signature: %s", name,
		    r->why_bogus ? r->why_bogus : "?");
		return error_hint(err,
		    "check that the name servers in /etc/resolv.conf support DNSSEC; "
		    "if they do, the records may be forged");
	}
	if (r->rcode != 0 && r->rcode != RCODE_NXDOMAIN) {
		error_set(err, ERROR_NETWORK,
		    "the TLSA records %s cannot be looked up: the name server reported error %d", name, r->rcode);
		return error_hint(err, "check the network and its name servers; the next run tries again");
	}
	if (!r->secure) {
		error_set(err, ERROR_TLS,
		    "the domain of %s is not signed with DNSSEC, so its TLSA records cannot be trusted", name);
		return error_hint(err, "set tls_trust = ca or pin");
	}
	if (!r->havedata) {
		error_set(err, ERROR_TLS, "there is no TLSA record %s", name);
		return error_hint(err, "set tls_trust = ca or pin, or ask the server's operator to publish the record");
	}
	return true;
}

static struct dane *make(struct ub_result *r)
{
	struct dane *d = memory_zeroed(1, sizeof(*d));

	d->answer = r;
	d->records = memory_zeroed(RECORDS_MOST, sizeof(*d->records));
	for (size_t i = 0; r->data[i] && d->count < RECORDS_MOST; i++) {
		unsigned char *data = (unsigned char *)r->data[i];

		if (r->len[i] < 3)
			continue;
		d->records[d->count++] =
		    (struct dane_record){data[0], data[1], data[2], data + 3, (size_t)r->len[i] - 3};
	}
	return d;
}

bool dane_look_up(struct dane **out, const char *host, unsigned port, deadline until, struct error *err)
{
	struct question q = {0};
	struct ub_ctx *c = ub_ctx_create();
	char *name = memory_format("_%u._tcp.%s", port, host);
	bool ok;

	if (!c)
		ok = error_set(err, ERROR_INTERNAL, "libunbound cannot be started");
	else
		ok = set_up(c, err) && ask(c, &q, name, until, err) && judge(q.result, name, err);
	if (c)
		ub_ctx_delete(c);
	if (ok)
		*out = make(q.result);
	else
		ub_resolve_free(q.result);
	free(name);
	return ok;
}

void dane_free(struct dane **dane)
{
	if (!*dane)
		return;
	ub_resolve_free((*dane)->answer);
	free((*dane)->records);
	free(*dane);
	*dane = NULL;
}
