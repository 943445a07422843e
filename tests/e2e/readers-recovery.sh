#!/bin/sh
# A run is killed after it delivered messages, and a real mail reader moves, renames or marks them before the next
# run: nothing is fetched twice.
# shellcheck source=tests/e2e/lib/memory.sh
. "${srcdir:-.}/tests/e2e/lib/memory.sh"
. "${srcdir:-.}/tests/e2e/lib/common.sh"
# shellcheck source=tests/e2e/lib/readers.sh
. "$E2E_DIR/lib/readers.sh"

ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0
export ASAN_OPTIONS
strace -qq -o trace -e trace=none true || skip_all 'strace cannot trace here'
readers_start

# The second message came from another mail store, and nothing but its text identifies the third.
mkdir mail empty
letter mail/1
printf 'Status: RO\nSubject: 2\nMessage-ID: <2@example.org>\nContent-Length: 5\nLines: 1\nX-UID: 77\n\nbody\n' >mail/2
printf 'Subject: 3\n\nbody\n' >mail/3

# killed DESTINATION NUMBER: a run is killed at this sync, with all messages delivered and none recorded.
killed() {
  rm -rf state Mail Archive Boxes remote dovecot mbox boxes
  fresh_configuration
  configure a "deliver_to = \"$1\""
  serve --dir empty
  run
  serve --dir mail
  write_configuration
  STATUS=0
  strace -f -qq -o trace -e trace=fsync -e inject=fsync:signal=KILL:when="$2" "$MAILHAUL" -c mailhaul.conf >out 2>err || STATUS=$?
  if [ "$(sqlite3 state/a.db 'SELECT count(*) FROM message')" != 0 ] || ! each_is_once; then
    bail 'the kill did not come between delivery and record'
  fi
}

# Whether each message is in exactly one place.
each_is_once() {
  for _n in 1 2 3; do
    _count=$(grep -rhax "Subject: $_n" Mail Archive Boxes mbox 2>/dev/null | wc -l)
    [ "$_count" = 1 ] || { echo "message $_n is there $_count times" && find . -path '*/new/*' -o -path '*/cur/*' && return 1; }
  done
}

# between CHECK PROGRAM DESTINATION COMMAND...: has a reader run the command between the kill and the next run.
between() {
  _what=$1 _destination=$3
  has_reader "$2" "$_what" 'each message is there once' 'verify finds all of them' || return 0
  shift 3
  case $_destination in
    maildir:*) mkdir -p Archive/new Archive/cur Archive/tmp && killed "$_destination" 4 ;;
    *) killed "$_destination" 1 ;;
  esac
  rm -f mbox.lock # of the killed run, as a reader removes it after a question
  mkdir -p Archive/new Archive/cur Archive/tmp
  "$@" || { cat reader.log && bail "the reader fails: $*"; }
  run -v
  check "$_what" contains out 'a: 0 new ('
  check 'each message is there once' each_is_once
  run verify
  check 'verify finds all of them' contains out 'a: 3 of 3 messages are intact'
}

# ---- a Maildir ----

file_by_mblaze() { mlist Mail | mrefile Archive; }
flag_by_mblaze() { minc Mail >reader.log && mlist Mail | mflag -SF >>reader.log; }
file_by_dovecot() {
  doveadm_on "maildir:$WORK/Mail" Mail 'mailbox create' Archive && doveadm_on "maildir:$WORK/Mail" Mail move Archive mailbox INBOX all
}
file_by_python() {
  python3 -c '
import mailbox
inbox, archive = mailbox.Maildir("Mail", create=False), mailbox.Maildir("Archive", create=False)
for key in inbox.keys():
    archive.add(inbox[key])
    inbox.remove(key)'
}
between 'messages that mutt saved in another Maildir are known' mutt maildir:Mail mutt_save mutt Mail Archive
between 'messages that neomutt saved in another Maildir are known' neomutt maildir:Mail mutt_save neomutt Mail Archive
between 'messages that mutt flagged are known' mutt maildir:Mail mutt_flag mutt Mail
between 'messages that mblaze filed are known' mrefile maildir:Mail file_by_mblaze
between 'messages that mblaze flagged are known' mflag maildir:Mail flag_by_mblaze
between 'messages that Dovecot moved are known' doveadm maildir:Mail file_by_dovecot
between "messages that Python's mailbox moved are known" python3 maildir:Mail file_by_python
if [ -n "$dovecot_imap" ]; then
  between 'messages that offlineimap renamed are known' offlineimap maildir:Boxes/INBOX offlineimap_sync Boxes
else
  skip 'messages that offlineimap renamed are known' 'dovecot-imapd is not installed'
fi

# ---- an mbox ----

flag_by_dovecot() { dovecot_flag '\Seen \Flagged'; }
flag_by_python() {
  python3 -c '
import mailbox
box = mailbox.mbox("mbox", create=False)
box.lock()
for key in box.keys():
    message = box[key]
    message.set_flags("ROF")
    box[key] = message
box.flush()
box.unlock()'
}
between 'messages that mutt flagged in an mbox are known' mutt mbox:mbox mutt_flag mutt mbox
between 'messages that neomutt flagged in an mbox are known' neomutt mbox:mbox mutt_flag neomutt mbox
between 'messages in an mbox that alpine opened are known' alpine mbox:mbox alpine_open mbox
between 'messages that s-nail read in an mbox are known' s-nail mbox:mbox snail_read mbox
between 'messages that mailutils read in an mbox are known' mail.mailutils mbox:mbox mailutils_read mbox
between 'messages that Dovecot flagged in an mbox are known' doveadm mbox:mbox flag_by_dovecot
between "messages that Python's mailbox flagged in an mbox are known" python3 mbox:mbox flag_by_python

done_testing
