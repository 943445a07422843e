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
check 'forever: the first run fetches all messages' count_is Mail/new 3
run_later +3650d
check 'forever: a run ten years later succeeds' exits 0
check 'forever: ten years later all messages are on the server' left_is mail 3

mail_of 3
only 'leave_on_server = no'
run -v
check 'no: fetched messages are deleted in the same session' left_is mail 0
check 'no: the messages are delivered' count_is Mail/new 3
check 'no: the summary counts the deletions' contains out '3 deleted, 0 left on server'

mail_of 3
only 'leave_on_server = 14d'
run
run_later +13d
check '14d: nothing is deleted after 13 days' left_is mail 3
run_later +14d -n
check '14d: a dry run lists the deletions' contains out 'delete: delivered 14 days ago, kept for 14 days'
check '14d: a dry run deletes nothing' left_is mail 3
run_later +14d --keep
check '14d: --keep deletes nothing' left_is mail 3
run_later -400d
check '14d: a run with a clock that was set back succeeds' exits 0
check '14d: a clock that was set back deletes nothing' left_is mail 3
letter mail/99
run_later +14d
check '14d: after 14 days the messages are deleted' left_is mail 1
check '14d: a later message stays' [ -e mail/99 ]
check '14d: no message is fetched twice' count_is Mail/new 4

mail_of 3
only 'leave_on_server = no'
run --keep
check '--keep: messages are fetched and stay on the server' left_is mail 3
run
check 'messages delivered by an earlier run are deleted without being fetched' left_is mail 0
check 'each message is delivered once' count_is Mail/new 3

mail_of 3
serve --dir mail
only 'leave_on_server = no'
run -n
check 'a dry run succeeds' exits 0
check 'a dry run fetches nothing' [ ! -e Mail ]
check 'a dry run records nothing' [ ! -e state ]
check 'a dry run deletes nothing' left_is mail 3
check 'a dry run lists what would be done' [ "$(grep -c '^a: message [123] ([0-9]* bytes): fetch, then delete: new; .*subject.*$' out)" -eq 3 ]
check 'a dry run retrieves no message' lacks transcript 'RETR'

mail_of 3
head -c 5000 /dev/zero | tr '\0' x >>mail/02
only 'leave_on_server = no' 'max_message_size = 4k'
run
check 'a message that is too large is not a failure' exits 0
check 'a message that is too large stays on the server' left_is mail 1
check 'the message that is too large is reported' [ "$(grep -c '^mailhaul: a: message 2 stays on the server: its size, [0-9]* bytes, exceeds max_message_size; raise max_message_size to fetch it$' err)" -eq 1 ]
run
check 'it is reported once' silent

mail_of 5
only 'max_messages = 2' 'order = newest'
run
check 'max_messages limits a run' count_is Mail/new 2
check 'order = newest fetches the newest messages first' grep -q 'Subject: 05' Mail/new/*
run
run
check 'later runs fetch the rest' count_is Mail/new 5

mail_of 4
serve --dir mail --drop-quit
only 'leave_on_server = no'
run
check 'a lost QUIT is a temporary failure' exits 75
check 'after a lost QUIT the server holds all messages' left_is mail 4
check 'all messages are delivered' count_is Mail/new 4
serve --dir mail
run
check 'the next run deletes the messages' left_is mail 0
check 'the next run fetches nothing again' lacks transcript 'RETR'

mail_of 4
serve --dir mail --err-retr 2
only 'leave_on_server = no'
run
check 'a refused message is a temporary failure' exits 75
check 'the refused message is reported' contains err 'mailhaul: a: fetch: the server refused to send message 2'
check 'the other messages arrive' count_is Mail/new 3
check 'the refused message stays on the server' left_is mail 1
serve --dir mail
run
check 'the next run fetches the refused message' count_is Mail/new 4

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
check 'a connection that drops inside a message is a temporary failure' exits 75
check 'only complete messages are kept' whole_only
check 'no message is deleted from the server' left_is mail 9
serve --dir mail
run
check 'the next run succeeds' exits 0
check 'each message is delivered once' count_is Mail/new 9
check 'all messages are deleted from the server' left_is mail 0

mail_of 9
serve --dir mail --drop-at 300
run -v
check 'a connection that drops with pipelining is tried again' exits 0
check 'the log says that the run tries again' contains err 'trying again'
check 'pipelining is used again, because it brought messages' lacks err 'one command at a time'
check 'each message is delivered once' count_is Mail/new 9

mail_of 30
serve --dir mail --drop-at 300
run -v
check 'after two such sessions, one command is sent at a time' contains err 'trying again with one command at a time'
check 'no message is delivered twice' [ "$(cat Mail/new/* | grep -c '^Message-ID')" = "$(cat Mail/new/* | grep '^Message-ID' | sort -u | wc -l)" ]

mail_of 4
cp mail/01 mail/09
serve --dir mail --no-uidl
only
run
check 'a server without UIDL is supported by headers' exits 0
check 'two identical messages are both fetched' count_is Mail/new 5
run
check 'no message is fetched twice' count_is Mail/new 5

done_testing
