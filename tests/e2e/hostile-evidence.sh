#!/bin/sh
# What counts as delivered: a message is complete only if the evidence shows it (policy/evidence.h).
. "${srcdir:-.}/tests/e2e/lib/hostile.sh"

both() {
  for plain in '' -plain; do
    while read -r name rest; do echo "$name$plain $rest$plain"; done <"$1"
  done
}

# Messages shorter than the server announced, without an error, and the same each time: stored, kept on the server,
# reported once.
cat >one <<'TABLE'
short-half      60 76 5 1 a message of which half arrives stays on the server
short-no-number 60 76 5 1 a message that is shorter than its size in LIST stays on the server
short-by-a-line 60 76 5 1 a message without its last line stays on the server
short-by-its-dots 60 76 5 1 a message that lacks as many bytes as it has stuffed dots stays on the server
short-line-end  60 76 5 1 a message of which only a line end arrives stays on the server
short-nothing   60 76 5 1 a message of which nothing arrives stays on the server
short-long      60 76 5 1 an incomplete message that begins with a reply stays on the server
TABLE
both one >rows
PARTIAL=1
play <rows
for plain in '' -plain; do
  check "the report has number, UID and both sizes$plain" grep -qx \
    'mailhaul: a: fetch: message 2 (UID uid-0002) has 2 bytes in each attempt, but the server reported 158; .*' \
    "short-line-end$plain/err"
done
awk '{ $3 = 0; $6 = "the next run reports nothing and deletes nothing: " $6; print }' rows >rows.again
again <rows.again

# verify does not count it as complete, and fetches it again once the server gives all of it.
incomplete() { (cd "$1" && "$MAILHAUL" -c mailhaul.conf verify --json >out 2>err; [ $? = 65 ] && cat out) >verify.out; }
check 'verify reports the message as incomplete' incomplete short-half
check 'verify counts the incomplete message' grep -q '"intact": *4.*"incomplete": *1' verify.out
touch short-half/healthy
check 'verify --refetch fetches the complete message' sh -c 'cd short-half && "$0" -c mailhaul.conf verify --refetch' "$MAILHAUL"
check 'the complete message is deleted from the server' [ "$(ls short-half/mail | wc -l)" = 0 ]
check 'the incomplete copy is kept' [ "$(ls short-half/Mail/new | wc -l)" = 6 ]

# When the server gives another size for it, it is fetched again.
touch short-by-a-line-plain/other-size
cat >rows <<'TABLE'
short-by-a-line-plain 60 0 6 0 a message for which the server reports another size is fetched again
TABLE
again <rows

# By RETR's number only: the text has the size of LIST, but is shorter than RETR announced.
PARTIAL=0
echo 'short-by-retr 60 76 5 1 a message that is shorter than its size in RETR stays on the server' >one
both one >rows
play <rows
cat >one <<'TABLE'
short-once        60  0 5 0 a message that is complete in the second attempt is delivered
short-differently 60 75 4 1 a message that is shorter in the second attempt is left for the next run
TABLE
both one >rows
play <rows
cat >rows <<'TABLE'
short-differently       60 0 5 0 the next run fetches the message when it is complete
short-differently-plain 60 0 5 0 the next run fetches the message when it is complete, without pipelining
TABLE
for directory in short-differently short-differently-plain; do touch $directory/healthy; done
again <rows
PARTIAL=2
play <<'TABLE'
short-two       60 76:2 5 2 two incomplete messages are reported in a line each
TABLE
PARTIAL=1
play <<'TABLE'
short-alone     60 76   1 1 an incomplete message that is the only one stays on the server
TABLE
PARTIAL=4
play <<'TABLE'
short-all       60 76:4 4 4 messages that are incomplete in four ways all stay on the server
TABLE
PARTIAL=6
play <<'TABLE'
short-all-alike 60 76:6 6 6 messages of one size that are truncated at the same place all stay on the server
TABLE
PARTIAL=0

# Servers whose sizes are always wrong continue to work.
for counting in third threefold zero rounded kilobytes lf dots terminator; do
  for kind in '' -listed; do
    for plain in '' -plain; do
      echo "sizes-$counting$kind$plain 60 0 5 0 sizes that are all wrong are accepted: $counting$kind$plain"
    done
  done
done >rows
play <rows
# Half a message is noticed among them, unless its size is given as zero.
PARTIAL=1
for counting in third threefold lf dots terminator; do
  for plain in '' -plain; do
    echo "sizes-$counting-half$plain 60 76 12 1 half a message among wrong sizes is noticed: $counting$plain"
  done
