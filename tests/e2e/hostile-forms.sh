#!/bin/sh
# Answers in other forms than those of RFC 1939: all mail arrives, each message once.
. "${srcdir:-.}/tests/e2e/lib/hostile.sh"

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
TABLE
play_forms <rows

# The UID with additional text, and useless answers.
both >rows <<'TABLE'
ask-twice               10 0  5 0 UIDL n is answered with the number twice
ask-colon               10 0  5 0 with a colon behind the number
ask-angle               10 0  5 0 with the UID in angle brackets
ask-quoted              10 0  5 0 with the UID in quotes
ask-zero                10 0  5 0 with the number 0
ask-one-always          10 0  5 0 with the number 1
ask-words-first         10 0  5 0 with words before it
ask-words-around        10 0  5 0 with words around it
ask-upper-case          10 0  5 0 with the UID in upper case
ask-fewer-words         10 0  5 0 without the words that the listing has behind the UID
ask-size-words          10 0  5 0 LIST n is answered by a sentence
ask-size-nothing        10 0  5 0 LIST n is answered by nothing of use
ask-size-no-pop3        10 0  5 0 LIST n is answered by a line that is no POP3
ask-size-of-drop        10 0  5 0 LIST n is answered by the size of the maildrop
ask-no-words            10 0 40 0 UIDL n is answered by +OK alone
ask-few-words           10 0 40 0 UIDL n is answered by nothing of use
ask-no-pop3             10 0 40 0 UIDL n is answered by a line that is no POP3
ask-no-words-at-all     10 0  5 0 UIDL n and LIST n are answered by +OK alone
ask-size-words-no-uidl   10 0  5 0 without UIDL, LIST n is answered by a sentence
ask-size-nothing-no-uidl 10 0  5 0 without UIDL, LIST n is answered by nothing of use
ask-size-no-pop3-no-uidl 10 0  5 0 without UIDL, LIST n is answered by a line that is no POP3
sizes-vary-top-no-words  10 0 80 0 sizes are others each time, and no question is answered
sizes-vary-top-no-pop3   10 0 80 0 and the answers are no POP3
TABLE
play_forms <rows

# Lines with other ends.
both >rows <<'TABLE'
lines-lf                10 0 40 0 all lines end with LF
lines-cr-cr-lf          10 0 40 0 all lines end with CR CR LF
lines-lf-status         10 0 40 0 the status line of a message alone ends with LF
lines-lf-bodies         10 0 40 0 messages have LF, listings CRLF
lines-lf-listings       10 0 40 0 listings have LF, messages CRLF
lines-lf-content        10 0 20 0 a bare LF in a message is content
TABLE
play_forms <rows

# A wrong answer is still reported, and nothing is lost.
both >rows <<'TABLE'
ask-wrong-uid        10 76 - - the UID of another message is no answer
ask-wrong-uid-words  10 76 - - with other words, either
ask-late-answer      10 76 0 5 an answer that comes late is not taken for the server's manner
ask-late-line        10 76 0 5 a line that comes late, either
ask-other-time       10 76 0 5 an answer that is another each time, either
ask-one-of-many      10 76 0 5 an answer about one message alone, either
ask-other-listing    10 76 - - a listing without the right line is none
TABLE
play <rows
done_hostile
