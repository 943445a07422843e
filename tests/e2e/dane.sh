#!/bin/sh
# Servers authenticated by DNS (tls_trust = dane): TLSA records of locally signed zones, served by a real name
# server. Port 53, resolv.conf and the root's key are the test's own, in separate namespaces.
if [ "${1:-}" != inside ] && "${MAILHAUL:-src/mailhaul}" --version | grep -q libunbound; then
  # Root can use namespaces without changing its user ID.
  for _options in -mn -rmn; do
    # shellcheck disable=SC2086
    ! unshare $_options ip link set lo up 2>/dev/null || exec unshare $_options "$0" inside
  done
fi
. "${srcdir:-.}/tests/e2e/lib/common.sh"
# shellcheck source=tests/e2e/lib/trust.sh
. "$E2E_DIR/lib/trust.sh"
PATH=$PATH:/usr/sbin

if [ "${1:-}" != inside ]; then
  if "$MAILHAUL" --version | grep -q libunbound; then
    skip_all 'no network and mount namespace to be had, for a name server at port 53'
  fi
  PORT=1
  certificates
  configure a 'deliver_to = "maildir:Mail"' 'tls_trust = dane'
  sed -i /tls_ca_file/d mailhaul.conf.in
  run a
  check 'a build without libunbound refuses tls_trust = dane' exits 78
  sed 's/conf:[0-9]*:/conf:/' err >message
  check 'one line says that the build does not support it' says message 'mailhaul: mailhaul.conf: account a: this build of mailhaul does not support tls_trust = dane; use a build configured with --enable-dane, or set tls_trust = ca or pin'
  done_testing
fi

for program in knotd keymgr; do
  command -v $program >/dev/null 2>&1 || skip_all "$program is not installed (Debian: knot)"
done
ROOT_KEY=/usr/share/dns/root.key
[ -e $ROOT_KEY ] || skip_all "$ROOT_KEY is not there (Debian: dns-root-data)"
ip link set lo up || bail 'no loopback'

# ---- zones ----
mkdir mail dns
letter mail/1
certificates
# Certificate files contain the issuer after the certificate; this one does not.
awk '/BEGIN CERT/ { n++ } n < 2 || key || /BEGIN PRIV/ { print } /BEGIN PRIV/ { key = 1 }' certs/wronghost.pem >certs/alone.pem
openssl req -x509 -newkey rsa:1024 -nodes -keyout weak.key -out weak.crt -days 30 -subj /CN=localhost >openssl.log 2>&1 ||
  bail "no weak certificate: $(cat openssl.log)"
cat weak.crt weak.key >certs/weak.pem
# hash_of FILE cert|key [256|512]: prints the hash as a record contains it; without a number, the complete data.
hash_of() {
  {
    if [ "$2" = key ]; then
      openssl x509 -in "certs/$1" -noout -pubkey | openssl pkey -pubin -outform der
    else
      openssl x509 -in "certs/$1" -outform der
    fi
  } | { if [ -n "${3:-}" ]; then openssl dgst "-sha$3" -binary; else cat; fi } | od -An -tx1 | tr -d ' \n'
}
# record NAME FIELDS FILE cert|key [256|512]: prints a TLSA record of NAME.example.net.
record() {
  echo "_995._tcp.$1 TLSA $2 $(hash_of "$3" "$4" "${5:-}")"
  echo "127.0.0.1 $1.example.net" >>hosts
}
echo '127.0.0.1 localhost none.example.net pop.example.com pop.example.org' >hosts
cat >dns/example.net.zone <<ZONE
\$TTL 60
@ SOA ns hostmaster 1 60 60 60 60
@ NS ns
ns A 127.0.0.1
none A 127.0.0.1
key256 A 127.0.0.1
$(
  record key256 '3 1 1' selfsigned.pem key 256
  record key512 '3 1 2' selfsigned.pem key 512
  record key-whole '3 1 0' selfsigned.pem key
  record cert256 '3 0 1' selfsigned.pem cert 256
  record cert-whole '3 0 0' selfsigned.pem cert
  record weak '3 1 1' weak.pem key 256
  record two '3 1 1' server.pem key 256
  record two '3 1 1' selfsigned.pem key 256
  record old '3 1 1' old-selfsigned.pem key 256
  record unknown '9 1 1' selfsigned.pem key 256
  record constraint '1 1 1' selfsigned.pem key 256
  record short '3 1 1' selfsigned.pem key 256 | sed 's/..$//'
  record mail '2 1 1' ca.pem key 256
  record whole '2 0 0' ca.pem cert
  record leaf '2 1 1' selfsigned.pem key 256
)
ZONE
# shellcheck disable=SC2016 # DNS's own
printf '$TTL 60\n@ SOA ns hostmaster 1 60 60 60 60\n@ NS ns\nns A 127.0.0.1\n_995._tcp.pop TLSA 3 1 1 %s\n' \
  "$(hash_of selfsigned.pem key 256)" | tee dns/example.org.zone >dns/example.com.zone
