# shellcheck shell=sh
# Runs a real pop3d of GNU mailutils behind a real stunnel, as a private server on loopback, for tests.
#
#   . "${srcdir:-.}/tests/e2e/lib/mailutils.sh"   # before common.sh, see unpacked.sh
#   . "${srcdir:-.}/tests/e2e/lib/common.sh"
#   trap 'mailutils_stop; finish' EXIT
#   mailutils_prepare "$WORK/mailutils" || unpacked_none mailutils
#   mailutils_add_user test secret; mailutils_start || bail 'mailutils does not start'
#
# It announces PIPELINING, accepts USER and PASS, and keeps mail in an mbox, to which it adds a field X-UIDL. It
# changes to the mailbox's user, so only root can run it. Call the functions from the test's own shell.

# shellcheck source=tests/e2e/lib/stunnel.sh
. "${srcdir:-.}/tests/e2e/lib/stunnel.sh"

# mailutils_prepare DIR
# Makes the server's root DIR, with certificates in DIR.certs. Sets MAILUTILS_CA. Fails as unpacked_root does.
mailutils_prepare() {
  MAILUTILS_ROOT=$1
  MAILUTILS_LOG=$1.log
  unpacked_root_only && unpacked_root "$1" mailutils-pop3d mailutils-common && stunnel_prepare "$1" || return 1
  # shellcheck disable=SC2034 # for the test
  MAILUTILS_CA=$STUNNEL_CA
  unpacked_libraries "$1" usr/sbin/pop3d && unpacked_pam "$1" pop3d || return 1
  (
    umask 022
    mkdir -p "$1/dev" "$1/tmp" && : >"$1/dev/null" && : >"$MAILUTILS_LOG" && cat >"$1/etc/pop3d.conf" <<'CONF'
auth {
  authentication pam;
  authorization system;
}
pam {
  service pop3d;
}
mailbox {
  mail-spool /var/mail;
  mailbox-type mbox;
}
logging {
  syslog no;
}
CONF
  ) || return 1
  unpacked_users "$1" mail
}

# mailutils_add_user NAME PASSWORD: adds an account with an empty mailbox.
mailutils_add_user() { unpacked_login "$MAILUTILS_ROOT" "$@"; }

# mailutils_start: sets MAILUTILS_PORT (implicit TLS).
mailutils_start() {
  stunnel_inetd "$MAILUTILS_ROOT" "$MAILUTILS_LOG" chroot . /usr/sbin/pop3d --inetd --config-file=/etc/pop3d.conf
  stunnel_start "$MAILUTILS_ROOT" "$MAILUTILS_LOG" || return 1
  MAILUTILS_PORT=$STUNNEL_PORT
}

# mailutils_stop: ends the server; its mail stays. Safe to call twice, and in a trap.
mailutils_stop() { stunnel_stop; }

# mailutils_fill NAME DIRECTORY: appends each file of DIRECTORY to NAME's mailbox.
mailutils_fill() { unpacked_mbox "$MAILUTILS_ROOT/var/mail/$1" "$2"; }

# mailutils_count NAME: prints how many messages are left in NAME's mailbox.
mailutils_count() { grep -c '^From ' "$MAILUTILS_ROOT/var/mail/$1" || :; }
