#!/bin/sh
# A configuration, a secret or a certificate that another user could write is refused: he would choose the commands that
# are run, and the server that gets the password.
# shellcheck disable=SC2119,SC2120 # the settings are optional
. "${srcdir:-.}/tests/e2e/lib/common.sh"

mkdir mail
letters 1 2
serve --dir mail
here=$(pwd -P)
other=65534
other_name=$(getent passwd $other | cut -d: -f1)
printf 'pass word\n' >secret
printf 'machine localhost login me password "pass word"\n' >netrc

# one LINE...: the only account.
one() {
  fresh_configuration
  rm -rf Mail state
  configure a 'deliver_to = "maildir:Mail"' "$@"
  write_configuration
}
mailhaul() { # ARGUMENT...: a run that does not write the configuration.
  STATUS=0
  "$MAILHAUL" "$@" >out 2>err || STATUS=$?
}
used() { # SENTENCE FILE
  mailhaul -c "$2"
  check "$1 is used" exits 0
}
refused() { # SENTENCE FILE CAUSE HINT
  rm -f transcript
  mailhaul -c "$2"
  check "$1 is refused" exits 78
  check "$1: the message says why" says err "mailhaul: $3; $4"
  check "$1: nothing is sent" [ ! -s transcript ]
}
# hinted: does what the message says.
hinted() { eval "$(sed -n 's/.*; run: \(ch.*\)/\1/p' err)"; }

# ---- the configuration, without a password in it ----
PASSWORD_LINE='password_command = {"echo", "pass word"}'
one
used 'a configuration of mode 600' mailhaul.conf
chmod 644 mailhaul.conf
used 'a configuration of mode 644' mailhaul.conf
for mode in 646 666 602; do
  chmod $mode mailhaul.conf
  refused "a configuration of mode $mode" mailhaul.conf \
    'mailhaul.conf: the configuration cannot be trusted: other users can write to mailhaul.conf' 'run: chmod o-w mailhaul.conf'
  hinted
  used "a configuration of mode $mode after what the hint says" mailhaul.conf
done
chmod 666 mailhaul.conf
for command in config list status verify check; do
  mailhaul -c mailhaul.conf $command
  check "$command refuses it as well" exits 78
done
chmod 600 mailhaul.conf

mkdir -m 777 open sticky && chmod 1777 sticky
mkdir open/own && cp mailhaul.conf open/own/ && cp mailhaul.conf sticky/ && cp -r certs open/own/ && cp -r certs sticky/
refused 'a configuration below a directory that all can write' open/own/mailhaul.conf \
  "open/own/mailhaul.conf: the configuration cannot be trusted: other users can write to the directory $here/open" "run: chmod o-w $here/open"
chmod +t open
used 'a configuration below a sticky directory' open/own/mailhaul.conf
used 'a configuration in a sticky directory' sticky/mailhaul.conf
chmod -t open
ln -s ../mailhaul.conf open/link.conf
refused 'a link in a directory that all can write' open/link.conf \
  "open/link.conf: the configuration cannot be trusted: other users can write to the directory $here/open" "run: chmod o-w $here/open"
ln -s open/own/mailhaul.conf link.conf
refused 'a link to such a directory' link.conf \
  "link.conf: the configuration cannot be trusted: other users can write to the directory $here/open" "run: chmod o-w $here/open"
echo 'include("more.conf")' >main.conf && cp mailhaul.conf more.conf && chmod 666 more.conf
refused 'an included file that all can write' main.conf \
  'more.conf: the configuration cannot be trusted: other users can write to more.conf' 'run: chmod o-w more.conf'

STATUS=0 && sed "s|\"state\"|\"$here/state\"|; s|maildir:Mail|maildir:$here/Mail|; s|\"certs/|\"$here/certs/|" mailhaul.conf |
  "$MAILHAUL" -c /dev/stdin >out 2>err || STATUS=$?
check 'a configuration from a pipe is used' exits 0

# ---- secrets and certificates ----
mkdir -m 777 common
for it in secret netrc certs/ca.pem; do cp "$it" common/; done
PASSWORD_LINE='password_file = "common/secret"' one
refused 'a password_file in a directory that all can write' mailhaul.conf \
  "a: password: password_file common/secret cannot be trusted: other users can write to the directory $here/common" "run: chmod o-w $here/common"
PASSWORD_LINE='password_netrc = "common/netrc"' one
refused 'a .netrc in a directory that all can write' mailhaul.conf \
  "a: password: password_netrc common/netrc cannot be trusted: other users can write to the directory $here/common" "run: chmod o-w $here/common"