cat >dns/knot.conf <<CONF
server:
  rundir: $WORK/dns
  listen: 127.0.0.1@53
database:
  storage: $WORK/dns
log:
  - target: $WORK/dns/log
    any: info
template:
  - id: default
    storage: $WORK/dns
    zonefile-load: difference
    journal-content: all
    file: %s.zone
zone:
  - domain: example.net
    dnssec-signing: on
  - domain: example.org
    dnssec-signing: on
  - domain: example.com
CONF
knotd -c dns/knot.conf >dns/out 2>&1 &
DNS_PID=$!
trap 'kill -CONT $DNS_PID 2>/dev/null; kill $DNS_PID 2>/dev/null; finish' EXIT
touch dns/log
zones_are_loaded() { [ "$(grep -c 'successfully signed\|example.com.*loaded' dns/log)" -ge 3 ]; }
wait_while $DNS_PID zones_are_loaded || bail "no name server: $(tail -n 5 dns/out dns/log)"
# The key of example.org is wrong, and example.com is not signed.
keymgr -c dns/knot.conf example.net ds | grep ' 13 2 ' >net.key
sed p net.key | sed '2s/net/org/' >root.key
echo 'nameserver 127.0.0.1' >resolv.conf
mount --bind hosts /etc/hosts && mount --bind resolv.conf /etc/resolv.conf && mount --bind root.key $ROOT_KEY ||
  bail 'no files of our own in /etc'

# shellcheck disable=SC2034 # for trust.sh
PORT=995 NO_CA=yes
# ask NAME LINE...: a run with that server.
ask() {
  SERVER=$1 && shift
  case $SERVER in *.*) ;; *) SERVER=$SERVER.example.net ;; esac
  rm -f transcript
  only 'tls_trust = dane' "$@"
}
# taken WHAT NAME LINE..., refused WHAT MESSAGE NAME LINE...: mail is fetched, or the run fails with that message.
taken() {
  _what=$1 && shift
  ask "$@"
  check "$_what: the run succeeds and prints nothing" eval 'exits 0 && silent'
  check "$_what: the message is delivered" count_is Mail/new 1
}
refused() {
  _what=$1 _told=$2 && shift 2
  ask "$@"
  check "$_what: exit code 69" exits 69
  check "$_what: one line names the cause and the hint" says err "mailhaul: a: $_told"
  check "$_what: no credential is sent" no_credentials
}

# ---- keys: neither issuer nor name of this certificate is valid ----
serve --dir mail --cert selfsigned.pem
for kind in key256 key512 key-whole cert256 cert-whole; do taken "the server's $kind" $kind; done
taken 'the second of two keys' two
taken 'a name in capitals with a trailing dot' KEY256.Example.NET.
# neither FILE: prints the message for a certificate that matches no record.
neither() {
  echo "TLS: the server's TLSA records name neither its key nor its issuer $(identity "certs/$1"); ask the server's operator to correct the records (usage 2 or 3): another host may be impersonating the server"
}
neither=$(neither selfsigned.pem)
refused 'a record that names the key as an issuer' "$neither" leaf
refused 'a record of an unknown kind' "$neither" unknown
refused 'a record that also requires a trusted authority' "$neither" constraint
refused 'a truncated record' "$neither" short
refused 'another key' "$neither" old
serve --dir mail --cert old-selfsigned.pem
taken 'a pinned key whose certificate has expired' old

