#!/bin/sh
# mailhaul check: its report about an account is correct, and it changes nothing, neither locally nor on the server.
# shellcheck disable=SC2016,SC2034,SC2317 # check and eval use what seems unused
# shellcheck source=tests/e2e/lib/memory.sh
. "${srcdir:-.}/tests/e2e/lib/memory.sh"
. "${srcdir:-.}/tests/e2e/lib/common.sh"
# shellcheck source=tests/e2e/lib/trust.sh
. "$E2E_DIR/lib/trust.sh"
JSON=$E2E_DIR/../support/json_lines.py
SCHEMA=$(cd "$E2E_DIR/../../conf" && pwd)/mailhaul.schema.json
TERM=xterm
export TERM
unset NO_COLOR

# look RUN ARGUMENT...: runs the command. ./seen.flat receives the members of the JSON that it printed.
look() {
  "$@"
  python3 "$JSON" flat out >seen.flat || cat out err
}
# member PATH: prints the values of this member in the lines of JSON, without duplicates.
member() { sed -n "s/^$1=//p" seen.flat | sort -u; }
has() { [ "$(member "$1")" = "$2" ] || { echo "$1 is $(member "$1"), not $2"; return 1; }; }
has_member() { [ -n "$(member "$1")" ] || { cat seen.flat; return 1; }; }
lacks_member() { ! grep "^$1=" seen.flat; }
# snapshot: prints everything that must not change, locally and on the server.
snapshot() {
  ls --ignore='seen*' --ignore='mailhaul.conf*'
  find mail Mail state inbox \( -path state -printf '%p %m\n' \) -o -printf '%p %m %s %T@ %i\n' 2>/dev/null | sort
  find mail Mail state inbox -type f -exec sha256sum {} + 2>/dev/null | sort
}
same_as_before() { snapshot >seen.after; diff seen.before seen.after; }
commands() { sed -n 's/^tls C: \([A-Z]*\).*/\1/p' transcript | tr '\n' ' '; }
commands_are() { [ "$(commands)" = "$1" ] || { commands; return 1; }; }
day() { date -d "$(openssl x509 -in "$1" -noout "-$2" | sed 's/.*=//')" "+$3"; }
name_of() { openssl x509 -in "$1" -noout "-$2" -nameopt rfc2253 | sed 's/^[a-z]*=//'; }
no_escapes() { ! tr -d '\n -~' <"$1" | grep -q .; }

mkdir mail
: >out
: >err
: >seen.flat
octets=0
for n in 1 2 3; do
  printf 'Subject: %s\nMessage-ID: <%s@example.org>\nReceived: here\n\nbody %s\n' "$n" "$n" "$n" >"mail/$n"
  octets=$((octets + $(wc -c <"mail/$n") + $(wc -l <"mail/$n")))
done
certificates

