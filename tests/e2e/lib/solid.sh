# shellcheck shell=sh
# Runs a real solid-pop3d behind a real stunnel, as a private server on loopback, for tests.
#
#   . "${srcdir:-.}/tests/e2e/lib/solid.sh"   # before common.sh, see unpacked.sh
#   . "${srcdir:-.}/tests/e2e/lib/common.sh"
#   trap 'solid_stop; finish' EXIT
#   solid_prepare "$WORK/solid" || unpacked_none solid-pop3d
#   solid_add_user test secret; solid_start || bail 'solid-pop3d does not start'
#
# It has no CAPA and no TLS, supports USER, PASS and UIDL, and keeps mail in an mbox. It changes to the mailbox's
# user, so only root can run it. Call the functions from the test's own shell.

# shellcheck source=tests/e2e/lib/stunnel.sh
. "${srcdir:-.}/tests/e2e/lib/stunnel.sh"

# solid_prepare DIR
# Makes the server's root DIR, with certificates in DIR.certs. Sets SOLID_CA. Fails as unpacked_root does.
solid_prepare() {
  SOLID_ROOT=$1
  SOLID_LOG=$1.log
  unpacked_root_only && unpacked_root "$1" solid-pop3d && stunnel_prepare "$1" || return 1
  # shellcheck disable=SC2034 # for the test
  SOLID_CA=$STUNNEL_CA
  unpacked_libraries "$1" usr/sbin/solid-pop3d && unpacked_pam "$1" solid-pop3d || return 1
  (umask 022 && mkdir -p "$1/dev" && : >"$1/dev/null" && : >"$SOLID_LOG") || return 1
  unpacked_users "$1" spop3d
}

# solid_add_user NAME PASSWORD: adds an account with an empty mailbox.
solid_add_user() { unpacked_login "$SOLID_ROOT" "$@"; }

# solid_start: sets SOLID_PORT (implicit TLS).
solid_start() {
  stunnel_inetd "$SOLID_ROOT" "$SOLID_LOG" chroot . /usr/sbin/solid-pop3d
  stunnel_start "$SOLID_ROOT" "$SOLID_LOG" || return 1
  SOLID_PORT=$STUNNEL_PORT
}

# solid_stop: ends the server; its mail stays. Safe to call twice, and in a trap.
solid_stop() { stunnel_stop; }

# solid_fill NAME DIRECTORY: appends each file of DIRECTORY to NAME's mailbox.
solid_fill() { unpacked_mbox "$SOLID_ROOT/var/mail/$1" "$2"; }

# solid_count NAME: prints how many messages are left in NAME's mailbox.
solid_count() { grep -c '^From ' "$SOLID_ROOT/var/mail/$1" || :; }
