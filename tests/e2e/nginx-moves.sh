#!/bin/sh
# Mail moves from a real Dovecot through a real nginx, which is a proxy for POP3.
. "${srcdir:-.}/tests/e2e/nginx.sh"
. "${srcdir:-.}/tests/e2e/lib.sh"
. "$E2E_DIR/moves-lib.sh"
trap 'nginx_stop; finish' EXIT

count=60
nginx_prepare "$WORK/nginx" || unpacked_none nginx
dovecot_start "$WORK/dovecot" || bail 'Dovecot does not start'
dovecot_make_mail source "$count" 1 && dovecot_add_user leave leave take take && dovecot_fill leave source &&
  dovecot_fill take source || bail 'no mail'
nginx_start "$DOVECOT_POP3_PORT" || bail 'nginx does not start'
moves_from "$NGINX_PORT" "$NGINX_CA"
dump() { POP3_PASSWORD=$1 "$PYTHON" "$E2E_DIR/pop3_dump.py" localhost "$SERVER_PORT" "$CA_FILE" "$1" "$2"; }
left() { dovecot_count "$1"; }

moves "$count"
account leave forever 'deliver_to = "maildir:Mail"'
run -vv
check 'the third run succeeds' exits 0
check 'nginx announces no pipelining' [ "$(sed -n '/C: AUTH/q; /S: PIPELINING/p' err | wc -l)" -eq 0 ]
check 'but the server behind it does' contains err 'S: PIPELINING'
check 'and it is used' contains out "leave: 0 new (0 B), 0 deleted, $count left on server"

done_testing
