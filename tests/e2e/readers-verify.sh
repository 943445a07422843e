#!/bin/sh
# verify after real mail readers have marked, moved or compressed messages: they are intact, and --refetch fetches
# none of them again.
# shellcheck source=tests/e2e/lib/memory.sh
. "${srcdir:-.}/tests/e2e/lib/memory.sh"
. "${srcdir:-.}/tests/e2e/lib/common.sh"
# shellcheck source=tests/e2e/lib/readers.sh
. "$E2E_DIR/lib/readers.sh"
readers_start

# The second message came from another mail store: readers replace its fields. A line of the third looks like the
# start of a message.
mkdir mail
letter mail/1
printf 'Status: O\nX-Status: A\nSubject: 2\nMessage-ID: <2@example.org>\nX-UID: 77\nX-IMAPbase: 1 99\nX-Keywords: old\n    folded\nContent-Length: 5\nLines: 1\n\nbody\n' >mail/2
printf 'Subject: 3\nContent-Length: 27\nX-Label: theirs\n\nbody\n\nFrom me\n\n>From you\n' >mail/3

# fetched DESTINATION: all messages are fetched there.
fetched() {
  rm -rf state Mail Archive remote dovecot mbox boxes
  fresh_configuration
  configure a "deliver_to = \"$1\""
  serve --dir mail
  run
  mkdir -p Archive/new Archive/cur Archive/tmp
}
each_is_once() {
  for _n in 1 2 3; do
    _count=$(grep -rhax "Subject: $_n" Mail Archive mbox 2>/dev/null | wc -l)
    [ "$_count" = 1 ] || { echo "message $_n is there $_count times" && return 1; }
  done
}

# after CHECK PROGRAM DESTINATION COMMAND...: verifies after a reader has run the command.
after() {
  _what=$1 _destination=$3
  has_reader "$2" "$_what" '--refetch fetches none again' 'each message is there once' || return 0
  shift 3
  fetched "$_destination"
  "$@" || { cat reader.log && bail "the reader fails: $*"; }
  run verify
  check "$_what" contains out 'a: 3 of 3 messages are intact'
  run verify --refetch
  check '--refetch fetches none again' lacks out 'fetched again'
  run
  check 'each message is there once' each_is_once
}

# ---- an mbox ----

flag_by_dovecot() { dovecot_flag '\Seen \Flagged new'; }
flag_by_python() {
  python3 -c '
import mailbox
box = mailbox.mbox("mbox", create=False)
for key in box.keys():
    message = box[key]
    message.set_flags("ROF")
    box[key] = message
box.flush()'
}
after 'messages that mutt flagged in an mbox are intact' mutt mbox:mbox mutt_flag mutt mbox
after 'messages that neomutt flagged in an mbox are intact' neomutt mbox:mbox mutt_flag neomutt mbox
after 'messages in an mbox that alpine opened are intact' alpine mbox:mbox alpine_open mbox
after 'messages that s-nail read in an mbox are intact' s-nail mbox:mbox snail_read mbox
after 'messages that mailutils read in an mbox are intact' mail.mailutils mbox:mbox mailutils_read mbox
after 'messages that Dovecot flagged in an mbox are intact' doveadm mbox:mbox flag_by_dovecot
after "messages that Python's mailbox flagged in an mbox are intact" python3 mbox:mbox flag_by_python

# ---- a Maildir ----

file_by_mblaze() { mlist Mail | mrefile Archive; }
file_by_python() {
  python3 -c '
import mailbox
inbox, archive = mailbox.Maildir("Mail", create=False), mailbox.Maildir("Archive", create=False)
for key in inbox.keys():
    archive.add(inbox[key])
    inbox.remove(key)'
}
compress_all() {
  for _f in Mail/new/*; do
    gzip -n <"$_f" >packed && mv packed "Mail/cur/${_f##*/}:2,SZ" && rm "$_f"
  done
}
after 'messages that mutt saved in another Maildir are intact' mutt maildir:Mail mutt_save mutt Mail Archive
after 'messages that neomutt saved in another Maildir are intact' neomutt maildir:Mail mutt_save neomutt Mail Archive
after 'messages that mblaze filed are intact' mrefile maildir:Mail file_by_mblaze
after "messages that Python's mailbox moved are intact" python3 maildir:Mail file_by_python

