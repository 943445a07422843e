#!/bin/sh
# A message or command at which each session breaks is reported, and does not prevent the other messages from
# arriving.
. "${srcdir:-.}/tests/e2e/lib/hostile.sh"

# The network determines which answers have arrived when QUIT is sent. With several commands in flight, the number
# of messages left is not checked.
any_left() { awk '$1 ~ /-twice$/ { $3 = "-:-"; $5 = "-" } { print }'; }

# runs WORDS <TABLE: another run in each of those directories, with and without PIPELINING.
runs() {
  both | titled "$1" | any_left >rows
  again <rows
}

# The server sends more than was asked for. Earlier messages are kept; a message with an uncertain end is not.
cat >one <<'TABLE'
break-dot-line-1   60 76 0 5 a line with only a dot ends the first message too early
break-dot-line-3   60 76 2 5 a line with only a dot ends the third of five messages too early
break-dot-line-5   60 76 4 5 a line with only a dot ends the last message too early
break-dot-line-ok  60 76 2 5 the text after such a line looks like a reply
break-junk         60 76 2 5 a meaningless line follows a complete message
break-junk-short   60 76 1 5 a meaningless line follows an incomplete message
break-two-ends     60 76 2 5 a second dot follows the dot of one message
break-two-ends-all 60 76 1 5 a second dot follows the dot of each message
break-shutdown-3   60 75 3 5 the server announces a shutdown after the third message
break-shutdown-5   60 75 5 5 the server announces a shutdown after the last message
TABLE
# With pipelining there is a second session, in which the message that broke the first one comes last.
both <one | awk '$1 ~ /(dot-line-[13]|junk-short)$/ { $4 = "-" } { print }' | titled 'the break is reported' >rows
play <rows
for plain in '' -plain; do
  check "the message that ended too early is reported$plain" grep -q 'fetch: after message [13] (UID uid-0003) of 71 bytes, the server sent more' break-dot-line-3$plain/err
  check "the report quotes the server$plain" grep -q '(server said: "Server shutting down")' break-shutdown-5$plain/err
done
# Later runs fetch the rest.
runs 'the next run' <<'TABLE'
break-dot-line-1   60 76 4 - all messages but the first arrive
break-dot-line-3   60 76 4 - all messages but the third arrive
break-dot-line-5   60 76 4 - all messages but the last arrive
break-dot-line-ok  60 76 4 - all messages but the one followed by a false reply arrive
break-junk         60  0 5 0 all messages arrive and are deleted
break-junk-short   60 76 4 - all messages but the incomplete one arrive
break-two-ends     60  0 5 0 all messages with a second dot arrive
break-two-ends-all 60 76 2 - one more message arrives
break-shutdown-3   60  0 5 0 the rest arrives after a shutdown
break-shutdown-5   60  0 5 0 all messages are deleted after a shutdown at the last
TABLE
heal
runs 'a fixed server' <<'TABLE'
break-dot-line-1   60  0 5 0 the first message is fetched
break-dot-line-3   60  0 5 0 the third message is fetched
break-dot-line-5   60  0 5 0 the last message is fetched
break-dot-line-ok  60  0 5 0 the message followed by a false reply is fetched
break-junk-short   60  0 5 0 the incomplete message is fetched
break-two-ends-all 60  0 5 0 all messages are fetched
TABLE

# Without UIDL, TOP for one message breaks each session: the others arrive.
cat >one <<'TABLE'
break-top-hangs        2 75 4 1 the server hangs up at TOP of one message
break-top-cut          2 75 4 1 the server hangs up in the reply to TOP of one message
break-top-stalls       2 75 4 1 the server stalls in the reply to TOP of one message
break-top-drips        2 75 4 1 the reply to TOP of one message comes a byte at a time
break-top-refused      2 75 4 1 the server refuses TOP of one message and hangs up
break-top-refused-all  2 75:2 0 5 a server that refuses each TOP and hangs up ends the run
break-top-two          2 75:2 3 2 two messages that break TOP are reported in a line each
TABLE
both <one | titled 'the break is reported' >rows
play <rows
for plain in '' -plain; do
  check "the skipped message is reported$plain" grep -qx \
    'mailhaul: a: list: message 2 of 158 bytes is skipped: the connection was cut off before the reply to TOP 2; .*' \
    break-top-hangs$plain/err
  check "the message quotes the server$plain" grep -q 'TOP 2 and then ended the session (server said: "Disconnected for inactivity"); ' \
    break-top-refused-all$plain/err
done
LEAVE=forever
both <<'TABLE' | sed 's/ /@stay /' >rows
break-top-hangs        2 75 4 5 with leave_on_server = forever, the other messages arrive
break-top-two          2 75:2 3 5 with leave_on_server = forever, all but two messages arrive
TABLE
play <rows
titled 'a second run fetches nothing again' <rows >rows.again
again <rows.again
LEAVE=no

