#!/bin/sh
# Messages that are all wrong do not excuse each other, and answers that belong to other messages lose no message.
. "${srcdir:-.}/tests/e2e/lib/hostile.sh"

for_both() {
  for plain in '' -plain; do
    while read -r name rest; do echo "$name$plain $rest$plain"; done <"$1"
  done
}

# All of them are stored, kept on the server and reported; the second run reports nothing.
kept() { # COUNT: of all messages
  PARTIAL=$1
  cat >one
  for_both one >rows
  titled 'stored, reported and left on the server' <rows >rows.first
  play <rows.first
  awk '{ $3 = 0; $6 = "the next run reports nothing and deletes nothing: " $6; print }' rows >rows.again
  again <rows.again
}
kept 6 <<'TABLE'
alike-error 60 76:6 6 6 messages of one size, replaced by errors
alike-cut 60 76:6 6 6 messages of one size, truncated at different places
alike-cut-in-words 60 76:6 6 6 messages of one size, truncated, and the reply to RETR has the size
TABLE
kept 12 <<'TABLE'
all-one-line 60 76:11 12 12 each message is replaced by a line
all-headers 60 76:11 12 12 messages that end after the header
all-cut-at-8000 60 76:11 12 12 messages truncated at the same place
TABLE
kept 6 <<'TABLE'
announced-cut-at-8000 60 76:6 6 6 messages truncated at the same place, and RETR reports the bytes sent
announced-twelve-lines 60 76:6 6 6 messages truncated after twelve lines, and RETR reports the bytes sent
TABLE
kept 3 <<'TABLE'
announced-cut-three 60 76:3 3 3 three truncated messages do not prove that LIST is always wrong
TABLE
kept 5 <<'TABLE'
all-lack-40 60 76:5 5 5 messages that all lack 40 bytes
all-lack-15 60 76:5 5 5 messages that all lack 15 bytes, nearly the same share of each
all-lack-15-silent 60 76:5 5 5 messages that all lack 15 bytes, and RETR reports no size
all-ok-twice 60 76:5 5 5 a reply that comes twice for each message
all-ok-twice-silent 60 76:5 5 5 a reply that comes twice for each message, and RETR reports no size
all-ok-at-end 60 76:5 5 5 a reply at the end of each message
all-empty-line-first 60 76:5 5 5 an empty line before each message
TABLE
kept 20 <<'TABLE'
all-lack-6 60 76:11 20 20 messages that all lack a line of six bytes
all-lack-6-silent 60 76:11 20 20 messages that all lack a line of six bytes, and RETR reports no size
TABLE
kept 3 <<'TABLE'
all-lack-a-line 60 76:3 3 3 messages that all lack their last line
dots-unstuffed-twice 60 76:3 5 3 dots removed as stuffing that were not stuffed
TABLE
kept 1 <<'TABLE'
dots-hide-a-line 60 76 5 1 stuffed dots that compensate for a missing line, in one message only
ok-twice-rounded 60 76 12 1 a reply that comes twice, among rounded sizes
empty-line-first 60 76 5 1 an empty line before a message
retr-constant-half 60 76 6 1 half a message, and the number in the reply to RETR is not a size
last-cr-short 60 76 6 1 a message that lacks its last line and ends in a CR
lf-unended-short 60 76 6 1 a message without a line end that lacks two bytes, among sizes with LF
TABLE

kept 11 <<'TABLE'
lf-alike-by-a-line 60 76:11 12 11 messages of one form with one byte more for each line, except one
TABLE

