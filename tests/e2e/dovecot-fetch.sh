#!/bin/sh
# Fetches a mailbox of 1,000 messages from a real Dovecot into a Maildir and into an mbox, for every policy.
# shellcheck source=tests/e2e/lib/memory.sh
. "${srcdir:-.}/tests/e2e/lib/memory.sh"
. "${srcdir:-.}/tests/e2e/lib/common.sh"

count=1000
dovecot_start "$WORK/dovecot" || bail 'Dovecot does not start'
echo "# Dovecot $DOVECOT_VERSION"
dovecot_make_mail source "$count" 1
# Dovecot trusts a client that connects from the server's address; at 127.0.0.2 it behaves as for a remote client.
SERVER=127.0.0.2 CA_FILE=$DOVECOT_CA
accounts=''
for kind in maildir mbox; do
  for policy in forever no 14d; do
    accounts="$accounts $kind-$policy $kind-$policy"
  done
done
# shellcheck disable=SC2086 # pairs of name and password
dovecot_add_user $accounts || bail 'no accounts'
for kind in maildir mbox; do
  for policy in forever no 14d; do
    dovecot_fill "$kind-$policy" source || bail 'no mail'
  done
done
dovecot_dump maildir-forever expected || bail 'no dump'

one() { # KIND POLICY PORT TLS
  name=$1-$2
  fresh_configuration
  SERVER_PORT=$3 USER_NAME=$name PASSWORD_LINE="password = '$name'"
  configure "$name" "deliver_to = \"$1:$name\"" "leave_on_server = $2" "tls = $4"
  run
  check "$name: the first run succeeds" exits 0
  check "$name: it prints nothing" silent
  check "$name: a second program finds all messages byte for byte" "same_$1" "$name" expected
  if [ "$1" = mbox ]; then
    if command -v formail >/dev/null; then
      check "$name: a third program finds the same number of messages" [ "$(formail -Y -s echo <"$name" | wc -l)" -eq "$count" ]
    else
      skip "$name: a third program finds the same number of messages" 'formail is not installed'
    fi
  fi
  if [ "$2" = no ]; then left=0; else left=$count; fi
  check "$name: the server holds $left" [ "$(dovecot_count "$name")" -eq "$left" ]
  run -v
  check "$name: the second run fetches nothing" contains out "$name: 0 new (0 B), 0 deleted, $left left on server"
  run_later +13d -v
  check "$name: a run after 13 days fetches nothing" contains out "$name: 0 new (0 B), 0 deleted, $left left on server"
  if [ "$2" = forever ]; then left=$count; else left=0; fi
  run_later +14d
  check "$name: a run after 14 days succeeds" exits 0
  check "$name: after 14 days the server holds $left" [ "$(dovecot_count "$name")" -eq "$left" ]
  check "$name: no message is delivered twice" "same_$1" "$name" expected
}

for policy in forever no 14d; do
  one maildir "$policy" "$DOVECOT_POP3S_PORT" implicit
  one mbox "$policy" "$DOVECOT_POP3_PORT" starttls
done

run -vv
check 'the login is by SCRAM-SHA-256' contains err 'C: AUTH SCRAM-SHA-256 ****'
PASSWORD_LINE="password = 'not mine'" SERVER_PORT=$DOVECOT_POP3S_PORT
configure wrong 'deliver_to = "maildir:Wrong"' 'tls = implicit'
run wrong
check 'Dovecot refuses a wrong password' exits 77
check 'one line reports the refused login' says err "mailhaul: wrong: login: the server refused the login (server said: \"[AUTH] Authentication failed.\"); check user and password; many providers require an app password for POP3"

dovecot_stop
for kind in expired wronghost selfsigned untrusted; do
  DOVECOT_CERT=$kind dovecot_start "$WORK/dovecot" || bail "Dovecot does not start with $kind"
  for tls in implicit starttls; do
    fresh_configuration
    if [ "$tls" = implicit ]; then SERVER_PORT=$DOVECOT_POP3S_PORT; else SERVER_PORT=$DOVECOT_POP3_PORT; fi
    USER_NAME=$DOVECOT_USER PASSWORD_LINE="password = '$DOVECOT_PASSWORD'"
    configure a 'deliver_to = "maildir:Mail"' "tls = $tls"
    run
    check "a certificate that is $kind is refused ($tls)" exits 69
    check "the refusal is one line ($kind, $tls)" [ "$(wc -l <err)" -eq 1 ]
  done
  # An attempted login would be in the log.
  check "Dovecot sees no login ($kind)" lacks "$DOVECOT_LOG" 'user=<test>'
  dovecot_stop
done

done_testing
