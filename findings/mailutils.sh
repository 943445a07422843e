# shellcheck shell=sh
# For scripts about mailutils: starts its POP3 server at 127.0.0.1 $port, with a mailbox of two messages for me@example.org.

[ "$(id -u)" = 0 ] || die 'the server of mailutils must be started by root'
packages mailutils-pop3d=1:3.15-4 mailutils-common=1:3.15-4 libmailutils9=1:3.15-4 libmu-dbm9=1:3.15-4 \
  libkyotocabinet16v5=1.2.79-2+b1 libmariadb3=1:10.11.19-0+deb12u1 liblzo2-2=2.10-2 libltdl7=2.4.7-7~deb12u1
mkdir users home
uid=$(id -u) gid=$(id -g)
[ "$uid" != 0 ] || uid=65534 gid=65534
echo "me:$(openssl passwd -6 secret):$uid:$gid::$DIR/home:/bin/false" >users/example.org
for number in 1 2; do
  printf 'From a@example.org Mon Jan  1 00:00:00 2024\nFrom: a@example.org\nSubject: %s\n\nbody\n\n' "$number"
done >home/INBOX
[ "$(id -u)" != 0 ] || chown -R "$uid:$gid" home
cat >conf <<CONF
auth { authentication generic; authorization virtdomain; }
virtdomain { passwd-dir $DIR/users; }
mailbox { mail-spool $DIR/home; mailbox-type mbox; }
logging { syslog no; }
CONF
port=$(free_port)
# shellcheck disable=SC2154 # set by packages
inetd "$port" env LD_LIBRARY_PATH="$libraries" root/usr/sbin/pop3d --inetd --config-file="$DIR/conf" 2>log
