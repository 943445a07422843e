#!/bin/sh
# The demo: the real program fetches sample mail twice from the test server, over verified TLS on loopback, into
# ./demo/Maildir. The script compares the result with the messages on the server. "./bootstrap demo" runs it in the
# build directory. Exits with 1 if a result is not as described.
set -eu
unset CDPATH
umask 077

# When the demo starts again, it removes only files that it created.
marker=demo/.made-by-the-demo
program=${MAILHAUL:-src/mailhaul}
conf=demo/mailhaul.conf
served=demo/server/mail
words=demo/server/words
transcript=demo/server/transcript
port_file=demo/server/port
output=demo/server/output

say() { printf '\n==> %s\n' "$*"; }
fail() {
  printf 'demo: %s\n' "$*" >&2
  for file in "$words" "$transcript"; do
    [ ! -s "$file" ] || { printf 'The end of %s:\n' "$file" && tail -n 20 "$file" | sed 's/^/    /'; } >&2
  done
  exit 1
}

start_afresh() {
  for needed in "$program" tests/support/pop3-server; do
    [ -x "$needed" ] || fail "$needed is missing: make all demo-server builds it"
  done
  if [ -e demo ]; then
    [ -f "$marker" ] || fail './demo was not created by the demo: move it away and start again'
    [ ! -e "$conf" ] || [ "$(cksum <"$conf")" = "$(cat "$marker")" ] ||
      fail "$conf has been changed, and ./demo may hold your mail: move it away and start again"
    rm -rf demo
  fi
  mkdir -p demo/server
  : >"$marker"
}

server=
stop_server() {
  [ -n "$server" ] || return 0
  kill "$server" 2>/dev/null || :
  wait "$server" 2>/dev/null || :
  server=
}

start_server() {
  tests/support/pop3-server --make-samples "$served" 2>"$words" || fail 'cannot create the sample mail'
  tests/support/pop3-server --dir "$served" --cert-dir demo/server/certificates --port-file "$port_file" \
    --user demo --password demo --transcript "$transcript" >"$words" 2>&1 </dev/null &
  server=$!
  tries=0
  until [ -s "$port_file" ]; do
    kill -0 "$server" 2>/dev/null || fail 'the server did not start'
    tries=$((tries + 1))
    [ "$tries" -le 300 ] || fail 'the server did not listen within 30 seconds'
    sleep 0.1
  done
}

write_configuration() {
  cat >"$conf" <<EOF
# Created by "./bootstrap demo": one account, fetched into a Maildir. mailhaul.conf(5) describes all options.
# Relative paths start at the directory of this file. A file that contains a password must have mode 0600.

# The directory that records which messages have been delivered. The default is ~/.local/state/mailhaul.
state_dir = "state"

account "demo" {
    server = "127.0.0.1"        # yours: pop.example.org

    # The next two lines are only for the demo's server; delete them for an account of your own.
    # The defaults are port 995, TLS from the first byte, and the certificates that your system trusts.
    port = $1
    tls_ca_file = "server/certificates/ca.pem"

    # Single quotes take every character literally. A program that prints the password is better than
    # a password in a file: password_command = {"pass", "show", "mail/demo"}
    user = 'demo'
    password = 'demo'

    # Or "mbox:PATH", or "pipe" with deliver_command = {"/path/of/program", "argument"}
    deliver_to = "maildir:Maildir"

    # Delete each message from the server two weeks after its delivery. "forever" deletes nothing, "no"
    # deletes each message once it is safe here.
    leave_on_server = 14d
}
EOF
  cksum <"$conf" >"$marker"
}

