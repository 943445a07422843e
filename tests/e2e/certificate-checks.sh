#!/bin/sh
# Servers with a valid certificate and with an invalid one, with TLS 1.2 and 1.3. A refusal is one line that says
# what is wrong, which certificate it is and what is safe to do. No credential is sent.
# shellcheck source=tests/e2e/lib/memory.sh
. "${srcdir:-.}/tests/e2e/lib/memory.sh"
. "${srcdir:-.}/tests/e2e/lib/common.sh"
# shellcheck source=tests/e2e/lib/trust.sh
. "$E2E_DIR/lib/trust.sh"

mkdir mail
letter mail/1
certificates

# refused KIND FILE WHAT HINT [LINE...]: the server with that certificate receives no credentials.
refused() {
  _kind=$1 _file=$2 _what=$3 _hint=$4 && shift 4
  for version in 1.2 1.3; do
    # shellcheck disable=SC2086 # options or none
    serve --dir mail --cert "$_file" --priority "NORMAL:-VERS-ALL:+VERS-TLS$version" $SERVE_OPTIONS
    only "$@"
    check "$_kind, TLS $version: exit code 69" exits 69
    check "$_kind, TLS $version: one line names the problem, the certificate and the hint" says err "mailhaul: a: TLS: $_what $(identity "certs/$_file"); $_hint"
    check "$_kind, TLS $version: no credential is sent" no_credentials
  done
}
# taken KIND FILE [LINE...]: mail is fetched.
taken() {
  _kind=$1 _file=$2 && shift 2
  for version in 1.2 1.3; do
    # shellcheck disable=SC2086 # options or none
    serve --dir mail --cert "$_file" --priority "NORMAL:-VERS-ALL:+VERS-TLS$version" $SERVE_OPTIONS
    only "$@"
    check "$_kind, TLS $version: the run succeeds and prints nothing" eval 'exits 0 && silent'
    check "$_kind, TLS $version: the message is delivered" count_is Mail/new 1
  done
}
SERVE_OPTIONS=''
# day FILE startdate|enddate: prints when a certificate's validity begins or ends.
day() { date -d "$(openssl x509 -in "certs/$1" -noout "-$2" | sed 's/.*=//')" +%Y-%m-%d; }
renew='check this machine'\''s date; if it is right, ask the server'\''s operator to renew the certificate'
rename='set server to the name that the provider documents for POP3; set tls_server_name to the name in the certificate only if the provider confirms it'
adopt='if the server is yours, set tls_ca_file to the certificate of its issuer; or compare the fingerprint with the server'\''s own, then set tls_pins to the key pin and tls_trust = pin'

# ---- dates ----
refused 'expired' expired.pem "the certificate expired on $(day expired.pem enddate)" "$renew"
refused 'not yet valid' not-yet.pem "the certificate is not valid before $(day not-yet.pem startdate)" "check this machine's date"
refused 'an issuer whose certificate has expired' old-issuer.pem \
  "the issuer's certificate (CN=Old test authority,O=Example) expired on $(day old-ca.pem enddate)" "$renew"

# ---- names ----
refused 'another name' wronghost.pem 'the certificate was issued for mail.example.net, not for localhost' "$rename"
refused 'a common name that differs from the alternative names' common-name.pem \
  'the certificate was issued for mail.example.net, not for localhost' "$rename"
nameless='the certificate lists no names, and its common name, localhost, is not accepted'
name_it='ask the server'\''s operator for a certificate with the server'\''s name among its alternative names; if the server is yours, set tls_pins to the key pin and tls_trust = pin'
refused 'a certificate with only a common name' no-names.pem "$nameless" "$name_it"
refused 'a certificate with only another common name' no-names.pem "$nameless" "$name_it" 'tls_server_name = "pop.example.org"'
NO_CA=yes
taken 'a certificate with only a common name, with a pin' no-names.pem 'tls_trust = pin' "tls_pins = {\"$(pin certs/no-names.pem)\"}"
NO_CA=''
refused 'a certificate with only addresses' address.pem \
  'the certificate was issued for 127.0.0.1, 0:0:0:0:0:0:0:1, not for localhost' "$rename"
SERVER=127.0.0.1
taken 'an address listed in the certificate' address.pem
refused 'an address listed as a name' address-as-name.pem \
  'the certificate was issued for 127.0.0.1, not for the address 127.0.0.1' "$rename"
refused 'an address not listed in the certificate' idn.pem \
  'the certificate was issued for xn--bcher-kva.example, not for the address 127.0.0.1' "$rename"
