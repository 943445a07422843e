#!/bin/sh
# Fetches mail from the POP3 server of a real Twisted behind a real stunnel, which has several peculiarities.
. "${srcdir:-.}/tests/e2e/lib/twisted.sh"
. "${srcdir:-.}/tests/e2e/lib/common.sh"
. "$E2E_DIR/lib/real-server.sh"
trap 'twisted_stop; finish' EXIT

count=60
twisted_prepare "$WORK/twisted" || unpacked_none Twisted
dovecot_make_mail source "$count" 1 || bail 'no mail'
# Twisted adds the missing end of a last line.
for file in source/*; do [ -z "$(tail -c 1 "$file")" ] || echo >>"$file"; done
for name in leave take gone ended; do
  twisted_add_user "$name" && twisted_fill "$name" source || bail 'no accounts'
done
twisted_start || bail 'Twisted does not start'
use_server "$TWISTED_PORT" "$TWISTED_CA"
left() { twisted_count "$1"; }

fetch_all "$count"
talk 1: 1:'USER gone' 1:'PASS gone' 1:'DELE 1' 0:close || bail 'it does not talk'
check 'Twisted deletes at DELE, without QUIT' server_holds gone "$((count - 1))"
twisted_fill gone source

# LIST counts with LF, and does not count the line end that Twisted adds. A file without any line end has that size
# with CRLF also.
cp -r source ended
printf 'one line' >ended/00061.eml
printf 'Subject: two\n\ntwo lines\nand no end' >ended/00062.eml
twisted_fill ended ended
dump ended expected-ended || bail 'no dump'
account ended no 'deliver_to = "maildir:Ended"'
run
check 'messages without a final line end are fetched and deleted' exits 0
check 'no message is left on the server' server_holds ended 0
check 'all messages arrive byte for byte' same_maildir Ended expected-ended

# All messages must be safe by then. The server ends at the first one, and in the end permanently.
dump gone expected-gone || bail 'no dump'
sums() { (cd "$1" && find . -type f -exec sha256sum {} + | cut -d' ' -f1 | sort); }
safe() {
  sums "$TWISTED_ROOT/mail/gone/.Trash/cur" >deleted
  sums Gone >fetched
  comm -23 deleted fetched >lost
  [ ! -s lost ] || { wc -l lost; return 1; }
}
rm -rf "$TWISTED_ROOT"/mail/gone/.Trash/cur/*
mkdir -p Gone
twisted_stop
twisted_start --hang-up-at 1 || bail 'Twisted does not start again'
account gone no 'deliver_to = "maildir:Gone"'
run
check 'if the server dies at the first DELE, deleted messages are delivered' safe
twisted_stop
twisted_start || bail 'Twisted does not start again'
run
check 'the next session deletes the rest' server_holds gone 0
check 'all deleted messages are delivered' safe
check 'each message is delivered once' same_maildir Gone expected-gone

done_testing