# mailhaul WHAT ARGUMENT...: runs the program; WHAT names the step in an error message. Only the first and the last
# lines of a long output are shown.
mailhaul() {
  what=$1
  shift
  printf '$ %s -c %s %s\n' "$program" "$conf" "$*"
  status=0
  "$program" -c "$conf" "$@" </dev/null >"$output" 2>&1 || status=$?
  lines=$(wc -l <"$output")
  if [ "$status" -ne 0 ] || [ "$lines" -le 8 ]; then
    cat "$output"
  else
    head -n 4 "$output"
    echo "... $((lines - 5)) more lines ..."
    tail -n 1 "$output"
  fi
  [ "$status" -eq 0 ] || fail "$what ended with exit code $status"
}

# count DIR: prints the number of files in DIR.
count() { find "$1" -type f 2>/dev/null | wc -l | tr -d ' '; }

# characters: copies a line, with "?" for each byte beyond ASCII unless all of it is UTF-8. mailhaul itself prints UTF-8.
characters() {
  IFS= read -r line || :
  if printf '%s' "$line" | iconv -f UTF-8 -t UTF-8 >/dev/null 2>&1; then
    printf '%s\n' "$line"
  else
    printf '%s\n' "$line" | LC_ALL=C tr '\200-\377' '[?*]'
  fi
}

# subject FILE: prints the first Subject line of FILE in printable characters, or why it has none.
subject() {
  found=$(LC_ALL=C tr -d '\000-\011\013-\037\177' <"$1" | LC_ALL=C sed -n -e '/^$/q' -e 's/^Subject: *//p' |
    head -n 1 | LC_ALL=C cut -c 1-60 | characters)
  [ -s "$1" ] || found='(an empty message)'
  printf '%s\n' "${found:-(no subject)}"
}

# show_arrived: pairs each expected message with a file in the Maildir, byte for byte, and lists it.
show_arrived() {
  taken=
  printf '     bytes  subject\n'
  for expected in "$served".expect/*; do
    arrived=
    for file in demo/Maildir/new/*; do
      case $taken in *"|$file|"*) continue ;; esac
      if cmp -s "$expected" "$file"; then
        arrived=$file
        break
      fi
    done
    [ -n "$arrived" ] || fail "nothing in demo/Maildir/new equals $expected"
    taken="$taken|$arrived|"
    printf '%10d  %s\n' "$(wc -c <"$arrived")" "$(subject "$arrived")"
  done
}

trap 'stop_server' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

start_afresh
say 'Starting a POP3 server with difficult sample mail on this machine'
start_server
port=$(cat "$port_file")
write_configuration "$port"
samples=$(count "$served")
[ "$samples" -gt 0 ] || fail 'the server has no sample mail'
echo "127.0.0.1 port $port, $samples messages, with a new certificate"

say 'Fetching the messages over verified TLS'
mailhaul 'the first run' -v
fetched=$(count demo/Maildir/new)
[ "$fetched" -eq "$samples" ] || fail "$fetched messages are in demo/Maildir/new instead of $samples"

say 'Comparing the messages in demo/Maildir/new with the server'
show_arrived
echo "$fetched messages, each identical to the server's, byte for byte"

say 'Showing what another run would do (a dry run)'
mailhaul 'the dry run' -n
left=$(count "$served")
[ "$left" -eq "$samples" ] || fail "$left messages are left on the server instead of $samples"

say 'Running again: no message is fetched twice'
mailhaul 'the second run' -v
again=$(count demo/Maildir/new)
[ "$again" -eq "$fetched" ] || fail "$again messages are in demo/Maildir/new now instead of $fetched"
left=$(count "$served")
[ "$left" -eq "$samples" ] || fail "$left messages are left on the server instead of $samples"
echo "still $again messages in demo/Maildir/new, and $left on the server"

stop_server
cat <<EOF

The server has been stopped. $conf is a working example. For an account of your own,
copy it into a new directory (mkdir ~/mail; cp $conf ~/mail/) and change three lines there:

    server = "pop.example.org"
    user = 'you@example.org'
    password = 'your password'

Delete the lines "port" and "tls_ca_file". Run src/mailhaul -c ~/mail/mailhaul.conf -n to see what
it would do, and then run it without -n. leave_on_server decides what is deleted from the server.
EOF