SERVER=localhost
taken 'a name set with tls_server_name' wronghost.pem 'tls_server_name = "mail.example.net"'
taken 'a name with a trailing dot' server.pem 'tls_server_name = "localhost."'
refused 'a name set with tls_server_name that is not in the certificate' server.pem \
  'the certificate was issued for localhost, 127.0.0.1, 0:0:0:0:0:0:0:1, not for pop.example.org' "$rename" \
  'tls_server_name = "pop.example.org"'
taken 'an internationalized name' idn.pem 'tls_server_name = "bücher.example"'
taken 'an internationalized name in capitals' idn.pem 'tls_server_name = "BÜCHER.example"'
taken 'an internationalized name in its DNS form' idn.pem 'tls_server_name = "xn--bcher-kva.example"'
refused 'another internationalized name' idn.pem \
  'the certificate was issued for xn--bcher-kva.example, not for xn--mnchen-3ya.example' "$rename" \
  'tls_server_name = "münchen.example"'

label=a23456789-123456789-123456789-123456789-123456789-123456789-12
long=$label.$label.$label.${label%2}
refused 'a name of maximum length' server.pem \
  "the certificate was issued for localhost, 127.0.0.1, 0:0:0:..., not for $long" "$rename" "tls_server_name = \"$long\""
SERVER=bücher.invalid
rm -f transcript
only
check 'an internationalized server name is looked up in its DNS form' contains err \
  'mailhaul: a: connect: the host name xn--bcher-kva.invalid cannot be resolved: '
SERVER=localhost

# ---- issuers and keys ----
refused 'a self-signed certificate' selfsigned.pem "the certificate's issuer is not trusted: CN=localhost,O=Example" "$adopt"
refused 'an unknown issuer' server.pem "the certificate's issuer is not trusted: CN=mailhaul test authority,O=Example" \
  "$adopt" 'tls_ca_file = "certs/other-ca.pem"'
refused 'an issuer whose name imitates a fingerprint' long-name.pem \
  "the certificate's issuer is not trusted: $(printf '%.96s...' "$(openssl x509 -in certs/long-name.pem -noout -issuer -nameopt rfc2253 | sed 's/^issuer=//')")" "$adopt"
refused 'a client certificate' client.pem 'the certificate is not valid for servers' \
  "ask the server's operator to replace it"
for kind in rsa ed25519 server; do
  taken "a key of the kind $kind" $kind.pem
done

# ---- revocation ----
gone="do not use this server until its operator has replaced the certificate"
refused 'a revoked certificate' revoked.pem 'the certificate or one of its issuers has been revoked' "$gone" \
  'tls_crl_file = "certs/crl.pem"'
taken 'a certificate that is not on the revocation list' server.pem 'tls_crl_file = "certs/crl.pem"'
unknown='it is unknown whether the certificate has been revoked: tls_crl_file contains'
newest="download the issuer's newest list to tls_crl_file, or remove tls_crl_file"
refused 'an outdated revocation list' server.pem "$unknown an outdated list of its issuer" "$newest" \
  'tls_crl_file = "certs/old-crl.pem"'
refused 'a revocation list signed by another issuer' server.pem "$unknown a list of its issuer that the issuer has not signed" \
  "$newest" 'tls_crl_file = "certs/forged-crl.pem"'
refused 'a revocation list of another issuer' selfsigned.pem "$unknown no list of its issuer" "$newest" \
  'tls_crl_file = "certs/crl.pem"' 'tls_ca_file = "certs/selfsigned.pem"'
refused 'a must-staple certificate without a stapled answer' must-staple.pem \
  'the certificate requires a stapled OCSP response, but the server sent none' \
  "try again later; if this persists, ask the server's operator to set up OCSP stapling"

