#!/bin/sh
# GNU SASL: gsasl_saslprep allows characters that Unicode 3.2 did not have yet, such as an emoji, unless it is called
# with GSASL_ALLOW_UNASSIGNED. With this flag it refuses them: the effect is the opposite of the name.
. "$(dirname "$0")/lib.sh"

packages libgsasl18=2.2.0-1+deb12u2 libidn12=1.41-1 libgssglue1=0.7-1.1 libntlm0=1.6-4
cat >prepare.py <<'PY'
import ctypes

sasl = ctypes.CDLL("libgsasl.so.18")
sasl.gsasl_check_version.restype = sasl.gsasl_strerror_name.restype = ctypes.c_char_p
print("GNU SASL", sasl.gsasl_check_version(None).decode())
GSASL_ALLOW_UNASSIGNED = 1
for text in "pencil", "m²", "smile😀":
    for name, flags in ("no flags", 0), ("GSASL_ALLOW_UNASSIGNED", GSASL_ALLOW_UNASSIGNED):
        out = ctypes.c_char_p()
        code = sasl.gsasl_saslprep(text.encode(), flags, ctypes.byref(out), None)
        result = (out.value or b"").decode()
        print(f"{text}, {name}: {sasl.gsasl_strerror_name(code).decode()} {result}")
PY
PYTHONIOENCODING=utf-8 run python3 prepare.py | tee out
expect 'SASLprep turns a superscript 2 into a 2' '^m², no flags: GSASL_OK m2$' out
expect 'without flags, an emoji is allowed' '^smile😀, no flags: GSASL_OK smile😀$' out
expect 'with GSASL_ALLOW_UNASSIGNED, an emoji is refused' '^smile😀, GSASL_ALLOW_UNASSIGNED: GSASL_SASLPREP_ERROR' out
