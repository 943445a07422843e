#!/bin/sh
# Logins with OAuth 2 tokens at a real Dovecot, which checks the tokens at a small server.
. "${srcdir:-.}/tests/e2e/lib/common.sh"

# As long as the tokens of providers, so that the AUTH line has to wait; with characters of all kinds.
GOOD=$(head -c 1500 /dev/zero | tr '\0' 'g').-_~+/==
EXPIRED=expired-$GOOD
printf '%s test\n' "$GOOD" >tokens
start_server introspect.port python3 "$E2E_DIR/../support/introspect.py" --port-file introspect.port --tokens tokens
SERVER_PID=$STARTED

DOVECOT_INTROSPECTION="http://127.0.0.1:$(cat introspect.port)/introspect"
DOVECOT_MECHANISMS='plain scram-sha-256 xoauth2 oauthbearer'
mkdir server
dovecot_start server || bail 'no Dovecot'
mkdir mail
dovecot_make_mail mail 3
dovecot_fill test mail

# token_account NAME AUTH TOKEN: configures an account whose command prints that token.
token_account() {
  SERVER=localhost SERVER_PORT=$DOVECOT_POP3S_PORT CA_FILE=$DOVECOT_CA USER_NAME=test \
    PASSWORD_LINE="token_command = {\"sh\", \"-c\", \"echo run >>$1.runs; cat $1.token\"}" \
    configure "$1" "auth = $2" "deliver_to = \"maildir:$1\""
  printf '%s\n' "$3" >"$1.token"
}
mute() { lacks out ggggggg && lacks err ggggggg && lacks out Z2dnZ2dn && lacks err Z2dnZ2dn; }

fresh_configuration
for auth in xoauth2 oauthbearer auto; do
  token_account "$auth" "$auth" "$GOOD"
  run -vv "$auth"
  check "$auth: a good token logs in" exits 0
  check "$auth: all messages are fetched" count_is "$auth/new" 3
  check "$auth: the token is not printed" mute
  check "$auth: a long response waits for the server" contains err "mailhaul: $auth: C: ****"
done
check 'auto chooses OAUTHBEARER' contains err 'mailhaul: auto: C: AUTH OAUTHBEARER'

for auth in xoauth2 oauthbearer; do
  token_account "$auth-expired" "$auth" "$EXPIRED"
  run "$auth-expired"
  check "$auth: an expired token gives exit code 77" exits 77
  # The content of the JSON depends on the mechanism and the version.
  sed 's/{"[^}]*"status":"[^}]*}/JSON/; s/{"status":"[^}]*}/JSON/' err >message
  check "$auth: the server's reason is decoded" says message \
    "mailhaul: $auth-expired: login: the server refused the login (server said: \"JSON [AUTH] Authentication failed.\"); check user and token_command: the token may have expired, or may not be valid for POP3"
  run -vv "$auth-expired"
  check "$auth: no other mechanism is tried" [ "$(cat out err | grep -c 'C: AUTH\|C: USER')" = 1 ]
  check "$auth: the expired token is not printed" mute
  check "$auth: the command runs once in each run" [ "$(wc -l <"$auth-expired.runs")" = 2 ]
done
done_testing
