# shellcheck shell=sh
# Runs the POP3 server of a real Twisted behind a real stunnel, as a private server on loopback, for tests.
#
#   . "${srcdir:-.}/tests/e2e/lib/twisted.sh"   # before common.sh, see unpacked.sh
#   . "${srcdir:-.}/tests/e2e/lib/common.sh"
#   trap 'twisted_stop; finish' EXIT
#   twisted_prepare "$WORK/twisted" || unpacked_none Twisted
#   twisted_add_user test; twisted_start || bail 'Twisted does not start'
#
# Twisted is a library: tests/support/twisted_pop3.py is a minimal program that serves a maildrop with it. It needs
# Debian's own Python. Call the functions from the test's own shell.

# shellcheck source=tests/e2e/lib/stunnel.sh
. "${srcdir:-.}/tests/e2e/lib/stunnel.sh"

TWISTED_PID='' TWISTED_PORT='' # empty: not running, not yet started

# twisted_prepare DIR
# Makes the server's directory DIR, with certificates in DIR.certs. Sets TWISTED_CA. Fails as unpacked_root does.
twisted_prepare() {
  TWISTED_ROOT=$1
  TWISTED_LOG=$1.log
  unpacked_files "$1" python3-twisted && stunnel_prepare "$1" || return 1
  # shellcheck disable=SC2034 # for the test
  TWISTED_CA=$STUNNEL_CA
  UNPACKED_REASON='it needs /usr/bin/python3, and the modules of Debian'
  PYTHONPATH=$1/usr/lib/python3/dist-packages /usr/bin/python3 -W ignore -c 'import twisted.mail.maildir' || return 1
  UNPACKED_REASON=''
  mkdir -p "$1/mail" && : >"$TWISTED_LOG"
}

# twisted_add_user NAME: adds an account with an empty maildrop, whose password is its name.
twisted_add_user() {
  (cd "$TWISTED_ROOT/mail" && mkdir "$1" "$1/new" "$1/cur" "$1/tmp" "$1/.Trash" "$1/.Trash/cur")
}

# twisted_start OPTION...: sets TWISTED_PORT (implicit TLS), which stays the same after a restart. The options are
# those of twisted_pop3.py.
twisted_start() {
  rm -f "$TWISTED_ROOT/run/front"
  unpacked_start "$TWISTED_ROOT" "$TWISTED_LOG" "PYTHONPATH=$TWISTED_ROOT/usr/lib/python3/dist-packages" \
    /usr/bin/python3 -W ignore -B "$E2E_DIR/../support/twisted_pop3.py" "$TWISTED_ROOT/mail" "$TWISTED_ROOT/run/front" "$@"
  TWISTED_PID=$UNPACKED_PID
  stunnel_start "$TWISTED_ROOT" "$TWISTED_LOG" ${TWISTED_PORT:+"$TWISTED_PORT"} || return 1
  TWISTED_PORT=$STUNNEL_PORT
}

# twisted_stop: ends the server; its mail stays. Safe to call twice, and in a trap.
twisted_stop() {
  stunnel_stop
  unpacked_stop "$TWISTED_PID"
  TWISTED_PID=''
}

# twisted_fill NAME DIRECTORY: adds each file of DIRECTORY as new mail of NAME. The file names have to be new there.
twisted_fill() { cp "$2"/* "$TWISTED_ROOT/mail/$1/new/"; }

# twisted_count NAME: prints how many messages are left.
twisted_count() { find "$TWISTED_ROOT/mail/$1/new" "$TWISTED_ROOT/mail/$1/cur" -type f | wc -l | tr -d ' '; }
