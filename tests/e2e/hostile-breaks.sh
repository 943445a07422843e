#!/bin/sh
# A message or command at which each session breaks is reported, and does not prevent the other messages from
# arriving.
. "${srcdir:-.}/tests/e2e/lib/hostile.sh"

# The network determines which answers have arrived when QUIT is sent. With several commands in flight, the number
# of messages left is not checked.
any_left() { awk '$1 ~ /-twice$/ { $5 = "-" } { print }'; }

# runs WORDS <TABLE: another run in each of those directories, with and without PIPELINING.
runs() {
  both | awk -v words="$1" '{ $6 = words ": " $6; print }' | any_left >rows
  again <rows
}

# The server sends more than was asked for. Earlier messages are kept; a message with an uncertain end is not.
cat >one <<'TABLE'
break-dot-line-1   10 76 0 5 a line with a dot alone ends the first message too early
break-dot-line-3   10 76 2 5 the third of five
break-dot-line-5   10 76 4 5 or the last
break-dot-line-ok  10 76 2 5 and what follows looks like an answer
break-junk         10 76 2 5 a line without a meaning follows a message that has its full size
break-junk-short   10 76 1 5 or one that has not
break-two-ends     10 76 2 5 a second dot follows the dot
break-two-ends-all 10 76 1 5 each time
break-shutdown-3   10 75 3 5 the server says that it ends, behind the third message
break-shutdown-5   10 75 5 5 or the last one
TABLE
# With pipelining there is a second session, in which the message that broke the first one comes last.
both <one | awk '$1 ~ /(dot-line-[13]|junk-short)$/ { $4 = "-" } { print }' >rows
play <rows
for plain in '' -plain; do
  check "the line names it$plain" grep -q 'fetch: after message [13] (UID uid-0003) of 71 bytes, the server sent more' break-dot-line-3$plain/err
  check "it has the server's words$plain" grep -q '(server said: "Server shutting down")' break-shutdown-5$plain/err
done
# Later runs fetch the rest.
runs 'the next run' <<'TABLE'
break-dot-line-1   10 76 4 - the rest arrives
break-dot-line-3   10 76 4 - without the third
break-dot-line-5   10 76 4 - without the last
break-dot-line-ok  10 76 4 - whatever follows it
break-junk         10  0 5 0 all arrive, and are deleted
break-junk-short   10 76 4 - without the one of an uncertain end
break-two-ends     10  0 5 0 all arrive behind a second dot
break-two-ends-all 10 76 2 - one more
break-shutdown-3   10  0 5 0 the server goes on
break-shutdown-5   10  0 5 0 and so it does after the last
TABLE
heal
runs 'a fixed server' <<'TABLE'
break-dot-line-1   10  0 5 0 the first message is fetched
break-dot-line-3   10  0 5 0 and the third
break-dot-line-5   10  0 5 0 and the last
break-dot-line-ok  10  0 5 0 whatever followed it
break-junk-short   10  0 5 0 and the one with an uncertain end
break-two-ends-all 10  0 5 0 and all of them
TABLE

# Without UIDL, TOP for one message breaks each session: the others arrive.
cat >one <<'TABLE'
break-top-hangs        2 75 4 1 the server hangs up at TOP of one message
break-top-cut          2 75 4 1 or in its answer
break-top-stalls       2 75 4 1 or falls silent in it
break-top-drips        2 75 4 1 or says it an octet at a time
break-top-refused      2 75 4 1 or refuses it and hangs up
break-top-refused-all  2 75:2 0 5 a server that refuses all and hangs up ends the run
break-top-two          2 75:2 3 2 two such messages are a line each
TABLE
both <one >rows
play <rows
for plain in '' -plain; do
  check "the line names the message$plain" grep -qx \
    'mailhaul: a: list: message 2 of 158 bytes is skipped: the connection was cut off before the reply to TOP 2; .*' \
    break-top-hangs$plain/err
  check "the server's words are there$plain" grep -q 'TOP 2 and then ended the session (server said: "Disconnected for inactivity"); ' \
    break-top-refused-all$plain/err
