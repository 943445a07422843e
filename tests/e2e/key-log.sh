#!/bin/sh
# Keys of TLS sessions are written only if --tls-key-log asks for it, with a warning, to a file that only the user
# can read.
. "${srcdir:-.}/tests/e2e/lib/common.sh"

mkdir mail
letter mail/1
fresh_configuration
configure a 'deliver_to = "maildir:Mail"'
configure b 'deliver_to = "maildir:Other"'
warning='mailhaul: WARNING: the keys of all TLS sessions are written to keys: anyone who has them can read the traffic, including passwords; delete that file when you are done'

# The server's own library reports the keys.
# known_to_server: whether the server reported all lines of ./keys.
known_to_server() {
  [ -s keys ] && sort -u keys >ours && sort -u server-keys >theirs && [ -z "$(comm -23 ours theirs)" ] || { cat keys server-keys && return 1; }
}
mode_is() { [ "$(stat -c %a "$1")" = "$2" ] || { ls -l "$1" && return 1; }; }
refuses() { exits 64 && says err "mailhaul: --tls-key-log: $1; name a file that does not exist yet, in a directory of your own" && [ ! -s transcript ]; }

for version in 1.2 1.3; do
  rm -f server-keys
  SSLKEYLOGFILE=$WORK/server-keys
  export SSLKEYLOGFILE
  serve --dir mail --priority "NORMAL:-VERS-ALL:+VERS-TLS$version"
  SSLKEYLOGFILE=$WORK/environment-keys
  run a
  check "TLS $version: without the option, nothing is printed" eval 'exits 0 && silent'
  check "TLS $version: SSLKEYLOGFILE has no effect" [ ! -e environment-keys ]
  rm -f keys
  run -q --tls-key-log=keys
  check "TLS $version: with the option, mail is fetched" exits 0
  check "TLS $version: a warning is printed despite -q" says err "$warning"
  case $version in
    1.2) labels='CLIENT_RANDOM' ;;
    *) labels='CLIENT_HANDSHAKE_TRAFFIC_SECRET CLIENT_TRAFFIC_SECRET_0 SERVER_HANDSHAKE_TRAFFIC_SECRET SERVER_TRAFFIC_SECRET_0' ;;
  esac
  for label in $labels; do
    check "TLS $version: both sessions have a $label" [ "$(grep -cE "^$label [0-9a-f]{64} [0-9a-f]{64,96}\$" keys)" = 2 ]
  done
  check "TLS $version: the keys are the same as the server's" known_to_server
  check "TLS $version: only the user can read the file" mode_is keys 600
  check "TLS $version: SSLKEYLOGFILE has no effect with the option" [ ! -e environment-keys ]
done

cp keys before
run --tls-key-log=keys a
check 'another run appends to the file' eval 'exits 0 && [ "$(wc -l <keys)" -gt "$(wc -l <before)" ] && head -n "$(wc -l <before)" keys | cmp - before'

# shellcheck disable=SC2016 # for the shell that runs it
configure p 'deliver_to = "pipe"' 'deliver_command = {"sh", "-c", "cat >/dev/null; readlink /proc/$$/fd/* >seen; env >>seen"}'
run --tls-key-log=keys p
check 'commands inherit neither the file nor the variable' eval 'exits 0 && [ -s seen ] && lacks seen keys'

rm -f keys transcript
serve --dir mail
: >target
chmod 600 target
ln -s target keys
run --tls-key-log=keys a
check 'a symbolic link is refused' refuses 'keys is a symbolic link'
rm keys
: >keys
chmod 640 keys
run --tls-key-log=keys a
check 'a file that others can read is refused' refuses 'keys does not have mode 0600'
rm keys
mkfifo -m 600 keys
run --tls-key-log=keys a
check 'a pipe is refused at once' refuses 'keys cannot be opened: No such device or address'
rm keys
if [ "$(id -u)" = 0 ]; then
  : >keys
  chmod 600 keys
  chown nobody keys
  run --tls-key-log=keys a
  check 'a file of another user is refused' refuses 'keys belongs to another user'
  rm keys
else
  skip 'a file of another user is refused' 'only root can make one'
fi
run --tls-key-log=missing/keys a
check 'a missing directory is reported' refuses 'missing/keys cannot be opened: No such file or directory'
done_testing
