#!/bin/sh
# The identity of messages: reused UIDs, identical headers, and servers without UIDL. No new message is mistaken for
# a delivered one.
. "${srcdir:-.}/tests/e2e/lib/common.sh"

only() { # DESTINATION POLICY [LINE]
  fresh_configuration
  configure a "deliver_to = \"$1\"" "leave_on_server = $2" "${3:-}"
}
again() { rm -rf state Mail mbox mail && mkdir mail; }
# note FILE BODY: writes a message without Message-ID. letter FILE SUBJECT: writes one with it.
note() { printf 'From: <printer@example.org>\nTo: <me@example.org>\nSubject: status report of the device\n\n%s\n' "$2" >"$1"; }
letter() { printf 'From: boss@example.org\nSubject: %s\nMessage-ID: <%s@example.org>\n\nbody\n' "$2" "$2" >"$1"; }
bodies() { cat Mail/*/* | grep -cF "$1"; }
here() { [ "$(bodies "$1")" = "$2" ] || { echo "$(bodies "$1") times $1"; show; return 1; }; }

again
only maildir:Mail no
letter mail/1 old
serve --dir mail
run
letter mail/1 new
run -v
check 'a new message with the UID of a deleted one is fetched' here 'Subject: new' 1
check 'the log says that the UID was reused' contains err 'has the UID of another message that was fetched before'
check 'the new message is deleted from the server' left_is mail 0

again
only maildir:Mail forever
letter mail/1 old
serve --dir mail
run
letter mail/1 younger
run -v
check 'the header of a known UID with another size is requested' contains transcript 'TOP 1 0'
check 'a new message with a known UID and another size is fetched' here 'Subject: younger' 1
run -v
check 'the new message is fetched once' contains out 'a: 0 new ('

again
letter mail/1 first
letter mail/2 second
only maildir:Mail forever
serve --dir mail
run
mv mail/1 away
run
mv away mail/1
run -v
check 'the header of a UID that returns is requested' contains transcript 'TOP 1 0'
check 'the message is still known' contains out 'a: 0 new ('
run -v
check 'the header is requested once' [ "$(grep -c 'TOP 1 0' transcript)" = 1 ]

again
only maildir:Mail no
note mail/1 'toner ok'
only maildir:Mail forever
serve --dir mail
run
rm mail/1
note mail/2 'fire in!'
run_later +1d -v
check 'a message with the same header without Message-ID is fetched' here 'fire in!' 1
letter mail/3 again
run_later +2d
mv mail/3 mail/4
echo 'and more' >>mail/4
run_later +3d -v
check 'a message with the same Message-ID and another size is fetched' contains out 'a: 1 new ('

again
only maildir:Mail no
note mail/1 AAAA
serve --dir mail
run
note mail/1 'BBBB, and longer'
run
check 'a message with the same header and the UID of a deleted one is fetched' here 'BBBB, and longer' 1

again
only maildir:Mail forever
letter mail/1 one
letter mail/2 two
serve --dir mail
run
mv mail/1 x && mv mail/2 mail/1 && mv x mail/2
run -v
check 'messages that swapped their UIDs are known' contains out 'a: 0 new ('
rm mail/1
letter mail/1 four
run -v
check 'a new message with the UID of a known one is fetched' contains out 'a: 1 new ('

# One message whose header is refused is left alone, and the others are fetched.
again
only maildir:Mail forever
letter mail/1 one
letter mail/2 two
serve --dir mail
run
letter mail/1 three
letter mail/2 four
elsewhere=$PORT PORT=$(free_ports 1)
serve --dir mail --err-top 2
run
check 'a refused header is a temporary failure' exits 75
check 'the message counts the refused headers' contains err 'a: list: the server refuses the header (TOP) or the text of 1 message,'
check 'the other messages are fetched' here 'Subject: three' 1
check 'the message with the refused header is not fetched' here 'Subject: four' 0
run list -v
check 'list reports the refused header' contains err 'a: list: the server refuses the header (TOP) or the text of 1 message,'
check 'list has the exit code of a temporary failure' exits 75
run
check 'the next run does not fetch it' here 'Subject: four' 0
serve --dir mail
run
check 'the message is fetched when the server sends its header' here 'Subject: four' 1
PORT=$elsewhere

again
only maildir:Mail no
note mail/1 AAAA
serve --dir mail --no-uidl
run
PORT=$(free_ports 1)
mkdir -p empty
note empty/1 CCCC
serve --dir empty --no-uidl
run
PORT=$elsewhere
note mail/1 AAAA
serve --dir mail --no-uidl
run
check 'a message to delete is recognized after the account used another maildrop' here AAAA 2

again
only maildir:Mail 14d
note mail/1 AAAA
serve --dir mail --no-uidl
run
note mail/2 AAAA
run_later +10d
run_later +15d
check 'of two identical messages, the older one is deleted first' left_is mail 1
run_later +16d -v
check 'the other one is not fetched again' contains out 'a: 0 new ('

again
only maildir:Mail forever
{ printf 'Subject: a\n\n'; head -c 18000000 /dev/zero | tr '\0' x; echo; } >mail/1
note mail/2 BBBB
serve --dir mail --no-uidl
run
check 'a line of 18 MB near the start of a message is accepted' exits 0
run -v
check 'the message is known in the next run' contains out 'a: 0 new ('

for how in 'max_messages = 1' ''; do
  again
  only maildir:Mail no "$how"
  note mail/1 AAAA
  note mail/2 BBBB
  if [ -n "$how" ]; then serve --dir mail --no-uidl; else serve --dir mail --no-uidl --err-retr 2; fi
  run
  serve --dir mail --no-uidl
  run
  check "without UIDL, messages that differ in their bodies are both fetched (${how:-one is refused})" \
    [ "$(bodies AAAA)/$(bodies BBBB)" = 1/1 ]
  note mail/3 CCCC
  run
  check "a later message with the same header is fetched (${how:-one is refused})" here CCCC 1
  note mail/4 AAAA
  run
  check "an identical message that arrives again is fetched (${how:-one is refused})" here AAAA 2
done

again
only maildir:Mail forever
note mail/1 AAAA
note mail/2 BBBB
serve --dir mail --no-uidl
run
rm mail/1
note mail/3 CCCC
run
check 'a message at the position of another one is fetched' here CCCC 1
check 'the other message is not fetched again' here BBBB 1

# Answers are out of sync while headers are compared: five letters of one size under new UIDs, one of them new.
for how in '' --no-pipelining; do
  again
  only maildir:Mail no
  for n in 1 2 3 4 5; do letter "mail/$n" "number $n"; done
  only maildir:Mail forever
  serve --dir mail
  run
  rm mail/1
  for n in 2 3 5; do mv "mail/$n" "mail/moved-$n"; done
  mv mail/4 mail/moved-5-too
  letter mail/moved-4 'number 6'
  serve --dir mail --double-top 1 $how
  run
  check "TOP replies out of sync are noticed ($how)" exits 76
  serve --dir mail
  run
  check "the new message is fetched ($how)" here 'Subject: number 6' 1
  check "the known messages are not fetched again ($how)" here 'Subject:' 6
done

# A command does not accept a message: the server must not receive QUIT as a receipt for it.
again
letter mail/1 one
letter mail/2 two
fresh_configuration
configure a 'deliver_to = "pipe"' 'leave_on_server = no' \
  'deliver_command = {"sh", "-c", "if grep -q \"Subject: two\"; then exit 75; fi; echo >>taken"}'
serve --dir mail
run
check 'a message refused by the delivery command stays on the server' left_is mail 1
check 'an accepted message is deleted' [ ! -e mail/1 ]
check 'the accepted message is deleted in a separate session' [ "$(grep -c 'C: RETR\|C: QUIT' transcript)/$(grep 'C: RETR\|C: QUIT' transcript | tail -n 1)" = '3/tls C: QUIT' ]
run
check 'the next run delivers the refused message again and does not send QUIT' [ "$(grep -c 'C: QUIT' transcript)" = 1 ]
check 'the accepted message is not delivered again' [ "$(wc -l <taken)" = 1 ]

# Without TOP, messages with new UIDs are retrieved for comparison. QUIT must not be sent as a receipt for one that
# is not stored.
again
only maildir:Mail forever
letter mail/a one
letter mail/b two
serve --dir mail --no-top
run
mv mail/a mail/m && mv mail/b mail/n
letter mail/x new
letter mail/y old
only maildir:Mail forever 'max_messages = 1'
serve --dir mail --no-top
run
check 'without TOP, messages with new UIDs are not fetched again' count_is Mail 3
check 'QUIT is not sent while a retrieved message is not stored' lacks transcript 'C: QUIT'
run
check 'the next run fetches the message' count_is Mail 4
check 'the next run sends QUIT' contains transcript 'C: QUIT'

done_testing
