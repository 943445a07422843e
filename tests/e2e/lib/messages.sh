# shellcheck shell=sh
# A table of failures and the messages that the user gets. A row:
#
#   bad 'nobody listens at the port' 75 'port = @shut@'
#   tells 'a: connect: localhost port @shut@: no connection: Connection refused; check server and port'
#
# bad SENTENCE STATUS SETTING... makes a directory with a mailhaul.conf of one account, and changes to it. SETTINGs
# replace the account's default lines ("-user" drops that line). Commands between `bad` and `tells` prepare the
# situation. ARGUMENTS and UNDER (a command that runs the program) can be set there, and `needs` can skip the row.
#
# tells LINE... starts the program. Standard error must consist of these lines, each after "mailhaul: " unless it is
# indented, as lines of a configuration are. @NAME@ in settings and lines is the port of a server. Lines may also contain @WORK@ and @ROW@ (directories), @PIN@, @PORT@
# (another port), @FINGERPRINT@, @TIME@ and @DATE@.
#
# servers_for SCENARIO...: ports of hostile.py by the scenario's name. server NAME OPTION...: one of pop3-server.
# done_messages waits for all rows, compares, and ends the test.

# shellcheck source=tests/e2e/lib/hostile.sh
. "${srcdir:-.}/tests/e2e/lib/hostile.sh"

SERVERS='' RUNNING='' ROW=0
: >places && : >names && : >rows
# Stops the servers first, and restores the permissions of directories.
trap 'kill $SERVERS 2>/dev/null; wait $SERVERS 2>/dev/null; chmod -R u+rwX . 2>/dev/null; finish' EXIT

# place NAME PORT: sets @NAME@ to that port.
place() {
  echo "s/@$1@/$2/g" >>places
  echo "s/port $2/port @$1@/g" >>names
}

server() {
  _server=$1 && shift
  serve_beside "$_server" --dir mail "$@"
  SERVERS="$SERVERS $STARTED"
  place "$_server" "$(cat "$_server.port")"
}

servers_for() {
  # shellcheck disable=SC2046
  hostile_server $(printf 'play/%s ' "$@")
  while read -r _port _directory; do place "${_directory##*/}" "$_port"; done <ports
}

bad() {
  ROW=$((ROW + 1)) UNDER='' ARGUMENTS='-c mailhaul.conf' SKIP=''
  printf '%s\t%s\n' "$2" "$1" >>rows
  shift 2
  mkdir "$ROW" && cd "$ROW" || exit 1
  printf '%s\n' 'server = localhost' 'port = @good@' "tls_ca_file = \"$WORK/certs/ca.pem\"" 'user = me' \
    "password = 'pass word'" 'deliver_to = "maildir:Mail"' >lines
  for _setting in "$@"; do
    _option=${_setting%% *}
    grep -v "^${_option#-} " lines >kept && mv kept lines
    case $_setting in -*) ;; *) printf '%s\n' "$_setting" >>lines ;; esac
  done
  { echo 'state_dir = state' && echo 'account a {' && sed 's/^/  /' lines && echo '}'; } | configuration
}

# configuration <TEXT: replaces the configuration that `bad` has made.
configuration() { sed -f "$WORK/places" >mailhaul.conf; }

# modes_count: makes file modes apply to the program in this row, even if root runs it.
modes_count() {
  [ "$(id -u)" = 0 ] || return 0
  UNDER='setpriv --bounding-set=-dac_override,-dac_read_search'
  # shellcheck disable=SC2086 # a command and its option
  needs 'root cannot give up its rights here' $UNDER true
}

# needs REASON COMMAND...: reports the row as skipped unless COMMAND succeeds here.
needs() {
  _reason=$1 && shift
  "$@" >needed 2>&1 || SKIP=$_reason
}

tells() {
  : >expected
  [ $# -eq 0 ] || printf 'mailhaul: %s\n' "$@" | sed 's/^mailhaul: \(    \)/\1/' >expected
  [ -z "$SKIP" ] || echo "$SKIP" >skipped
  [ -e skipped ] || (
    code=0
    # shellcheck disable=SC2086 # commands and options, or nothing
    timeout 600 ${VALGRIND:-} $UNDER "$MAILHAUL" $ARGUMENTS </dev/null >out 2>err || code=$?
    echo "$code" >status
  ) &
  RUNNING="$RUNNING $!"
  cd "$WORK" || exit 1
  [ "$(echo "$RUNNING" | wc -w)" -lt 40 ] || join
}

join() {
  # shellcheck disable=SC2086 # numbers
  wait $RUNNING
  RUNNING=''
}

row_is() {
  sed -E -e "s|$WORK/$1|@ROW@|g; s|$WORK|@WORK@|g" -f names -e 's/port [0-9]{4,5}:/port @PORT@:/' -e 's/([0-9A-F]{2}:){31}[0-9A-F]{2}/@FINGERPRINT@/g' \
    -e 's|sha256:[A-Za-z0-9+/]{43}=|@PIN@|g' -e 's/20[0-9]{2}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2} [-+][0-9]{4}/@TIME@/g' \
    -e 's/20[0-9]{2}-[0-9]{2}-[0-9]{2}/@DATE@/g' "$1/err" >"$1/normalized"
  [ "$(cat "$1/status")" = "$2" ] || echo "exit status $(cat "$1/status"), not $2"
  diff "$1/expected" "$1/normalized" && [ "$(cat "$1/status")" = "$2" ]
}

# Rules for every line: it names the account, gives a hint, and has a readable length.
lines_are_for_people() {
  ! cat [0-9]*/err | LC_ALL=C.UTF-8 grep -avE '^(mailhaul: [^;]+; |    )[[:print:]]+$' && ! cat [0-9]*/err | grep -aE '.{700}|errno|assert|0x[0-9a-f]{4}'
}

done_messages() {
  join
  _row=0
  while IFS='	' read -r _status _sentence; do
    _row=$((_row + 1))
    if [ -e "$_row/skipped" ]; then
      skip "$_sentence" "$(cat "$_row/skipped")"
    else
      check "$_sentence" row_is "$_row" "$_status"
    fi
  done <rows
  check 'every line names what to do, in printable words' lines_are_for_people
  done_testing
}
