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
check 'it fetches what fits' count_is Mail/new 2
run
check 'the next one goes on' count_is Mail/new 4
run && run
check 'until all is there' count_is Mail/new 7
check 'once' subjects_are_all_different 7
mail_of 3
only 'max_octets = 10'
run
check 'a message that is larger than max_octets is fetched alone' count_is Mail/new 1
run && run
check 'and so are the others' count_is Mail/new 3

mail_of 12
serve --dir mail --pause 200 --no-pipelining
only 'max_time = 1s' 'leave_on_server = no'
run -v
check 'a run with max_time succeeds' exits 0
check 'it says why it ends' contains err 'mailhaul: a: max_time reached; the next run fetches the rest'
here=$(ls Mail/new | wc -l)
check 'it has fetched some' [ "$here" -ge 1 ]
check 'and not all' [ "$here" -lt 12 ]
check 'what was fetched is deleted' left_is mail $((12 - here))
tries=0
while [ "$(ls Mail/new | wc -l)" -lt 12 ] && [ "$tries" -lt 12 ]; do
  run
  tries=$((tries + 1))
done
check 'later runs bring the rest' subjects_are_all_different 12
check 'and delete it' left_is mail 0

mail_of 10
serve --dir mail --slice 4
only 'leave_on_server = no'
run
check 'by itself, a run has one session' count_is Mail/new 4
only 'leave_on_server = no' 'repeat = yes'
run -v
check 'with repeat, a run goes on to the end' count_is Mail/new 10
check 'all is deleted' left_is mail 0
check 'the summary counts all sessions' contains out 'a: 6 new (6.3 kB) '
check 'and what they deleted' contains out ', 6 deleted, 0 left on server'
mail_of 10
only 'repeat = yes' 'max_messages = 6'
run
check 'limits count across sessions' count_is Mail/new 6
run
check 'messages that the server hides after they were fetched are no obstacle' count_is Mail/new 10
check 'and none comes twice' subjects_are_all_different 10
: >transcript
run
check 'without anything new there is one session' logins 1
mail_of 10
serve --dir mail --slice 4 --err-retr 2
only 'repeat = yes' 'leave_on_server = no'
: >transcript
run
check 'a refused message ends the repetition' logins 1
check 'and shows' exits 75

done_testing
