#!/bin/sh
# Pins, in addition to a trusted issuer and instead of one; versions and algorithms; client certificates. A failure
# in any of them is one line, before a credential is sent.
. "${srcdir:-.}/tests/e2e/lib/common.sh"
# shellcheck source=tests/e2e/lib/trust.sh
. "$E2E_DIR/lib/trust.sh"

mkdir mail
letter mail/1
certificates
impostor="add the key pin to tls_pins only if the server's operator confirms the new key: another host may be impersonating the server"
other=$(pin certs/other-ca.pem)

# fetches SENTENCE LINE...; refuses SENTENCE CODE LINE LINE...: a run, and its result.
fetches() {
  _case=$1 && shift
  only "$@"
  check "$_case: the run succeeds and prints nothing" eval 'exits 0 && silent'
  check "$_case: the message is delivered" count_is Mail/new 1
}
refuses() {
  _case=$1 _code=$2 _said=$3 && shift 3
  rm -f transcript
  only "$@"
  check "$_case: exit code $_code" exits "$_code"
  check "$_case: one line names the cause and the hint" says err "$_said"
  check "$_case: no credential is sent" no_credentials
}
# misconfigured SENTENCE WORDS LINE...: an error in the configuration, reported in one line with its place.
misconfigured() {
  _case=$1 _words=$2 && shift 2
  rm -f transcript
  only "$@"
  check "$_case: exit code 78" exits 78
  check "$_case: one line names the file and the hint" says err "$_words"
  check "$_case: nothing is sent" [ ! -s transcript ]
}
place='mailhaul: mailhaul.conf:9: account a:'

# ---- pins ----
for version in 1.2 1.3; do
  for kind in selfsigned rsa ed25519; do
    serve --dir mail --cert $kind.pem --priority "NORMAL:-VERS-ALL:+VERS-TLS$version"
    NO_CA=yes
    fetches "a pin instead of an issuer, $kind, TLS $version" 'tls_trust = pin' "tls_pins = {\"$(pin certs/$kind.pem)\"}"
    refuses "another key, $kind, TLS $version" 69 \
      "mailhaul: a: TLS: the server's key is not in tls_pins $(identity certs/$kind.pem); $impostor" \
      'tls_trust = pin' "tls_pins = {\"$other\"}"
    NO_CA=''
  done
done
NO_CA=yes
serve --dir mail --cert selfsigned.pem
mine=$(pin certs/selfsigned.pem)
fetches 'one of several pins' 'tls_trust = pin' "tls_pins = {\"$other\", \"$mine\"}"
fetches 'the names do not count with a pin alone' 'tls_trust = pin' "tls_pins = {\"$mine\"}" 'tls_server_name = "other.example"'
refuses 'a pin does not help beside an issuer that is not trusted' 69 \
  "mailhaul: a: TLS: the certificate's issuer is not trusted: CN=localhost,O=Example $(identity certs/selfsigned.pem); if the server is yours, set tls_ca_file to the certificate of its issuer; or compare the fingerprint with the server's own, then set tls_pins to the key pin and tls_trust = pin" \
  'tls_trust = both' "tls_pins = {\"$mine\"}"
serve --dir mail --cert old-selfsigned.pem
refuses 'dates count with a pin, too' 69 \
  "mailhaul: a: TLS: the certificate expired on $(date -d "$(openssl x509 -in certs/old-selfsigned.pem -noout -enddate | sed 's/.*=//')" +%Y-%m-%d) $(identity certs/old-selfsigned.pem); check this machine's date; if it is right, ask the server's operator to renew the certificate" \
  'tls_trust = pin' "tls_pins = {\"$(pin certs/old-selfsigned.pem)\"}"
if faketime -f -400d true 2>/dev/null; then
  serve --dir mail --cert selfsigned.pem
  only 'tls_trust = pin' "tls_pins = {\"$mine\"}"
  rm -f transcript
  run_later -400d a
  check 'a pinned certificate that is not yet valid: exit code 69' exits 69
  check 'a pinned certificate that is not yet valid: one line says so' contains err 'mailhaul: a: TLS: the certificate is not valid before '
  check 'a pinned certificate that is not yet valid: no credential is sent' no_credentials
else
  skip 'a pinned certificate that is not yet valid' 'faketime is not installed'
