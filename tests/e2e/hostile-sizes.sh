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
  play <rows
  awk '{ $3 = 0; $6 = "the next run says nothing, and deletes nothing: " $6; print }' rows >rows.again
  again <rows.again
}
kept 6 <<'TABLE'
alike-error 10 76:6 6 6 messages of one size, and errors that come in their place
alike-cut 10 76:6 6 6 messages of one size that are cut in different places
alike-cut-in-words 10 76:6 6 6 the same where the words of RETR give the size
TABLE
kept 12 <<'TABLE'
all-one-line 10 76:11 12 12 a line in the place of each message
all-headers 10 76:11 12 12 messages that end behind the header
all-cut-at-8000 10 76:11 12 12 messages that are cut at the same place
TABLE
kept 6 <<'TABLE'
told-cut-at-8000 10 76:6 6 6 messages that are cut at the same place, with the number of RETR for what is sent
told-twelve-lines 10 76:6 6 6 or behind twelve lines
TABLE
kept 3 <<'TABLE'
told-cut-three 10 76:3 3 3 three are not enough to make LIST wrong throughout
TABLE
kept 5 <<'TABLE'
all-lack-40 10 76:5 5 5 messages that all lack forty octets
all-lack-15 10 76:5 5 5 or fifteen, which is nearly the same share of each
all-lack-15-silent 10 76:5 5 5 the same where RETR gives no size
all-ok-twice 10 76:5 5 5 an answer that comes twice for each message
all-ok-twice-silent 10 76:5 5 5 the same without sizes
all-ok-at-end 10 76:5 5 5 an answer at the end of each message
all-empty-line-first 10 76:5 5 5 an empty line before each message
TABLE
kept 20 <<'TABLE'
all-lack-6 10 76:11 20 20 messages that all lack a line of six octets
all-lack-6-silent 10 76:11 20 20 the same where RETR gives no size
TABLE
kept 3 <<'TABLE'
all-lack-a-line 10 76:3 3 3 messages that all lack their last line
dots-unstuffed-twice 10 76:3 5 3 dots that were taken for stuffing, and were not
TABLE
kept 1 <<'TABLE'
dots-hide-a-line 10 76 5 1 stuffed dots that make up for a line, where no other message has some
ok-twice-rounded 10 76 12 1 an answer that comes twice, among rounded sizes
empty-line-first 10 76 5 1 an empty line before a message
retr-constant-half 10 76 6 1 half a message where the number of RETR is no size
last-cr-short 10 76 6 1 a message that lacks its last line, and ends in a CR
lf-unended-short 10 76 6 1 among sizes with LF, a message without a line end that lacks two octets
TABLE

kept 11 <<'TABLE'
lf-alike-by-a-line 10 76:11 12 11 messages of one form, with as many octets more as they have lines, but for one
TABLE

# LIST is wrong by a rule, and RETR gives the size it sends: a message that does not follow the rule was cut.
kept 1 <<'TABLE'
told-third-cut 10 76 8 1 among thirds, a message that is cut, with the number of RETR for what is sent
told-third-header 10 76 8 1 or ends behind its header
told-threefold-cut 10 76 8 1 among sizes that are threefold, a message that is cut
told-threefold-header 10 76 8 1 or ends behind its header
told-rounded-cut 10 76 8 1 among rounded sizes, a message that is cut
told-rounded-header 10 76 8 1 or ends behind its header
told-kilobytes-cut 10 76 8 1 among kilobytes, a message that is cut
told-kilobytes-header 10 76 8 1 or ends behind its header
told-more-cut 10 76 8 1 where LIST gives forty more, a message that is cut
told-more-header 10 76 8 1 or ends behind its header
told-less-cut 10 76 8 1 where LIST gives forty less, a message that is cut
told-less-header 10 76 8 1 or ends behind its header
TABLE

# Good servers with a peculiarity.
PARTIAL=0
cat >one <<'TABLE'
dots-count 10 0 7 0 sizes with stuffed dots, of which not all messages have some
dots-unstuffed 10 0 4 0 dots that are not stuffed stay in the message
lf-two-lines-last 10 0 6 0 sizes with LF, and a message of two lines
lf-two-lines-first 10 0 6 0 the same, and it is the first
lf-unended-last 10 0 6 0 sizes with LF, and a message whose last line has no end but the one that the server adds
lf-unended-first 10 0 6 0 the same, and it is the first
lf-unended-all 10 0 5 0 or all are so
nothing-last 10 0 6 0 a message of no octet, of which the server's line end comes
nothing-first 10 0 6 0 the same, and it is the first
nothing-two 10 0 7 0 or there are two
last-cr 10 0 6 0 a message that ends in a CR, which its size leaves out, as it does the line end that is added
lf-one-with-crlf 10 0 12 0 or one that fits with CRLF instead
retr-constant 10 0 6 0 a number of RETR that is always the same
retr-total 10 0 6 0 or that of the whole maildrop
retr-at-random 10 0 12 0 or any
told-third 10 0 5 0 LIST that gives a third, and RETR that is right
told-threefold 10 0 5 0 LIST that is threefold
told-rounded 10 0 5 0 LIST that is rounded
told-kilobytes 10 0 5 0 LIST in kilobytes
told-more 10 0 5 0 LIST that gives forty more
told-less 10 0 5 0 LIST that gives forty less
told-zero 10 0 5 0 LIST that gives zero
TABLE
for_both one >rows
play <rows