# LIST is wrong by a rule, and RETR gives the size it sends: a message that does not follow the rule was cut.
kept 1 <<'TABLE'
announced-third-cut 60 76 8 1 a truncated message, LIST has thirds, and RETR reports the bytes sent
announced-third-header 60 76 8 1 a message that ends after its header, and LIST has thirds
announced-threefold-cut 60 76 8 1 a truncated message, and LIST has threefold sizes
announced-threefold-header 60 76 8 1 a message that ends after its header, and LIST has threefold sizes
announced-rounded-cut 60 76 8 1 a truncated message, and LIST has rounded sizes
announced-rounded-header 60 76 8 1 a message that ends after its header, and LIST has rounded sizes
announced-kilobytes-cut 60 76 8 1 a truncated message, and LIST has kilobytes
announced-kilobytes-header 60 76 8 1 a message that ends after its header, and LIST has kilobytes
announced-more-cut 60 76 8 1 a truncated message, and LIST has 40 bytes more
announced-more-header 60 76 8 1 a message that ends after its header, and LIST has 40 bytes more
announced-less-cut 60 76 8 1 a truncated message, and LIST has 40 bytes less
announced-less-header 60 76 8 1 a message that ends after its header, and LIST has 40 bytes less
TABLE

# Good servers with a peculiarity.
PARTIAL=0
cat >one <<'TABLE'
dots-count 60 0 7 0 sizes that count stuffed dots, which not all messages have
dots-unstuffed 60 0 4 0 dots that are not stuffed stay in the message
lf-two-lines-last 60 0 6 0 sizes with LF, and the last message has two lines
lf-two-lines-first 60 0 6 0 sizes with LF, and the first message has two lines
lf-unended-last 60 0 6 0 sizes with LF, and the server adds the line end of the last message
lf-unended-first 60 0 6 0 sizes with LF, and the server adds the line end of the first message
lf-unended-all 60 0 5 0 sizes with LF, and the server adds the line end of each message
nothing-last 60 0 6 0 an empty last message, to which the server adds a line end
nothing-first 60 0 6 0 an empty first message, to which the server adds a line end
nothing-two 60 0 7 0 two empty messages, to which the server adds line ends
last-cr 60 0 6 0 a message that ends in a CR, which its size does not count
lf-one-with-crlf 60 0 12 0 sizes with LF, and one message whose size has CRLF
retr-constant 60 0 6 0 a constant number in the replies to RETR
retr-total 60 0 6 0 the size of the maildrop in the replies to RETR
retr-at-random 60 0 12 0 random numbers in the replies to RETR
announced-third 60 0 5 0 LIST has thirds, and RETR is correct
announced-threefold 60 0 5 0 LIST has threefold sizes, and RETR is correct
announced-rounded 60 0 5 0 LIST has rounded sizes, and RETR is correct
announced-kilobytes 60 0 5 0 LIST has kilobytes, and RETR is correct
announced-more 60 0 5 0 LIST has 40 bytes more, and RETR is correct
announced-less 60 0 5 0 LIST has 40 bytes less, and RETR is correct
announced-zero 60 0 5 0 LIST has zeros, and RETR is correct
TABLE
for_both one | titled 'all messages are fetched' >rows
play <rows

# A message without a line end fits both ways of counting, and shows nothing, neither at once nor later.
cat >one <<'TABLE'
lf-one-line-last 60 0 6 0 sizes with LF, and the last message has no line end
lf-one-line-first 60 0 6 0 sizes with LF, and the first message has no line end
TABLE
for_both one >rows
titled 'all messages are fetched' <rows >rows.first
play <rows.first
while read -r name _; do
  for number in 7 8 9; do
    printf 'Subject: %d\r\nMessage-ID: <later.%d@example.org>\r\n\r\nlater\r\n' $number $number >"$name/mail/000$number"
    tr -d '\r' <"$name/mail/000$number" >"$name/expect/000$number"
  done
done <rows
awk '{ $4 = 9; $6 = "later mail with sizes in LF is fetched: " $6; print }' rows >rows.again
again <rows.again

# Zero is a size only if the server knows the size of other messages.
cat >one <<'TABLE'
nothing-of-zeros 60 76 6 1 a message of which nothing arrives stays on the server if all sizes are zero
nothing-once-zero 60 76 6 1 a message of which nothing arrives stays on the server if one other size is zero
nothing-alone 60 76 1 1 a message of which nothing arrives stays on the server if it is the only one
TABLE
for_both one >rows
play <rows
awk '{ $3 = 0; $6 = "the next run reports nothing and deletes nothing: " $6; print }' rows >rows.again
again <rows.again
for name in nothing-alone nothing-alone-plain; do
  printf 'Subject: 2\r\nMessage-ID: <2@example.org>\r\n\r\nlater\r\n' >"$name/mail/0002"
  tr -d '\r' <"$name/mail/0002" >"$name/expect/0002"
