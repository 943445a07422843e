#!/bin/sh
# Failures before and at the login: one clear line, an exit code, and no credential in the clear.
. "${srcdir:-.}/tests/e2e/lib/common.sh"
# shellcheck source=tests/e2e/lib/trust.sh
. "$E2E_DIR/lib/trust.sh"

mkdir mail
letter mail/1
serve --dir mail
PASSWORD_LINE="password = 'not mine'"
only
check 'a wrong password gives exit code 77' exits 77
check 'one line reports the refused login' says err \
  'mailhaul: a: login: the server refused the login (server said: "[AUTH] wrong user name or password"); check user and password; many providers require an app password for POP3'
PASSWORD_LINE="password = 'pass word'"
SERVER=nosuchhost.invalid
only
check 'an unknown host gives exit code 68 or 75' expr "$STATUS" : '68$\|75$'
check 'one line names the host' [ "$(grep -c '^mailhaul: a: connect: the host name nosuchhost.invalid cannot be resolved: ' err)" = 1 ]
SERVER=localhost
stop
only
check 'a refused port gives exit code 75' exits 75
check 'one line reports the refused connection' says err \
  "mailhaul: a: connect: localhost port $PORT: no connection: Connection refused; check server and port, and that this machine is online; the next run tries again"

serve --dir mail --cert selfsigned.pem
only
check 'an untrusted certificate gives exit code 69' exits 69
check 'the message names the issuer' contains err "mailhaul: a: TLS: the certificate's issuer is not trusted: "
check 'the message is one line' [ "$(wc -l <err)" -eq 1 ]
check 'no credential is sent' no_credentials
CA_FILE=certs/other-ca.pem
serve --dir mail
only
check 'a certificate of another issuer is refused' exits 69
check "no credential is sent to another issuer's server" no_credentials
CA_FILE=certs/ca.pem

old_tls() { gnutls-cli --priority 'NORMAL:-VERS-ALL:+VERS-TLS1.1' --x509cafile certs/ca.pem -p "$PORT" localhost </dev/null; }
for stls in '' --starttls; do
  # shellcheck disable=SC2086 # an option or none
  serve --dir mail --priority 'NORMAL:-VERS-ALL:+VERS-TLS1.1' $stls
  if [ -z "$stls" ]; then only; else only 'tls = starttls'; fi
  check "TLS 1.1 is refused${stls:+ after STLS}" exits 69
  check "the message asks for an upgrade of the server${stls:+ after STLS}" says err \
    "mailhaul: a: TLS: the server supports neither TLS 1.2 nor TLS 1.3; ask the server's operator to upgrade it: older versions are not safe"
  check "no credential is sent with TLS 1.1${stls:+ after STLS}" no_credentials
  [ -n "$stls" ] || check 'the test server accepts TLS 1.1' old_tls
done

serve --dir mail --starttls
only 'tls = starttls'
check 'STLS works' exits 0
check 'the login follows STLS' [ "$(grep -c '^plain C: ' transcript)" -eq "$(grep -cE '^plain C: (CAPA|STLS)$' transcript)" ]
check 'the message is fetched' count_is Mail/new 1
serve --dir mail --starttls
only
check 'implicit TLS at a plaintext port fails' exits 69
check 'the hint is to change port or tls' contains err 'use port 995, or set tls = starttls for port 110'
check 'no credential is sent to a plaintext port' no_credentials
for trouble in --no-stls --stls-refuse --stls-inject; do
  serve --dir mail --starttls "$trouble"
  only 'tls = starttls'
  check "$trouble gives exit code 69" exits 69
  check "$trouble is reported in one line" [ "$(wc -l <err)" -eq 1 ]
  check "$trouble: no credential is sent" no_credentials
done
# An attacker may write anything before TLS. It is forgotten, whether it is more or less than the truth.
for words in 'LOGIN CRAM-MD5 EXTERNAL' 'SCRAM-SHA-256-PLUS SCRAM-SHA-256'; do
  serve --dir mail --starttls --sasl-before-tls "$words"
  only 'tls = starttls'
  check "$words before TLS: a mechanism offered after TLS is used" exits 0
  check "$words before TLS: one login, over TLS" [ "$(grep -E 'C: (AUTH|USER|PASS)' transcript | cut -d' ' -f1-4)" = 'tls C: AUTH PLAIN' ]
done
serve --dir mail --starttls --no-sasl --sasl-before-tls 'SCRAM-SHA-256 PLAIN'
only 'tls = starttls' 'auth = scram-sha-256'
check 'a mechanism offered only before TLS is not tried' exits 77
check 'no weaker mechanism is tried' no_credentials
serve --dir mail --starttls --cert wronghost.pem
only 'tls = starttls'
check 'the certificate is verified after STLS' exits 69
check 'no credential is sent before verification' no_credentials

if python3 -c 'import socket; socket.socket(socket.AF_INET6).bind(("::1", 0))' 2>/dev/null; then
  serve --dir mail --address ::1
  SERVER=::1
  rm -rf Mail state
  only
  check 'an IPv6 address works, and the certificate is verified for it' exits 0
  check 'the message is fetched over IPv6' count_is Mail/new 1
  SERVER=localhost
else
  skip 'an IPv6 address works, and the certificate is verified for it' 'this machine has no IPv6'
fi

serve --dir mail --in-use
only
check 'a maildrop in use is a temporary failure' exits 75
check 'the message quotes [IN-USE]' contains err '[IN-USE]'
serve --dir mail --no-sasl
only
check 'USER and PASS work without SASL' exits 0
check 'PASS is sent only over TLS' [ "$(grep -c '^tls C: PASS' transcript)" -eq 1 ]
serve --dir mail --no-capa
only
check 'a server without CAPA works' exits 0
run -vv a
check '-vv logs the protocol' contains err 'C: USER me'
check '-vv masks the password' contains err 'C: PASS ****'
check 'the password is not logged' lacks err 'pass word'

PASSWORD_LINE='password_command = {"printf", "%s\\nsecond line", "pass word"}'
only
check 'a password command works' exits 0
PASSWORD_LINE='password_command = {"sh", "-c", "echo the store is locked >&2; exit 3"}'
only
check 'a failing password command is a configuration failure' exits 78
check 'the message has the output of the command' says err \
  'mailhaul: a: password: password_command sh exited with status 3: the store is locked; run the command by hand to see why it fails'

done_testing
