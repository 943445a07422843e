#!/bin/sh
# The benchmark's server: the private Dovecot or Courier of the tests, controlled through standard input.
#
#   server.sh DIR dovecot|courier      DIR: a private directory; Dovecot's mail is beside it
#
# Each line of input is a command, answered by one line, "ok ..." or "failed":
#   accounts NAME...       adds accounts, whose passwords are their names
#   fill NAME DIRECTORY    adds a message for each file in DIRECTORY, whose path has no blanks
#   misjudge NAME FILE     Courier: from now on lists this message with 40 octets less than it has
# The first answer, without a command, is "ok PORT CA_FILE VERSION". The server ends with the input.
E2E_DIR=$(cd "$(dirname "$0")/../e2e" && pwd) || exit 1
# shellcheck source=tests/e2e/lib/ports.sh
. "$E2E_DIR/lib/ports.sh"
# shellcheck source=tests/e2e/lib/dovecot.sh
. "$E2E_DIR/lib/dovecot.sh"
srcdir=$E2E_DIR/../..
# shellcheck source=tests/e2e/lib/courier.sh
. "$E2E_DIR/lib/courier.sh"
trap 'courier_stop; dovecot_clean' EXIT
trap 'exit 1' HUP INT TERM

# A login process for each connection is slow to start: some are kept ready, for all contenders alike. Retrieved
# messages stay unchanged (pop3_no_flag_updates), so that every round finds the same maildrop. Most providers have
# PLAIN, which spares all contenders a hash with many iterations.
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
kind=$2
if [ "$kind" = courier ]; then
  [ -z "${DOVECOT_LISTEN:-}" ] || COURIER_LISTEN=0
  if ! courier_prepare "$1/courier"; then
    echo "failed: ${UNPACKED_REASON:-it cannot be prepared}" && exit 1
  fi
  courier_add_user none none && courier_start || exit 1
  echo "ok $COURIER_POP3S_PORT $COURIER_CA Courier"
else
  dovecot_start "$1" || exit 1
  echo "ok $DOVECOT_POP3S_PORT $DOVECOT_CA $DOVECOT_VERSION"
fi

# courier_misjudge NAME FILE: changes the recorded size, which Courier trusts.
courier_misjudge() {
  sizes=$COURIER_ROOT/mail/$1/Maildir/courierpop3dsizelist
  "$PYTHON" "$E2E_DIR/lib/pop3_talk.py" localhost "$COURIER_POP3S_PORT" "$COURIER_CA" 1: 1:"USER $1" 1:"PASS $1" 1:LIST 0:QUIT \
    >"$COURIER_ROOT.said" && awk -v file="$2" '
    index($1, file ":") == 1 { $2 -= 40; found = 1 }
    { print }
    END { exit !found }' "$sizes" >"$COURIER_ROOT.sizes" && cat "$COURIER_ROOT.sizes" >"$sizes"
}

# shellcheck disable=SC2086 # words
while read -r command words; do
  case $command in
    accounts)
      set --
      for name in $words; do set -- "$@" "$name" "$name"; done
      if [ "$kind" = dovecot ]; then dovecot_add_user "$@"; else
        while [ $# -gt 0 ] && courier_add_user "$1" "$2"; do shift 2; done
        [ $# -eq 0 ]
      fi
      ;;
    fill) "${kind}_fill" ${words% *} ${words##* } ;;
    misjudge) courier_misjudge ${words% *} ${words##* } ;;
    *) false ;;
  esac && echo ok || echo failed
done
