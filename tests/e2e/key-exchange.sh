#!/bin/sh
# The key exchange: what is asked for first, and what check says of recordings that are decrypted later.
. "${srcdir:-.}/tests/e2e/lib/common.sh"
# shellcheck source=tests/e2e/lib/trust.sh
. "$E2E_DIR/lib/trust.sh"
WITH_MLKEM=${MAILHAUL%/src/mailhaul}/tests/support/with_mlkem.so

mkdir mail
letter mail/1
certificates
# checked LINE...: a check of one account with these lines. ./out has what it says.
checked() {
  rm -rf Mail state
  fresh_configuration
  configure a 'deliver_to = "maildir:Mail"' "$@"
  run check -v
}
# recordings SENTENCE TEXT JSON: check says so in one line, with and without -v, and as JSON.
recordings() {
  check "$1: check -v says so in one line" [ "$(grep -c "^  recordings    $2\$" out)" = 1 ]
  run check
  check "$1: check says so in one line" [ "$(grep -c "^  recordings    $2\$" out)" = 1 ]
  run check --json
  check "$1: check --json says so" json "last['tls']['recording'] == '$3'"
}

serve --dir mail
checked
check 'X25519 comes before SECP256R1' contains out 'key exchange X25519'
if contains out MLKEM >/dev/null; then
  recordings 'a session with ML-KEM' 'safe from quantum computers (key exchange with ML-KEM)' resists
else
  recordings 'a library without ML-KEM' 'not safe from quantum computers: this GnuTLS lacks ML-KEM' library
fi
for group in SECP256R1 SECP384R1 SECP521R1 X448 FFDHE2048; do
  serve --dir mail --priority "NORMAL:-GROUP-ALL:+GROUP-$group"
  checked
  check "a server that has only $group is used" eval "exits 0 && contains out 'key exchange $group'"
done

# RSA as the key exchange has no forward secrecy. The certificate of the test server does not permit it.
openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out self.pem -days 30 -subj /CN=localhost >log 2>&1 ||
  bail "no certificate: $(cat log)"
cat self.pem key.pem >certs/rsa-exchange.pem
serve --dir mail --cert rsa-exchange.pem --priority 'NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:+RSA'
rm -rf state
fresh_configuration
configure a 'deliver_to = "maildir:Mail"' 'tls_trust = pin' "tls_pins = {\"$(pin certs/rsa-exchange.pem)\"}"
sed -i /tls_ca_file/d mailhaul.conf.in
run check -v
recordings 'RSA as the key exchange' "not safe from anybody who gets the server's key later" server-key

# ---- a library with ML-KEM, played by a preloaded one ----
serve --dir mail
if [ -e "$WITH_MLKEM" ]; then
  played() {
    STATUS=0
    write_configuration
    ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}verify_asan_link_order=0 LD_PRELOAD=$WITH_MLKEM MLKEM_ASKED=$WORK/asked \
      "$MAILHAUL" -c mailhaul.conf "$@" >out 2>err || STATUS=$?
  }
  checked
  played check
  check 'the hybrid with ML-KEM is asked for first, then X25519' grep -q ':-GROUP-ALL:+GROUP-X25519-MLKEM768:+GROUP-X25519:+GROUP-SECP256R1:' asked
  check 'each group is asked for once' eval "tr ':' '\n' <asked | grep GROUP | sort | uniq -d | { ! grep .; }"
  check 'a server without ML-KEM: check says so' contains out '  recordings    not safe from quantum computers: the server lacks ML-KEM'
  MLKEM_TAKEN=1 && export MLKEM_TAKEN
  played check
  unset MLKEM_TAKEN
  check 'a server with ML-KEM: check says so' contains out '  recordings    safe from quantum computers (key exchange with ML-KEM)'
  checked 'tls_priority = "NORMAL"'
  rm -f asked
  played check
  check 'tls_priority is used as it is' [ ! -e asked ]
  check 'tls_priority without ML-KEM: check says so' contains out '  recordings    not safe from quantum computers: tls_priority has no ML-KEM'
else
  skip 'the hybrid with ML-KEM is asked for first' "$WITH_MLKEM is not built"
fi

# ---- servers that accept nothing that is offered ----
# nothing: prints the message of such a run.
version=$("$MAILHAUL" --version | sed -n 's/.*GnuTLS \([0-9.]*\).*/\1/p' | head -n 1)
nothing='mailhaul: a: TLS: the server accepts none of the offered TLS versions and algorithms (alert: Handshake failed);'
lacks_hybrid="$nothing ask the server's operator what it requires; if only the post-quantum X25519MLKEM768, install a GnuTLS with ML-KEM, which GnuTLS $version lacks"
serve --dir mail --priority 'NORMAL:-VERS-ALL:+VERS-TLS1.2:-CIPHER-ALL:+CAMELLIA-128-GCM'
only
check 'a server without a common cipher: exit code 69' exits 69
check 'a server without a common cipher: one line says so' contains err "$nothing ask the server's operator"
check 'a server without a common cipher: no credential is sent' no_credentials
only 'tls_priority = "NORMAL"'
check 'a server without a common cipher, with tls_priority: the hint names it' says err \
  "$nothing remove tls_priority, or ask the server's operator what the server requires"

name='a server that takes only the hybrid with ML-KEM'
openssl list -kem-algorithms 2>/dev/null | grep -q X25519MLKEM768 || MISSING='this OpenSSL has no ML-KEM'
if [ -z "${MISSING:-}" ]; then
  stop
  PORT=$(free_ports 1)
  openssl s_server -accept "$PORT" -cert certs/server.pem -groups X25519MLKEM768 -quiet <mailhaul.conf >log 2>&1 &
  SERVER_PID=$!
  wait_while $SERVER_PID grep -q "$(printf ':%04X' "$PORT")" /proc/net/tcp /proc/net/tcp6 || bail "no server: $(cat log)"
  only
  check "$name is named, or used" eval "grep -qxF -- \"\$lacks_hybrid\" err || contains err greeting"
else
  skip "$name" "$MISSING"
fi

fits_schema
done_testing
