#!/bin/sh
# Refusals in the middle, and answers that are out of sync.
. "${srcdir:-.}/tests/e2e/lib/hostile.sh"

# With pipelining there is a second session, in which the message that ended the first one comes last.
for plain in '' -plain; do
  [ -n "$plain" ] && here=2 || here=4
  cat <<TABLE
retr-refused$plain     60 75 4 1 a refused message is reported, and the others arrive$plain
retr-no-pop3$plain     60 76 $here 5 a malformed reply to RETR ends the run$plain
dele-refused$plain     60 75 5 1 a refused DELE is reported, and the others succeed$plain
TABLE
done >refusals
cat >>refusals <<TABLE
retr-refused-all 60 75:3 0 3 each refused message is reported in a line
ask-refused-all  60 0 3 0 a server that refuses UIDL of one message is supported
quit-refused     60 76 3 3 a refused QUIT is a failure
TABLE
play <refusals
heal
awk '{ n = $1 ~ /-all|^quit/ ? 3 : 5; $3 = 0; $4 = n; $5 = 0; $6 = "the next run fetches and deletes the rest: " $6; print }' refusals >rows
again <rows

# Whatever the server does, the run ends. After the next one, with an honest server, all messages are delivered.
steps='garbage binary-garbage extra-ok-after extra-err extra-err-after extra-body extra-end other-body missing
  extra-dele missing-dele'
for plain in '' -plain; do
  for step in $steps; do echo "step-$step$plain 2 -:- - - replies out of sync lose nothing: $step$plain"; done
done >rows
play <rows
heal
awk '{ $3 = 0; $4 = 5; $5 = 0; $6 = "the next run fetches and deletes the rest: " $6; print }' rows >rows.again
again <rows

# An additional answer before the right one becomes the first line of a message that is then longer than listed. It
# is stored as it came, and kept on the server.
PARTIAL=1
for plain in '' -plain; do
  echo "step-extra-ok$plain 60 76 5 1 a message after an additional reply is delivered and stays on the server$plain"
done >rows
play <rows
for plain in '' -plain; do
  check "the message is complete after the additional line$plain" grep -q 'end 2' step-extra-ok$plain/Mail/new/*
  check "the message is reported$plain" grep -q '^mailhaul: a: fetch: message 2 (UID uid-0002) has [0-9]* bytes in each attempt' step-extra-ok$plain/err
done
for plain in '' -plain; do
  echo "step-extra-ok$plain 60 0 5 1 the next run does not report it again$plain"
done >rows
again <rows

done_hostile
