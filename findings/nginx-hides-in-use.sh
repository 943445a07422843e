#!/bin/sh
# nginx as a POP3 proxy logs in to the backend server for the client. If another client has the mailbox open, the backend refuses the
# login with the response code [IN-USE] (RFC 2449, section 8.1.2), which tells the client to try again later. nginx answers
# "-ERR internal server error" instead, without a code, and closes the connection. The client cannot recognize the cause.
. "$(dirname "$0")/lib.sh"

packages nginx=1.22.1-9+deb12u11 libnginx-mod-mail=1.22.1-9+deb12u11
cat >backend.py <<'PY'
import sys
print("+OK ready", end="\r\n", flush=True)
for line in sys.stdin:
    word = line.split()[0].upper()
    print({"PASS": "-ERR [IN-USE] somebody else has this mailbox open"}.get(word, "+OK"), end="\r\n", flush=True)
    if word in ("PASS", "QUIT"):
        break
PY
backend=$(free_port)
inetd "$backend" python3 backend.py
port=$(free_port)
auth=$(free_port)
mkdir tmp
cat >nginx.conf <<CONF
daemon off;
master_process off;
pid tmp/pid;
error_log log;
load_module $DIR/root/usr/lib/nginx/modules/ngx_mail_module.so;
events {
}
http {
  access_log off;
  client_body_temp_path tmp/1; proxy_temp_path tmp/2; fastcgi_temp_path tmp/3; uwsgi_temp_path tmp/4; scgi_temp_path tmp/5;
  server {
    listen 127.0.0.1:$auth;
    location / {
      add_header Auth-Status OK;
      add_header Auth-Server 127.0.0.1;
      add_header Auth-Port $backend;
      return 200 '';
    }
  }
}
mail {
  auth_http 127.0.0.1:$auth/;
  server {
    listen 127.0.0.1:$port;
    protocol pop3;
  }
}
CONF
[ "$(id -u)" != 0 ] || echo 'user root;' >>nginx.conf
start root/usr/sbin/nginx -p "$DIR" -c "$DIR/nginx.conf" -e "$DIR/log"
listening "$port"
echo '--- the backend server:'
pop3 "$backend" 1:'*' 1:'USER me' 1:'PASS secret' | tee direct
echo '--- through nginx:'
pop3 "$port" 1:'*' 1:'USER me' 1:'PASS secret' | tee out
expect 'the backend answers [IN-USE]' '^S: -ERR \[IN-USE\]' direct
expect 'nginx answers "internal server error"' '^S: -ERR internal server error$' out
! grep -q 'IN-USE' out || { echo 'CHANGED: nginx passes the code on'; exit 1; }