done >rows
play <rows
PARTIAL=0

# A message has to end, whatever LIST says.
MORE='max_message_size = 1M'
echo 'body-endless 60 76 2 1 a message that exceeds max_message_size ends the session' >one
both one >rows
play <rows
for plain in '' -plain; do
  check "the large message is reported$plain" grep -q '^mailhaul: a: fetch: message 2 (UID uid-0002) exceeds max_message_size: ' "body-endless$plain/err"
done
awk '{ $3 = 0; $6 = "the next run does not request it: " $6; print }' rows >rows.again
again <rows.again
MORE=''
heal
awk '{ $3 = 0; $4 = 3; $5 = 0; $6 = "without max_message_size it is fetched: " $6; print }' rows >rows.again
again <rows.again
JOBS=2
play <<'TABLE'
body-endless@free 60 76 2 1 without max_message_size, the size of a message is limited
TABLE
JOBS=16
MORE='max_time = 3s'
play <<'TABLE'
body-1-kb-a-second 60 75 1 3 max_time ends a slow message and keeps the messages before it
TABLE
check 'max_time is reported' grep -q 'message 2 .* did not arrive: max_time reached; ' body-1-kb-a-second/err
MORE=''
play <<'TABLE'
body-460-octets-a-second 10 75 1 3 a message that is too slow on average is given up
list-slow                10 75 0 3 a listing that is too slow is given up
TABLE
check 'the report has the bytes and the seconds' grep -q 'message 2 .* did not arrive: the server.s reply is too slow: [0-9]* bytes in [0-9]* s' \
  body-460-octets-a-second/err

# A message that breaks the connection does not prevent the others from arriving.
cat >one <<'TABLE'
breaks-plain         60 75 1 5 a message at which the connection breaks ends the session
breaks-at-once-plain 60 75 1 5 a connection that ends instead of a reply ends the session
never-ends-plain      2 75 1 5 a message that does not end ends the session
refuses-and-leaves-plain 60 75 1 5 a message that is refused before the connection ends is reported
TABLE
play <one
check 'the message that breaks the connection is reported' grep -qx 'mailhaul: a: fetch: message 2 (UID uid-0002) of 158 bytes did not arrive: .*' breaks-plain/err
check 'a message of which nothing arrives is reported' grep -qx 'mailhaul: a: fetch: message 2 (UID uid-0002) of 158 bytes did not arrive: .*' \
  breaks-at-once-plain/err
check 'the report quotes the server' grep -q 'refused to send message 2 (server said: "\[SYS/TEMP\] mailbox trouble")' \
  refuses-and-leaves-plain/err
# Each run tries the message again, after all others were fetched and deleted.
awk '{ $4 = 4; $5 = 1; $6 = "the next run requests the message last: " $6; print }' one >rows.again
awk '/^refuses/ { $3 = "75:2" } { print }' rows.again >rows # QUIT is not answered either
again <rows
heal
awk '{ $3 = 0; $4 = 5; $5 = 0; $6 = "a fixed server sends the message: " $6; print }' one >rows
again <rows
cat >one <<'TABLE'
breaks             60 75 4 - with pipelining, the second session of the run requests the message last
breaks-at-once     60 75 4 - with pipelining, a message of which nothing arrives is requested last
never-ends          2 75 4 - with pipelining, a message that does not end is requested last
refuses-and-leaves 60 75 1 5 a server that refuses a message and hangs up ends the run
TABLE
play <one
heal
awk '{ $3 = 0; $4 = 5; $5 = 0; $6 = "the next run fetches and deletes the rest: " $6; print }' one >rows
again <rows

# Ten failures of a kind are reported, and the number of the rest.
play <<'TABLE'
refuses-forty 60 75:11  0 40 ten refused messages are reported, and the others are counted
keeps-forty   60 75:11 40 40 ten refused deletions are reported, and the others are counted
TABLE
check 'one line counts the other messages' grep -q '^mailhaul: a: fetch: 30 more messages: the server refused to send them; ' refuses-forty/err

# Answers that are lost, swapped, or inserted into a message.
play <<'TABLE'
answer-inside    2 0 5 0 a reply inside a message is not stored with it
lost-2-alike     2 0 2 0 a lost reply among two messages of one size loses no message
lost-6-alike     2 0 6 0 a lost reply among six messages of one size loses no message
swapped-2-alike 60 0 3 0 swapped replies among three messages lose no message
swapped-6-alike 60 0 7 0 swapped replies among seven messages lose no message
TABLE

done_hostile
