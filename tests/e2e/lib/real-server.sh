# shellcheck shell=sh
# Shared functions of the tests with real servers: they fetch mail from a server whose functions are in a file of its
# own.
#
#   . "$E2E_DIR/lib/real-server.sh"             # after common.sh
#   use_server "$POPA3D_PORT" "$POPA3D_CA"
#   left() { popa3d_count "$1"; }               # NAME
#   fetch_all 60
#
# An account's password is its name.

# use_server PORT CA_FILE: sets the server; it uses implicit TLS.
use_server() { SERVER_PORT=$1 CA_FILE=$2; }

# account NAME POLICY LINE...: makes a configuration of this account of the server.
account() {
  USER_NAME=$1 PASSWORD_LINE="password = '$1'" _fetch_name=$1 _fetch_policy=$2
  shift 2
  fresh_configuration
  configure "$_fetch_name" "leave_on_server = $_fetch_policy" "$@"
}

server_holds() { [ "$(left "$1")" -eq "$2" ] || { echo "it holds $(left "$1")"; return 1; }; }
# It does not count "connecting to", because a host may have more than one address.
sessions() { grep -c ', certificate valid for ' err || :; }

# talk STEP...: writes the server's answers to pop3_talk.py to ./said.
talk() { "$PYTHON" -S "$E2E_DIR/lib/pop3_talk.py" localhost "$SERVER_PORT" "$CA_FILE" "$@" >said 2>&1; }

# use_proxy NAME COUNT: starts Dovecot, with COUNT messages for "leave" and for "take", and the proxy NAME in front of it,
# whose functions and variables have that name. Then it fetches them all through the proxy.
use_proxy() {
  _proxy=$1 _proxy_prefix=$(printf %s "$1" | tr '[:lower:]' '[:upper:]')
  "${_proxy}_prepare" "$WORK/$_proxy" || unpacked_none "$_proxy"
  dovecot_start "$WORK/dovecot" || bail 'Dovecot does not start'
  dovecot_make_mail source "$2" 1 && dovecot_add_user leave leave take take && dovecot_fill leave source &&
    dovecot_fill take source || bail 'no mail'
  "${_proxy}_start" "$DOVECOT_POP3_PORT" || bail "$_proxy does not start"
  eval "use_server \"\$${_proxy_prefix}_PORT\" \"\$${_proxy_prefix}_CA\""
  left() { dovecot_count "$1"; }
  fetch_all "$2"
}

# fetch_all COUNT: the maildrops of "leave" and "take" have COUNT messages each. No client has seen those of "leave".
fetch_all() {
  dump take expected-take || bail 'no dump'
  account leave forever 'deliver_to = "maildir:Mail"'
  run -vv
  check 'a run that leaves all messages on the server succeeds' exits 0
  check 'no reply of the server is reported' lacks err ' (server said'
  dump leave expected-leave || bail 'no dump'
  check 'a second program finds all messages byte for byte' same_maildir Mail expected-leave
  check 'the server holds all messages' server_holds leave "$1"
  run -vv
  check 'the second run succeeds' exits 0
  check 'the second run fetches nothing' contains out "leave: 0 new (0 B), 0 deleted, $1 left on server"
  check 'the second run needs one session' [ "$(sessions)" -eq 1 ]

  account take no 'deliver_to = "mbox:Box"'
  run
  check 'a run that takes all messages into an mbox succeeds' exits 0
  check 'it prints nothing' silent
  check 'a second program finds all messages in the mbox byte for byte' same_mbox Box expected-take
  check 'the server holds no messages' server_holds take 0
  run -v
  check 'the next run fetches nothing' contains out 'take: 0 new (0 B), 0 deleted, 0 left on server'
}

# fetch_beside: another client is logged in to "beside" at the same time, and has deleted message 1 when mailhaul
# fetches all of them.
fetch_beside() {
  _fetch_all=$(left beside)
  dump beside expected-beside || bail 'no dump'
  talk 1: 1:'USER beside' 1:'PASS beside' 1:'DELE 1' "0:hold held" 0:QUIT &
  _fetch_other=$!
  wait_for held 'no second session'
  account beside no 'deliver_to = "maildir:Beside"'
  run -v
  : >held.go
  wait "$_fetch_other" || bail 'the second session failed'
  check 'a run beside another session succeeds' exits 0
  check 'it fetches all messages' contains out "beside: $_fetch_all new"
  check 'all messages arrive byte for byte' same_maildir Beside expected-beside
  run -v
  check 'the next run succeeds' exits 0
  check 'the next run fetches nothing, and no message is left' contains out 'beside: 0 new (0 B), 0 deleted, 0 left on server'
  check 'the server holds no messages' server_holds beside 0
}
