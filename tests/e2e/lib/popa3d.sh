# shellcheck shell=sh
# Runs a real popa3d behind a real stunnel, as a private server on loopback, for tests.
#
#   . "${srcdir:-.}/tests/e2e/lib/popa3d.sh"   # before common.sh, see unpacked.sh
#   . "${srcdir:-.}/tests/e2e/lib/common.sh"
#   trap 'popa3d_stop; finish' EXIT
#   popa3d_prepare "$WORK/popa3d" || unpacked_none popa3d
#   popa3d_add_user test secret; popa3d_start || bail 'popa3d does not start'
#
# popa3d is the smallest server available: mbox, USER and PASS by PAM, no CAPA, and no text in its answers. It
# changes to the mailbox's user, so only root can run it. Call the functions from the test's own shell.

# shellcheck source=tests/e2e/lib/stunnel.sh
. "${srcdir:-.}/tests/e2e/lib/stunnel.sh"

# popa3d_prepare DIR
# Makes the server's root DIR, with certificates in DIR.certs. Sets POPA3D_CA. Fails as unpacked_root does.
popa3d_prepare() {
  POPA3D_ROOT=$1
  POPA3D_LOG=$1.log
  unpacked_root_only && unpacked_root "$1" popa3d && stunnel_prepare "$1" || return 1
  POPA3D_CA=$STUNNEL_CA
  unpacked_libraries "$1" usr/sbin/popa3d && unpacked_pam "$1" popa3d || return 1
  (umask 022 && mkdir -p "$1/var/lib/popa3d" "$1/dev" && : >"$1/dev/null" && : >"$POPA3D_LOG") || return 1
  unpacked_users "$1" popa3d
}

# popa3d_add_user NAME PASSWORD: adds an account with an empty mailbox.
popa3d_add_user() { unpacked_login "$POPA3D_ROOT" "$@"; }

# popa3d_start: sets POPA3D_PORT (implicit TLS).
popa3d_start() {
  stunnel_inetd "$POPA3D_ROOT" "$POPA3D_LOG" chroot . /usr/sbin/popa3d
  stunnel_start "$POPA3D_ROOT" "$POPA3D_LOG" || return 1
  POPA3D_PORT=$STUNNEL_PORT
}

# popa3d_stop: ends the server; its mail stays. Safe to call twice, and in a trap.
popa3d_stop() { stunnel_stop; }

# popa3d_fill NAME DIRECTORY: appends each file of DIRECTORY to NAME's mailbox.
popa3d_fill() { unpacked_mbox "$POPA3D_ROOT/var/mail/$1" "$2"; }

# popa3d_count NAME: prints how many messages are left in NAME's mailbox.
popa3d_count() {
  grep -c '^From ' "$POPA3D_ROOT/var/mail/$1" || :
}
