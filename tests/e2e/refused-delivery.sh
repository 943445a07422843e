#!/bin/sh
# A delivery command that refuses messages: what it learns about them, what is reported, when a message is set aside,
# and that nothing of a command that took too long delivers a message later.
# shellcheck disable=SC2016 # the scripts of the command
. "${srcdir:-.}/tests/e2e/lib/common.sh"

mkdir mail
message() { printf '%s\nFrom: %s\nSubject: %s\nMessage-ID: <%s@example.org>\n\nbody %s\n' "$2" "$3" "$4" "$1" "$1" >"mail/$1"; }
message 1 'Return-Path: <env@example.org>' 'Other <other@example.org>' 'one'
message 2 'X-Nothing: here' '"Doe, Jane" <jane@example.org>' '=?utf-8?Q?Gr=C3=BC=C3=9Fe=1B[2J?='
message 3 'Return-Path: <>' 'Mail Delivery System <postmaster@example.org>' 'three'
printf '\nno header\n' >mail/4
serve --dir mail

# command SCRIPT [LINE...]: the account's command is this file. A changed file is the same command.
command_is() {
  printf '#!/bin/sh\n%s\n' "$1" >deliver && chmod +x deliver && shift
  fresh_configuration
  configure a 'deliver_to = "pipe"' "deliver_command = {\"$WORK/deliver\"}" "$@"
}

# ---- the environment ----

command_is 'cat >"message-$MAILHAUL_SIZE" && printf "%s\n" "$MAILHAUL_ACCOUNT|$MAILHAUL_UID|$MAILHAUL_SENDER|$MAILHAUL_SIZE" >>seen'
MAILHAUL_UID=inherited MAILHAUL_SENDER=inherited MAILHAUL_SIZE=inherited MAILHAUL_ACCOUNT=inherited
export MAILHAUL_UID MAILHAUL_SENDER MAILHAUL_SIZE MAILHAUL_ACCOUNT
run
check 'all messages are accepted' exits 0
uids=$(sqlite3 -readonly state/a.db 'SELECT uid FROM message ORDER BY listed' | sort)
seen_uids() { [ "$(cut -d '|' -f 2 seen | sort)" = "$uids" ] || { cat seen && return 1; }; }
check 'MAILHAUL_UID is the UID of each message' seen_uids
sizes_are_right() {
  cut -d '|' -f 4 seen | while read -r size; do [ "$(wc -c <"message-$size")" = "$size" ] || exit 1; done
}
check 'MAILHAUL_SIZE is the number of bytes that the command reads' sizes_are_right
senders() { [ "$(cut -d '|' -f 1,3 seen | sort | tr '\n' ' ')" = 'a| a| a|env@example.org a|jane@example.org ' ] || { cat seen && return 1; }; }
check 'MAILHAUL_SENDER is the address of Return-Path or From, or empty' senders
unset MAILHAUL_UID MAILHAUL_SENDER MAILHAUL_SIZE MAILHAUL_ACCOUNT

# ---- refusals ----

rm -rf state seen message-*
refuse_two='if grep -q "^body 2"; then echo "no such user" >&2; exit 67; fi; echo "$MAILHAUL_SIZE" >>taken'
command_is "$refuse_two" 'leave_on_server = no'
run
check 'a refused message is a failure' exits 74
line=$(grep -oE 'message 2 \(UID [^ )]+\) of [0-9]+ bytes with the subject ".*' err)
check 'the line has number, UID, size and the decoded and escaped subject' [ "${line##*bytes }" = \
  "with the subject \"Grüße\\x1b[2J\" was refused: deliver_command $WORK/deliver exited with status 67: no such user; it stays on the server; the next run tries again (refusal 1 of 5)" ]
check 'the size is that of the listing, with CRLF' contains err " of $(sed 's/$/\r/' mail/2 | wc -c) bytes "
check 'the other messages are delivered' [ "$(wc -l <taken)" = 3 ]
check 'only the refused message stays on the server' [ "$(ls mail)" = 2 ]
for n in 2 3 4; do
  run
  check "attempt $n is reported" eval 'exits 74 && contains err "(refusal $n of 5)"'