fi
NO_CA=''
serve --dir mail
mine=$(pin certs/server.pem)
fetches 'a pin beside an issuer' 'tls_trust = both' "tls_pins = {\"$mine\"}"
refuses 'another key from a trusted issuer' 69 \
  "mailhaul: a: TLS: the server's key is not in tls_pins $(identity certs/server.pem); $impostor" \
  'tls_trust = both' "tls_pins = {\"$other\"}"
only 'tls_trust = both' "tls_pins = {\"$mine\"}"
run -v a
check '-v logs how the server was authenticated' contains err 'certificate valid and key pinned for localhost'
serve --dir mail --starttls
refuses 'another key after STLS' 69 \
  "mailhaul: a: TLS: the server's key is not in tls_pins $(identity certs/server.pem); $impostor" \
  'tls = starttls' 'tls_trust = both' "tls_pins = {\"$other\"}"

# ---- versions and algorithms ----
serve --dir mail --priority 'NORMAL:-VERS-ALL:+VERS-TLS1.2'
refuses 'TLS 1.2 is not enough where 1.3 is asked for' 69 \
  'mailhaul: a: TLS: the server does not support TLS 1.3; set tls_min_version = 1.2, which is also safe' \
  'tls_min_version = 1.3'
fetches 'TLS 1.2 where it is enough' 'tls_min_version = 1.2'
refuses 'the same with a priority string' 69 \
  'mailhaul: a: TLS: the server does not support TLS 1.3; set tls_min_version = 1.2, which is also safe' \
  'tls_min_version = 1.3' 'tls_priority = "NORMAL"'
serve --dir mail --priority 'NORMAL:-VERS-ALL:+VERS-TLS1.1'
for priority in NORMAL 'NORMAL:+VERS-TLS1.1:+VERS-TLS1.0' LEGACY 'NORMAL:+VERS-ALL'; do
  refuses "TLS 1.1 stays off with $priority" 69 \
    "mailhaul: a: TLS: the server supports neither TLS 1.2 nor TLS 1.3; ask the server's operator to upgrade it: older versions are not safe" \
    "tls_priority = \"$priority\""
done
serve --dir mail
fetches 'a priority string' 'tls_priority = "SECURE128:%PROFILE_MEDIUM"'
only 'tls_priority = "NORMAL:-CIPHER-ALL:+CHACHA20-POLY1305"'
run -v a
check 'tls_priority selects the cipher' contains err CHACHA20-POLY1305
hint='remove tls_priority, or check the string with: gnutls-cli --list --priority STRING'
misconfigured 'a bad priority string' \
  "$place tls_priority = \"NORMAL:+VERS-SSL9\" is not valid from here on: +VERS-SSL9; $hint" 'tls_priority = "NORMAL:+VERS-SSL9"'
misconfigured 'one that encrypts nothing' "$place tls_priority allows NULL, which encrypts nothing; $hint" \
  'tls_priority = "NORMAL:+NULL"'
misconfigured 'one without versions' "$place tls_priority leaves no permitted TLS version or no permitted cipher; $hint" \
  'tls_priority = "NORMAL:-VERS-ALL:+VERS-TLS1.1"'
misconfigured 'one without must-staple' \
  "$place tls_priority has %NO_STATUS_REQUEST, which is not allowed; remove it: of the words with %, only those that do not weaken TLS are allowed" \
  'tls_priority = "NORMAL:%NO_STATUS_REQUEST"'

# ---- client certificates ----
ours="set tls_client_cert and tls_client_key to the files that the server's operator gave you for this account"
sed '/BEGIN PRIVATE/,$d' certs/client.pem >certificate.pem
sed -n '/BEGIN PRIVATE/,$p' certs/client.pem >key.pem
sed -n '/BEGIN PRIVATE/,$p' certs/rsa.pem >other-key.pem
openssl pkcs8 -topk8 -in key.pem -out locked-key.pem -passout pass:x
cp key.pem open-key.pem && chmod 644 open-key.pem
for version in 1.2 1.3; do
  serve --dir mail --client-ca certs/ca.pem --priority "NORMAL:-VERS-ALL:+VERS-TLS$version"
  fetches "certificate and key in one file, TLS $version" 'tls_client_cert = "certs/client.pem"'
  fetches "certificate and key in two, TLS $version" 'tls_client_cert = "certificate.pem"' 'tls_client_key = "key.pem"'
  rm -f transcript
  only
  check "a server that requires a client certificate and gets none, TLS $version: exit code 69" exits 69
  check "the missing client certificate is reported, TLS $version" contains err 'mailhaul: a: '
  check "the hint names tls_client_cert, TLS $version" contains err "; $ours"
  check "no password is sent without a client certificate, TLS $version" no_credentials
