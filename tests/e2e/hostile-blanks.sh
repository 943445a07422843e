#!/bin/sh
# Empty lines, blanks, refusals, conflicting listings, and servers that give almost no information about their
# messages.
. "${srcdir:-.}/tests/e2e/lib/hostile.sh"

both >rows <<'TABLE'
empty-line-before       60 0 40 0 an empty line before each reply
empty-lines-before      60 0 40 0 three empty lines before each reply
empty-line-after       60 0 40 0 an empty line after each message
fields-tab              60 0  3 0 TABs between the fields of UIDL and LIST
fields-blanks           60 0  3 0 several blanks between the fields of UIDL and LIST
fields-before           60 0  3 0 a blank before the numbers
fields-after           60 0  3 0 blanks after UIDs and sizes
status-tab              60 0  3 0 a TAB after +OK
status-lower-case       60 0  3 0 +ok in lower case
status-no-blank         60 0  5 0 no blank after +OK
status-blank-before     60 0  5 0 a blank before +OK
status-blank-line       60 0  5 0 a line of one blank before +OK
empty-line-list-first   60 0  5 0 an empty line after the +OK of LIST
empty-line-list-last    60 0  5 0 an empty line before the dot of LIST
empty-line-list-each    60 0  5 0 a line of one blank after each line of LIST
empty-line-uidl-first   60 0  5 0 an empty line after the +OK of UIDL
empty-line-uidl-last    60 0  5 0 an empty line before the dot of UIDL
empty-line-uidl-each    60 0  5 0 a line of one blank after each line of UIDL
empty-line-capa-first   60 0  5 0 an empty line after the +OK of CAPA
empty-line-capa-last    60 0  5 0 an empty line before the dot of CAPA
empty-line-capa-each    60 0  5 0 a line of one blank after each line of CAPA
newer-in-list           60 0  3 0 a message that arrives between UIDL and LIST
newer-in-list-for-good  60 0  3 0 a UIDL that omits the last message
newer-in-uidl           60 0  2 1 a UIDL with one more message than LIST
empty-refuses-list      60 0  0 0 an empty maildrop that refuses LIST
empty-refuses-uidl      60 0  0 0 an empty maildrop that refuses UIDL
empty-refuses-both      60 0  0 0 an empty maildrop that refuses UIDL and LIST
sizes-vary              60 0 80 0 sizes that vary from session to session, without TOP
sizes-vary-top          60 0 80 0 sizes that vary from session to session, with TOP
TABLE
play_forms <rows

both >rows <<'TABLE'
empty-lines-endless  60 76 0 3 endless empty lines are refused
refuses-both         60 76 0 3 a maildrop whose listings are refused is not taken for empty
refuses-and-closes   60 75 0 3 a refusal is reported when the server hangs up after it
TABLE
play <rows
for plain in '' -plain; do
  check "the message quotes the refusal$plain" grep -qF "[SYS/TEMP] later" "refuses-and-closes$plain/err"
done

play <<'TABLE'
refused-two-blanks 60 75 0 3 a response code after two blanks is recognized
refused-tab        60 75 0 3 a response code after a TAB is recognized
refused-lower-case 60 75 0 3 a response code after -err is recognized
refused-plus       60 75 0 3 a response code after +ERR is recognized
refused-lf         60 75 0 3 a response code in a line that ends with LF is recognized
refused-no-blank   60 75 0 3 a response code without a blank before it is recognized
refused-no-words   60 77 0 3 a refusal without a text is recognized
TABLE

# Without UIDL and TOP: deleted messages need not be recognized later.
both >rows <<'TABLE'
nothing                   60  0 40  0 without UIDL and TOP all messages are fetched and deleted
nothing-breaks-at-retr    60 75  - -  without UIDL and TOP, the connection breaks at RETR
nothing-breaks-at-dele    60 75 40 40 without UIDL and TOP, the connection breaks at DELE
nothing-breaks-at-quit    60 75 40 40 without UIDL and TOP, the connection breaks at QUIT
nothing-breaks-after-quit 60 75 40 0 without UIDL and TOP, the connection breaks after QUIT
TABLE
play <rows
heal
awk '{ $3 = 0; $4 = 40; $5 = 0; $6 = "the next run fetches and deletes the rest: " $6; print }' rows >rows.again
again <rows.again
for plain in '' -plain; do
  echo "nothing$plain@stay 60 76 0 40 without UIDL and TOP, leave_on_server = forever is refused$plain"
done >rows
LEAVE=forever
play <rows
sed 's/@stay/@keep/' rows >rows.keep
LEAVE=no FLAGS=--keep
play <rows.keep
FLAGS=--dry-run
for plain in '' -plain; do
  echo "nothing$plain@look 60 0 0 40 a dry run lists what would be fetched$plain"
done >rows
play <rows
FLAGS=''
check 'the dry run prints its decision' grep -q 'fetch, then delete: new' nothing@look/out

# UIDs that are message numbers are reused for other messages: without TOP, the size identifies them.
LEAVE=forever
both >rows <<'TABLE'
uids-are-numbers 60 0 3 3 messages whose UIDs are their numbers are fetched
TABLE
play <rows
for directory in uids-are-numbers uids-are-numbers-plain; do
  rm "$directory/mail/0001"
  printf 'Subject: another\r\n\r\nof another size\r\n' >"$directory/mail/0004"
  (cd "$directory" && "$MAILHAUL" -c mailhaul.conf >out 2>err)
  check "a new message with the number of an old one is fetched ($directory)" grep -q 'of another size' "$directory"/Mail/new/*
done

done_hostile
