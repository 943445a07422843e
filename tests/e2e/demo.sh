#!/bin/sh
# The demo of "./bootstrap demo", with the programs of this build, and where the name localhost is unknown.
. "${srcdir:-.}/tests/e2e/lib/common.sh"

mkdir -p src tests/support
ln -s "$MAILHAUL" src/mailhaul
ln -s "$POP3_SERVER" tests/support/pop3-server
DEMO=$E2E_DIR/../support/demo.sh

STATUS=0
sh "$DEMO" >out 2>err || STATUS=$?
check 'the demo succeeds' exits 0
check 'the demo says what it did' contains out 'each identical to the server'

# Debian asks the file first, and then DNS. Minimal images have no such file.
# shellcheck disable=SC2016 # expanded inside
nameless='mount --bind /dev/null /etc/hosts && mount --bind "$1" /etc/nsswitch.conf && mount --bind /dev/null /etc/resolv.conf &&
  { ip link set lo up 2>/dev/null || :; } && shift && exec "$@"'
echo 'hosts: files' >nsswitch.conf
namespaces=-m
[ "$(id -u)" = 0 ] && unshare -m true 2>/dev/null || namespaces=-rm
if unshare $namespaces sh -c "$nameless" sh "$WORK/nsswitch.conf" sh -c '! getent hosts localhost' >out 2>err; then
  STATUS=0
  unshare $namespaces sh -c "$nameless" sh "$WORK/nsswitch.conf" sh "$DEMO" >out 2>err || STATUS=$?
  check 'the demo succeeds on a system without /etc/hosts' exits 0
else
  skip 'the demo on a system without /etc/hosts' 'no mount namespace, or localhost is known without it'
fi
done_testing
