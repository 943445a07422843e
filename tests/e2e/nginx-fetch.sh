#!/bin/sh
# Fetches mail from a real Dovecot through a real nginx, which is a POP3 proxy.
. "${srcdir:-.}/tests/e2e/lib/nginx.sh"
. "${srcdir:-.}/tests/e2e/lib/common.sh"
. "$E2E_DIR/lib/real-server.sh"
trap 'nginx_stop; finish' EXIT

count=60
use_proxy nginx "$count"
account leave forever 'deliver_to = "maildir:Mail"'
run -vv
check 'the third run succeeds' exits 0
check 'nginx announces no pipelining' [ "$(sed -n '/C: AUTH/q; /S: PIPELINING/p' err | wc -l)" -eq 0 ]
check 'Dovecot announces pipelining after the login' contains err 'S: PIPELINING'
check 'the run with pipelining succeeds' contains out "leave: 0 new (0 B), 0 deleted, $count left on server"

# Another client is logged in, and Dovecot allows only one: it answers "[IN-USE]", which nginx does not pass on.
nginx_stop
dovecot_stop
DOVECOT_EXTRA='mail_max_userip_connections = 1' dovecot_start "$WORK/dovecot" || bail 'Dovecot does not start again'
dovecot_add_user busy busy && dovecot_fill busy source && nginx_start "$DOVECOT_POP3_PORT" || bail 'nginx does not start again'
backend() { "$PYTHON" "$E2E_DIR/lib/pop3_talk.py" localhost "$DOVECOT_POP3S_PORT" "$DOVECOT_CA" "$@"; }
backend 1: 1:'USER busy' 1:'PASS busy' '0:hold held' 0:QUIT >/dev/null &
other=$!
wait_for held 'no other session'
use_server "$NGINX_PORT" "$NGINX_CA"
talk 1: 1:'USER busy' 1:'PASS busy' 0:close
check 'nginx hides a busy backend' contains said '-ERR internal server error'
account busy no 'deliver_to = "maildir:Busy"'
run
check 'the hidden failure is temporary: exit code 75' exits 75
check 'the message quotes the server' contains err '(server said: "internal server error")'
check 'the message does not suggest checking the password' lacks err 'check user and password'
: >held.go
wait "$other" || bail 'the other session failed'
# The server takes some time to forget a session that has ended.
wait_until eval 'run; [ "$STATUS" -ne 75 ]' || :
check 'the next run succeeds' exits 0
check 'all messages arrive unchanged' same_maildir Busy expected-take
check 'all messages are deleted' [ "$(dovecot_count busy)" -eq 0 ]

done_testing
