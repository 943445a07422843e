#!/bin/sh
# Deletion from the server: what is deleted, when, and what never is.
. "${srcdir:-.}/tests/e2e/lib/common.sh"

# mail_of COUNT: makes a new server directory with messages 01, 02, ...
mail_of() {
  rm -rf mail Mail state
  mkdir mail
  for _n in $(seq -w 01 "$1"); do letter "mail/$_n"; done
}
only() {
  fresh_configuration
  configure a 'deliver_to = "maildir:Mail"' "$@"
}

mail_of 3
serve --dir mail
only 'leave_on_server = forever'
run
check 'forever: the first run fetches' count_is Mail/new 3
run_later +3650d
check 'forever: a run ten years later succeeds' exits 0
check 'forever: ten years later all is still there' left_is mail 3

mail_of 3
only 'leave_on_server = no'
run -v
check 'no: what was fetched is gone from the server in the same session' left_is mail 0
check 'no: and is here' count_is Mail/new 3
check 'no: the summary says it' contains out '3 deleted, 0 left on server'

mail_of 3
only 'leave_on_server = 14d'
run
run_later +13d
check '14d: nothing is deleted after 13 days' left_is mail 3
run_later +14d -n
check '14d: a dry run says what it would do' contains out 'delete: delivered 14 days ago, kept for 14 days'
check '14d: and does not do it' left_is mail 3
run_later +14d --keep
check '14d: --keep deletes nothing' left_is mail 3
run_later -400d
check '14d: a run with a clock that went backwards succeeds' exits 0
check '14d: a clock that went backwards deletes nothing' left_is mail 3
letter mail/99
run_later +14d
check '14d: after 14 days they go' left_is mail 1
check '14d: and what came late stays' [ -e mail/99 ]
check '14d: nothing was fetched twice' count_is Mail/new 4

mail_of 3
only 'leave_on_server = no'
run --keep
check '--keep: mail is fetched and stays' left_is mail 3
run
check 'what an earlier run delivered is deleted later without being fetched' left_is mail 0
check 'and is here once' count_is Mail/new 3

mail_of 3
serve --dir mail
only 'leave_on_server = no'
run -n
check 'a dry run succeeds' exits 0
check 'and fetches nothing' [ ! -e Mail ]
check 'and records nothing' [ ! -e state ]
check 'and deletes nothing' left_is mail 3
check 'but says what would be done' [ "$(grep -c '^a: message [123] ([0-9]* bytes): fetch, then delete: new$' out)" -eq 3 ]
check 'its session retrieves nothing' lacks transcript 'RETR'

mail_of 3
head -c 5000 /dev/zero | tr '\0' x >>mail/02
only 'leave_on_server = no' 'max_message_size = 4k'
run
check 'a message that is too large is no failure' exits 0
check 'it stays on the server' left_is mail 1
check 'it is named' [ "$(grep -c '^mailhaul: a: message 2 stays on the server: its size, [0-9]* bytes, exceeds max_message_size; raise max_message_size to fetch it$' err)" -eq 1 ]
run
check 'once' silent

mail_of 5
only 'max_messages = 2' 'order = newest'
run
check 'max_messages ends a run' count_is Mail/new 2
check 'newest first' grep -q 'Subject: 05' Mail/new/*
run
run
check 'and later runs bring the rest' count_is Mail/new 5

mail_of 4
serve --dir mail --drop-quit
only 'leave_on_server = no'
run
check 'a lost QUIT is a temporary failure' exits 75
check 'after which the server still has all' left_is mail 4
check 'and so have we' count_is Mail/new 4
serve --dir mail
run
check 'the next run deletes' left_is mail 0
check 'without fetching again' lacks transcript 'RETR'

mail_of 4
serve --dir mail --err-retr 2
only 'leave_on_server = no'
run
check 'a refused message is a temporary failure' exits 75
check 'that is told' contains err 'mailhaul: a: fetch: the server refused to send message 2'
check 'the others arrive' count_is Mail/new 3
check 'and that one stays' left_is mail 1
serve --dir mail
run
check 'until the next run' count_is Mail/new 4

whole_only() {
  for f in Mail/new/*; do
    [ ! -e "$f" ] || grep -q '^body' "$f" || return 1
  done
  count_is Mail/tmp 0
}
mail_of 9
serve --dir mail --drop-at 30
only 'leave_on_server = no'
run
check 'a connection that is cut inside a message is a temporary failure' exits 75
check 'what had arrived whole is kept, and nothing else' whole_only
check 'nothing is gone' left_is mail 9
serve --dir mail
run
check 'the next run completes' exits 0
check 'with every message once' count_is Mail/new 9
check 'and the server empty' left_is mail 0

mail_of 9
serve --dir mail --drop-at 300
run -v
check 'a connection that is cut under pipelining is tried again' exits 0
check 'and says so' contains err 'trying again'
check 'with pipelining, because messages came by it' lacks err 'one command at a time'
check 'every message is here once after that' count_is Mail/new 9

mail_of 30
serve --dir mail --drop-at 300
run -v
check 'after two such sessions, it is one command at a time' contains err 'trying again with one command at a time'
check 'and no message is here twice' [ "$(cat Mail/new/* | grep -c '^Message-ID')" = "$(cat Mail/new/* | grep '^Message-ID' | sort -u | wc -l)" ]

mail_of 4
cp mail/01 mail/09
serve --dir mail --no-uidl
only
run
check 'a server without UIDL is served through headers' exits 0
check 'also when two messages are the same' count_is Mail/new 5
run
check 'and nothing is fetched twice' count_is Mail/new 5

done_testing