done
sed -n '/^nothing-alone/s/ 60 76 1 1 .*/ 60 0 2 1 another message with its size is fetched/p' rows >rows.again
again <rows.again
sed 's/ 2 1 .*/ 2 0 the next run deletes the empty message/' rows.again >rows
again <rows

# Added text is stored. It does not keep the message on the server.
FOREIGN=5
cat >one <<'TABLE'
footer-of-line-ends 60 0 5 0 a footer in each message, one of which has its size with LF by chance
TABLE
for_both one | titled 'all messages are fetched' >rows
play <rows
FOREIGN=12
cat >one <<'TABLE'
field-first 60 0 12 0 a field of varying length before each header
field-first-numbered 60 0 12 0 a field of varying length before each header, and RETR repeats LIST
field-last 60 0 12 0 a field after each header
fields-last 60 0 12 0 two fields after each header
TABLE
for_both one | titled 'all messages are fetched' >rows
play <rows
FOREIGN=11 PARTIAL=1
cat >one <<'TABLE'
field-first-cut 60 76 12 1 a message without its last line among messages with a field before the header
TABLE
for_both one | titled 'all messages are fetched' >rows
play <rows
FOREIGN=0 PARTIAL=0

# Answers that belong to other messages: in the end all messages are delivered, once.
titled 'each message is delivered once' >rows <<'TABLE'
answers-turned 60 0 3 0 three replies rotated by one place
answers-turned-back 60 0 3 0 three replies rotated by one place in the other direction
answers-reversed 60 0 3 0 three replies in reverse order
answers-reversed-eight 60 0 8 0 eight replies in reverse order
answers-turned-alike 60 0 3 0 three rotated replies, two of one size
answers-swapped-rounded 60 0 12 0 two swapped replies among rounded sizes
answers-swapped-rounded-numbered 60 0 12 0 two swapped replies among rounded sizes, with correct sizes in RETR
answers-turned-rounded 60 0 12 0 three rotated replies among rounded sizes
answers-turned-rounded-numbered 60 0 12 0 three rotated replies among rounded sizes, with correct sizes in RETR
TABLE
play <rows

echo 'noise-at-second-try 60 75 0 1 an additional reply does not become part of a message' >rows
play <rows
heal
echo 'noise-at-second-try 60 0 1 0 the message is fetched when it is complete' >rows
again <rows

# The repeated text is delivered twice, once in place of the message that did not come: only lost messages are
# counted.
DELIVER=maildir:./Mail
none_lost() { grep -q ' LOST=0 ' answers-missing-and-twice/result; }
echo 'answers-missing-and-twice 10 0 6 6 with one reply missing and one repeated, messages of their size stay on the server' >rows
play <rows
check 'no message is lost' none_lost
echo 'answers-missing-and-twice 10 0 7 0 the next run compares them and fetches the missing message' >rows
again <rows
check 'no message is lost in the next run' none_lost

# The same with one command at a time: LIST gives another size for the message that did not come.
kept_all() { [ "$(ls "$1/mail")" = "$2" ] && grep -q ' LOST=0 ' "$1/result"; }
cat >one <<'TABLE'
answers-doubled 60 0 5 1 a reply repeated for a message of another size: that message stays on the server
answers-doubled-untold 60 76 5 1 a reply repeated for a message of another size without a unique header: that message stays
TABLE
for_both one >rows
play <rows
for plain in '' -plain; do
  check "the message without a reply stays on the server$plain" kept_all answers-doubled$plain 0002
  check "no message without a unique header is lost$plain" kept_all answers-doubled-untold$plain 0002
  touch answers-doubled$plain/fixed answers-doubled-untold$plain/fixed
done
cat >one <<'TABLE'
answers-doubled 60 0 6 0 the next run fetches the message without a reply
answers-doubled-untold 60 0 5 1 the message without a unique header stays on the server
TABLE
for_both one >rows
again <rows

done_testing