# ---- all checks passed ----
cert=certs/server.pem
for version in 1.2 1.3; do
  serve --dir mail --priority "NORMAL:-VERS-ALL:+VERS-TLS$version"
  fresh_configuration
  configure a 'deliver_to = "maildir:Mail"' 'leave_on_server = no'
  snapshot >seen.before
  before=$(date +%s)
  look run check --json a
  after=$(date +%s)
  check "TLS $version: a working account passes" exits 0
  check 'nothing is printed on standard error' [ ! -s err ]
  keep_json
  check 'the output has type check and version 2' eval 'has mailhaul 2 && has type check && has account a && has ok true'
  check 'the TLS version is reported' has tls.version "$version"
  gnutls-cli --x509cafile certs/ca.pem --priority "NORMAL:-VERS-ALL:+VERS-TLS$version:-GROUP-ALL:+GROUP-$(member tls.key_exchange)" -p "$PORT" localhost </dev/null >seen.gnutls 2>&1
  check 'cipher and key exchange are the same as with gnutls-cli' grep -qE \
    "^- Description: \(TLS$version-.*-$(member tls.key_exchange)\).*\($(member tls.cipher)\)" seen.gnutls
  check 'the certificate is accepted' eval 'has tls.verified true && has tls.ocsp none'
  check 'the fingerprint is the one that openssl prints' has certificate.sha256 "$(fingerprint $cert)"
  check 'the pin is the one that openssl prints' has certificate.pin "$(pin $cert)"
  check 'subject and issuer are the ones that openssl prints' eval 'has certificate.subject "$(name_of $cert subject)" && has certificate.issuer "$(name_of $cert issuer)"'
  check 'the dates of the certificate are correct' eval 'has certificate.not_before "$(day $cert startdate %Y-%m-%dT%H:%M:%SZ)" && has certificate.not_after "$(day $cert enddate %Y-%m-%dT%H:%M:%SZ)"'
  check 'the names in the certificate are reported' has certificate.names '["localhost", "127.0.0.1", "0:0:0:0:0:0:0:1"]'
  end=$(day $cert enddate %s)
  check 'the remaining days are correct' eval \
    'has certificate.days_left "$(((end - before) / 86400))" || has certificate.days_left "$(((end - after) / 86400))"'
  check 'the address is reported' eval 'has address.used 127.0.0.1 && has address.server localhost && has address.port "$PORT"'
  for step in resolve connect tls greeting login listing; do
    check "the duration of $step is reported" has_member "times.$step"
  done
  check 'the capabilities before and after the login are reported' eval \
    'member capabilities.before_login | grep -q "\"SASL PLAIN\", \"USER\"" && member capabilities.after_login | grep -q "\"UIDL\""'
  check 'the login is reported' eval 'has login.mechanism PLAIN && has login.offered "[\"PLAIN\", \"USER\"]" && has login.channel_binding none'
  check 'the number of messages and bytes are reported' eval 'has maildrop.messages 3 && has maildrop.bytes "$octets"'
  check 'EXPIRE and LOGIN-DELAY are absent if the server does not announce them' eval 'lacks_member maildrop.expire && lacks_member maildrop.login_delay'
  check 'the plan of a run is reported' eval \
    'has plan.fetch 3 && has plan.fetch_bytes "$octets" && has plan.delete 3 && has plan.delete_bytes "$octets" && has plan.leave 0'
  check 'the destination is writable' eval 'has destination.kind maildir && has destination.path Mail && has destination.writable true'
  check 'the state is reported as new' eval 'has state.readable true && has state.writable true && has state.last_run null'
  check 'there are no warnings or problems' eval 'has warnings "[]" && has problems "[]"'
  check 'only listings are requested, and the session ends with QUIT' commands_are 'CAPA AUTH CAPA UIDL LIST QUIT '
  check 'nothing changes, locally or on the server' same_as_before
done

run check
check 'the text output has six lines' eval '[ "$(wc -l <out)" = 6 ] && contains out "a: all checks passed (me at localhost port $PORT)"'
run -v check
check 'with -v, the text output has the same facts' eval \
  'contains out "tls_pins = {\"$(pin $cert)\"}" && contains out "$(fingerprint $cert)" && contains out "3 messages, " && contains out "a: all checks passed"'
check 'the text output is plain ASCII' no_escapes out
run check
check 'nothing is printed on standard error with text output' [ ! -s err ]
run -q check
check '-q suppresses the text output' silent
look run -q check --json
check '-q does not suppress JSON' has ok true
run -v check
check '-v logs the steps' contains err 'mailhaul: a: connecting to 127.0.0.1 port'
run -vv check
check '-vv logs the protocol' contains err 'mailhaul: a: C: AUTH PLAIN ****'
check '-vv does not log the password' lacks err 'pass word'

# ---- with mail fetched before ----
run --keep a
snapshot >seen.before
look run check --json a
check 'delivered messages would be deleted, and none would be fetched' eval \
  'has plan.fetch 0 && has plan.delete 3 && has plan.delete_bytes "$octets" && has plan.leave 0'
check 'the time of the last run is reported' eval 'has state.last_run "$(date -u -d "@$(stat -c %Y state/a.lock)" +%Y-%m-%dT%H:%M:%SZ)"'
keep_json
check 'Maildir, state and server do not change' same_as_before
if faketime -f +1d true 2>/dev/null; then
  look run_later +3984d check --json a
  check 'with 15 days left there is no warning' eval 'exits 0 && has certificate.days_left 15 && has warnings "[]"'
  look run_later +3985d check --json a
  check 'with 14 days left there is a warning' eval 'exits 0 && has certificate.days_left 14 && member warnings | grep -q "expires in 14 days;"'
  look run_later +3990d check --json a
  check 'a certificate that expires in 10 days is not a failure' eval 'exits 0 && has ok true'
  check 'it is a warning' has warnings '["the certificate expires in 9 days; ask the server'\''s operator to renew it"]'
  keep_json
  run_later +3990d check a
  check 'the text output shows the warning' eval 'contains out "a: all checks passed, with warnings" && contains out "9 days left"'
