#!/bin/sh
# A server that sends without end, or slowly.
. "${srcdir:-.}/tests/e2e/lib/hostile.sh"

# These run at full speed, two at a time.
JOBS=2
play <<'TABLE'
greeting-endless-line    60 76 0 3 an endless greeting line is refused
greeting-endless-lines   60 76 0 3 a repeated greeting is refused
greeting-endless-no-pop3 60 76 0 3 empty lines instead of a greeting are refused
capa-endless-status      60 76 0 3 an endless status line is refused
capa-endless-line        60 76 0 3 an endless capability is refused
capa-endless-list        60 76 0 3 an endless list of capabilities is refused
capa-many-mechanisms     60  0 3 0 more SASL mechanisms than fit are accepted
auth-endless-line        60 76 0 3 an endless SASL challenge is refused
auth-endless-challenges  60 77 0 3 endless challenges are refused
auth-endless-questions   60 77 0 3 challenges after the last response are refused
list-endless-line        60 76 0 3 an endless line of LIST is refused
uidl-endless-line        60 76 0 3 an endless UID is refused
uidl-endless-blank       60 76 0 3 an endless UIDL of one number without a UID is refused
uidl-endless-overlong    60 76 0 3 an endless UIDL of one number with overlong UIDs is refused
top-endless              60 76 2 1 an endless header in the reply to TOP is refused, and the other messages arrive
retr-endless-status      60 76 0 3 an endless status line of RETR is refused
TABLE

# A listing is kept in memory. 256 MiB are allowed for it and for what a run keeps of it.
PEAK_MOST=294912
play <<'TABLE'
list-1-million    60 75 0 3 a listing of 1,000,000 messages with UIDs of 70 octets fits into 288 MB
list-2-million    60 76 0 3 a listing that would need more memory than that is refused
uidl-endless      60 76 0 3 an endless UIDL is refused
list-endless      60 76 0 3 an endless LIST is refused
list-endless-same 60 76 0 3 an endless LIST of one message is refused
list-long-uids    60 76 0 3 the longest UIDs for the largest number of messages are refused
TABLE
PEAK_MOST=49152
play <<'TABLE'
list-100-thousand  2 75 0 3 100,000 listed messages fit into 48 MB, and a stalled RETR is reported
TABLE
PEAK_MOST=32768

# A body may have any size, and is read while it makes progress; so here it stalls or drips.
JOBS=16
play <<'TABLE'
handshake-silent  2 75 0 3 a server that does not start TLS runs into the time limit
greeting-silent   2 75 0 3 a silent server runs into the time limit
greeting-drip     2 75 0 3 a greeting sent a byte at a time runs into the time limit
capa-drip         2 75 0 3 capabilities sent a byte at a time run into the time limit
list-drip         2 75 0 3 a line of LIST sent a byte at a time runs into the time limit
list-drip-lines   2 75 0 3 slow lines of LIST run into the time limit
list-no-end       2 75 0 3 a LIST without its dot runs into the time limit
uidl-drip         2 75 0 3 a UID sent a byte at a time runs into the time limit
top-stall         2 75 2 1 a stalled header runs into the time limit, and the other messages arrive
body-drip         2 75 2 3 a body sent a byte at a time runs into the time limit, and a later message arrives
body-stall        2 75 2 3 a stalled body runs into the time limit, and a later message arrives
dele-stall        2 75 3 3 a DELE without a reply runs into the time limit
quit-stall        2 75 3 3 a QUIT without a reply runs into the time limit
TABLE
heal
again <<'TABLE'
top-stall        60  0 3 0 the next run fetches the rest after a stalled header
body-drip        60  0 3 0 the next run fetches the rest after a slow body
body-stall       60  0 3 0 the next run fetches the rest after a stalled body
dele-stall       60  0 3 0 the next run deletes the messages after a stalled DELE
quit-stall       60  0 3 0 the next run deletes the messages after a stalled QUIT
TABLE

done_hostile
