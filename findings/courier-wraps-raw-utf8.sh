#!/bin/sh
# Courier's POP3 server does not send a message whose header has raw UTF-8 to a client that did not send UTF8 before the login.
# Instead it sends a message of its own with the original attached. LIST still gives the original's size, which differs from
# the number after RETR's +OK.
. "$(dirname "$0")/lib.sh"

packages courier-pop=1.0.16-3+b6 courier-authlib=0.71.4-1+b2 libcourier-unicode4=2.1.2-2+b2
mkdir -p mail/new mail/cur mail/tmp
printf 'From: a@example.org\nSubject: Gr\303\274\303\237e\n\nbody\n' >mail/new/1.a.b
server=root/usr/lib/courier/courier/courierpop3d
# This program serves the session after the login, started as the login program does. UTF8=1 means that the client sent UTF8.
for utf8 in 1 0; do
  port=$(free_port)
  inetd "$port" env LD_LIBRARY_PATH="$libraries" UTF8=$utf8 AUTHENTICATED=me TCPREMOTEIP=127.0.0.1 "$server" mail 2>log
  echo "--- UTF8=$utf8"
  pop3 "$port" 1:'*' .:LIST '.:RETR 1' 1:QUIT | tee "out$utf8"
done
expect 'with UTF8, the server sends the original' '^S: Subject: Grüße$' out1
expect 'without UTF8, it sends a message that says so' '^S: Subject: Cannot display Unicode content$' out0
listed=$(sed -n 's/^S: 1 \([0-9]*\)$/\1/p' out0)
sent=$(sed -n 's/^S: +OK \([0-9]*\) octets.*/\1/p' out0)
[ "$listed" -eq "$(sed -n 's/^S: 1 \([0-9]*\)$/\1/p' out1)" ] || { echo 'CHANGED: LIST gives the size of the message sent'; exit 1; }
[ "$sent" -gt "$listed" ] || { echo 'CHANGED: RETR and LIST give the same size'; exit 1; }
echo "seen: LIST says $listed, RETR says $sent"
