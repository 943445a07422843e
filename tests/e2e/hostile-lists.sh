#!/bin/sh
# Wrong listings: numbers, sizes, UIDs.
. "${srcdir:-.}/tests/e2e/lib/hostile.sh"

play <<'TABLE'
list-zero           10 76 0 3 message 0 is refused
list-negative       10 76 0 3 message -1 is refused
list-plus           10 76 0 3 message +1 is refused
list-2-31           10 76 0 3 message 2^31 is refused
list-2-32-and-1     10 76 0 3 message 2^32 + 1 is refused
list-2-64           10 76 0 3 message 2^64 is refused
list-2-64-and-1     10 76 0 3 message 2^64 + 1 is refused
list-words          10 76 0 3 words for a number are refused
list-no-size        10 76 0 3 a line without a size is refused
list-negative-size  10 76 0 3 a negative size is refused
list-word-size      10 76 0 3 a word for a size is refused
list-doubled        10 76 0 3 a number that comes twice is refused
list-empty-line     10  0 2 1 an empty line is skipped: servers write some, and no message hides in one
list-empty-lines    10 76 0 3 empty lines without end are not a listing
list-binary         10 76 0 3 binary lines are refused
list-refused        10 76 0 3 a refused LIST is a failure
list-2-31-less-1    10 75 1 2 message 2^31 - 1 is asked for and is not there
list-hole           10  0 2 1 a number that is missing is no failure
list-backwards      10  0 3 0 numbers may come in any order
list-further-words  10  0 3 0 words behind the size are passed over
list-unasked        10 75 3 0 a message that is listed and not there is reported
list-empty          10  0 0 3 an empty listing is nothing to do
size-zero           10  0 3 0 sizes of 0 do no harm
size-huge           10  0 3 0 sizes of 2^63 - 1 do no harm
size-2-63           10 76 0 3 a size of 2^63 is refused
size-2-64           10 76 0 3 a size of 2^64 is refused
uidl-unlisted       10  0 3 0 a UID behind the last message of LIST is for the next run
uidl-unlisted-first 10 76 0 3 a UID for another unlisted message is refused
uidl-doubled        10 76 0 3 two UIDs for one message are refused
uidl-zero           10 76 0 3 a UID for message 0 is refused
uidl-2-32-and-1     10 76 0 3 a UID for message 2^32 + 1 is refused
top-refused         10 75 2 1 without a UID, a message whose header is refused is left alone
TABLE

# A useless line keeps its message on the server, but no other one. If more lines are wrong, nothing is certain.
both >rows <<'TABLE'
bad-size-omitted  10 75   4 1 LIST leaves a message out that UIDL has
bad-size-negative 10 76   4 1 a size is negative
bad-size-word     10 76   4 1 or a word
bad-size-none     10 76   4 1 or missing
bad-size-comma    10 76   4 1 or has a comma
bad-size-refused  10 76   4 1 or is an error
bad-size-error    10 76   4 1 an error is there in place of a line
bad-size-twice    10 76   4 1 a message is listed twice, one line behind the other
bad-size-thrice   10 76   4 1 or three times
bad-size-twice-at-end 10 76 0 3 but no other line follows
bad-size-again    10 76   0 5 a message is listed twice, with another one between
bad-size-all      10 76   0 9 no message has a size
bad-size-shifted  10 76   0 5 all sizes have the next number
bad-uid-error     10  0   5 0 an error is there in place of a UID
bad-uid-all       10 76   0 9 or of each UID
TABLE
play <rows
check 'the line names the message' grep -qx "mailhaul: a: list: the server's UIDL reply lists message 3, which its LIST reply does not; \
it stays on the server; the next run tries again" bad-size-omitted/err
heal
awk '$1 ~ /^bad-(size|uid)-/ { n = $4 + $5; $3 = 0; $4 = n; $5 = 0; $6 = "a fixed server has nothing left: " $6; print }' rows >rows.again
again <rows.again

# If all messages stay, one that was delivered before is not delivered again, whether it has a line or not.
LEAVE=forever
both <<'TABLE' | sed 's/ /@stay /' >rows
bad-size-omitted 10 75 4 5 a message that LIST leaves out stays away
bad-size-word    10 76 4 5 or one without a size
bad-size-no-top  10 76 4 5 where there is no TOP, either
TABLE
play <rows
heal
awk '{ $3 = 0; $4 = 5; $6 = "a fixed server gives it: " $6; print }' rows >rows.again
again <rows.again
awk '{ print $1 "/healthy" }' rows | xargs rm
awk '{ $4 = 5; $6 = "it is without a line again: " $6; print }' rows >rows.known
again <rows.known
heal
awk '{ $6 = "and not fetched again: " $6; print }' rows.again >rows
again <rows
LEAVE=no

# Each message arrives once, and not again. Messages that stay show it.
uid_table() {
  for name in hole empty blank same overlong binary nul path header; do
    echo "uidl-$name 10 0 3 3 $1: $name"
  done
  echo "uidl-refused 10 0 3 3 $1: no UIDL"
  echo "uidl-none-and-same-mail 10 0 3 3 $1: no UIDL, and all messages the same"
}
LEAVE=forever
uid_table 'messages arrive with strange UIDs' >rows
play <rows
uid_table 'and not again in a second run' >rows
again <rows
LEAVE=no
uid_table 'nor in a third, which deletes them' | awk '{ $5 = 0; print }' >rows
again <rows
check 'no UID is taken for a path' [ -z "$(find . -name 'escaped*')" ]

done_hostile
