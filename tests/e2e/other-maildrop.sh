#!/bin/sh
# An account is changed to another maildrop with the same UIDs. None of its messages is mistaken for one fetched
# before, and no message is fetched again.
. "${srcdir:-.}/tests/e2e/lib/common.sh"

# mail_in DIRECTORY WHO: makes messages 1 to 5, whose names are their UIDs.
mail_in() {
  mkdir "$1"
  for _n in 1 2 3 4 5; do
    printf 'From: %s@example.org\nSubject: number %s\nMessage-ID: <%s@%s.example.org>\n\nbody %s\n' "$2" "$_n" "$_n" "$2" "$_n" >"$1/$_n"
  done
}
# only DESTINATION POLICY: configures the only account.
only() {
  fresh_configuration
  configure a "deliver_to = \"$1\"" "leave_on_server = $2"
}
again() { rm -rf state Mail mbox mail; mail_in mail anna; }
mails() { cat Mail/new/* Mail/cur/* 2>/dev/null | grep -c "^From: $1@"; }
in_mbox() { grep -c "^From: $1@" mbox; }
is() { [ "$1" = "$2" ] || { echo "expected $2, got $1"; show; return 1; }; }
elsewhere() { PORT=$(free_ports 1); }

mail_in otto otto
for change in server user port; do
  for destination in maildir:Mail mbox:mbox; do
    case $destination in maildir*) count=mails ;; *) count=in_mbox ;; esac
    again
    SERVER='' USER_NAME='' only "$destination" forever
    serve --dir mail
    run
    [ "$change" = server ] && SERVER=127.0.0.1
    [ "$change" = user ] && USER_NAME=you && other_user='--user you'
    [ "$change" = port ] && elsewhere
    only "$destination" 14d
    # shellcheck disable=SC2086 # two words or none
    serve --dir otto ${other_user:-}
    run_later +20d -v
    SERVER='' USER_NAME='' other_user=''
    check "another $change: the messages of the new maildrop are fetched ($destination)" contains out 'a: 5 new ('
    check "they are not deleted by the age of other messages ($change, $destination)" left_is otto 5
    check "each message is delivered once ($change, $destination)" is "$($count anna)/$($count otto)" 5/5
  done
done

# The same messages were moved to another server, which numbers them differently.
moved() {
  again
  only "$1" 14d
  serve --dir mail
  run
  mv mail/1 mail/x && mv mail/2 mail/1 && mv mail/3 mail/2 && mv mail/x mail/3
  printf 'From: anna@example.org\nSubject: late\nMessage-ID: <late@example.org>\n\nlate\n' >mail/9
  elsewhere
}
moved maildir:Mail
serve --dir mail
run_later +10d --dry-run
check 'a dry run recognizes the messages' is "$(grep -c 'leave:' out)/$(grep -c 'fetch:' out)" 5/1
check 'a dry run records nothing' is "$(sqlite3 state/a.db 'SELECT count(*) FROM maildrop')" 1
run_later +10d -v
check 'messages that moved to another server are not fetched again' contains out 'a: 1 new ('
check 'none of them is delivered twice' is "$(mails anna)" 6
run_later +15d -v
check 'the messages keep their ages' contains out 'a: 0 new (0 B), 5 deleted, 1 left on server'

moved mbox:mbox
serve --dir mail --drop-top 4
run_later +1d
check 'a connection that drops while headers are compared is a temporary failure' exits 75
check 'the message without a header is not fetched, and the others are known' is "$(in_mbox anna)" 6
serve --dir mail --no-top
run_later +1d
check 'a message whose header is not sent is a temporary failure' exits 75
serve --dir mail
run_later +1d -v
check 'no message is forgotten' contains out 'a: 0 new ('
check 'no message is fetched twice' is "$(in_mbox anna)" 6

moved maildir:Mail
serve --dir mail --no-top
run_later +20d
check 'another maildrop on a server without TOP is refused' exits 78
check 'the message says why' says err \
  'mailhaul: a: list: the account now uses another maildrop, and the server gives no headers (TOP), so messages fetched from the previous maildrop cannot be recognized; create a separate account for the new maildrop'
check 'no message is fetched or deleted' is "$(mails anna)/$(find mail -type f | wc -l)" 5/6
serve --dir mail
run_later +20d -v
check 'the messages are known when TOP is back' contains out 'a: 1 new ('

# An empty maildrop does not show that it is another one.
again
only maildir:Mail forever
serve --dir mail
run
elsewhere
mkdir empty
serve --dir empty
run
check 'an empty new maildrop is accepted' exits 0
rm -rf mail && cp -r otto mail
serve --dir mail
run -v
check 'the first messages of an empty new maildrop are new' contains out 'a: 5 new ('

# Without a state, the names in the Maildir show which messages were delivered, but only for the same maildrop.
again
serve --dir mail
run
elsewhere
rm -rf state
serve --dir otto
only maildir:Mail no
run -v
check 'a lost state does not mix up two maildrops' is "$(mails anna)/$(mails otto)" 5/5

# The same server gives new UIDs, and the connection ends while they are learned.
again
rm -rf otto
only maildir:Mail forever
serve --dir mail
run
for f in mail/*; do mv "$f" "mail/new-${f##*/}"; done
serve --dir mail --drop-top 3
run
check 'a dropped connection while new UIDs are recorded is a temporary failure' exits 75
serve --dir mail
run -v
check 'the next run fetches nothing again' contains out 'a: 0 new ('

# New UIDs appear one by one, as while a server is being moved.
again
serve --dir mail
run
for n in 1 2 3 4 5; do
  mv "mail/$n" "mail/moved-$n"
  run -v
  check "a message is known after $n of 5 messages have new UIDs" contains out 'a: 0 new ('
done

done_testing
