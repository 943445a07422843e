#include "config.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include "base/buf.h"
#include "base/escape.h"
#include "tls/tls_gnutls.h"

enum {
	NAMES_SHOWN = 5,      /* number of names of a certificate in messages */
	NAMES_LOOKED_AT = 32, /* number of names that are examined */
};

bool tls_is_address(const char *host)
{
	unsigned char raw[sizeof(struct in6_addr)];

	return inet_pton(AF_INET, host, raw) == 1 || inet_pton(AF_INET6, host, raw) == 1;
}

void tls_dn_text(gnutls_x509_crt_t crt, bool issuer, char *out, size_t size)
{
	gnutls_datum_t dn = {0};
	int code = issuer ? gnutls_x509_crt_get_issuer_dn3(crt, &dn, 0) : gnutls_x509_crt_get_dn3(crt, &dn, 0);

	escape_text(out, size, code >= 0 ? (const char *)dn.data : "?", code >= 0 ? dn.size : 1);
	gnutls_free(dn.data);
}

static void append_name(struct buf *out, unsigned nth, const char *name, size_t size)
{
	if (nth >= NAMES_SHOWN) {
		buf_append_string(out, nth == NAMES_SHOWN ? ", ..." : "");
		return;
	}
	buf_append_string(out, nth > 0 ? ", " : "");
	buf_append(out, name, size);
}

/* Converts a binary address in `name` to text. */
static void address_text(char name[TLS_NAME_SIZE], size_t *size)
{
	char text[64] = "";
	const unsigned char *raw = (const unsigned char *)name;

	for (size_t i = 0; i < *size && *size == 4; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%u", i ? "." : "", raw[i]);
	for (size_t i = 0; i + 1 < *size && *size == 16; i += 2)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%x", i ? ":" : "",
		    (unsigned)(raw[i] << 8 | raw[i + 1]));
	*size = strlen(text);
	memcpy(name, text, *size);
}

bool tls_next_name(gnutls_x509_crt_t crt, unsigned *at, unsigned most, char name[TLS_NAME_SIZE], size_t *size)
{
	while (*at < most) {
		int type;

		*size = TLS_NAME_SIZE;
		type = gnutls_x509_crt_get_subject_alt_name(crt, (*at)++, name, size, NULL);
		if (type == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
			return false;
		if (type == GNUTLS_SAN_IPADDRESS)
			address_text(name, size);
		if (type == GNUTLS_SAN_DNSNAME || type == GNUTLS_SAN_IPADDRESS)
			return true;
	}
	return false;
}

unsigned tls_append_names(struct buf *out, gnutls_x509_crt_t crt)
{
	unsigned shown = 0, at = 0;
	char name[TLS_NAME_SIZE] = "";
	size_t size;

	while (tls_next_name(crt, &at, NAMES_LOOKED_AT, name, &size))
		append_name(out, shown++, name, size);
	return shown;
}