done
for version in 1.2 1.3; do
  serve --dir mail --client-ca certs/ca.pem --cert selfsigned.pem --priority "NORMAL:-VERS-ALL:+VERS-TLS$version"
  only 'tls_client_cert = "certs/client.pem"'
  check "an untrusted server gets no client certificate, TLS $version" [ ! -s transcript ]
done
serve --dir mail --client-ca certs/ca.pem
only 'tls_client_cert = "certs/client.pem"'
check 'a trusted server gets the client certificate' contains transcript '(shows a certificate)'
rm -f transcript
only 'tls_client_cert = "certs/selfsigned.pem"'
check 'a client certificate that the server does not trust: exit code 69' exits 69
check "the server's refusal of the client certificate is reported" contains err "the server asked for a client certificate and then reported: "
misconfigured_key() {
  _case=$1 _words=$2 && shift 2
  misconfigured "$_case" "mailhaul: a: trust: $_words" 'tls_client_cert = "certificate.pem"' "$@"
}
both='tls_client_cert and its key cannot be used:'
misconfigured_key 'a key of another certificate' \
  "$both The certificate and the given key do not match; set tls_client_key to the key that belongs to the certificate" \
  'tls_client_key = "other-key.pem"'
misconfigured_key 'a key with a passphrase' \
  "$both Decryption has failed; write the key without a passphrase to a file with mode 0600" \
  'tls_client_key = "locked-key.pem"'
misconfigured_key 'a key that everybody can read' \
  'the key of tls_client_cert can be read by everybody; run: chmod o= open-key.pem' 'tls_client_key = "open-key.pem"'
misconfigured_key 'a key that is not there' \
  'tls_client_key nowhere.pem cannot be read: No such file or directory; name a PEM file with the key of the certificate, or a PKCS#11 URI' \
  'tls_client_key = "nowhere.pem"'

# ---- bad files ----
serve --dir mail
misconfigured 'a list that is not there' \
  'mailhaul: a: trust: tls_crl_file nowhere.pem cannot be read: No such file or directory; name a PEM file with the revocation list of the issuer, or remove tls_crl_file' \
  'tls_crl_file = "nowhere.pem"'
misconfigured 'a list that is none' \
  'mailhaul: a: trust: tls_crl_file certs/ca.pem contains no revocation list; name a PEM file with the revocation list of the issuer, or remove tls_crl_file' \
  'tls_crl_file = "certs/ca.pem"'
misconfigured 'authorities that are none' \
  "mailhaul: a: trust: tls_ca_file certs/crl.pem contains no certificate; name a PEM file with the certificates to trust, or remove tls_ca_file to use the system's" \
  'tls_ca_file = "certs/crl.pem"'

# ---- TLS features that are not used ----
serve --dir mail --rehandshake --priority 'NORMAL:-VERS-ALL:+VERS-TLS1.2'
fetches 'a server that asks to renegotiate'
check 'the server gets no second handshake' lacks transcript renegotiates

# ---- accounts share data ----
serve --dir mail
fresh_configuration
configure a 'deliver_to = "maildir:A"'
configure b 'deliver_to = "maildir:B"' 'tls_crl_file = "certs/old-crl.pem"'
configure c 'deliver_to = "maildir:C"' 'tls_trust = both' "tls_pins = {\"$other\"}"
configure d 'deliver_to = "maildir:D"' 'tls_trust = both' "tls_pins = {\"$mine\"}"
configure e 'deliver_to = "maildir:E"' 'tls_crl_file = "certs/crl.pem"'
configure f 'deliver_to = "maildir:F"' 'tls_client_cert = "certs/client.pem"'
# Without a state, messages that account a put into a Maildir beside its own would count.
rm -rf state Mail
run
check 'accounts with wrong pins and lists do not affect the others' exits $((69 + 32))
check 'the wrong pin is reported' contains err "mailhaul: c: TLS: the server's key is not in tls_pins $(identity certs/server.pem); $impostor"
check 'the outdated list is reported' contains err 'mailhaul: b: TLS: it is unknown whether the certificate has been revoked: '
check 'nothing else is reported' [ "$(wc -l <err)" -eq 2 ]
for directory in A D E F; do
  check "the message is delivered to $directory" count_is $directory/new 1
done

done_testing
