#!/bin/sh
# Answers in other forms than RFC 1939 has them: all mail arrives, each message once.
. "${srcdir:-.}/tests/e2e/hostile-lib.sh"

both >rows <<'TABLE'
ask-bare-uid            10 0 80 0 UIDL n is answered by the UID alone
ask-bare-size           10 0 80 0 LIST n is answered by the size alone
ask-blanks              10 0 80 0 the answer to UIDL n has TABs and blanks
ask-listing             10 0 80 0 UIDL n is answered by a whole listing
ask-listing-no-words    10 0 80 0 and there are no words that announce it
ask-listing-empty-line  10 0 80 0 and an empty line is behind it
ask-listing-of-sizes    10 0 80 0 LIST n is answered by a whole listing
ask-listing-like-stat   10 0 80 0 and it begins with numbers as STAT gives them
ask-listing-like-answer 10 0  1 0 and it begins like the right answer
ask-line-and-dot        10 0 80 0 UIDL n is answered by a listing of one line
ask-answer-and-dot      10 0 80 0 UIDL n is answered rightly and a dot is behind it
lines-lf                10 0 40 0 all lines end with LF
lines-cr-cr-lf          10 0 40 0 all lines end with CR CR LF
lines-lf-status         10 0 40 0 the status line of a message alone ends with LF
lines-lf-bodies         10 0 40 0 messages have LF, listings CRLF
lines-lf-listings       10 0 40 0 listings have LF, messages CRLF
lines-lf-content        10 0 20 0 a bare LF in a message is content
TABLE
play_forms <rows

# What is no right answer is still told, and nothing lost.
both >rows <<'TABLE'
ask-wrong-uid        10 76 - - the UID of another message is no answer
ask-no-words         10 76 - - an answer without words is none
ask-other-listing    10 76 - - a listing without the right line is none
TABLE
play <rows
done_hostile
