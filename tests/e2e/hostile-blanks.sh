#!/bin/sh
# Empty lines, blanks, refusals, conflicting listings, and servers that give almost no information about their
# messages.
. "${srcdir:-.}/tests/e2e/lib/hostile.sh"

both >rows <<'TABLE'
empty-line-before       10 0 40 0 an empty line is before each answer
empty-lines-before      10 0 40 0 three empty lines are before each answer
empty-line-behind       10 0 40 0 an empty line is behind each message
fields-tab              10 0  3 0 TABs are between the fields of UIDL and LIST
fields-blanks           10 0  3 0 several blanks are there
fields-before           10 0  3 0 a blank is before the numbers
fields-behind           10 0  3 0 blanks are behind UIDs and sizes
status-tab              10 0  3 0 a TAB is behind +OK
status-lower-case       10 0  3 0 +ok is in lower case
status-no-blank         10 0  5 0 no blank is behind +OK
status-blank-before     10 0  5 0 a blank is before +OK
status-blank-line       10 0  5 0 a line of one blank is before +OK
empty-line-list-first   10 0  5 0 an empty line is after the +OK of LIST
empty-line-list-last    10 0  5 0 an empty line is before the dot of LIST
empty-line-list-each    10 0  5 0 a line of one blank is after each line of LIST
empty-line-uidl-first   10 0  5 0 an empty line is after the +OK of UIDL
empty-line-uidl-last    10 0  5 0 an empty line is before the dot of UIDL
empty-line-uidl-each    10 0  5 0 a line of one blank is after each line of UIDL
empty-line-capa-first   10 0  5 0 an empty line is after the +OK of CAPA
empty-line-capa-last    10 0  5 0 an empty line is before the dot of CAPA
empty-line-capa-each    10 0  5 0 a line of one blank is after each line of CAPA
newer-in-list           10 0  3 0 a message comes between UIDL and LIST
newer-in-list-for-good  10 0  3 0 UIDL leaves the last message out
newer-in-uidl           10 0  2 1 UIDL has one more message than LIST
empty-refuses-list      10 0  0 0 an empty maildrop is not listed by LIST
empty-refuses-uidl      10 0  0 0 nor by UIDL
empty-refuses-both      10 0  0 0 nor by both
sizes-vary              10 0 80 0 without TOP, sizes are others each time
sizes-vary-top          10 0 80 0 with TOP, sizes are others each time
TABLE
play_forms <rows

both >rows <<'TABLE'
empty-lines-endless  10 76 0 3 empty lines without end are no answer
refuses-both         10 76 0 3 a maildrop that is not empty is not taken for one
refuses-and-closes   10 75 0 3 the words of a refusal are kept when the server hangs up
TABLE
play <rows
for plain in '' -plain; do
  check "it says why$plain" grep -qF "[SYS/TEMP] later" "refuses-and-closes$plain/err"
done

play <<'TABLE'
refused-two-blanks 10 75 0 3 a response code behind two blanks is found
refused-tab        10 75 0 3 and behind a TAB
refused-lower-case 10 75 0 3 and behind -err
refused-plus       10 75 0 3 and behind +ERR
refused-lf         10 75 0 3 and in a line that ends with LF
refused-no-blank   10 75 0 3 and without a blank
refused-no-words   10 77 0 3 a refusal without words is one
TABLE

# Without UIDL and TOP: deleted messages need not be recognized later.
both >rows <<'TABLE'
nothing                   10  0 40  0 without UIDL and TOP all is fetched and deleted
nothing-breaks-at-retr    10 75  - -  the connection breaks at RETR
nothing-breaks-at-dele    10 75 40 40 the connection breaks at DELE
nothing-breaks-at-quit    10 75 40 40 the connection breaks at QUIT
nothing-breaks-behind-quit 10 75 40 0 the connection breaks behind QUIT
TABLE
play <rows
heal
awk '{ $3 = 0; $4 = 40; $5 = 0; $6 = "and the next run completes: " $6; print }' rows >rows.again
again <rows.again
for plain in '' -plain; do
  echo "nothing$plain@stay 10 76 0 40 what stays has to be known again: it is refused$plain"
done >rows
LEAVE=forever
play <rows
sed 's/@stay/@keep/' rows >rows.keep
LEAVE=no FLAGS=--keep
play <rows.keep
FLAGS=--dry-run
for plain in '' -plain; do
  echo "nothing$plain@look 10 0 0 40 a look tells what would be fetched$plain"
done >rows
play <rows
FLAGS=''
check 'with the decision' grep -q 'fetch, then delete: new' nothing@look/out

# UIDs that are message numbers are reused for other messages: without TOP, the size identifies them.
LEAVE=forever
both >rows <<'TABLE'
uids-are-numbers 10 0 3 3 messages arrive whose UIDs are their numbers
TABLE
play <rows
for directory in uids-are-numbers uids-are-numbers-plain; do
  rm "$directory/mail/0001"
  printf 'Subject: another\r\n\r\nof another size\r\n' >"$directory/mail/0004"
  (cd "$directory" && "$MAILHAUL" -c mailhaul.conf >out 2>err)
  check "and another one with the number of an old one is fetched ($directory)" grep -q 'of another size' "$directory"/Mail/new/*
done

done_hostile
