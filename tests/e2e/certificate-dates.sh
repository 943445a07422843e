#!/bin/sh
# Authorities that have expired, at the server or among the certificates that are trusted here; and certificates that
# end soon, long ones and short ones.
. "${srcdir:-.}/tests/e2e/lib/common.sh"
# shellcheck source=tests/e2e/lib/trust.sh
. "$E2E_DIR/lib/trust.sh"
command -v certtool >/dev/null || skip_all 'certtool is missing (Debian: gnutls-bin)'

mkdir mail pki
letter mail/1

now=$(date +%s)
hours() { date -u -d "@$((now + $1 * 3600))" '+%Y-%m-%d %H:%M:%S'; }
day_of() { date -u -d "@$((now + $1 * 3600))" +%Y-%m-%d; }
year=8760

# sign NAME KEY SUBJECT FROM UNTIL ISSUER LINE...: makes pki/NAME.pem for the key, valid between these hours from now.
# ISSUER is a NAME/KEY; without it, the certificate is signed by its own key.
sign() {
  _name=$1 _key=pki/$2.key _issuer=$6
  printf '%s\n' "cn = \"$3\"" 'organization = "Example"' "activation_date = \"$(hours "$4")\"" \
    "expiration_date = \"$(hours "$5")\"" "serial = $((serial = serial + 1))" >template
  shift 6
  printf '%s\n' "$@" >>template
  [ -e "$_key" ] || certtool --generate-privkey --key-type=ecdsa --outfile "$_key" 2>/dev/null
  set -- --generate-self-signed
  [ -z "$_issuer" ] || set -- --generate-certificate --load-ca-certificate "pki/${_issuer%/*}.pem" \
    --load-ca-privkey "pki/${_issuer#*/}.key"
  certtool "$@" --template template --load-privkey "$_key" --outfile "pki/$_name.pem" 2>certtool.err ||
    bail "no certificate $_name: $(cat certtool.err)"
}
serial=0
authority() { sign "$@" ca cert_signing_key crl_signing_key; }
server() { sign "$@" 'dns_name = "localhost"' 'ip_address = "127.0.0.1"' signing_key tls_www_server; }

# As in 2021: the new root is known to old systems by a certificate from the old root, which has expired.
authority old old 'Old Root X3' $((-21 * year)) -$year ''
authority new new 'New Root X1' $((-6 * year)) $((14 * year)) ''
authority cross new 'New Root X1' -$year $((3 * year)) old/old
authority between between 'Intermediate R3' -$year $((4 * year)) new/new
authority late between 'Intermediate R3' $((-4 * year)) -$year new/new
server leaf leaf localhost -720 1440 between/between
server late-leaf leaf localhost -1440 -720 between/between
server direct leaf localhost -720 1440 old/old

# offer CERTIFICATE...: the server sends these. trust CERTIFICATE...: these are trusted here.
offer() {
  : >chain.pem
  for _it; do cat "pki/$_it.pem" >>chain.pem; done
  cat pki/leaf.key >>chain.pem
  serve --dir mail --cert ./chain.pem
}
trust() {
  : >trusted.pem
  for _it; do cat "pki/$_it.pem" >>trusted.pem; done
}
renew='check this machine'\''s date; if it is right, ask the server'\''s operator to renew the certificate'
replace='check this machine'\''s date; if it is right, put the authority'\''s current certificate into tls_ca_file, or remove tls_ca_file to use the system'\''s'
update='check this machine'\''s date; if it is right, update the package ca-certificates, or set tls_ca_file to the certificate of a newer authority of the server'
authority_expired="the authority CN=Old Root X3,O=Example, which is trusted here, expired on $(day_of -$year)"
issuer_expired="the issuer's certificate (CN=Intermediate R3,O=Example) expired on $(day_of -$year)"

# refused SENTENCE CAUSE HINT
refused() {
  rm -f transcript
  only 'tls_ca_file = "trusted.pem"'
  check "$1 is refused with 69" exits 69
  check "$1: the message names what has expired, and who can do something" says err \
    "mailhaul: a: TLS: $2 $(identity chain.pem); $3"
  check "$1: no credential is sent" no_credentials
}