else
  skip 'a certificate that expires in 10 days is a warning' 'faketime is not installed'
fi

# ---- other ways ----
serve --dir mail --starttls
fresh_configuration
configure a 'deliver_to = "mbox:inbox"' 'tls = starttls'
snapshot >seen.before
look run check --json a
check 'STLS works' exits 0
check 'STLS is reported among the capabilities before TLS' eval 'member capabilities.before_tls | grep -q "\"STLS\""'
check 'the durations of TLS and greeting are reported' eval 'has_member times.tls && has_member times.greeting'
check 'an mbox is writable' eval 'has destination.kind mbox && has destination.writable true'
check 'the mbox is not created' same_as_before
keep_json

serve --dir mail --scram SCRAM-SHA-256-PLUS --announce "$(printf 'LOGIN-DELAY 60 USER\033[2J')" --announce-after 'EXPIRE 30'
fresh_configuration
configure a 'deliver_to = "pipe"' 'deliver_command = {"touch", "ran"}'
look run check --json a
check 'a login bound to the connection is reported' eval \
  'has login.mechanism SCRAM-SHA-256-PLUS && has login.channel_binding tls-exporter'
check 'EXPIRE and LOGIN-DELAY are reported' eval 'has maildrop.expire 30 && has maildrop.login_delay 60'
check 'an existing delivery command is accepted' eval 'has destination.kind pipe && has destination.path touch && has destination.writable true'
check 'the delivery command is not run' [ ! -e ran ]
check 'control characters from the server are not copied to JSON' no_escapes out
keep_json
run -v check a
check 'control characters from the server are escaped in text output' eval 'no_escapes out && contains out "60 USER\x1b[2J"'
check 'the text output has EXPIRE' grep -qE '^  EXPIRE +30 days$' out
serve --dir mail --announce 'EXPIRE 10 USER' --announce-after 'EXPIRE NEVER'
look run check --json a
check 'EXPIRE is the one announced after the login' has maildrop.expire never

# stapled STATUS: sets the authority's answer about the server's certificate.
stapled() {
  printf '%s\t491231235959Z\t%s\t%s\tunknown\t/CN=localhost\n' "$1" "$2" "$(openssl x509 -in $cert -noout -serial | sed 's/.*=//')" >index
  openssl ocsp -index index -rsigner certs/ca.pem -rkey certs/ca-key.pem -CA certs/ca.pem -issuer certs/ca.pem \
    -cert $cert -no_nonce -respout answer -ndays 30 >ocsp.log 2>&1 || bail "no OCSP answer: $(cat ocsp.log)"
  serve --dir mail --ocsp answer
}
stapled V ''
look run check --json a
check 'a good stapled answer is reported' has tls.ocsp good
fresh_configuration
configure a 'deliver_to = "maildir:Mail"' 'tls_trust = pin' "tls_pins = {\"$(pin $cert)\"}"
sed -i /tls_ca_file/d mailhaul.conf.in
look run check --json a
check 'with tls_trust = pin, the stapled answer is reported as unchecked' eval 'exits 0 && has tls.ocsp unchecked'
fresh_configuration
configure a 'deliver_to = "maildir:Mail"'
stapled R 250101000000Z
look run check --json a
check 'a stapled answer that revokes the certificate is a failure' eval 'exits 69 && has tls.ocsp bad && has tls.verified false'
keep_json

# ---- failures: the facts found before the failure are reported, followed by the line of a run ----
# as_a_run: a run prints on standard error what the check printed.
as_a_run() { cp err seen.err; _code=$STATUS; run a; [ "$STATUS" = "$_code" ] && diff seen.err err; }
for version in 1.2 1.3; do
  serve --dir mail --cert expired.pem --priority "NORMAL:-VERS-ALL:+VERS-TLS$version"
  look run check --json a
  check "an expired certificate is a failure (TLS $version)" eval 'exits 69 && has ok false && has problems.0.step TLS'
  check 'names, dates and pin of the expired certificate are reported' eval \
    'has certificate.pin "$(pin certs/expired.pem)" && has certificate.sha256 "$(fingerprint certs/expired.pem)" && has certificate.not_after "$(day certs/expired.pem enddate %Y-%m-%dT%H:%M:%SZ)" && has tls.verified false && has certificate.days_left -366'
  check 'the TLS version is reported with an expired certificate' has tls.version "$version"
  check 'no login is attempted' eval 'lacks_member login.mechanism && no_credentials'
  keep_json
  check 'standard error is the same as that of a run' as_a_run
