#!/bin/sh
# verify --rebuild with files of any name: what proves that a message is there, and what does not.
. "${srcdir:-.}/tests/e2e/lib/common.sh"

# put NAME FILE: stores a message under a name of another program, with the fields that such programs add.
put() {
  {
    printf 'Return-Path: <me@localhost>\nDelivered-To: me@localhost\nReceived: from mail.example.org by here\n\twith POP3\n'
    cat "$2"
  } >"Mail/cur/1700000000.$1_0.here:2,S"
}
# begin LINE...: a maildrop of four messages and a Maildir without any; LINE is part of the account.
begin() {
  rm -rf mail Mail Other state
  mkdir -p mail Mail/cur Mail/new Mail/tmp
  for n in 1 2 3 4; do
    printf 'Received: from a\n\tby b; date\nFrom: a@example.org\nSubject: %s\nMessage-ID: <%s@example.org>\n\nbody %s\n' \
      "$n" "$n" "$n" >"mail/$n"
  done
  fresh_configuration
  configure a 'deliver_to = "maildir:Mail"' "$@"
}
retrieved() { [ "$(grep -c '^RETR\|RETR ' transcript)" = "$1" ] || { cat transcript; return 1; }; }

begin 'leave_on_server = forever'
for n in 1 2 3 4; do put "$n" "mail/$n"; done
run verify --rebuild
check 'files of other programs are taken' says out 'a: the state was rebuilt from 4 messages'
serve --dir mail
run -v
check 'messages of another program are not fetched again' contains out 'a: 0 new '
check 'the header is enough if nothing is deleted' retrieved 0
check 'nothing is stored' count_is Mail 4
fresh_configuration
configure a 'deliver_to = "maildir:Mail"' 'leave_on_server = no'
run -n
check 'a dry run leaves them, because their content was not compared' contains out 'leave: delivered by another program'
run -v
check 'before they are deleted, they are compared' retrieved 4
check 'all that are the same are deleted' left_is mail 0
check 'nothing is stored after that' count_is Mail 4

# Content that differs.
begin 'leave_on_server = no'
for n in 1 2 3 4; do put "$n" "mail/$n"; done
sed -i 's/body 1/body !/' Mail/cur/1700000000.1_0*
sed -i 's/body 2/body 2, and more/' Mail/cur/1700000000.2_0*
sed -i 's/^Subject: 3/Subject: other/' Mail/cur/1700000000.3_0*
run verify --rebuild
serve --dir mail
run -v
check 'a message with a known Message-ID and another body is fetched' contains out 'a: 2 new '
check 'it is stored beside the other one' count_is Mail 6
check 'what differs only in the header is not deleted' eval 'left_is mail 1 && [ -e mail/3 ]'
run -v
check 'it is not deleted later, and not fetched' eval "contains out 'a: 0 new ' && left_is mail 1"
run list
check 'list leaves it' contains out leave
for n in 1 2; do check "message $n is complete in the Maildir" eval "cat Mail/new/* | grep -qx 'body $n'"; done

begin 'leave_on_server = no'
for n in 1 2 3; do put "$n" "mail/$n"; done
cp mail/4 four
printf 'From: b@example.org\nSubject: another\nMessage-ID: <4@example.org>\n\nanother one\n' >mail/4
put 4 four
run verify --rebuild
serve --dir mail
run -v
check 'another message with the same Message-ID is fetched' contains out 'a: 1 new '
check 'it is in the Maildir' grep -rqx 'another one' Mail/new

is_left_alone() { [ -e mail/3 ] && ! grep -rlx 'body 3' Mail; }
# The header is the same, and blanks of the body differ.
begin 'leave_on_server = no'
sed 's/body 3/body  3/' mail/3 >Mail/cur/1700000000.3_0.here:2,S
run verify --rebuild
serve --dir mail
run
check 'a message with other blanks is not deleted' eval 'left_is mail 1 && [ -e mail/3 ]'
mv mail/3 away
letter mail/5
run
mv away mail/3
run
check 'it is not deleted after an absence' [ -e mail/3 ]
run
check 'it is not deleted later, and not fetched' is_left_alone

# A server without TOP.
begin 'leave_on_server = forever'
for n in 1 2 3 4; do put "$n" "mail/$n"; done
run verify --rebuild
serve --dir mail --no-top
run -v
check 'without TOP, nothing is fetched again' contains out 'a: 0 new '
check 'without TOP, nothing is stored twice' count_is Mail 4

# What does not count.
begin 'leave_on_server = forever'
run verify --rebuild
check 'no message at all is a failure' exits 74
check 'the failure has a hint' says err 'mailhaul: a: rebuild: there is no message in Mail, so the state was not rebuilt; check deliver_to; without a state, the next fetch takes all messages as new'
run verify --rebuild --json
keep_json
mkdir -p Other/cur Other/new Other/tmp Mail/.Old/cur Mail/.Old/new Mail/.Old/tmp
put 1 mail/1 && mv Mail/cur/* Other/cur
put 2 mail/2 && mv Mail/cur/* Mail/.Old/cur
run verify --rebuild
check 'a Maildir in the Maildir counts' says out 'a: the state was rebuilt from 1 message'
serve --dir mail
run -v
check 'only its message is known, not the one beside the Maildir' contains out 'a: 3 new '

# Damage after the rebuild.
begin 'leave_on_server = forever'
for n in 1 2 3 4; do put "$n" "mail/$n"; done
run verify --rebuild
serve --dir mail
run
printf X | dd of="$(echo Mail/cur/1700000000.1_0*)" bs=1 seek=150 conv=notrunc 2>/dev/null
truncate -s -3 Mail/cur/1700000000.2_0*
run verify --ignore-missing
check 'damaged files of another program are found' eval '[ "$(grep -c "^a: altered: " out)" = 2 ] || { show; false; }'
check 'they are findings' exits 65
fits_schema
done_testing