done
run -n
check 'a dry run would try it again' contains out ': fetch, then delete: new; subject "Grüße\x1b[2J"'
run
check 'the last attempt is reported' exits 74
hint=$(sed -n 's/.*; it stays on the server and is no longer tried; when the command accepts it, run: //p' err)
check 'the report says that the message is set aside, and how to try it again' [ "$hint" = 'mailhaul fetch --retry-refused a' ]
message 5 'X-Nothing: here' 'x@example.org' 'five'
run
check 'later runs are silent about it' eval 'exits 0 && silent'
check 'other messages are delivered' [ "$(wc -l <taken)" = 4 ]
check 'the message stays on the server' [ "$(ls mail)" = 2 ]
run -n
check 'a dry run says why it stays' contains out ': leave: deliver_command refused it 5 times; subject "Grüße\x1b[2J"'
run fetch --retry-refused a
check 'the hint tries it again' eval 'exits 74 && contains err " is no longer tried; "'
run
check 'then it is set aside again' eval 'exits 0 && silent'
printf '#!/bin/sh\nexit 75\n' >deliver
run
check 'a change of the program alone is not noticed' eval 'exits 0 && silent'
run fetch --retry-refused a
check 'a temporary refusal is not final' eval 'exits 75 && contains err "the next run tries again"'
run
check 'the next run does try it again' eval 'exits 75 && contains err "the next run tries again"'
printf '#!/bin/sh\necho "$MAILHAUL_SIZE" >>taken\n' >deliver
run
check 'once the command accepts the message, it is delivered' eval 'exits 0 && [ "$(wc -l <taken)" = 5 ]'
check 'and deleted from the server' left_is mail 0

message 6 'X-Nothing: here' 'x@example.org' 'six'
command_is 'exit 1'
for _n in 1 2 3 4 5; do run; done
run
check 'a message is set aside after five refusals' eval 'exits 0 && silent'
configure b 'deliver_to = "pipe"' "deliver_command = {\"$WORK/deliver\"}"
sed -i 's/deliver"}/deliver", "other"}/' mailhaul.conf.in
run a
check 'another deliver_command is tried' eval 'exits 74 && contains err "(refusal 1 of 5)"'

rm -rf state
command_is 'echo later >&2; exit 75'
for _n in 1 2 3 4 5 6 7; do run; done
check 'a message that is refused with status 75 is always tried again' eval 'exits 75 && contains err "the next run tries again"'

# ---- the time limit ----

rm -rf state mail/* taken
for n in 1 2 3 4; do message "$n" 'X-Nothing: here' 'x@example.org' "$n"; done
# The second message takes long, in a program that a shell has started and that does not end by itself.
slow='cat >part.$$; if grep -q "^body 2" part.$$; then
  sh -c "trap \"\" TERM; while [ ! -e go ]; do sleep 0.1; done; cat part.$$ >>taken; echo >late" & wait
else cat part.$$ >>taken; fi'
command_is "$slow" 'deliver_timeout = 1s' 'leave_on_server = no'
# All processes of the run hold the pipe open, so its reader ends after the last of them.
mkfifo alive
{ cat alive && echo yes >over; } &
run 9>alive
check 'a command that takes too long is a temporary failure' exits 75
check 'the message is named' grep -qE ': message [0-9]+ \(UID [^ ]+\) of [0-9]+ bytes with the subject "2" was refused: the command .*deliver took longer than 1 s; it stays on the server; raise deliver_timeout if the command needs longer$' err
check 'the other messages are delivered' [ "$(grep -c '^body' taken)" = 3 ]
check 'only this message stays on the server' [ "$(ls mail)" = 2 ]
check 'nothing of the command is left that could deliver it later' wait_until test -s over
: >go
run
check 'the next run delivers it' exits 0
check 'each message has been delivered once' [ "$(grep '^body' taken | sort | tr '\n' ,)" = 'body 1,body 2,body 3,body 4,' ]
check 'no message is left on the server' left_is mail 0

rm -f go taken
for n in 5 6 7 8 9; do message "$n" 'X-Nothing: here' 'x@example.org' "$n"; done
command_is 'sleep 60' 'deliver_timeout = 1s'
run
check 'a command that is slow for every message ends the run' eval 'exits 75 && [ "$(grep -c "took longer" err)" = 2 ]'

# ---- procmail ----

if command -v procmail >/dev/null; then
  rm -rf state mail/* taken
  message 1 'Return-Path: <env;id@example.org>' 'x@example.org' 'one'
  message 2 'X-Nothing: here' 'x@example.org' 'two'
  message 3 'X-Nothing: here' 'x@example.org' 'three'
  printf 'MAILDIR=%s\nDEFAULT=inbox\n:0\n* ^Subject: two\n{ EXITCODE=67 HOST }\n:0\n* ^Subject: three\n{ EXITCODE=75 HOST }\n' "$WORK" >rc
  fresh_configuration
  configure a 'deliver_to = "pipe"' \
    "deliver_command = {\"sh\", \"-c\", 'exec procmail -m -f \"\$MAILHAUL_SENDER\" \"\$0\"', \"$WORK/rc\"}"
  run
  check 'procmail takes one message' [ "$(grep -c '^From ' inbox)" = 1 ]
  check 'it gets the sender as one word' grep -qF 'From env;id@example.org ' inbox
  check 'its refusal for good is counted' grep -q 'with the subject "two" was refused: deliver_command sh exited with status 67; .*refusal 1 of 5' err
  check 'its refusal for now is not' grep -q 'with the subject "three" was refused: deliver_command sh exited with status 75; it stays on the server; the next run tries again$' err
else
  skip 'procmail delivers and refuses' 'procmail is not installed'
fi
done_testing
