#!/bin/sh
# Mail of all difficult kinds arrives byte for byte in every destination, once.
. "${srcdir:-.}/tests/e2e/lib/common.sh"

samples mail
serve --dir mail
fresh_configuration
configure lf 'deliver_to = "maildir:Mail"'
configure crlf 'deliver_to = "maildir:Crlf"' 'line_endings = crlf'
configure box 'deliver_to = "mbox:inbox"'
configure command 'deliver_to = "pipe"' 'deliver_command = {"sh", "-c", "cat >piped/$$ || exit 75"}'
all=$(find mail -type f | wc -l)

run lf
check 'a first run succeeds' exits 0
check 'a first run prints nothing' silent
check 'every sample is in the Maildir, byte for byte' same_maildir Mail mail.expect
check 'the directories of the Maildir are private' [ "$(stat -c %a Mail Mail/new Mail/cur Mail/tmp | sort -u)" = 700 ]
check 'the files of the Maildir are private' [ "$(stat -c %a Mail/new/* | sort -u)" = 600 ]
check 'no file is left in tmp' count_is Mail/tmp 0
check 'nothing is deleted from the server' left_is mail "$all"
run lf
check 'a second run succeeds' exits 0
check 'a second run fetches nothing' count_is Mail "$all"

run crlf
check 'line_endings = crlf is accepted' exits 0
mkdir crlf.expect
for f in mail.expect/*; do
  python3 - "$f" "crlf.expect/${f##*/}" <<'PY' || bail 'no expectation'
import sys
data = open(sys.argv[1], 'rb').read()
raw = open(sys.argv[1].replace('mail.expect', 'mail'), 'rb').read()
if sys.argv[1].endswith('.wire'):
    raw = raw[:-3] if raw.endswith(b'\r\n.\r\n') else raw[:0]
    data = b'\r\n'.join(l[1:] if l.startswith(b'.') else l for l in raw.split(b'\r\n'))
else:
    data = data.replace(b'\n', b'\r\n')
open(sys.argv[2], 'wb').write(data)
PY
done
check 'every line ends with CRLF' python3 "$E2E_DIR/lib/compare.py" maildir Crlf crlf.expect

run box
check 'a run into an mbox succeeds' exits 0
check 'every sample is in the mbox' same_mbox inbox mail.expect
check 'the mbox is private' [ "$(stat -c %a inbox)" = 600 ]
check 'the lock of the mbox is removed' [ ! -e inbox.lock ]
cp inbox inbox.before
run box
check 'a second run does not change the mbox' cmp inbox inbox.before

mkdir piped
run command
check 'a run into a command succeeds' exits 0
same_piped() {
  (cd piped && for f in *; do sha256sum <"$f"; done | sort) >piped.sums
  (cd mail.expect && for f in *; do sha256sum <"$f"; done | sort) >expect.sums
  cmp piped.sums expect.sums
}
check 'the command gets every message byte for byte' same_piped

done_testing
