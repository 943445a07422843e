#!/bin/sh
# Dovecot takes a Maildir file's size from its name (S=). If that size is 40 too small, Dovecot announces a size that fits the name,
# sends an empty message, ends it with a dot like a complete message, and continues. Only its own log mentions the error.
. "$(dirname "$0")/lib.sh"

packages dovecot-core=1:2.3.19.1+dfsg1-2.1+deb12u7 dovecot-pop3d=1:2.3.19.1+dfsg1-2.1+deb12u7
libraries=$DIR/root/usr/lib/dovecot:$libraries
mkdir -p mail/new mail/cur mail/tmp
{ printf 'From: a@example.org\nSubject: one\n\n' && seq 1 200; } >message
size=$(wc -c <message)
wire=$((size + $(wc -l <message)))
cp message "mail/cur/1.a.b,S=$((size - 40)),W=$((wire - 40)):2,"
uid=$(id -u) gid=$(id -g)
[ "$uid" != 0 ] || { uid=65534 gid=65534 && chown -R 65534:65534 mail; }
echo "the message has $size octets, $wire with CRLF"
# This process serves one session through a pipe, without a login. It needs no sockets of other processes.
printf 'LIST\r\nRETR 1\r\nNOOP\r\nQUIT\r\n' | run env USER=me HOME="$DIR" root/usr/lib/dovecot/pop3 -O \
  -o mail_location="maildir:$DIR/mail" -o first_valid_uid=1 -o first_valid_gid=1 -o mail_uid="$uid" -o mail_gid="$gid" \
  -o log_path=/dev/stderr 2>log | tr -d '\r' | sed 's/^/S: /' | tee out
expect 'LIST gives the size in the name' "^S: 1 $((wire - 40))\$" out
expect 'RETR gives the same size' "^S: \\+OK $((wire - 40)) octets" out
[ "$(grep -c '^S: [0-9][0-9]*$' out)" -eq 0 ] || { echo 'CHANGED: it sends lines of the message'; exit 1; }
echo 'seen: it sends no line of the message'
expect 'the session continues' '^S: \+OK Logging out' out