# answer FILE STATUS OPTION...: writes the authority's answer for certs/FILE to ./answer: V (good), R (revoked) or
# nothing (unknown).
answer() {
  _serial=$(openssl x509 -in "certs/$1" -noout -serial | sed 's/.*=//') _revoked=''
  [ "$2" != R ] || _revoked=250101000000Z
  printf '%s\t491231235959Z\t%s\t%s\tunknown\t/CN=localhost\n' "${2:-V}" "$_revoked" "$_serial" >index
  [ -n "$2" ] || : >index
  _cert=certs/$1 && shift 2
  # shellcheck disable=SC2086 # a command or nothing
  ${OCSP_TIME:-} openssl ocsp -index index -rsigner "certs/${OCSP_SIGNER:-ca}.pem" \
    -rkey "certs/${OCSP_SIGNER:-ca-key}.pem" -CA certs/ca.pem -issuer certs/ca.pem \
    -cert "$_cert" -no_nonce -respout answer "$@" >ocsp.log 2>&1 || bail "no OCSP answer: $(cat ocsp.log)"
}
SERVE_OPTIONS='--ocsp answer'
answer must-staple.pem V -ndays 30
taken 'a must-staple certificate with a stapled answer' must-staple.pem
answer server.pem V -ndays 30
taken 'a stapled answer that the certificate does not require' server.pem
answer server.pem R -ndays 30
refused 'a certificate revoked by a stapled answer' server.pem 'the certificate or one of its issuers has been revoked' "$gone"
# A response about several certificates; the one of the server comes first.
answer server.pem V -cert certs/rsa.pem -ndays 30
taken 'a stapled answer that is good and does not know another certificate' server.pem
answer server.pem R -cert certs/rsa.pem -ndays 30
refused 'a stapled answer about several, by which the certificate is revoked' server.pem 'the certificate or one of its issuers has been revoked' "$gone"
useless="the server's stapled OCSP response is not valid for the certificate"
later="check this machine's date and try again later; if this persists, ask the server's operator"
for kind in must-staple server; do
  answer rsa.pem V -ndays 30
  refused "a stapled answer for a certificate other than $kind" $kind.pem "$useless" "$later"
  answer $kind.pem '' -ndays 30
  refused "a stapled answer that does not know $kind" $kind.pem "$useless" "$later"
  printf 'no answer' >answer
  refused "an invalid stapled answer for $kind" $kind.pem "$useless" "$later"
  if faketime -f -90d true 2>/dev/null; then
    OCSP_TIME='faketime -f -90d' && answer $kind.pem V -ndays 30 && OCSP_TIME=''
    refused "an outdated stapled answer for $kind" $kind.pem "the server's stapled OCSP response is out of date" "$later"
  else
    skip "an outdated stapled answer for $kind" 'faketime is not installed'
  fi
  OCSP_SIGNER=selfsigned
  answer $kind.pem V -ndays 30
  refused "a stapled answer signed by another issuer for $kind" $kind.pem "$useless" "$later"
  OCSP_SIGNER=''
done
SERVE_OPTIONS=''

# ---- name constraints (RFC 5280, section 4.2.1.10) ----
# constrained FILE CONSTRAINT: makes certs/FILE for localhost, by an issuer with this limit.
constrained() {
  printf '%s\n' 'basicConstraints = critical, CA:true' 'keyUsage = critical, keyCertSign' "nameConstraints = critical, $2" >issuer.ext
  printf '%s\n' 'subjectAltName = DNS:localhost' 'basicConstraints = critical, CA:false' 'extendedKeyUsage = serverAuth' >leaf.ext
  {
    for _each in issuer leaf; do
      openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout $_each.key -subj "/CN=$_each" -out $_each.request || return 1
    done
    openssl x509 -req -in issuer.request -CA certs/ca.pem -CAkey certs/ca-key.pem -set_serial 0x1001 -days 30 -extfile issuer.ext -out issuer.crt &&
      openssl x509 -req -in leaf.request -CA issuer.crt -CAkey issuer.key -set_serial 0x1002 -days 30 -extfile leaf.ext -out leaf.crt
  } >log 2>&1 || bail "no certificate: $(cat log)"
  cat leaf.crt issuer.crt leaf.key >"certs/$1"
}
outside="the certificate is outside the limits (names, length of the chain) of an issuer's certificate"
allowed="ask the server's operator for a certificate from an issuer that may sign it"
constrained permitted.pem 'permitted;DNS:localhost'
taken 'an issuer that may sign for the name' permitted.pem
constrained not-excluded.pem 'excluded;DNS:example.org'
taken 'an issuer that may not sign for another name' not-excluded.pem
constrained not-permitted.pem 'permitted;DNS:example.org'
refused 'an issuer that may sign only for another name' not-permitted.pem "$outside" "$allowed"
constrained excluded.pem 'excluded;DNS:localhost'
refused 'an issuer that may not sign for the name' excluded.pem "$outside" "$allowed"
constrained capitals.pem 'permitted;DNS:LOCALHOST'
serve --dir mail --cert capitals.pem
only
if [ "$STATUS" = 69 ] && contains err "$outside" >/dev/null; then
  skip 'an issuer that may sign for the name, in capitals' 'this GnuTLS compares limits by case (fixed in 3.8.13)'
else
  taken 'an issuer that may sign for the name, in capitals' capitals.pem
fi

done_testing