done
LEAVE=forever
both <<'TABLE' | sed 's/ /@stay /' >rows
break-top-hangs        2 75 4 5 where all stay, the others arrive as well
break-top-two          2 75:2 3 5 also without two
TABLE
play <rows
awk '{ $6 = "and not again: " $6; print }' rows >rows.again
again <rows.again
LEAVE=no

# A message that breaks each session does not keep the others on the server after they were fetched.
both <<'TABLE' | awk '$1 ~ /retr-(hangs|stalls|malformed)$/ { $4 = 5 } { print }' | any_left >rows
break-retr-hangs     2 75  1 6 the server hangs up in the answer to RETR of one message
break-retr-stalls    2 75  1 6 or falls silent
break-retr-malformed 2 76  1 6 or says something else
break-retr-two       2 75  - 6 or does so at two messages
break-dele-hangs     2 75  5 5 it hangs up at DELE of one message
break-dele-refused   2 75  5 5 or refuses it and hangs up
break-dele-twice     2 76  5 4 it answers DELE twice
TABLE
play <rows
check 'the line names the step' grep -q '^mailhaul: a: delete: .* before the reply to DELE 2; ' break-dele-hangs-plain/err
runs 'the next run deletes what is safe' <<'TABLE'
break-retr-hangs     2 75 5 1 all but the message at which the server hangs up
break-retr-stalls    2 75 5 1 or falls silent
break-retr-malformed 2 76 5 1 or says something else
break-retr-two       2 75 - - or does so at two messages
break-dele-hangs     2 75 5 1 all but the one at whose DELE the server hangs up
break-dele-refused   2 75 5 1 or that it refuses
break-dele-twice     2 76 5 3 one more where DELE is answered twice
TABLE
runs 'a third run' <<'TABLE'
break-retr-hangs     2 75 5 1 changes nothing
break-retr-two       2 75 4 2 has all but two
break-dele-hangs     2 75 5 1 deletes no more
break-dele-twice     2 76 5 2 deletes one more
TABLE
heal
runs 'a fixed server' <<'TABLE'
break-retr-hangs     2 0 6 0 has nothing left
break-retr-two       2 0 6 0 gives both
break-dele-hangs     2 0 5 0 deletes the last
break-dele-twice     2 0 5 0 deletes the others
TABLE

# Messages that do not arrive use up a limit of the run once, and come last afterwards.
for limit in messages octets; do
  MORE="max_$limit = 2"
  both <<'TABLE' | sed "s/ /@$limit /; s/^/break-/" >rows
fail-refused 5 75:- 0 6 two messages are refused each time
fail-shorter 5 75:- 0 6 or are shorter each time
TABLE
  play <rows
  for _ in 1 2 3 4 5 6; do
    awk '{ $3 = "-:-"; $4 = $5 = "-"; $6 = "another run: " $6; print }' rows >rows.again
    again <rows.again
  done
  awk '{ $4 = 4; $5 = 2; $6 = "all others are here: " $6; print }' rows >rows.again
  again <rows.again
done
MORE=''

# Some servers end each session after a number of commands, and delete only at QUIT. Deletions are then made in
# parts, and each run fetches more of the mail.
both <<'TABLE' >rows
limit        5 75  - - a server takes 14 commands in a session
limit-words  5 75  - - or says so then
limit-dele   5 75  9 - or takes two DELE in a session
TABLE
sed -i 's/^/break-/' rows
play <rows
for words in 'the second run' 'the third' 'the fourth' 'the fifth'; do
  awk -v words="$words" '{ $3 = "-:-"; $6 = words ": " $6; print }' rows >rows.again
  again <rows.again
done
awk '{ $3 = 0; $4 = $1 ~ /dele/ ? 9 : 40; $5 = 0; $6 = "a sixth has nothing left: " $6; print }' rows >rows.again
again <rows.again