# A message that breaks each session does not keep the others on the server after they were fetched.
both <<'TABLE' | awk '$1 ~ /retr-(hangs|stalls|malformed)$/ { $4 = 5 } { print }' | any_left | titled 'the break is reported' >rows
break-retr-hangs     2 75  1 6 the server hangs up in the reply to RETR of one message
break-retr-stalls    2 75  1 6 the server stalls in the reply to RETR of one message
break-retr-malformed 2 76  1 6 the reply to RETR of one message is malformed
break-retr-two       2 75  - 6 the server hangs up at RETR of two messages
break-dele-hangs     2 75  5 5 the server hangs up at DELE of one message
break-dele-refused   2 75  5 5 the server refuses DELE of one message and hangs up
break-dele-twice     2 76  5 4 the server replies twice to DELE
TABLE
play <rows
check 'the failed DELE is reported' grep -q '^mailhaul: a: delete: .* before the reply to DELE 2; ' break-dele-hangs-plain/err
runs 'the next run deletes delivered messages' <<'TABLE'
break-retr-hangs     2 75 5 1 all but the message at which the server hangs up
break-retr-stalls    2 75 5 1 all but the message at which the server stalls
break-retr-malformed 2 76 5 1 all but the message with the malformed reply
break-retr-two       2 75 - - all but the two messages at which the server hangs up
break-dele-hangs     2 75 5 1 all but the message at whose DELE the server hangs up
break-dele-refused   2 75 5 1 all but the message whose DELE is refused
break-dele-twice     2 76 5 3 one more message if the server replies twice to DELE
TABLE
runs 'a third run' <<'TABLE'
break-retr-hangs     2 75 5 1 the message at which the server hangs up stays
break-retr-two       2 75 4 2 the two messages at which the server hangs up stay
break-dele-hangs     2 75 5 1 the message at whose DELE the server hangs up stays
break-dele-twice     2 76 5 2 one more message is deleted
TABLE
heal
runs 'a fixed server' <<'TABLE'
break-retr-hangs     2 0 6 0 the remaining message is fetched and deleted
break-retr-two       2 0 6 0 both remaining messages are fetched and deleted
break-dele-hangs     2 0 5 0 the remaining message is deleted
break-dele-twice     2 0 5 0 the remaining messages are deleted
TABLE

# Messages that do not arrive use up a limit of the run once, and come last afterwards.
for limit in messages octets; do
  MORE="max_$limit = 2"
  both <<'TABLE' | sed "s/ /@$limit /; s/^/break-/" >rows
fail-refused 5 75:- 0 6 two messages are refused in each run
fail-shorter 5 75:- 0 6 two messages are shorter in each run
TABLE
  titled 'the first run' <rows >rows.first
  play <rows.first
  for _ in 1 2 3 4 5 6; do
    awk '{ $3 = "-:-"; $4 = $5 = "-"; $6 = "another run: " $6; print }' rows >rows.again
    again <rows.again
  done
  awk '{ $4 = 4; $5 = 2; $6 = "all other messages are delivered: " $6; print }' rows >rows.again
  again <rows.again
done
MORE=''

# Some servers end each session after a number of commands, and delete only at QUIT. Deletions are then made in
# parts, and each run fetches more of the mail.
both <<'TABLE' >rows
limit        5 75  - - the server accepts 14 commands in a session
limit-words  5 75  - - the server accepts 14 commands in a session and then says so
limit-dele   5 75  9 - the server accepts two DELE in a session
TABLE
sed -i 's/^/break-/' rows
titled 'the first run' <rows >rows.first
play <rows.first
for words in 'the second run' 'the third run' 'the fourth run' 'the fifth run'; do
  awk -v words="$words" '{ $3 = "-:-"; $6 = words ": " $6; print }' rows >rows.again
  again <rows.again
done
awk '{ $3 = 0; $4 = $1 ~ /dele/ ? 9 : 40; $5 = 0; $6 = "the sixth run leaves nothing on the server: " $6; print }' rows >rows.again
again <rows.again

# The server breaks the session at the question that checks whether its answers are in sync: it is not asked again
# in this run.
cat >one <<'TABLE'
break-ask-hangs     2 0 5 0 the server hangs up at UIDL of one message
break-ask-stalls    2 0 5 0 the server stalls at UIDL of one message
break-ask-malformed 2 0 5 0 the reply to UIDL of one message is malformed
break-ask-twice     2 0 5 0 the server replies twice to UIDL of one message
TABLE
both <one | titled 'all messages are fetched' >rows
play <rows
DELIVER=pipe
MORE='deliver_command = {"sh", "-c", "cat >>given; echo >>given"}'
both <one | sed '/^break-ask-twice /d; s/ /@pipe /; s/5 0/- 0/' | titled 'all messages are delivered to a command' >rows
play <rows
while read -r directory _; do
  check "each message is delivered once to the command: $directory" [ "$(grep -c '^Message-ID: <[1-5]@' "$directory/given")" = 5 ]
