#!/bin/sh
# Wrong listings: numbers, sizes, UIDs.
. "${srcdir:-.}/tests/e2e/lib/hostile.sh"

play <<'TABLE'
list-zero           60 76 0 3 message 0 is refused
list-negative       60 76 0 3 message -1 is refused
list-plus           60 76 0 3 message +1 is refused
list-2-31           60 76 0 3 message 2^31 is refused
list-2-32-and-1     60 76 0 3 message 2^32 + 1 is refused
list-2-64           60 76 0 3 message 2^64 is refused
list-2-64-and-1     60 76 0 3 message 2^64 + 1 is refused
list-words          60 76 0 3 words instead of a number are refused
list-no-size        60 76 0 3 a line without a size is refused
list-negative-size  60 76 0 3 a negative size is refused
list-word-size      60 76 0 3 a word instead of a size is refused
list-doubled        60 76 0 3 a number that comes twice is refused
list-empty-line     60  0 2 1 an empty line is skipped
list-empty-lines    60 76 0 3 endless empty lines are refused
list-binary         60 76 0 3 binary lines are refused
list-refused        60 76 0 3 a refused LIST is a failure
list-2-31-less-1    60 75 1 2 message 2^31 - 1 is requested and does not exist
list-hole           60  0 2 1 a missing number is accepted
list-backwards      60  0 3 0 numbers in any order are accepted
list-further-words  60  0 3 0 words after the size are ignored
list-unasked        60 75 3 0 a listed message that does not exist is reported
list-empty          60  0 0 3 an empty listing is accepted
size-zero           60  0 3 0 sizes of 0 are accepted
size-huge           60  0 3 0 sizes of 2^63 - 1 are accepted
size-2-63           60 76 0 3 a size of 2^63 is refused
size-2-64           60 76 0 3 a size of 2^64 is refused
uidl-unlisted       60  0 3 0 a UID after the last message of LIST is left for the next run
uidl-unlisted-first 60 76 0 3 a UID for another unlisted message is refused
uidl-doubled        60 76 0 3 two UIDs for one message are refused
uidl-zero           60 76 0 3 a UID for message 0 is refused
uidl-2-32-and-1     60 76 0 3 a UID for message 2^32 + 1 is refused
top-refused         60 75 2 1 without UIDL, a message whose header is refused stays on the server
TABLE

# A useless line keeps its message on the server, but no other one. If more lines are wrong, nothing is certain.
both >rows <<'TABLE'
bad-size-omitted  60 75   4 1 LIST omits a message that UIDL has
bad-size-negative 60 76   4 1 LIST has a negative size
bad-size-word     60 76   4 1 LIST has a word instead of a size
bad-size-none     60 76   4 1 LIST lacks a size
bad-size-comma    60 76   4 1 LIST has a size with a comma
bad-size-refused  60 76   4 1 LIST has an error instead of a size
bad-size-error    60 76   4 1 LIST has an error instead of a line
bad-size-twice    60 76   4 1 LIST has a message in two adjacent lines
bad-size-thrice   60 76   4 1 LIST has a message in three adjacent lines
bad-size-twice-at-end 60 76 0 3 LIST has a message twice at its end
bad-size-again    60 76   0 5 LIST has a message twice with another one in between
bad-size-all      60 76   0 9 LIST has no sizes
bad-size-shifted  60 76   0 5 LIST has each size with the next number
bad-uid-error     60  0   5 0 UIDL has an error instead of a UID
bad-uid-all       60 76   0 9 UIDL has an error instead of each UID
TABLE
titled 'only messages with a correct line are fetched' <rows >rows.first
play <rows.first
check 'the message that LIST omits is reported' grep -qx "mailhaul: a: list: the server's UIDL reply lists message 3, which its LIST reply does not; \
it stays on the server; the next run tries again" bad-size-omitted/err
heal
awk '$1 ~ /^bad-(size|uid)-/ { n = $4 + $5; $3 = 0; $4 = n; $5 = 0; $6 = "a fixed server has no message left: " $6; print }' rows >rows.again
again <rows.again

# If all messages stay, one that was delivered before is not delivered again, whether it has a line or not.
LEAVE=forever
both <<'TABLE' | sed 's/ /@stay /' >rows
bad-size-omitted 60 75 4 5 with leave_on_server = forever, LIST omits a message
bad-size-word    60 76 4 5 with leave_on_server = forever, LIST has a word instead of a size
bad-size-no-top  60 76 4 5 with leave_on_server = forever and without TOP, LIST has a word instead of a size
TABLE
play <rows
heal
awk '{ $3 = 0; $4 = 5; $6 = "a fixed server sends the message: " $6; print }' rows >rows.again
again <rows.again
awk '{ print $1 "/healthy" }' rows | xargs rm
awk '{ $4 = 5; $6 = "the line is wrong again: " $6; print }' rows >rows.known
again <rows.known
heal
awk '{ $6 = "the message is not fetched again: " $6; print }' rows.again >rows
again <rows
LEAVE=no

# Each message arrives once, and not again. Messages that stay show it.
uid_table() {
  for name in hole empty blank same overlong binary nul path header; do
    echo "uidl-$name 60 0 3 3 $1: $name"
  done
  echo "uidl-refused 60 0 3 3 $1: no UIDL"
  echo "uidl-none-and-same-mail 60 0 3 3 $1: no UIDL, and all messages the same"
}
LEAVE=forever
uid_table 'messages with unusual UIDs are fetched' >rows
play <rows
uid_table 'a second run fetches nothing again' >rows
again <rows
LEAVE=no
uid_table 'a third run fetches nothing again and deletes the messages' | awk '{ $5 = 0; print }' >rows
again <rows
check 'no UID is used as a path' [ -z "$(find . -name 'escaped*')" ]

done_hostile