done
run check a
check 'the text output has the pin of an expired certificate' eval 'contains out "$(pin certs/expired.pem)" && contains out ", expired" && contains out "a: some checks failed"'

serve --dir mail
fresh_configuration
PASSWORD_LINE="password = 'not mine'" configure a 'deliver_to = "maildir:Mail"'
look run check --json a
check 'a wrong password is a failure' eval 'exits 77 && has problems.0.step login && member problems.0.server_reply | grep -qF "[AUTH]"'
check 'the certificate and the mechanism are reported with a wrong password' eval 'has tls.verified true && has login.mechanism PLAIN && lacks_member times.login'
keep_json
check 'with a wrong password, standard error is the same as that of a run' as_a_run

fresh_configuration
PASSWORD_LINE='password_command = {"false"}' configure a 'deliver_to = "maildir:Mail"'
look run check --json a
check 'a password command that fails is a failure' eval 'exits 78 && has problems.0.step password && has address.tried "[]"'
keep_json

fresh_configuration
SERVER=127.0.0.1 configure a 'deliver_to = "maildir:Mail"'
stop
look run check --json a
check 'an unreachable server is a temporary failure' eval 'exits 75 && has problems.0.step connect && has problems.0.temporary true'
check 'the address that was tried is reported' eval 'has address.used null && has address.tried.0.address 127.0.0.1 && has address.tried.0.error "no connection: Connection refused"'
keep_json
check 'with an unreachable server, standard error is the same as that of a run' as_a_run
serve --dir mail

rm -rf Mail
: >Mail
look run check --json a
check 'an unusable destination is a failure' eval 'exits 74 && has destination.writable false && has problems.0.step store'
check 'the message is that of a run' says err 'mailhaul: a: store: the directory Mail cannot be created: a file has this name; name another path, or move that file away'
check 'the server is checked despite the unusable destination' eval 'has maildrop.messages 3 && has plan.leave 3'
keep_json
rm Mail

# strictly ARGUMENT...: runs the program so that file modes apply even if root starts it.
strictly() {
  STATUS=0
  write_configuration
  $obey "$MAILHAUL" -c mailhaul.conf "$@" >out 2>err || STATUS=$?
}
permissions_count() {
  obey=''
  [ "$(id -u)" != 0 ] || obey='setpriv --bounding-set=-dac_override,-dac_read_search'
  $obey true 2>/dev/null
}
configure b 'deliver_to = "mbox:inbox"'
configure c 'deliver_to = "pipe"' 'deliver_command = {"no-such-program-here"}'
if permissions_count; then
  mkdir -p Mail/new Mail/cur Mail/tmp
  chmod 500 Mail/new
  look strictly check --json a
  check 'a Maildir without write permission is a failure' eval 'exits 74 && has destination.writable false'
  check 'one line names the directory' says err \
    'mailhaul: a: store: the directory Mail/new cannot be written: Permission denied; check its permissions, or name another path'
  chmod 700 Mail/new
  : >inbox
  chmod 400 inbox
  strictly check b
  check 'an mbox without write permission is a failure' eval 'exits 74 && contains err "mailhaul: b: store: the mbox inbox cannot be opened: Permission denied; "'
  rm -rf inbox Mail
  mkdir -p state
  chmod 500 state
  look strictly check --json b
  check 'a state directory without write permission is a failure' eval 'exits 74 && has state.readable true && has state.writable false && contains err "mailhaul: b: state: the directory state cannot be written"'
  chmod 700 state
else
  skip 'a Maildir without write permission is a failure' 'root cannot give up its rights here'
fi
look run check --json c
check 'a missing delivery command is a failure' eval 'exits 78 && contains err "mailhaul: c: store: the command no-such-program-here cannot be started: "'

