#!/bin/sh
# Logins by each mechanism of a real Dovecot, the commands sent, and refused logins.
. "${srcdir:-.}/tests/e2e/lib/common.sh"

mkdir server mail
mechanisms='plain login scram-sha-256 scram-sha-1 cram-md5' apop=apop
DOVECOT_MECHANISMS="$mechanisms apop"
dovecot_start server || {
  # This version has no APOP.
  apop='' DOVECOT_MECHANISMS=$mechanisms
  dovecot_start server || bail 'no Dovecot'
}
dovecot_make_mail mail 3
dovecot_fill test mail

SECRET='secret-7Qxz'
dovecot_add_user test "$SECRET" || bail 'no password'
encoded() { printf '\0test\0%s' "$SECRET" | base64; }

# login_account NAME LINE...: configures an account at that Dovecot.
login_account() {
  SERVER=localhost SERVER_PORT=$DOVECOT_POP3S_PORT CA_FILE=$DOVECOT_CA USER_NAME=test \
    PASSWORD_LINE="password = '${PASSWORD:-$SECRET}'" configure "$@" "deliver_to = \"maildir:Mail-$1\""
}
mute() {
  for _word in "$SECRET" "$(encoded)" "$(printf %s "$SECRET" | base64)" wrong-9Kvw; do
    lacks out "$_word" && lacks err "$_word" || return 1
  done
}
# The commands of the login, as logged. The empty line at the end of SCRAM does not count.
said() { sed -n 's/^mailhaul: [^ ]*: C: \(AUTH\|USER\|PASS\|APOP\|\*\)/\1/p' err | tr '\n' ';'; }
said_is() { [ "$(said)" = "$1" ] || { said; show; return 1; }; }

fresh_configuration
while IFS='|' read -r auth commands; do
  [ "$auth$apop" != apop ] || { skip 'apop' 'this Dovecot does not know it' && continue; }
  login_account "$auth" "auth = $auth"
  run -vv "$auth"
  check "$auth logs in" exits 0
  check "$auth: all messages are fetched" count_is "Mail-$auth/new" 3
  check "$auth: only the expected commands are sent" said_is "$commands"
  check "$auth: no secret is printed" mute
  check "$auth: the server's challenges and timestamps are masked" eval '! grep -E "S: [+] [^*]|S: [+]OK.*<[^*]" err'
  case $auth in
    scram*) recorded=$auth ;;
    *) recorded='' ;;
  esac
  check "$auth: it is recorded if it is strong and auto can choose it" \
    [ "$(sqlite3 "state/$auth.db" 'SELECT mechanism FROM login')" = "$recorded" ]
  PASSWORD=wrong-9Kvw login_account "$auth-wrong" "auth = $auth"
  run "$auth-wrong"
  check "$auth with a wrong password ends with 77" exits 77
  check "$auth: the message quotes the server" says err \
    "mailhaul: $auth-wrong: login: the server refused the login (server said: \"[AUTH] Authentication failed.\"); check user and password; many providers require an app password for POP3"
  run -vv "$auth-wrong"
  check "$auth: no weaker mechanism is tried" said_is "$commands"
  check "$auth: no wrong password is printed" mute
done <<'LIST'
scram-sha-256|AUTH SCRAM-SHA-256 ****;****;
scram-sha-1|AUTH SCRAM-SHA-1 ****;****;
plain|AUTH PLAIN ****;
login|AUTH LOGIN;****;****;
cram-md5|AUTH CRAM-MD5;****;
user|USER test;PASS ****;
apop|APOP test ****;
LIST

if [ "$apop" ]; then
  SERVER=localhost SERVER_PORT=$DOVECOT_POP3_PORT CA_FILE=$DOVECOT_CA USER_NAME=test PASSWORD_LINE="password = '$SECRET'" \
    configure stls 'auth = apop' 'tls = starttls' 'deliver_to = "maildir:Mail-stls"'
  run -vv stls
  check 'APOP with STLS has exit code 77' exits 77
  check 'APOP with STLS: the digest of a timestamp from before TLS is not sent' lacks err 'C: APOP'
  check 'APOP with STLS: the message says why' contains err 'APOP is not possible with STLS: its timestamp was sent before TLS'
else
  skip 'APOP with STLS' 'this Dovecot does not know APOP'
fi

login_account auto 'auth = auto'
run -vv auto
check 'auto logs in' exits 0
check 'auto uses the strongest mechanism' said_is 'AUTH SCRAM-SHA-256 ****;****;'

for auth in scram-sha-256-plus xoauth2 external gssapi; do
  case $auth in
    xoauth2) line='token_command = {"echo", "tok-5Jy"}' ;;
    external | gssapi) line='# no password' ;;
    *) line="password = '$SECRET'" ;;
  esac
  word=$(echo "$auth" | tr '[:lower:]' '[:upper:]')
  SERVER=localhost SERVER_PORT=$DOVECOT_POP3S_PORT CA_FILE=$DOVECOT_CA USER_NAME=test PASSWORD_LINE="$line" \
    configure "$auth" "auth = $auth" 'deliver_to = "maildir:Mail-none"'
  run -vv "$auth"
  check "$auth, which is not offered, has exit code 77" exits 77
  check "$auth: no login is sent" said_is ''
  offered=$(sed -n "s/^mailhaul: $auth: S: SASL //p" err)
  run "$auth"
  check "$auth: one line names the offered mechanisms" says err \
    "mailhaul: $auth: login: the server does not offer $word; remove auth, or choose one that it offers: $offered"
done
dovecot_clean

# The remembered capabilities are used, but not to the user's disadvantage.
fresh_configuration
serve --dir mail
configure remembered 'deliver_to = "maildir:Remembered"'
run
sqlite3 state/remembered.db "UPDATE maildrop SET capabilities = replace(capabilities, ' PLAIN ', ' SCRAM-SHA-256 ')"
: >transcript
run
check 'a remembered mechanism that the server now refuses gives exit code 77' exits 77
check 'no weaker mechanism is tried, although it is offered now' \
  [ "$(grep -o 'C: AUTH [A-Z0-9-]*\|C: CAPA\|C: USER' transcript | tr '\n' ';')" = 'C: AUTH SCRAM-SHA-256;C: CAPA;' ]
run
check 'the next run succeeds' exits 0
check 'the next run uses a mechanism offered now' contains transcript 'C: AUTH PLAIN'
done_testing
