#!/bin/sh
# If a message is empty, or its last line has no line end, Dovecot adds a line end. LIST and RETR's number do not count it: the
# client gets 2 octets more than announced. (RFC 1939 counts a message as it is sent.)
. "$(dirname "$0")/lib.sh"

packages dovecot-core=1:2.3.19.1+dfsg1-2.1+deb12u7 dovecot-pop3d=1:2.3.19.1+dfsg1-2.1+deb12u7
libraries=$DIR/root/usr/lib/dovecot:$libraries
mkdir -p mail/new mail/cur mail/tmp
printf 'Subject: one\n\nno end' >mail/new/1.unended
: >mail/new/2.empty
printf 'Subject: three\n\nended\n' >mail/new/3.ended
uid=$(id -u) gid=$(id -g)
[ "$uid" != 0 ] || { uid=65534 gid=65534 && chown -R 65534:65534 mail; }
printf 'LIST\r\nRETR 1\r\nRETR 2\r\nRETR 3\r\nQUIT\r\n' | run env USER=me HOME="$DIR" root/usr/lib/dovecot/pop3 -O \
  -o mail_location="maildir:$DIR/mail" -o first_valid_uid=1 -o first_valid_gid=1 -o mail_uid="$uid" -o mail_gid="$gid" \
  -o log_path=/dev/stderr 2>log >raw
tr -d '\r' <raw | sed 's/^/S: /' | tee out
# Count the octets between "+OK N octets" and the dot for each message.
python3 - >sizes <<'PY'
import re
for said, body in re.findall(rb"\+OK (\d+) octets\r\n(.*?)^\.\r\n", open("raw", "rb").read(), re.S | re.M):
    print(int(said), "announced,", len(body), "sent")
PY
cat sizes
expect 'a message without a final line end is 2 octets longer than announced' '^22 announced, 24 sent$' sizes
expect 'an empty message is 2 octets longer than announced' '^0 announced, 2 sent$' sizes
expect 'other messages have the announced size' '^25 announced, 25 sent$' sizes
