#!/bin/sh
# Passwords from the Secret Service, with the lines of the manual: secret-tool and a real keyring on a separate
# D-Bus, without a desktop.
if [ -z "${KEYRING_BUS:-}" ] && command -v dbus-run-session >/dev/null 2>&1; then
  # No prompt may appear on the user's screen, and nothing of the user's session may be started.
  unset DISPLAY WAYLAND_DISPLAY XDG_DATA_HOME XDG_RUNTIME_DIR
  KEYRING_BUS=yes HOME=/nonexistent exec dbus-run-session -- sh "$0"
fi
. "${srcdir:-.}/tests/e2e/lib/common.sh"
for program in dbus-run-session dbus-send secret-tool gnome-keyring-daemon; do
  command -v "$program" >/dev/null 2>&1 || skip_all "$program is not installed"
done

mkdir -m 700 runtime mail
letter mail/1
XDG_RUNTIME_DIR=$WORK/runtime
export XDG_RUNTIME_DIR
KEYRING_PID=''
keyring_stop() {
  [ -z "$KEYRING_PID" ] || { kill "$KEYRING_PID" 2>/dev/null && wait "$KEYRING_PID"; }
  KEYRING_PID=''
}
trap 'keyring_stop; finish' EXIT
is_on_the_bus() {
  dbus-send --session --print-reply --dest=org.freedesktop.DBus / org.freedesktop.DBus.NameHasOwner \
    string:org.freedesktop.secrets 2>/dev/null | grep -q 'boolean true'
}
# keyring_start OPTION...: starts the keyring, and passes its password if it asks for it.
keyring_start() {
  printf 'of the keyring' >keyring-password
  gnome-keyring-daemon --foreground --components=secrets --control-directory="$XDG_RUNTIME_DIR" "$@" \
    <keyring-password >keyring.log 2>&1 &
  KEYRING_PID=$!
  wait_while "$KEYRING_PID" is_on_the_bus || bail "the keyring does not start: $(cat keyring.log)"
}

# The lines of the manual, as a reader copies them.
plain() { sed -e 's/\\-/-/g' -e "s/\\\\(aq/'/g" -e 's/\\(dq/"/g' -e 's/\\e$/\\/' "$E2E_DIR/../../man/mailhaul.conf.5"; }
plain | sed -n '/^secret-tool store/,/^\.Ed/{/^\.Ed/d;p;}' >store.sh
lookup=$(plain | sed -n '/^password_command = {"secret-tool"/,/}$/p')
check 'the manual has the commands that store and look up a password' [ -s store.sh -a -n "$lookup" ]

serve --dir mail
keyring_start --unlock
PASSWORD_LINE=$lookup configure a 'deliver_to = "maildir:Mail"'
run a
check 'without an entry in the keyring, the account fails' exits 78
nothing='mailhaul: a: password: password_command secret-tool exited with status 1 and printed no error message; run the command by hand to see why it fails'
check 'the failure is one line' says err "$nothing"
check 'no connection is made' [ ! -s transcript ]
printf 'pass word' | sh store.sh || bail 'nothing can be stored'
run -vv a
check 'with an entry in the keyring, mail is fetched' eval 'exits 0 && count_is Mail/new 1'
check 'the password is not printed' eval 'lacks out "pass word" && lacks err "pass word"'

# The password is available even without a network.
for alone in 'unshare -n' 'unshare -rn' ''; do
  [ -n "$alone" ] && $alone true 2>/dev/null && break
done
if [ -n "$alone" ]; then
  VALGRIND=$alone
  run a
  VALGRIND=''
  check 'without a network, the connection fails' eval 'exits 75 && contains err "mailhaul: a: connect: "'
else
  skip 'without a network, the connection fails' 'no network namespace can be made here'
fi

keyring_stop
keyring_start
: >transcript
run a
check 'a locked keyring that nobody can unlock fails the account' eval 'exits 78 && [ ! -s transcript ]'
check 'the failure with a locked keyring is one line' says err "$nothing"

keyring_stop
unset DBUS_SESSION_BUS_ADDRESS
run a
check 'without a D-Bus session, the account fails' eval 'exits 78 && [ ! -s transcript ]'
check 'one line gives the reason' [ "$(grep -c '^mailhaul: a: password: password_command secret-tool exited with status 1: ..*; run the command by hand to see why it fails$' err)/$(wc -l <err)" = 1/1 ]
done_testing