done <rows
DELIVER=maildir:Mail MORE=''

# If nothing is deleted, the answer to QUIT does not matter.
both <<'TABLE' | sed 's/^/break-/; s/ /@stay /' >rows
quit-cut     1 0 3 3 with nothing to delete, the server hangs up at QUIT
quit-221     1 0 3 3 with nothing to delete, the reply to QUIT is malformed
quit-refused 1 0 3 3 with nothing to delete, the server refuses QUIT
quit-stalls  1 0 3 3 with nothing to delete, the server stalls at QUIT
TABLE
LEAVE=forever
titled 'the first run succeeds' <rows >rows.first
play <rows.first
titled 'the second run succeeds' <rows >rows.again
again <rows.again
LEAVE=no
awk '{ $3 = $1 ~ /cut|stalls/ ? 75 : 76; $6 = "the failure is reported if messages are to be deleted: " $6; print }' rows >rows.again
again <rows.again

# Another client removes a message, and the server renumbers the others at once. Unproved messages do not count, and
# no other message is deleted instead. A second session fetches all.
both <<'TABLE' | awk '$1 == "break-numbers" { $3 = 0 } { print }' | titled 'no message is lost' >rows
break-numbers             5 75 6 0 another client removes a message, and the last number is gone
break-numbers-newer       5 0 7 0 another client removes a message, and a newer one has the last number
break-numbers-newer-later 5 0 7 0 the same, and the first number still has its message
break-numbers-newest      5 0 9 0 another client removes a message, and several newer ones follow
break-numbers-last        5 0 1 0 another client removes the message that was sent
TABLE
play <rows

# max_time applies from the connection on, to each command.
MORE='max_time = 1s' JOBS=8
both <<'TABLE' >rows
break-capa-trickles 4 75 0 3 max_time ends slow capabilities
break-top-trickles  4 75 0 3 max_time ends slow headers
TABLE
play <rows
check 'max_time is reported' grep -q '^mailhaul: a: login: max_time reached' break-capa-trickles/err
# These run in parallel, since each takes max_time and the time allowed after it.
each_command() { # FUNCTION
  for scenario in capa top; do
    for command in check 'list --headers' 'fetch --dry-run'; do "$1" "break-$scenario-trickles-plain" "$command"; done
  done
}
start() {
  # shellcheck disable=SC2086 # the words of a command
  (cd "$1" && timeout "$LIMIT" "$MAILHAUL" -c mailhaul.conf $2 >"out of $2" 2>&1 </dev/null; echo $? >"status of $2") &
  started="$started $!"
}
ended() { [ "$(cat "$1/status of $2")" != 0 ] && [ "$(cat "$1/status of $2")" != 124 ] && grep -q 'max_time reached' "$1/out of $2"; }
is_ended() { check "max_time ends $2: $scenario" ended "$@"; }
started=''
each_command start
# shellcheck disable=SC2086 # numbers
wait $started
each_command is_ended
MORE=''

# Without UIDL, a unique header identifies a message, whatever its size is in this session.
cat >one <<'TABLE'
break-varies-size   60 0 5 5 sizes in LIST vary from session to session
break-varies-status 60 0 5 5 the server adds a Status field
break-varies-xuid   60 0 5 5 the server adds a number that grows
break-twins         60 0 4 4 two messages have the same header and the same first lines
TABLE
LEAVE=forever
both <one >rows
titled 'each message is fetched once' <rows >rows.first
play <rows.first
for words in 'a second run fetches nothing again' 'a third run fetches nothing again'; do
  titled "$words" <rows >rows.again
  again <rows.again
done
# Of two such messages the first is removed, after a run that fetched only that one.
MORE='max_messages = 3'
both <<'TABLE' | sed 's/ /@limit /' >rows
break-twins 60 0 3 4 a limit leaves the second of two similar messages for the next run
TABLE
play <rows
for plain in '' -plain; do rm "break-twins$plain@limit/mail/0003"; done
awk '{ $4 = 4; $5 = 3; $6 = "the next run fetches the second when the first is gone"; print }' rows >rows.again
again <rows.again
awk '{ $6 = "a later run fetches nothing again"; print }' rows.again >rows
again <rows
MORE='' LEAVE=no

done_hostile
