#!/bin/sh
# Courier wraps messages with 8-bit headers in other messages, unless the client has sent UTF8 (RFC 6856) before the
# login.
. "${srcdir:-.}/tests/e2e/lib/courier.sh"
. "${srcdir:-.}/tests/e2e/lib/common.sh"
trap 'courier_stop; finish' EXIT

courier_prepare "$WORK/courier" || unpacked_none Courier
mkdir raw
printf 'Subject: gr\303\274\303\237e\nMessage-ID: <1@example.org>\nFrom: J\303\266rg <j@example.org>\n\nbody \303\244\n' >raw/00001.eml
letter raw/00002.eml
# Latin-1, which is not UTF-8; bytes that are neither; and a header inside the body.
printf 'Subject: gr\374\337e\nMessage-ID: <3@example.org>\n\nbody\n' >raw/00003.eml
printf 'Subject: \377\376\300\200\nMessage-ID: <4@example.org>\n\nbody\n' >raw/00004.eml
printf 'Subject: digest\nMIME-Version: 1.0\nContent-Type: message/rfc822\n\nSubject: inn\303\251\nFrom: \303\251\n\nbody\n' >raw/00005.eml
for name in implicit starttls; do
  courier_add_user "$name" "$name" && courier_fill "$name" raw || bail 'no accounts'
done
courier_start || bail 'Courier does not start'
CA_FILE=$COURIER_CA

# account TLS
account() {
  if [ "$1" = implicit ]; then SERVER_PORT=$COURIER_POP3S_PORT; else SERVER_PORT=$COURIER_POP3_PORT; fi
  USER_NAME=$1 PASSWORD_LINE="password = '$1'"
  fresh_configuration
  configure "$1" "deliver_to = \"maildir:Mail-$1\"" "tls = $1" 'leave_on_server = no'
}
# commands: prints the commands before the listing, in order.
commands() { sed -n 's/.*: C: \([A-Z0-9]*\).*/\1/p' err | sed '/^UIDL$/,$d' | tr '\n' ' '; }

account implicit
run -vv
check 'the run succeeds' exits 0
check 'Courier refuses no command' [ "$(grep -c 'S: -ERR' err)" = 0 ]
check 'UTF8 is sent before the login' [ "$(commands)" = 'CAPA UTF8 USER PASS CAPA ' ]
check 'UTF8 is sent in one round trip with USER' [ "$(grep -A 1 'C: UTF8' err | tail -n 1 | sed 's/.*: //')" = "USER implicit" ]
check 'all messages arrive byte for byte' same_maildir Mail-implicit raw
check 'no message is wrapped' eval '! grep -rq "Cannot display Unicode" Mail-implicit'
check 'the server holds no messages' [ "$(courier_count implicit)" = 0 ]

courier_fill implicit raw
courier_idle
run -vv
check 'the next run sends UTF8 without asking for capabilities first' [ "$(commands)" = 'UTF8 USER PASS CAPA ' ]
check 'the next run succeeds' exits 0
check 'no message of the next run is wrapped' eval '! grep -rq "Cannot display Unicode" Mail-implicit'

account starttls
run -vv
check 'over STLS: the run succeeds' exits 0
check 'UTF8 is sent over TLS before AUTH' [ "$(commands)" = 'CAPA STLS CAPA UTF8 AUTH CAPA ' ]
check 'all messages arrive byte for byte over STLS' same_maildir Mail-starttls raw

done_testing
