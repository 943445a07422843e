#!/bin/sh
# After the loss of the state, all messages are recognized in the destination, also those whose size there differs from
# the size that the server gives: line ends in the middle of a line look like others once they are stored. Nothing is
# stored twice, nothing whole is called incomplete, and what is incomplete stays on the server.
. "${srcdir:-.}/tests/e2e/lib/hostile.sh"

samples whole
all=$(find whole -type f | wc -l)
copies() {
  if [ -d "$1" ]; then find "$1/new" "$1/cur" -type f | wc -l; else grep -c '^From ' "$1"; fi
}
copies_are() { [ "$(copies "$1")" = "$2" ] || { copies "$1" && show; return 1; }; }
intact() { contains out "a: $1 of $1 messages are intact"; }
# begin KIND OPTION...: all samples are delivered; then the state is lost. $lines has more lines of the account.
begin() {
  kind=$1 place=${1#*:} && shift
  rm -rf state mail Mail inbox
  cp -R whole mail
  serve --dir mail "$@"
  account 'leave_on_server = forever'
  run
  rm -rf state
}
account() {
  fresh_configuration
  configure a "deliver_to = \"$kind\"" ${lines:+"$lines"} "$@"
}
# recognized WHAT COMMAND: the state is lost; COMMAND ("fetch" or "rebuild") makes a new one.
recognized() {
  [ "$2" = fetch ] || run verify --rebuild
  run -v
  check "$1: nothing is fetched again" contains out "a: 0 new (0 B), 0 deleted, $all left on server"
  run verify
  check "$1: all messages are intact" intact "$all"
  run verify --refetch
  check "$1: --refetch stores nothing" copies_are "$place" "$all"
  account 'leave_on_server = no'
  run
  run
  check "$1: all messages are deleted from the server once they were compared" left_is mail 0
  check "$1: nothing is stored twice" copies_are "$place" "$all"
  run verify
  check "$1: all messages are intact in the end" intact "$all"
}

lines=''
for way in fetch rebuild; do
  begin maildir:Mail
  recognized "a Maildir, $way" "$way"
  check "a Maildir, $way: all samples are there, byte for byte" same_maildir Mail whole.expect
done
begin maildir:Mail --no-pipelining
recognized 'one command at a time' fetch
begin maildir:Mail --no-top
recognized 'without TOP' fetch
begin maildir:Mail --no-uidl
recognized 'without UIDL' fetch
begin mbox:inbox
recognized 'an mbox' rebuild
check 'an mbox: all samples are there, byte for byte' same_mbox inbox whole.expect
lines='line_endings = crlf'
begin maildir:Mail
recognized 'a Maildir with CRLF' fetch
begin mbox:inbox
recognized 'an mbox with CRLF' rebuild
lines=''
begin maildir:Mail
lines='line_endings = crlf'
account 'leave_on_server = forever'
recognized 'a Maildir that is to have CRLF from now on' fetch
lines=''

# Each sample alone, so that no other message shows how the server counts.
kind=maildir:Mail failed=''
for sample in whole/*; do
  rm -rf state mail Mail
  mkdir mail
  cp "$sample" mail
  serve --dir mail
  account 'leave_on_server = no'
  run --keep
  rm -rf state
  run verify --rebuild
  run
  run verify --refetch
  run
  [ "$(copies Mail) $(find mail -type f | wc -l)" = '1 0' ] || failed="$failed ${sample##*/}"
done
check 'a message alone is recognized and deleted, whatever it has in it' [ -z "$failed" ] || echo "# failed:$failed"

all_deleted() { left_is mail 0 && copies_are Mail "$all"; }
# A run that cannot compare them.
begin maildir:Mail
serve --dir mail --err-retr 9
run
check 'a message that cannot be compared fails the run' exits 75
run verify
check 'a message that was not compared is not called incomplete' intact "$all"
run verify --refetch
check 'a message that was not compared is not stored again' copies_are Mail "$all"
account 'leave_on_server = no'
run
run
check 'a message that was not compared stays on the server' eval 'left_is mail 1 && [ -e mail/09-lone-cr.eml ]'
serve --dir mail
run
run
check 'it is deleted after a run that compares it' all_deleted

# Mail programs add fields to files. Such a copy cannot be compared.
begin maildir:Mail
file=$(grep -l 'Subject: Lone line feeds' Mail/new/*)
{ echo 'X-Label: kept for later' && cat "$file"; } >changed && mv changed "$file"
run
run verify --refetch
check 'a message that a mail program has changed is not stored again' copies_are Mail "$all"
account 'leave_on_server = no'
run
run
check 'a message that a mail program has changed stays on the server' eval 'left_is mail 1 && [ -e mail/10-lone-lf.wire ]'
check 'nothing is stored again' copies_are Mail "$all"
run -n
check 'a dry run says why it stays' contains out 'leave: delivered by another program or changed there, and its copy is not known to be the same'

# A message that the server gives incomplete: it stays on the server, and is stored again only once all of it comes.
# in_place ARGUMENT...: runs the program in the directory $name.
in_place() (cd "$name" && "$MAILHAUL" -c mailhaul.conf "$@" >out 2>err)
quiet() { in_place fetch && [ ! -s "$name/err" ] || { cat "$name/out" "$name/err"; return 1; }; }
stored_and_left() {
  _is="$(copies "$name/${deliver#*:}") $(find "$name/mail" -type f | wc -l)"
  [ "$_is" = "$1 $2" ] || { echo "$_is" && cat "$name/out" "$name/err"; return 1; }
}
incomplete() { ! in_place verify && contains "$name/out" '4 of 5 messages are intact, 1 incomplete'; }
refetched() { in_place verify --refetch; contains "$name/out" 'a: 1 of 1 messages were fetched again'; }
stays_incomplete() {
  check "$1: the next run reports nothing" quiet
  check "$1: verify calls the message incomplete" incomplete
  check "$1: --refetch fetches it" refetched
  check "$1: the same incomplete text is not stored again" stored_and_left 5 5
  check "$1: it is still incomplete" incomplete
}
PARTIAL=1 LEAVE=forever
for deliver in maildir:Mail mbox:inbox; do
  DELIVER=$deliver
  name=short-half@${deliver%%:*}
  case $deliver in maildir*) new=5 ;; *) new=- ;; esac
  play <<TABLE
$name 60 76 $new 5 an incomplete message is stored in $deliver
TABLE
  stays_incomplete "$deliver"
  rm -r "$name/state"
  case $deliver in mbox*) check "$deliver: the state is rebuilt" in_place verify --rebuild ;; esac
  # The message is compared in a run that could delete it.
  sed -i 's/leave_on_server.*/leave_on_server = no/' "$name/mailhaul.conf"
  check "$deliver, without the state: a run that deletes reports nothing" quiet
  check "$deliver, without the state: the incomplete message stays on the server" stored_and_left 5 1
  check "$deliver, without the state: verify calls it incomplete" incomplete
  touch "$name/healthy"
  check "$deliver, without the state: the next run reports nothing" quiet
  check "$deliver, without the state: --refetch fetches all of it" refetched
  check "$deliver, without the state: it is stored and deleted" stored_and_left 6 0
done
done_hostile
