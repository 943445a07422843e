#!/bin/sh
# Logins with a client certificate (auth = external) at a real Dovecot that requires one and takes the user's name
# from it, with keys in files and in a token.
. "${srcdir:-.}/tests/e2e/lib/common.sh"
# shellcheck source=tests/e2e/lib/softhsm.sh
. "$E2E_DIR/lib/softhsm.sh"

mkdir server mail
make_certificates server && make_client_certificate server mine test ca &&
  make_client_certificate server another other ca && make_client_certificate server forged test other-ca ||
  bail 'no certificates'
# shellcheck disable=SC2034 # for dovecot_start
DOVECOT_CLIENT_CA=server/ca.pem DOVECOT_MECHANISMS='external plain scram-sha-256'
dovecot_start server || bail 'no Dovecot'
dovecot_make_mail mail 3
dovecot_fill test mail

# external NAME LINE...: configures an account at that Dovecot.
external() {
  SERVER=localhost SERVER_PORT=${AT:-$DOVECOT_POP3S_PORT} CA_FILE=${BELIEVED:-$DOVECOT_CA} USER_NAME=test \
    PASSWORD_LINE='auth = external' configure "$@" "deliver_to = \"maildir:Mail-$1\""
}
# files NAME: prints the lines for the certificate and key of that name.
files() { printf 'tls_client_cert = "server/%s.pem"\n  tls_client_key = "server/%s.key"' "$1" "$1"; }
# The output contains neither the key nor the response, which is "test" in base64.
mute() {
  for _word in PRIVATE "$(sed -n 2p server/mine.key)" dGVzdA; do
    lacks out "$_word" && lacks err "$_word" || return 1
  done
}
logged_in() { grep -c 'user=<test>, method=EXTERNAL, .*mpid=' "$DOVECOT_LOG"; }

fresh_configuration
for version in 1.2 1.3; do
  external "files-$version" "$(files mine)" "tls_priority = \"NORMAL:-VERS-ALL:+VERS-TLS$version\""
  run -q "files-$version"
  check "a certificate logs in, TLS $version" eval 'exits 0 && silent'
  check "all messages arrive, TLS $version" count_is "Mail-files-$version/new" 3
  run -vv "files-$version"
  check "a second run fetches nothing, TLS $version" count_is "Mail-files-$version/new" 3
  check "only AUTH EXTERNAL is sent, TLS $version" \
    [ "$(sed -n 's/^mailhaul: [^ ]*: C: \(AUTH\|USER\|PASS\)/\1/p' err | tr '\n' ';')" = 'AUTH EXTERNAL ****;' ]
  check "neither key nor response is printed, TLS $version" mute
done
AT=$DOVECOT_POP3_PORT external starttls 'tls = starttls' "$(files mine)" 'leave_on_server = no'
run starttls
check 'a certificate logs in after STLS' exits 0
check 'Dovecot logs five logins by certificate' [ "$(logged_in)" -eq 5 ]
check 'the messages are deleted' [ "$(dovecot_count test)" -eq 0 ]

# refused NAME WORDS LINE...: the login fails with these words of the server.
refused() {
  _account=$1 _words=$2 && shift 2
  external "$_account" "$@"
  run "$_account"
  check "$_account: exit code 77" exits 77
  check "$_account: one line" says err \
    "mailhaul: $_account: login: the server refused the login (server said: \"[AUTH] $_words\"); check user and tls_client_cert, which must be the certificate that the server knows for this user"
  run -vv "$_account"
  check "$_account: nothing else is tried" [ "$(grep -c 'C: AUTH\|C: USER' err)" -eq 1 ]
  check "$_account: neither key nor response is printed" mute
}
refused the-certificate-of-another 'Authentication failed.' "$(files another)"
refused an-issuer-that-the-server-does-not-know "Client didn't present valid SSL certificate" "$(files forged)"
refused no-certificate "Client didn't present valid SSL certificate"
check 'no refused certificate logs in' [ "$(logged_in)" -eq 5 ]

BELIEVED=server/other-ca.pem external false-server "$(files mine)"
run -vv false-server
check 'a server with an untrusted certificate gives exit code 69' exits 69
check 'no command is sent to that server' lacks err 'C: '

if make_token server/mine.pem server/mine.key; then
  dovecot_fill test mail
  external token 'tls_client_cert = "pkcs11:token=mail;object=me;type=cert"' \
    "tls_client_key = \"pkcs11:token=mail;object=me;type=private?pin-source=$WORK/pin\""
  run -q token
  check 'a certificate in a PKCS#11 token logs in' eval 'exits 0 && silent'
  check 'the mail is fetched with the certificate in the token' count_is Mail-token/new 3
else
  skip 'a certificate in a PKCS#11 token logs in' "$TOKEN_MISSING"
fi
done_testing
