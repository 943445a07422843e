#!/bin/sh
# Answers in other forms than those of RFC 1939: all mail arrives, each message once.
. "${srcdir:-.}/tests/e2e/lib/hostile.sh"

both >rows <<'TABLE'
ask-bare-uid            60 0 80 0 the reply to UIDL n is only the UID
ask-bare-size           60 0 80 0 the reply to LIST n is only the size
ask-blanks              60 0 80 0 the reply to UIDL n has TABs and blanks
ask-listing             60 0 80 0 the reply to UIDL n is the complete listing
ask-listing-no-words    60 0 80 0 the reply to UIDL n is the complete listing after a bare +OK
ask-listing-empty-line  60 0 80 0 an empty line follows the complete listing
ask-listing-of-sizes    60 0 80 0 the reply to LIST n is the complete listing
ask-listing-like-stat   60 0 80 0 the complete listing begins with numbers like STAT's
ask-listing-like-answer 60 0  1 0 the complete listing begins like the correct reply
ask-line-and-dot        60 0 80 0 the reply to UIDL n is a listing of one line
ask-answer-and-dot      60 0 80 0 a dot follows the correct reply to UIDL n
TABLE
play_forms <rows

# The UID with additional text, and useless answers.
both >rows <<'TABLE'
ask-twice               60 0  5 0 the reply to UIDL n has the number twice
ask-colon               60 0  5 0 the reply to UIDL n has a colon after the number
ask-angle               60 0  5 0 the reply to UIDL n has the UID in angle brackets
ask-quoted              60 0  5 0 the reply to UIDL n has the UID in quotes
ask-zero                60 0  5 0 the reply to UIDL n has the number 0
ask-one-always          60 0  5 0 the reply to UIDL n has the number 1
ask-words-first         60 0  5 0 the reply to UIDL n has words before the UID
ask-words-around        60 0  5 0 the reply to UIDL n has words around the UID
ask-upper-case          60 0  5 0 the reply to UIDL n has the UID in upper case
ask-fewer-words         60 0  5 0 the reply to UIDL n lacks words that follow the UID in the listing
ask-size-words          60 0  5 0 the reply to LIST n is a sentence
ask-size-nothing        60 0  5 0 the reply to LIST n is useless
ask-size-no-pop3        60 0  5 0 the reply to LIST n is malformed
ask-size-of-drop        60 0  5 0 the reply to LIST n has the size of the maildrop
ask-no-words            60 0 40 0 the reply to UIDL n is a bare +OK
ask-few-words           60 0 40 0 the reply to UIDL n is useless
ask-no-pop3             60 0 40 0 the reply to UIDL n is malformed
ask-no-words-at-all     60 0  5 0 the replies to UIDL n and LIST n are a bare +OK
ask-size-words-no-uidl   60 0  5 0 without UIDL, the reply to LIST n is a sentence
ask-size-nothing-no-uidl 60 0  5 0 without UIDL, the reply to LIST n is useless
ask-size-no-pop3-no-uidl 60 0  5 0 without UIDL, the reply to LIST n is malformed
sizes-vary-top-no-words  60 0 80 0 sizes vary from session to session, and UIDL n and LIST n are useless
sizes-vary-top-no-pop3   60 0 80 0 sizes vary from session to session, and the replies are malformed
TABLE
play_forms <rows

# Lines with other ends.
both >rows <<'TABLE'
lines-lf                60 0 40 0 all lines end with LF
lines-cr-cr-lf          60 0 40 0 all lines end with CR CR LF
lines-lf-status         60 0 40 0 only the status line of a message ends with LF
lines-lf-bodies         60 0 40 0 messages have LF, and listings have CRLF
lines-lf-listings       60 0 40 0 listings have LF, and messages have CRLF
lines-lf-content        60 0 20 0 a bare LF in a message is content
TABLE
play_forms <rows

# A wrong answer is still reported, and nothing is lost.
both >rows <<'TABLE'
ask-wrong-uid        60 76 - - the UID of another message is refused
ask-wrong-uid-words  60 76 - - the UID of another message with other words is refused
ask-late-answer      60 76 0 5 a late reply is not taken for the server's normal form
ask-late-line        60 76 0 5 a late line is not taken for the server's normal form
ask-other-time       60 76 0 5 a reply that changes each time is not taken for the server's normal form
ask-one-of-many      60 76 0 5 a reply about one message only is not taken for the server's normal form
ask-other-listing    60 76 - - a listing without the correct line is refused
TABLE
play <rows
done_hostile
