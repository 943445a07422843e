#!/bin/sh
# Limits of a run, after which the next one continues, and servers that list part of the maildrop at a time.
. "${srcdir:-.}/tests/e2e/lib/common.sh"

# mail_of COUNT: makes that many messages of somewhat more than 1,000 octets.
mail_of() {
  rm -rf mail Mail state && mkdir mail || bail 'no mail'
  seq -w "$1" | while read -r number; do
    printf 'Message-ID: <%s@example.org>\nSubject: %s\n\n' "$number" "$number"
    head -c 1000 /dev/zero | tr '\0' x && echo
  done | awk '/^Message-ID/ { file = sprintf("mail/%02d", ++n) } { print > file }'
}
# only OPTION...: configures one account with these options.
only() {
  fresh_configuration
  configure a 'deliver_to = "maildir:Mail"' "$@"
}
logins() { [ "$(grep -c 'QUIT' transcript)" -eq "$1" ] || { grep -c QUIT transcript; return 1; }; }
subjects_are_all_different() { [ "$(cat Mail/new/* | grep '^Subject:' | sort -u | wc -l)" -eq "$1" ]; }

mail_of 7
serve --dir mail
only 'max_octets = 3k'
run
check 'a run with max_octets succeeds' exits 0
check 'it fetches as many messages as fit' count_is Mail/new 2
run
check 'the next run continues' count_is Mail/new 4
run && run
check 'later runs fetch the rest' count_is Mail/new 7
check 'each message is fetched once' subjects_are_all_different 7
mail_of 3
only 'max_octets = 10'
run
check 'a message that is larger than max_octets is fetched alone' count_is Mail/new 1
run && run
check 'the other messages are fetched' count_is Mail/new 3

mail_of 12
serve --dir mail --pause 500 --no-pipelining
# What arrives after max_time has half of it: enough for a message also on a loaded machine.
only 'max_time = 4s' 'leave_on_server = no'
run -v
check 'a run with max_time succeeds' exits 0
check 'the log says that max_time was reached' contains err 'mailhaul: a: max_time reached; the next run fetches the rest'
here=$(ls Mail/new | wc -l)
check 'it fetches some messages' [ "$here" -ge 1 ]
check 'it does not fetch all messages' [ "$here" -lt 12 ]
check 'the fetched messages are deleted' left_is mail $((12 - here))
tries=0
while [ "$(ls Mail/new | wc -l)" -lt 12 ] && [ "$tries" -lt 12 ]; do
  run
  tries=$((tries + 1))
done
check 'later runs fetch each remaining message once' subjects_are_all_different 12
check 'later runs delete the remaining messages' left_is mail 0

mail_of 10
serve --dir mail --slice 4
only 'leave_on_server = no'
run
check 'without repeat, a run has one session' count_is Mail/new 4
only 'leave_on_server = no' 'repeat = yes'
run -v
check 'with repeat, a run fetches all messages' count_is Mail/new 10
check 'all messages are deleted' left_is mail 0
check 'the summary counts all sessions' contains out 'a: 6 new (6.3 kB) '
check 'the summary counts the deletions of all sessions' contains out ', 6 deleted, 0 left on server'
mail_of 10
only 'repeat = yes' 'max_messages = 6'
run
check 'limits apply across sessions' count_is Mail/new 6
run
check 'a server that hides fetched messages is accepted' count_is Mail/new 10
check 'no message is fetched twice' subjects_are_all_different 10
: >transcript
run
check 'without new messages there is one session' logins 1
mail_of 10
serve --dir mail --slice 4 --err-retr 2
only 'repeat = yes' 'leave_on_server = no'
: >transcript
run
check 'a refused message ends the repetition' logins 1
check 'a refused message is a temporary failure' exits 75

done_testing
