#!/bin/sh
# Files with secrets that somebody else made: with permissions that cannot be changed (Kubernetes, Docker), with a byte
# order mark, or in UTF-16.
. "${srcdir:-.}/tests/e2e/lib/common.sh"
command -v setpriv >/dev/null && command -v unshare >/dev/null || skip_all 'util-linux is missing'

mkdir mail
letters 1 2
serve --dir mail

# one LINE...: an account with this source of the password.
one() {
  fresh_configuration
  rm -rf Mail state
  PASSWORD_LINE=$1
  shift
  configure a 'deliver_to = "maildir:Mail"' "$@"
}

# ---- text ----
bad_text() { # SENTENCE CAUSE HINT
  check "$1 ends with 78" exits 78
  check "$1: the message says what it is" says err "mailhaul: a: password: $2; $3"
  check "$1: no part of the password is printed" eval 'lacks err "pass word" && lacks err "p\x00a"'
}
utf16() { printf 'pass word\n' | iconv -t "$1"; }
save='save it as plain text in UTF-8'
print='make it print plain text in UTF-8'

printf '\357\273\277pass word\r\n' >secret
one 'password_file = "secret"' && run a
check 'a byte order mark before the password is skipped' exits 0
one 'password_command = {"cat", "secret"}' && run a
check 'a byte order mark that a command prints is skipped' exits 0
mkdir credentials && cp secret credentials/mail
CREDENTIALS_DIRECTORY=$WORK/credentials
export CREDENTIALS_DIRECTORY
one 'password_credential = "mail"' && run a
check 'a byte order mark in a credential is skipped' exits 0
printf '\357\273\277machine localhost login me password "pass word"\r\n' >netrc
one 'password_netrc = "netrc"' && run a
check 'a byte order mark in .netrc is skipped' exits 0

for form in UTF-16 UTF-16LE UTF-16BE UTF-32; do
  what='UTF-16 or UTF-32'
  utf16 "$form" >secret
  one 'password_file = "secret"' && run a
  bad_text "a password_file in $form" "password_file secret contains $what" "$save"
  one 'password_command = {"cat", "secret"}' && run a
  bad_text "a command that prints $form" "password_command cat printed $what" "$print"
  cp secret credentials/mail
  one 'password_credential = "mail"' && run a
  bad_text "a credential in $form" "password_credential mail contains $what" "$save"
  printf 'machine localhost login me password "pass word"\n' | iconv -t "$form" >netrc
  one 'password_netrc = "netrc"' && run a
  bad_text "a .netrc in $form" "password_netrc netrc contains $what" "$save"
done
printf 'pass word\0more\n' >secret
one 'password_file = "secret"' && run a
bad_text 'a NUL in a password' 'password_file secret contains a NUL byte' "$save"
printf 'pass word\0' >secret
one 'password_command = {"cat", "secret"}' && run a
bad_text 'a NUL after a password' 'password_command cat printed a NUL byte' "$print"

# ---- permissions ----
printf 'pass word\n' >secret
printf 'machine localhost login me password "pass word"\n' >netrc
"$POP3_SERVER" --make-certs keys || bail 'no certificates'
as_somebody='setpriv --reuid=65534 --regid=65534 --clear-groups'
if [ "$(id -u)" = 0 ]; then
  # Everything but the secrets belongs to the other user.
  # shellcheck disable=SC2086
  $as_somebody test -x "$WORK" || chmod 711 "$WORK"
  # shellcheck disable=SC2086
  $as_somebody true 2>/dev/null || as_somebody=''
else
  as_somebody=''
fi