offer leaf between cross
trust old
refused 'an expired authority that only this machine has' "$authority_expired" "$replace"
offer leaf between cross old
refused 'an expired authority that the server sends as well' "$authority_expired" "$replace"
offer leaf cross between
refused 'an expired authority, with a chain in another order' "$authority_expired" "$replace"
offer direct
refused 'an expired authority without anything in between' "$authority_expired" "$replace"
offer late-leaf between cross
refused 'an expired certificate of an expired authority' "the certificate expired on $(day_of -720)" "$renew"
offer leaf late cross
refused 'an expired intermediate certificate of an expired authority' "$issuer_expired" "$renew"
trust new
offer leaf late
refused 'an expired intermediate certificate of the server' "$issuer_expired" "$renew"
trust new late
offer leaf
refused 'an expired intermediate certificate that only this machine has' \
  "the authority CN=Intermediate R3,O=Example, which is trusted here, expired on $(day_of -$year)" "$replace"

for order in 'old new' 'new old'; do
  # shellcheck disable=SC2086 # names
  trust $order
  offer leaf between cross
  only 'tls_ca_file = "trusted.pem"'
  check "with $order trusted, the valid one counts" exits 0
  offer leaf between cross old
  only 'tls_ca_file = "trusted.pem"'
  check "with $order trusted, the valid one counts even if the server sends the expired one" exits 0
  offer leaf late cross
  refused "with $order trusted, an expired intermediate certificate" "$issuer_expired" "$renew"
done

# The authorities of the system: Debian's file is replaced where only this test sees it.
system=/etc/ssl/certs/ca-certificates.crt
# shellcheck disable=SC2016 # expanded inside
replaced='mount --bind "$1" "$2" && shift 2 && exec "$@"'
namespaces=-m
[ "$(id -u)" = 0 ] && unshare -m true 2>/dev/null || namespaces=-rm
trust old
offer leaf between cross
rm -rf Mail state
fresh_configuration
configure a 'deliver_to = "maildir:Mail"' && sed -i '/tls_ca_file/d' mailhaul.conf.in
write_configuration
if unshare $namespaces sh -c "$replaced" sh "$WORK/trusted.pem" $system true 2>/dev/null; then
  STATUS=0
  unshare $namespaces sh -c "$replaced" sh "$WORK/trusted.pem" $system "$MAILHAUL" -c mailhaul.conf >out 2>err || STATUS=$?
  check 'an expired authority of an old system is refused with 69' exits 69
  check 'an expired authority of an old system: the message says what to update' says err \
    "mailhaul: a: TLS: $authority_expired $(identity chain.pem); $update"
  trust late
  STATUS=0
  unshare $namespaces sh -c "$replaced" sh "$WORK/trusted.pem" $system "$MAILHAUL" -c mailhaul.conf >out 2>err || STATUS=$?
  check 'an old system without the authority: the message says what to update' says err \
    "mailhaul: a: TLS: the certificate's issuer is not trusted: CN=Intermediate R3,O=Example $(identity chain.pem); if the server is a provider's, update the package ca-certificates; if it is yours, set tls_ca_file to the certificate of its issuer"
  trust new
  STATUS=0
  unshare $namespaces sh -c "$replaced" sh "$WORK/trusted.pem" $system "$MAILHAUL" -c mailhaul.conf >out 2>err || STATUS=$?
  check 'after the update, mail is fetched' exits 0
else
  skip 'an expired authority of the system' 'no mount namespace, or another place for certificates'
fi

# ---- certificates that end soon ----
trust new
fresh_configuration
CA_FILE=trusted.pem configure a 'deliver_to = "maildir:Mail"'
# days LIFETIME LEFT WARNING: WARNING is the number of days in the warning, or "none". LEFT is in hours.
while read -r lifetime left warning; do
  server leaf leaf localhost $((left - 24 * lifetime)) "$left" between/between
  offer leaf between
  run check
  check "$lifetime days, $left hours left: the check passes" exits 0
  if [ "$warning" = none ]; then
    check "$lifetime days, $left hours left: no warning" eval 'lacks out expires && contains out "all checks passed" && lacks out warning'
  else
    check "$lifetime days, $left hours left: a warning" contains out "the certificate expires in $warning; ask the server's operator to renew it"
  fi
done <<'LIST'
6 143 none
6 49 none
6 47 1 day
6 23 less than 1 day
10 81 none
10 79 3 days
30 241 none
30 239 9 days
47 361 none
47 359 14 days
90 361 none
90 359 14 days
90 25 1 day
398 361 none
398 359 14 days
LIST
done_testing
