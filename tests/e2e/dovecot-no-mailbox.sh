#!/bin/sh
# A real Dovecot accepts the login and cannot open the mailbox: 2.3 refuses the next command and hangs up.
. "${srcdir:-.}/tests/e2e/lib/common.sh"

dovecot_start "$WORK/dovecot" || bail 'Dovecot does not start'
echo "# Dovecot $DOVECOT_VERSION"
mv "$DOVECOT_MAILDIR" "$WORK/aside" && : >"$DOVECOT_MAILDIR" || bail 'the mailbox stays'
# Dovecot trusts a client that connects from the server's address; at 127.0.0.2 it behaves as for a remote client.
SERVER=127.0.0.2 CA_FILE=$DOVECOT_CA SERVER_PORT=$DOVECOT_POP3S_PORT
USER_NAME=$DOVECOT_USER PASSWORD_LINE="password = '$DOVECOT_PASSWORD'"
fresh_configuration
configure a 'deliver_to = "maildir:Mail"'
run
check 'the failure is temporary' exits 75
check 'the failure is one line' [ "$(wc -l <err)" = 1 ]
check "the message quotes Dovecot" contains err '(server said: "[SYS/TEMP]'
check 'the message does not report a broken connection' eval '! grep -q "closed the connection\|cut off" err'
run -v
check 'the next run tries again in one session' [ "$(grep -c 'connecting to' err)" = 1 ]
rm "$DOVECOT_MAILDIR" && mv "$WORK/aside" "$DOVECOT_MAILDIR"
run
check 'when the mailbox is back, the run succeeds' exits 0
check 'it prints nothing' silent
done_testing