# A message without a line end fits both ways of counting, and shows nothing, neither at once nor later.
cat >one <<'TABLE'
lf-one-line-last 10 0 6 0 sizes with LF, and a message without a line end
lf-one-line-first 10 0 6 0 the same, and it is the first
TABLE
for_both one >rows
play <rows
while read -r name _; do
  for number in 7 8 9; do
    printf 'Subject: %d\r\nMessage-ID: <later.%d@example.org>\r\n\r\nlater\r\n' $number $number >"$name/mail/000$number"
    tr -d '\r' <"$name/mail/000$number" >"$name/expect/000$number"
  done
done <rows
awk '{ $4 = 9; $6 = "mail that comes later counts with LF: " $6; print }' rows >rows.again
again <rows.again

# Zero is a size only if the server knows the size of other messages.
cat >one <<'TABLE'
nothing-of-zeros 10 76 6 1 where all sizes are zero, a message of which nothing comes stays on the server
nothing-once-zero 10 76 6 1 or where one is zero that is not
nothing-alone 10 76 1 1 or where it is the only message
TABLE
for_both one >rows
play <rows
awk '{ $3 = 0; $6 = "the next run says nothing, and deletes nothing: " $6; print }' rows >rows.again
again <rows.again
for name in nothing-alone nothing-alone-plain; do
  printf 'Subject: 2\r\nMessage-ID: <2@example.org>\r\n\r\nlater\r\n' >"$name/mail/0002"
  tr -d '\r' <"$name/mail/0002" >"$name/expect/0002"
done
sed -n '/^nothing-alone/s/ 10 76 1 1 .*/ 10 0 2 1 until others come with their sizes/p' rows >rows.again
again <rows.again
sed 's/ 2 1 .*/ 2 0 then it is deleted/' rows.again >rows
again <rows

# Added text is stored, and is no reason to keep the message on the server.
FOREIGN=5
cat >one <<'TABLE'
footer-of-line-ends 10 0 5 0 a footer for each message, of which one has its size with LF by chance
TABLE
for_both one >rows
play <rows
FOREIGN=12
cat >one <<'TABLE'
field-first 10 0 12 0 a field before each header, never of the same length
field-first-numbered 10 0 12 0 the same where RETR says what LIST says
field-last 10 0 12 0 a field behind each header
fields-last 10 0 12 0 or two of them
TABLE
for_both one >rows
play <rows
FOREIGN=11 PARTIAL=1
cat >one <<'TABLE'
field-first-cut 10 76 12 1 one that lacks its last line stands out among them
TABLE
for_both one >rows
play <rows
FOREIGN=0 PARTIAL=0

# Answers that belong to other messages: in the end all messages are delivered, once.
cat >rows <<'TABLE'
answers-turned 10 0 3 0 three answers that are turned by one place
answers-turned-back 10 0 3 0 or by one place in the other direction
answers-reversed 10 0 3 0 or in reverse order
answers-reversed-eight 10 0 8 0 eight in reverse order
answers-turned-alike 10 0 3 0 three of which two have one size
answers-swapped-rounded 10 0 12 0 two that are swapped among rounded sizes
answers-swapped-rounded-numbered 10 0 12 0 the same with the right number behind RETR
answers-turned-rounded 10 0 12 0 three that are turned among rounded sizes
answers-turned-rounded-numbered 10 0 12 0 the same with the right number behind RETR
TABLE
play <rows

echo 'noise-at-second-try 10 75 0 1 an answer too many does not become part of a message' >rows
play <rows
heal
echo 'noise-at-second-try 10 0 1 0 which is fetched when all of it comes' >rows
again <rows

# The repeated text is delivered twice, once in place of the message that did not come: only lost messages are
# counted.
DELIVER=maildir:./Mail
none_lost() { grep -q ' LOST=0 ' answers-missing-and-twice/result; }
echo 'answers-missing-and-twice 10 0 6 6 one answer that is missing and one that comes twice: those of their size stay on the server' >rows
play <rows
check 'none is lost' none_lost
echo 'answers-missing-and-twice 10 0 7 0 the next run finds out which is which, and fetches the one that is missing' >rows
again <rows
check 'and none is lost then' none_lost

# The same with one command at a time: LIST gives another size for the message that did not come.
kept_all() { [ "$(ls "$1/mail")" = "$2" ] && grep -q ' LOST=0 ' "$1/result"; }
cat >one <<'TABLE'
answers-doubled 10 0 5 1 an answer that comes for two messages: the one with another size in LIST stays on the server
answers-doubled-untold 10 76 5 1 also where its header tells nothing
TABLE
for_both one >rows
play <rows
for plain in '' -plain; do
  check "it is the one that did not come$plain" kept_all answers-doubled$plain 0002
  check "and none is lost, either$plain" kept_all answers-doubled-untold$plain 0002
  touch answers-doubled$plain/fixed answers-doubled-untold$plain/fixed
done
cat >one <<'TABLE'
answers-doubled 10 0 6 0 the next run fetches the one that did not come
answers-doubled-untold 10 0 5 1 where its header tells nothing, it stays there
TABLE
for_both one >rows
again <rows

done_testing
