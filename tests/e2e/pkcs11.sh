#!/bin/sh
# A client certificate and key in a PKCS#11 token, here SoftHSM: loaded before the worker is forked, and used in it.
. "${srcdir:-.}/tests/e2e/lib/common.sh"
# shellcheck source=tests/e2e/lib/trust.sh
. "$E2E_DIR/lib/trust.sh"
# shellcheck source=tests/e2e/lib/softhsm.sh
. "$E2E_DIR/lib/softhsm.sh"

mkdir mail
letter mail/1
certificates
sed '/BEGIN PRIVATE/,$d' certs/client.pem >certificate.pem
sed -n '/BEGIN PRIVATE/,$p' certs/client.pem >key.pem
make_token certificate.pem key.pem || skip_all "$TOKEN_MISSING"

for version in 1.2 1.3; do
  serve --dir mail --client-ca certs/ca.pem --priority "NORMAL:-VERS-ALL:+VERS-TLS$version"
  only 'tls_client_cert = "pkcs11:token=mail;object=me;type=cert"' \
    "tls_client_key = \"pkcs11:token=mail;object=me;type=private?pin-source=$WORK/pin\""
  check "certificate and key in a token are used, TLS $version" eval 'exits 0 && silent'
  check "the message is delivered, TLS $version" count_is Mail/new 1
done
only 'tls_client_cert = "certificate.pem"' \
  "tls_client_key = \"pkcs11:token=mail;object=me;type=private?pin-source=$WORK/pin\""
check 'a key in a token is used with a certificate in a file' eval 'exits 0 && silent'

printf 4321 >pin
rm -f transcript
only 'tls_client_cert = "certificate.pem"' \
  "tls_client_key = \"pkcs11:token=mail;object=me;type=private?pin-source=$WORK/pin\""
check 'a wrong PIN: exit code 78' exits 78
check 'a wrong PIN: one line names it' says err \
  'mailhaul: a: trust: tls_client_cert and its key cannot be used: Error in provided PIN; name a file with the PIN of the token in the URI: pkcs11:...?pin-source=PATH'
check 'a wrong PIN: nothing is sent' [ ! -s transcript ]
only 'tls_client_cert = "certificate.pem"' 'tls_client_key = "pkcs11:token=mail;object=nothing;type=private"'
check 'a missing object: exit code 78' exits 78
check 'a missing object: one line names the cause' [ "$(grep -c '^mailhaul: a: trust: tls_client_cert and its key cannot be used: ' err)" -eq "$(wc -l <err)" ]

done_testing