CA_FILE=common/ca.pem one
refused 'a tls_ca_file in a directory that all can write' mailhaul.conf \
  "a: trust: tls_ca_file common/ca.pem cannot be trusted: other users can write to the directory $here/common" "run: chmod o-w $here/common"
chmod 755 common && chmod 666 common/ca.pem
refused 'a tls_ca_file that all can write' mailhaul.conf \
  'a: trust: tls_ca_file common/ca.pem cannot be trusted: other users can write to common/ca.pem' 'run: chmod o-w common/ca.pem'
hinted
used 'a tls_ca_file after what the hint says' mailhaul.conf

# ---- other owners ----
one
if chown $other:$other mailhaul.conf 2>/dev/null && command -v setpriv >/dev/null; then
  refused 'a configuration of another user' mailhaul.conf \
    "mailhaul.conf: the configuration cannot be trusted: mailhaul.conf belongs to the user $other_name" "run mailhaul as that user: runuser -u $other_name -- mailhaul"
  chown 12345:12345 mailhaul.conf
  refused 'a configuration of a user without a name' mailhaul.conf \
    'mailhaul.conf: the configuration cannot be trusted: mailhaul.conf belongs to the user 12345' \
    'run mailhaul as that user: setpriv --reuid=12345 --regid=12345 --clear-groups mailhaul'
  chown 0:0 mailhaul.conf
  chown $other secret
  PASSWORD_LINE='password_file = "secret"' one
  refused 'a password_file of another user' mailhaul.conf "a: password: password_file secret cannot be trusted: secret belongs to the user $other_name" \
    "run mailhaul as that user: runuser -u $other_name -- mailhaul"
  chown 0 secret
  one

  # A service of its own user reads a configuration of root.
  as_other() { STATUS=0 && (cd theirs && setpriv --reuid=$other --regid=$other --clear-groups ./mailhaul -c "$1") >out 2>err || STATUS=$?; }
  mkdir theirs && cp "$MAILHAUL" theirs/mailhaul && cp -r certs theirs/ && chown -R $other:$other theirs && chmod 711 .
  sed "s|\"state\"|\"$here/theirs/state\"|; s|maildir:Mail|maildir:$here/theirs/Mail|; s|\"certs/|\"$here/theirs/certs/|" mailhaul.conf >service.conf
  chmod 644 service.conf
  if setpriv --reuid=$other --regid=$other --clear-groups test -r "$here/service.conf"; then
    as_other ../service.conf
    check 'a configuration of root is used by another user' exits 0
    chgrp $other service.conf && chmod 640 service.conf && as_other ../service.conf
    check 'a configuration of root that a group can read is used' exits 0
    chmod 660 service.conf && as_other ../service.conf
    check 'a configuration of root that a group can write is refused' says err \
      "mailhaul: ../service.conf: the configuration cannot be trusted: other users can write to ../service.conf; as root, run: chmod g-w ../service.conf"
    chown 12345 service.conf && chmod 644 service.conf && as_other ../service.conf
    check 'a configuration of a third user is refused' says err \
      "mailhaul: ../service.conf: the configuration cannot be trusted: ../service.conf belongs to the user 12345; as root, run: chown $other ../service.conf"
  else
    skip 'a configuration of root is used by another user' 'the test directory is not accessible'
  fi
  chmod 700 .
else
  skip 'files of other users' 'only root can make them'
fi

# ---- mounts: who may write there was decided with the mount ----
namespaces=-m
[ "$(id -u)" = 0 ] && unshare -m true 2>/dev/null || namespaces=-rm
if unshare $namespaces sh -c 'mkdir probe && mount --bind probe probe && mount -o remount,bind,ro probe' 2>/dev/null; then
  mkdir volume && cp mailhaul.conf volume/ && chmod 666 volume/mailhaul.conf && chmod 777 volume
  sed -i "s|\"state\"|\"$here/state\"|; s|maildir:Mail|maildir:$here/Mail|; s|\"certs/|\"$here/certs/|" volume/mailhaul.conf
  chown 12345:12345 volume volume/mailhaul.conf 2>/dev/null || :
  STATUS=0
  # shellcheck disable=SC2016 # expanded inside
  unshare $namespaces sh -c 'mount --bind volume volume && mount -o remount,bind,ro volume && exec "$@"' sh \
    "$MAILHAUL" -c volume/mailhaul.conf >out 2>err || STATUS=$?
  check 'a configuration on a read-only mount is used, whoever owns it' exits 0
else
  skip 'a configuration on a read-only mount' 'no mount namespace'
fi
done_testing