# The server breaks the session at the question that checks whether its answers are in sync: it is not asked again
# in this run.
cat >one <<'TABLE'
break-ask-hangs     2 0 5 0 the server hangs up at UIDL of one message
break-ask-stalls    2 0 5 0 or falls silent
break-ask-malformed 2 0 5 0 or says something else
break-ask-twice     2 0 5 0 or answers twice
TABLE
both <one >rows
play <rows
DELIVER=pipe
MORE='deliver_command = {"sh", "-c", "cat >>given; echo >>given"}'
both <one | sed '/^break-ask-twice /d; s/ /@pipe /; s/5 0/- 0/' >rows
play <rows
while read -r directory _; do
  check "each message was given once: $directory" [ "$(grep -c '^Message-ID: <[1-5]@' "$directory/given")" = 5 ]
done <rows
DELIVER=maildir:Mail MORE=''

# If nothing is deleted, the answer to QUIT does not matter.
both <<'TABLE' | sed 's/^/break-/; s/ /@stay /' >rows
quit-cut     1 0 3 3 the server hangs up at QUIT
quit-221     1 0 3 3 or says something else
quit-refused 1 0 3 3 or refuses it
quit-stalls  1 0 3 3 or falls silent
TABLE
LEAVE=forever
play <rows
awk '{ $6 = "and the second time: " $6; print }' rows >rows.again
again <rows.again
LEAVE=no
awk '{ $3 = $1 ~ /cut|stalls/ ? 75 : 76; $6 = "it is told where something is deleted: " $6; print }' rows >rows.again
again <rows.again

# Another client removes a message, and the server renumbers the others at once. Unproved messages do not count, and
# no other message is deleted instead. A second session fetches all.
both <<'TABLE' | awk '$1 == "break-numbers" { $3 = 0 } { print }' >rows
break-numbers             5 75 6 0 the last number is gone, so that its message is refused
break-numbers-newer       5 0 7 0 a newer message has the last number
break-numbers-newer-later 5 0 7 0 and the first number is still what it was
break-numbers-newest      5 0 9 0 and there are more of them
break-numbers-last        5 0 1 0 the message that was given is gone
TABLE
play <rows

# max_time applies from the connection on, to each command.
MORE='max_time = 1s' JOBS=8
both <<'TABLE' >rows
break-capa-trickles 4 75 0 3 max_time ends capabilities that trickle in
break-top-trickles  4 75 0 3 and headers
TABLE
play <rows
check 'the line says so' grep -q '^mailhaul: a: login: max_time reached' break-capa-trickles/err
# These run in parallel, since each takes max_time and the time allowed after it.
each_command() { # FUNCTION
  for scenario in capa top; do
    for command in check 'list --headers' 'fetch --dry-run'; do "$1" "break-$scenario-trickles-plain" "$command"; done
  done
}
start() {
  # shellcheck disable=SC2086 # the words of a command
  (cd "$1" && timeout 15 "$MAILHAUL" -c mailhaul.conf $2 >"out of $2" 2>&1 </dev/null; echo $? >"status of $2") &
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
break-varies-size   10 0 5 5 sizes by LIST vary from session to session
break-varies-status 10 0 5 5 the server adds a status
break-varies-xuid   10 0 5 5 or a number that grows
break-twins         10 0 4 4 two messages have the same header and the same first lines
TABLE
LEAVE=forever
both <one >rows
play <rows
for words in 'and not again in a second run' 'nor in a third'; do
  awk -v words="$words" '{ $6 = words ": " $6; print }' rows >rows.again
  again <rows.again
done
# Of two such messages the first is removed, after a run that fetched only that one.
MORE='max_messages = 3'
both <<'TABLE' | sed 's/ /@limit /' >rows
break-twins 10 0 3 4 a limit leaves the second of them for the next run
TABLE
play <rows
for plain in '' -plain; do rm "break-twins$plain@limit/mail/0003"; done
awk '{ $4 = 4; $5 = 3; $6 = "which fetches it when the first is gone"; print }' rows >rows.again
again <rows.again
awk '{ $6 = "and once"; print }' rows.again >rows
again <rows
MORE='' LEAVE=no

done_hostile
