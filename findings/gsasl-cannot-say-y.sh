#!/bin/sh
# RFC 5802 (6) makes a client that supports channel binding send "y" with SCRAM-SHA-256, so that the server notices if
# somebody removed SCRAM-SHA-256-PLUS from what it offers. GNU SASL's client fails if it is given the channel binding
# for a mechanism without PLUS, and otherwise sends "n", which says that it does not support it.
. "$(dirname "$0")/lib.sh"

packages libgsasl18=2.2.0-1+deb12u2 libidn12=1.41-1 libgssglue1=0.7-1.1 libntlm0=1.6-4
cat >first.py <<'PY'
import base64
import ctypes

sasl = ctypes.CDLL("libgsasl.so.18")
sasl.gsasl_check_version.restype = sasl.gsasl_strerror_name.restype = ctypes.c_char_p
print("GNU SASL", sasl.gsasl_check_version(None).decode())
AUTHID, PASSWORD, CB_TLS_UNIQUE, CB_TLS_EXPORTER = 1, 3, 18, 25  # gsasl.h

def first(mechanism, binding):
    """Returns how the client's first message begins, or the error."""
    library, session, out = ctypes.c_void_p(), ctypes.c_void_p(), ctypes.c_char_p()
    sasl.gsasl_init(ctypes.byref(library))
    sasl.gsasl_client_start(library, mechanism, ctypes.byref(session))
    sasl.gsasl_property_set(session, AUTHID, b"user")
    sasl.gsasl_property_set(session, PASSWORD, b"pencil")
    if binding:
        sasl.gsasl_property_set(session, binding, base64.b64encode(b"12 octets of"))
    code = sasl.gsasl_step64(session, None, ctypes.byref(out))
    if code not in (0, 1):
        return sasl.gsasl_strerror_name(code).decode()
    return base64.b64decode(out.value).decode().split(",,")[0]

for mechanism in b"SCRAM-SHA-256", b"SCRAM-SHA-256-PLUS":
    for name, binding in ("none", 0), ("tls-unique", CB_TLS_UNIQUE), ("tls-exporter", CB_TLS_EXPORTER):
        if binding or b"PLUS" not in mechanism:
            print(f"{mechanism.decode()}, binding {name}: {first(mechanism, binding)}")
PY
run python3 first.py | tee out
expect 'with PLUS, tls-unique is used' '^SCRAM-SHA-256-PLUS, binding tls-unique: p=tls-unique$' out
expect 'with PLUS, tls-exporter is used' '^SCRAM-SHA-256-PLUS, binding tls-exporter: p=tls-exporter$' out
expect 'without PLUS and without a binding, the client says n' '^SCRAM-SHA-256, binding none: n$' out
expect 'without PLUS, tls-unique is an error' '^SCRAM-SHA-256, binding tls-unique: GSASL_AUTHENTICATION_ERROR$' out
expect 'without PLUS, tls-exporter is an error' '^SCRAM-SHA-256, binding tls-exporter: GSASL_AUTHENTICATION_ERROR$' out
