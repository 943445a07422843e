#!/bin/sh
# The benchmark's server: the private Dovecot of the tests, told from standard input what to do.
#
#   server.sh DIR      DIR: a private folder; the server's mail lives beside it
#
# Each line of input is a command, each is answered by one line, "ok ..." or "failed":
#   accounts NAME...       new accounts, whose passwords are their names
#   fill NAME FOLDER       a message of each file in FOLDER; it has no blanks in its path
# The first answer, without a command, is "ok PORT CA_FILE VERSION". The server ends with the input.
E2E_DIR=$(cd "$(dirname "$0")/../e2e" && pwd) || exit 1
# shellcheck source=tests/e2e/ports.sh
. "$E2E_DIR/ports.sh"
# shellcheck source=tests/e2e/dovecot.sh
. "$E2E_DIR/dovecot.sh"
trap dovecot_clean EXIT
trap 'exit 1' HUP INT TERM

# One login process for each connection is slow to start: they are kept ready, for all contenders alike.
# Retrieved messages stay as they were (pop3_no_flag_updates), so that every round finds the same maildrop.
# PLAIN is what most providers have, and costs no one a hash of many iterations.
DOVECOT_EXTRA='auth_mechanisms = plain
pop3_no_flag_updates = yes
default_process_limit = 200
default_client_limit = 1000
service pop3-login {
  service_count = 0
  process_min_avail = 2
}
service pop3 {
  process_limit = 200
  process_min_avail = 4
}'
dovecot_start "$1" || exit 1
echo "ok $DOVECOT_POP3S_PORT $DOVECOT_CA $DOVECOT_VERSION"

# shellcheck disable=SC2086 # words
while read -r command words; do
  case $command in
    accounts)
      set --
      for name in $words; do set -- "$@" "$name" "$name"; done
      dovecot_add_user "$@"
      ;;
    fill) dovecot_fill ${words% *} ${words##* } ;;
    *) false ;;
  esac && echo ok || echo failed
done