# A limit on the size of files simulates a full disk; the output goes through a pipe.
full() {
  {
    ulimit -f 0
    code=0
    "$MAILHAUL" -c mailhaul.conf check --json a 2>&1 || code=$?
    echo "status $code"
  } | cat >seen.full
  STATUS=$(sed -n 's/^status //p' seen.full)
  sed -n '/^mailhaul:/p' seen.full >err
  sed -n '/^{/p' seen.full >out
}
if python3 -c 'import os; os.open(".", os.O_TMPFILE | os.O_WRONLY)' 2>/dev/null; then
  look full
  check 'a full disk is a failure' eval 'exits 74 && has destination.writable false && contains err "cannot be written: File too large"'
else
  skip 'a full disk is a failure' 'this filesystem has no files without a name'
fi
check 'no directory is left behind' [ ! -e Mail ]

# ---- several accounts ----
fresh_configuration
configure good 'deliver_to = "maildir:Mail"'
PASSWORD_LINE="password = 'not mine'" configure bad 'deliver_to = "maildir:Mail2"'
look run check --json
check 'with two accounts, the exit code is that of the worst' exits 77
keep_json
check 'both accounts are reported' [ "$(member account | sort | tr '\n' ' ')" = 'bad good ' ]
run check
check 'the text output of each account is one block' [ "$(sed 's/^  .*/  /' out | uniq | grep -c '^  $')" = 2 ]
run check good
check 'only the named account is checked' eval 'exits 0 && lacks out bad:'
run check --keep good
check 'check refuses --keep' eval 'exits 64 && says err "mailhaul: the command check does not take --keep; use it with the command fetch"'
run --names good
check 'fetch refuses --names' exits 64

# ---- colors ----
write_configuration
on_terminal() { script -qec "$1 $MAILHAUL -c mailhaul.conf check good" /dev/null </dev/null >out 2>err; }
green() { grep -q "$(printf '\033\\[32mall checks passed\033\\[0m')" out; }
if script -qec true /dev/null </dev/null >/dev/null 2>&1; then
  on_terminal
  check 'the output on a terminal is colored' green
  on_terminal NO_COLOR=1
  check 'NO_COLOR turns colors off' eval 'grep -q "all checks passed" out && ! grep -q "$(printf "\033")" out'
  on_terminal TERM=dumb
  check 'TERM=dumb turns colors off' eval 'grep -q "all checks passed" out && ! grep -q "$(printf "\033")" out'
  on_terminal NO_COLOR=
  check 'an empty NO_COLOR is ignored' green
else
  skip 'the output on a terminal is colored' 'there is no script(1)'
fi

# ---- a real server ----
stop
dovecot_start dovecot || bail 'Dovecot does not start'
dovecot_fill "$DOVECOT_USER" mail
fresh_configuration
PORT=$DOVECOT_POP3S_PORT CA_FILE=$DOVECOT_CA USER_NAME=$DOVECOT_USER PASSWORD_LINE="password = '$DOVECOT_PASSWORD'"
configure d 'deliver_to = "maildir:Mail"' 'leave_on_server = no'
PORT=$DOVECOT_POP3_PORT SERVER_PORT=$DOVECOT_POP3_PORT
SERVER=127.0.0.2 configure s 'deliver_to = "maildir:Mail"' 'tls = starttls'
PORT=$DOVECOT_POP3S_PORT
find "$DOVECOT_MAILDIR" -type f -name '*.test,*' -exec sha256sum {} + | sort >seen.before
look run check --json d s
check 'the accounts at Dovecot pass' eval 'exits 0 && [ ! -s err ]'
check 'the login mechanism is SCRAM-SHA-256' [ "$(member login.mechanism)" = SCRAM-SHA-256 ]
check 'the messages are counted with implicit TLS and with STLS' [ "$(grep -c '^maildrop.messages=3$' seen.flat)" = 2 ]
check "the fingerprint is that of Dovecot's certificate" [ "$(member certificate.sha256)" = "$(fingerprint dovecot/server.pem)" ]
keep_json
find "$DOVECOT_MAILDIR" -type f -name '*.test,*' -exec sha256sum {} + | sort >seen.after
check 'the mail in Dovecot does not change' diff seen.before seen.after
check 'no Maildir is created' [ ! -e Mail ]

# ---- the schema ----
fits_schema
if python3 -c 'import jsonschema' 2>/dev/null; then
  sed 's/"days_left":/"days":/' seen.json >other.json
  check 'the schema refuses an unknown member' eval '! python3 "$JSON" valid other.json "$SCHEMA"'
fi

done_testing
