#!/bin/sh
# A server that sends without end, or slowly.
. "${srcdir:-.}/tests/e2e/lib/hostile.sh"

# These run at full speed, two at a time.
JOBS=2
play <<'TABLE'
greeting-endless-line    10 76 0 3 an endless greeting line is no POP3
greeting-endless-lines   10 76 0 3 a greeting again and again is no POP3
greeting-endless-no-pop3 10 76 0 3 empty lines instead of a greeting are no POP3
capa-endless-status      10 76 0 3 an endless status line is no POP3
capa-endless-line        10 76 0 3 an endless capability is no POP3
capa-endless-list        10 76 0 3 an endless list of capabilities is given up
capa-many-mechanisms     10  0 3 0 more SASL mechanisms than there is room for do no harm
auth-endless-line        10 76 0 3 an endless SASL challenge is no POP3
auth-endless-challenges  10 77 0 3 challenges without end are given up
auth-endless-questions   10 77 0 3 questions after the login has been said are given up
list-endless-line        10 76 0 3 an endless line of LIST is no POP3
uidl-endless-line        10 76 0 3 an endless UID is no POP3
uidl-endless-blank       10 76 0 3 a UIDL that repeats a number without UID is refused
uidl-endless-overlong    10 76 0 3 a UIDL that repeats a number with overlong UIDs is refused
top-endless              10 76 2 1 an endless header in the answer to TOP is given up, and the others arrive
retr-endless-status      10 76 0 3 an endless answer to RETR is no POP3
TABLE

# A listing is kept in memory. 96 MiB are allowed for it, and growing it may copy it. Listing until the limit takes
# a while on a slow machine.
PEAK_MOST=163840 LIMIT=90
play <<'TABLE'
uidl-endless      10 76 0 3 an endless UIDL is refused
list-endless      10 76 0 3 an endless LIST is refused
list-endless-same 10 76 0 3 an endless LIST of one message is refused
list-long-uids    10 76 0 3 the longest UIDs for as many messages as there are are refused
TABLE
PEAK_MOST=49152 LIMIT=20
play <<'TABLE'
list-100-thousand  2 75 0 3 100,000 messages need some memory, and RETR stalls
TABLE
PEAK_MOST=32768

# A body may have any size, and is read while it makes progress; so here it stalls or drips.
JOBS=16
play <<'TABLE'
handshake-silent  2 75 0 3 a server that never starts TLS runs into the time limit
greeting-silent   2 75 0 3 a silent server runs into the time limit
greeting-drip     2 75 0 3 a greeting that drips, too
capa-drip         2 75 0 3 capabilities that drip, too
list-drip         2 75 0 3 a line of LIST that drips, too
list-drip-lines   2 75 0 3 lines of LIST that drip, too
list-no-end       2 75 0 3 a LIST without its dot, too
uidl-drip         2 75 0 3 a UID that drips, too
top-stall         2 75 2 1 a header that stalls, too, and the others arrive
body-drip         2 75 2 3 a body that drips, too, and the message behind it arrives all the same
body-stall        2 75 2 3 a body that stalls, too, and the message behind it arrives all the same
dele-stall        2 75 3 3 a DELE without an answer, too
quit-stall        2 75 3 3 a QUIT without an answer, too
TABLE
heal
again <<'TABLE'
top-stall        10  0 3 0 the next run brings what lacked after a stalled header
body-drip        10  0 3 0 the next run brings what lacked after a body that dripped
body-stall       10  0 3 0 the next run brings what lacked after a body that stalled
dele-stall       10  0 3 0 the next run deletes what DELE did not
quit-stall       10  0 3 0 the next run deletes what QUIT did not
TABLE

done_hostile