# ---- a lost state ----

# rebuilt CHECK PROGRAM COMMAND...: the state is lost after a reader has run the command on the Maildir.
rebuilt() {
  has_reader "$2" "$1" 'each message is there once' || return 0
  fetched maildir:Mail
  _what=$1 && shift 2
  "$@" || { cat reader.log && bail "the reader fails: $*"; }
  rm state/a.db*
  run verify --rebuild
  run -v
  check "$_what" contains out 'a: 0 new ('
  check 'each message is there once' each_is_once
}
rebuilt 'a state is rebuilt from messages that mutt saved beside the Maildir' mutt mutt_save mutt Mail Archive
rebuilt 'a state is rebuilt from messages that mblaze filed beside the Maildir' mrefile file_by_mblaze
rebuilt "a state is rebuilt from messages that Python's mailbox moved beside the Maildir" python3 file_by_python

# ---- compressed files ----

if command -v gzip >/dev/null; then
  fetched maildir:Mail
  compress_all
  run verify
  check 'files compressed with gzip are intact' says out 'a: 3 of 3 messages are intact'
  rm state/a.db*
  run verify --rebuild
  run -v
  check 'a state is rebuilt from compressed files' contains out 'a: 0 new ('
  mv "$(find Mail/cur -type f | head -n 1)" Archive/cur/1700000000.M1P1.host:2,S
  run verify
  check 'a compressed file that was renamed is found by its content' says out 'a: 3 of 3 messages are intact (1 moved)'
  damaged=$(find Mail/cur -type f | head -n 1)
  printf X | dd of="$damaged" bs=1 seek=30 conv=notrunc 2>/dev/null
  run verify
  check 'a damaged compressed file is reported' grep -qE '^a: (altered|unreadable): ' out
else
  skip 'files compressed with gzip are intact' 'gzip is not installed'
fi
if command -v xz >/dev/null; then
  fetched maildir:Mail
  xz <"$(find Mail/new -type f | head -n 1)" >packed
  packed=$(find Mail/new -type f | head -n 1)
  mv packed "$packed"
  run verify
  check 'a file with another compression is not called altered' says out 'a: 2 of 3 messages are intact, 1 compressed (content not checked)'
  check 'that is not a finding' exits 0
  run -v verify
  check '-v lists it' contains out 'a: compressed: delivered '
  run verify --json
  keep_json
  cp out out.json
  check 'JSON has the verdict compressed' contains out '"verdict":"compressed"'
  run verify --refetch
  check 'a compressed message is not fetched again' lacks out 'fetched again'
  mv "$packed" "Archive/cur/1700000000.M1P1.host,S=$(sqlite3 state/a.db "SELECT octets FROM message WHERE uid = '$(sed -n 's/.*"uid":"\([^"]*\)".*/\1/p' out.json | head -n 1)'"):2,S"
  run verify
  check 'a file with another compression may be renamed' says out 'a: 2 of 3 messages are intact, 1 compressed (content not checked)'
else
  skip 'a file with another compression is not called altered' 'xz is not installed'
fi

# ---- hard links ----

letter mail/1
cp mail/1 mail/4
fetched maildir:Mail
first=$(grep -rlx 'Subject: 1' Mail/new | head -n 1)
second=$(grep -rlx 'Subject: 1' Mail/new | tail -n 1)
ln -f "$first" "$second"
run verify
check 'two equal messages are intact in files that are linked' says out 'a: 4 of 4 messages are intact'
mv "$second" Archive/cur/1700000000.M1P1.host:2,S
run verify
check 'the link may have any name' says out 'a: 4 of 4 messages are intact (1 moved)'
rm Archive/cur/1700000000.M1P1.host:2,S
run verify
check 'one file does not count for two messages' contains out '3 of 4 messages are intact, 1 missing'
fits_schema

done_testing