serve --dir mail --cert weak.pem
refused 'a weak key named by a record' "TLS: the certificate's key is too weak: RSA with 1024 bits $(identity certs/weak.pem); ask the server's operator for a certificate with a key of at least 2048 bits (RSA) or 256 bits (ECDSA)" weak

# ---- issuers: names, dates and purpose count ----
serve --dir mail --cert wronghost.pem
taken 'an issuer sent by the server' mail
refused 'a trusted issuer and another name' "TLS: the certificate was issued for mail.example.net, not for whole.example.net $(identity certs/wronghost.pem); set server to the name that the provider documents for POP3; set tls_server_name to the name in the certificate only if the provider confirms it" whole
serve --dir mail --cert alone.pem
taken 'an issuer from DNS' whole 'tls_server_name = "mail.example.net"'
refused 'an issuer that is neither sent nor in DNS' "$(neither alone.pem)" mail
serve --dir mail --cert no-names.pem
refused 'a trusted issuer and only a common name' "TLS: the certificate lists no names, and its common name, localhost, is not accepted $(identity certs/no-names.pem); ask the server's operator for a certificate with the server's name among its alternative names; if the server is yours, set tls_pins to the key pin and tls_trust = pin" mail 'tls_server_name = "localhost"'
serve --dir mail --cert expired.pem
refused 'a trusted issuer and an expired certificate' "TLS: the certificate expired on $(date -d "$(openssl x509 -in certs/expired.pem -noout -enddate | sed 's/.*=//')" +%Y-%m-%d) $(identity certs/expired.pem); check this machine's date; if it is right, ask the server's operator to renew the certificate" mail 'tls_server_name = "localhost"'
serve --dir mail --cert client.pem
refused 'a trusted issuer and a client certificate' "TLS: the certificate is not valid for servers $(identity certs/client.pem); ask the server's operator to replace it" \
  mail 'tls_server_name = "localhost"'
serve --dir mail --cert selfsigned.pem
refused 'an issuer that did not sign the certificate' "$neither" whole 'tls_server_name = "localhost"'

# ---- what DNS says ----
refused 'no TLSA record' 'TLSA: there is no TLSA record _995._tcp.none.example.net; set tls_trust = ca or pin, or ask the server'\''s operator to publish the record' none
refused 'a name that does not exist' 'TLSA: there is no TLSA record _995._tcp.nowhere.example.net; set tls_trust = ca or pin, or ask the server'\''s operator to publish the record' nowhere
refused 'a domain without signatures' 'TLSA: the domain of _995._tcp.pop.example.com is not signed with DNSSEC, so its TLSA records cannot be trusted; set tls_trust = ca or pin' pop.example.com
ask pop.example.org
check 'a domain with false signatures: exit code 69' exits 69
check 'a domain with false signatures: one line names the record' \
  grep -qx 'mailhaul: a: TLSA: the TLSA records _995._tcp.pop.example.org have no valid signature: .*; check that the name servers in /etc/resolv.conf support DNSSEC; if they do, the records may be forged' err
check 'a domain with false signatures: no credential is sent' no_credentials
kill -STOP $DNS_PID
before=$(date +%s)
ask key256 'connect_timeout = 1s'
check 'a silent name server: exit code 75' exits 75
check 'a silent name server: one line says that the query timed out' says err \
  'mailhaul: a: TLSA: timed out waiting for the TLSA records; check the network and its name servers; the next run tries again'
check 'a silent name server: connect_timeout limits the wait' [ $(($(date +%s) - before)) -le 300 ]
kill -CONT $DNS_PID
for directory in /usr/share/dns /var/lib/unbound /etc/unbound; do
  [ ! -d $directory ] || mount -t tmpfs none $directory || bail 'no directory without keys'
done
ask key256
check 'no root key: exit code 78' exits 78
check 'no root key: one line names the package' says err \
  'mailhaul: a: TLSA: this system has no DNS root key, which tls_trust = dane needs; install the DNS root key (Debian: dns-root-data)'
done_testing
