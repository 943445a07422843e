# shellcheck shell=sh
# Runs a real nginx as a POP3 proxy on loopback, in front of another server, for tests.
#
#   . "${srcdir:-.}/tests/e2e/lib/nginx.sh"   # before common.sh, see unpacked.sh
#   . "${srcdir:-.}/tests/e2e/lib/common.sh"
#   trap 'nginx_stop; finish' EXIT
#   nginx_prepare "$WORK/nginx" || unpacked_none nginx
#   nginx_start "$DOVECOT_POP3_PORT" || bail 'nginx does not start'
#
# It accepts TLS and the login, and logs in to the other server by USER and PASS in the clear. It also answers its
# own authentication requests: every password is right, and the mail is at this port. Call the functions from the
# test's own shell.

# shellcheck source=tests/e2e/lib/unpacked.sh
. "${srcdir:-.}/tests/e2e/lib/unpacked.sh"

NGINX_PID='' # empty: not running

# nginx_prepare DIR
# Makes the directory DIR, with certificates in DIR.certs. Sets NGINX_CA. Fails as unpacked_root does.
nginx_prepare() {
  NGINX_ROOT=$1
  # shellcheck disable=SC2034 # for the test
  NGINX_CA=$1.certs/ca.pem
  NGINX_LOG=$1.log
  unpacked_files "$1" nginx libnginx-mod-mail && make_certificates "$1.certs" && mkdir -p "$1/tmp" && : >"$NGINX_LOG"
}

# nginx_start PORT: starts it in front of the server at 127.0.0.1 PORT. Sets NGINX_PORT (implicit TLS).
nginx_start() { start_at_free_ports 2 nginx "$NGINX_LOG" _nginx_start_at "$1"; }
_nginx_start_at() { # PORT_OF_SERVER PORT PORT_OF_AUTHENTICATION
  NGINX_PORT=$2 _nginx_user=''
  [ "$(id -u)" != 0 ] || _nginx_user='user root;'
  cat >"$NGINX_ROOT/nginx.conf" <<CONF
daemon off;
master_process off;
$_nginx_user
pid $NGINX_ROOT/tmp/pid;
error_log $NGINX_LOG info;
load_module $NGINX_ROOT/usr/lib/nginx/modules/ngx_mail_module.so;
events {
}
http {
  access_log off;
  client_body_temp_path $NGINX_ROOT/tmp/body;
  proxy_temp_path $NGINX_ROOT/tmp/proxy;
  fastcgi_temp_path $NGINX_ROOT/tmp/fastcgi;
  uwsgi_temp_path $NGINX_ROOT/tmp/uwsgi;
  scgi_temp_path $NGINX_ROOT/tmp/scgi;
  server {
    listen 127.0.0.1:$3;
    location / {
      add_header Auth-Status OK;
      add_header Auth-Server 127.0.0.1;
      add_header Auth-Port $1;
      return 200 '';
    }
  }
}
mail {
  auth_http 127.0.0.1:$3/;
  ssl_certificate $NGINX_ROOT.certs/server.pem;
  ssl_certificate_key $NGINX_ROOT.certs/server.key;
  pop3_auth plain;
  pop3_capabilities ${NGINX_CAPABILITIES:-TOP USER UIDL};
  server {
    listen 127.0.0.1:$NGINX_PORT ssl;
    protocol pop3;
  }
}
CONF
  unpacked_start "$NGINX_ROOT" "$NGINX_LOG" "$NGINX_ROOT/usr/sbin/nginx" -p "$NGINX_ROOT" -c "$NGINX_ROOT/nginx.conf" \
    -e "$NGINX_LOG"
  NGINX_PID=$UNPACKED_PID
  unpacked_wait "$NGINX_PORT" tls "$NGINX_LOG" "$NGINX_PID" || { nginx_stop && return 1; }
}

# nginx_stop: safe to call twice, and in a trap.
nginx_stop() {
  unpacked_stop "$NGINX_PID"
  NGINX_PID=''
}