# mounted MODE COMMAND...: runs the command with a read-only mount of ./volume, whose files have that mode. The files
# are links, as Kubernetes makes them.
mounted() {
  _mode=$1 && shift
  rm -rf volume && mkdir -p volume/..2026 && cp secret netrc mailhaul.conf keys/client.pem volume/..2026/ || return 1
  (cd volume && ln -s ..2026 ..data && for _f in ..2026/*; do ln -s "..data/${_f#*/}" .; done)
  chmod "$_mode" volume/..2026/*
  chmod 755 volume volume/..2026
  # shellcheck disable=SC2016 # expanded inside
  unshare $namespaces sh -c 'mount --bind volume volume && mount -o remount,bind,ro volume && exec "$@"' sh "$@"
}
namespaces=-m
[ "$(id -u)" = 0 ] && unshare -m true 2>/dev/null || namespaces=-rm
if unshare $namespaces sh -c 'mkdir probe && mount --bind probe probe && mount -o remount,bind,ro probe' 2>/dev/null; then
  for mode in 440 444 644; do
    one 'password_file = "volume/secret"' && write_configuration
    STATUS=0 && mounted $mode "$MAILHAUL" -c mailhaul.conf >out 2>err || STATUS=$?
    check "a password_file with mode $mode on a read-only mount is used" exits 0
    one 'password_netrc = "volume/netrc"' && write_configuration
    STATUS=0 && mounted $mode "$MAILHAUL" -c mailhaul.conf >out 2>err || STATUS=$?
    check "a .netrc with mode $mode on a read-only mount is used" exits 0
    one "password = 'pass word'" && write_configuration
    sed -i "s|\"certs/|\"$WORK/certs/|; s|\"state\"|\"$WORK/state\"|; s|maildir:Mail|maildir:$WORK/Mail|" mailhaul.conf
    STATUS=0 && mounted $mode "$MAILHAUL" -c volume/mailhaul.conf >out 2>err || STATUS=$?
    check "a configuration with mode $mode on a read-only mount is used" exits 0
    one "password = 'pass word'" 'tls_client_cert = "volume/client.pem"' && write_configuration
    STATUS=0 && mounted $mode "$MAILHAUL" -c mailhaul.conf >out 2>err || STATUS=$?
    check "a key with mode $mode on a read-only mount is used" exits 0
  done
  # The same files where the user can change them.
  chmod u+w volume && cp secret volume/own && chmod 444 volume/own
  one 'password_file = "volume/own"' && run a
  check 'a password_file with mode 444 is refused where chmod works' exits 78
  check 'the hint is chmod there' says err \
    'mailhaul: a: password: password_file volume/own can be read by others; run: chmod 600 volume/own'
  chmod 600 volume/own && run a
  check 'with mode 600, as the hint says, it is used' exits 0

  # Docker, Podman: a directory that need not be read-only.
  # shellcheck disable=SC2016 # expanded inside
  in_run='mount -t tmpfs none /run && mkdir -p /run/secrets && cp "$1" /run/secrets/mail && chmod "$2" /run/secrets/mail &&
    cd "$3" && shift 3 && exec "$@"'
  for mode in 444 440; do
    one 'password_file = "/run/secrets/mail"' && write_configuration
    STATUS=0 && unshare $namespaces sh -c "$in_run" sh "$WORK/secret" $mode "$WORK" "$MAILHAUL" -c mailhaul.conf >out 2>err ||
      STATUS=$?
    check "a password_file with mode $mode in /run/secrets is used" exits 0
  done
  STATUS=0 && unshare $namespaces sh -c "$in_run" sh "$WORK/secret" 666 "$WORK" "$MAILHAUL" -c mailhaul.conf >out 2>err ||
    STATUS=$?
  check 'a password_file that everybody can write is refused in /run/secrets' eval 'exits 78 && contains err "can be read by others; run: chmod 600 /run/secrets/mail"'
else
  skip 'files on a read-only mount' 'no mount namespace'
fi

# ---- files of another user ----
if [ -n "$as_somebody" ]; then
  # somebody PASSWORD_LINE: a run as a user that does not own the files.
  somebody() {
    one "$1" && write_configuration
    rm -rf theirs && mkdir theirs && cp -r certs theirs/ && mv mailhaul.conf theirs/ && cp "$MAILHAUL" theirs/mailhaul &&
      chown -R 65534:65534 theirs
    sed -i "s|\"secret|\"$WORK/secret|" theirs/mailhaul.conf
    # shellcheck disable=SC2086
    STATUS=0 && (cd theirs && $as_somebody ./mailhaul -c mailhaul.conf) >out 2>err || STATUS=$?
  }
  line='password_file = "secret"'
  chgrp 65534 secret
  for mode in 440 640; do
    chmod $mode secret && somebody "$line"
    check "a file of root with mode $mode is used by a member of its group" exits 0
  done
  for mode in 644 444 660; do
    chmod $mode secret && somebody "$line"
    check "a file of root with mode $mode is refused" exits 78
    check "a file of root with mode $mode: the hint is for root" says err \
      "mailhaul: a: password: password_file $WORK/secret can be read by others; as root, run: chown 65534 $WORK/secret && chmod 600 $WORK/secret"
  done
  eval "$(sed -n 's/.*as root, run: //p' err)"
  somebody "$line"
  check 'after what the hint says, it is used' exits 0
  chown 1:65534 secret && chmod 440 secret && somebody "$line"
  check 'a file of somebody else that a group can read is refused' eval 'exits 78 && contains err "as root, run: chown 65534"'
else
  skip 'files of another user' 'only root can make them'
fi
done_testing
