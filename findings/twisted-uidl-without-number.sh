#!/bin/sh
# Twisted's POP3 server answers "UIDL n" with only the identifier. RFC 1939, section 7, requires the message number before it.
# Twisted sends this number in its answers to UIDL without an argument and to "LIST n".
. "$(dirname "$0")/lib.sh"
. "$HERE/twisted.sh"

serve <<'PY'
import io
from twisted.mail import pop3

class Maildrop(pop3.Mailbox):
    mail = [b"Subject: one\r\n\r\n1\r\n", b"Subject: two\r\n\r\n2\r\n"]
    def listMessages(self, index=None):
        sizes = [len(message) for message in self.mail]
        return sizes if index is None else sizes[index]
    def getMessage(self, index):
        return io.BytesIO(self.mail[index])
    def getUidl(self, index):
        return b"uid%d" % (index + 1)

make = Maildrop
PY
pop3 "$port" 1:'*' 1:'USER me' 1:'PASS secret' '.:UIDL' 1:'UIDL 2' 1:'LIST 2' 1:QUIT >out
cat out
expect 'a listing has the number before the identifier' '^S: 2 uid2$' out
expect 'LIST of one message has the number' '^S: \+OK 2 ' out
expect 'UIDL of one message has no number' '^S: \+OK uid2$' out
