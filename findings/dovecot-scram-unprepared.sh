#!/bin/sh
# RFC 5802 (2.2, 5.1) makes both sides of SCRAM prepare the password with SASLprep, which turns a superscript 2 into an ordinary 2.
# Dovecot does not: it hashes the octets as they are. A client that follows the RFC cannot log in with such a password.
. "$(dirname "$0")/lib.sh"

packages dovecot-core=1:2.3.19.1+dfsg1-2.1+deb12u7
libraries=$DIR/root/usr/lib/dovecot:$libraries
password=$(printf 'm\302\262pass')
run root/usr/bin/doveadm -O pw -s SCRAM-SHA-256 -p "$password" >stored
cat stored
python3 - stored "$password" >out <<'PY'
import base64, hashlib, hmac, sys, unicodedata

# {SCRAM-SHA-256}ITERATIONS,SALT,STORED-KEY,SERVER-KEY
iterations, salt, stored, _ = open(sys.argv[1]).read().strip().split("}")[1].split(",")
prepared = unicodedata.ucd_3_2_0.normalize("NFKC", sys.argv[2])  # for this password, SASLprep is only that

def stored_key(text):
    """RFC 5802, 3."""
    salted = hashlib.pbkdf2_hmac("sha256", text.encode(), base64.b64decode(salt), int(iterations))
    return base64.b64encode(hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()).decode()

print("prepared:", prepared)
print("as it is:", "equal" if stored_key(sys.argv[2]) == stored else "different")
print("prepared:", "equal" if stored_key(prepared) == stored else "different")
PY
cat out
expect 'the password that SASLprep makes of it is another one' '^prepared: m2pass$' out
expect 'the stored key is that of the password as it is' '^as it is: equal$' out
expect 'the stored key is not that of the prepared password' '^prepared: different$' out
# Dovecot's own check of a password does the same.
run root/usr/bin/doveadm -O pw -t "$(cat stored)" -p "$password" >out 2>&1 || :
expect 'Dovecot accepts the password as it is' 'verified' out
run root/usr/bin/doveadm -O pw -t "$(cat stored)" -p m2pass >out 2>&1 || :
! grep -q verified out || { echo 'CHANGED: it accepts the prepared password'; exit 1; }
echo 'seen: Dovecot does not accept the prepared password'
