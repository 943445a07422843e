#!/bin/sh
# Fetches mail from a real pop3d of GNU mailutils behind a real stunnel. It changes the messages while they are
# listed.
. "${srcdir:-.}/tests/e2e/lib/mailutils.sh"
. "${srcdir:-.}/tests/e2e/lib/common.sh"
. "$E2E_DIR/lib/real-server.sh"
trap 'mailutils_stop; finish' EXIT

count=55
mailutils_prepare "$WORK/mailutils" || unpacked_none mailutils
# A message without a body gets another empty line each time that mailutils rewrites the mailbox.
# shellcheck disable=SC2046 # names without blanks
dovecot_make_mail source 60 1 && rm $(grep -l '^X-Padding' source/*) || bail 'no mail'
for name in leave take both first; do
  mailutils_add_user "$name" "$name" && mailutils_fill "$name" source || bail 'no accounts'
done
mailutils_start || bail 'mailutils does not start'
use_server "$MAILUTILS_PORT" "$MAILUTILS_CA"
left() { mailutils_count "$1"; }
# Each session leaves different values of these fields in the messages.
plain() { LC_ALL=C sed -E '/^(X-UIDL?|Status|X-IMAPbase): /d' "$1" >"$2"; }
plain_files() {
  rm -rf "$2" && mkdir -p "$2"
  for file in "$1"/*; do plain "$file" "$2/${file##*/}"; done
}
sums() { (cd "$1" && sha256sum -- * | cut -d' ' -f1 | sort); }
same_maildir() {
  plain_files "$1/new" plain.new && plain_files "$2" plain.expected && [ "$(sums plain.new)" = "$(sums plain.expected)" ]
}
same_mbox() {
  plain "$1" plain.mbox && plain_files "$2" plain.expected && python3 "$E2E_DIR/lib/compare.py" mbox plain.mbox plain.expected
}

fetch_all "$count"
account leave forever 'deliver_to = "maildir:Mail"'
run -vv
check 'the third run succeeds' exits 0
echo "# $(sed -n 's/.*S: IMPLEMENTATION //p' err | tail -n 1)"
check 'mailutils announces pipelining' contains err 'S: PIPELINING'
talk 1: 1:'USER both' 1:'PASS both' 1:'LIST 1' 2:UIDL "$count": 1:'LIST 1' 0:QUIT || bail 'it does not talk'
sed -n '4p' said >before
grep '^+OK 1 ' said | tail -n 1 >after
check 'UIDL makes a message longer than LIST reported before' [ "$(cut -d' ' -f3 after)" -gt "$(cut -d' ' -f3 before)" ]

# "first" was not listed before: UIDL makes its messages grow.
account first forever 'deliver_to = "maildir:First"'
run -vv
check 'messages that UIDL makes longer do not cause another session' [ "$(sessions)" -eq 1 ]
check 'all messages are fetched' contains out "first: $count new"
account first no 'deliver_to = "maildir:First"'
run -v
check 'no message is fetched again, and all are deleted' contains out "first: 0 new (0 B), $count deleted, 0 left on server"

done_testing
