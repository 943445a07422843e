# shellcheck shell=sh
# Shared functions of the tests against a hostile server. A table lists the scenarios and the expected results:
#
#   play <<'TABLE'
#   greeting-endless-line 10 76 0 3 an endless greeting is refused
#   TABLE
#
# Its columns are: the scenario of tests/support/hostile_scenarios.py (followed by @WORD if it is played more than
# once), `timeout` in seconds, exit status, messages delivered and messages left on the server afterwards, and a
# sentence. "-" matches anything. A failure prints one line on standard error; "75:3" allows three. Each row is one
# result. It also checks that the run ended (LIMIT) and used at most 32 MB, that no message was lost, duplicated, or
# delivered without having been sent completely, and that nothing was printed that a terminal could take for a
# command.
#
#   heal; again <<'TABLE'           # the same columns: another run, after heal against an honest server
#
# These variables can be set before: FLAGS; FOREIGN (number of messages that must differ from those on the server);
# PARTIAL (the same, but the server must still have them); JOBS (runs at the same time); PEAK_MOST (kB of memory);
# LEAVE (leave_on_server); DELIVER; MORE (a further line of the account).

MEASURE=${MEASURE:-$(pwd)/tests/bench/measure}
# shellcheck source=tests/e2e/lib/memory.sh
. "${srcdir:-.}/tests/e2e/lib/memory.sh"
# shellcheck source=tests/e2e/lib/common.sh
. "${srcdir:-.}/tests/e2e/lib/common.sh"

SUPPORT_DIR=$(cd "$E2E_DIR/../support" && pwd) || exit 1
export SUPPORT_DIR
# A run that takes so many seconds hangs, however slow the machine is.
LIMIT=600
FOREIGN=0 PARTIAL=0 JOBS=6 PEAK_MOST=32768 FLAGS='' LEAVE=no DELIVER=maildir:Mail MORE=''
# Sanitizers need additional memory.
SANITIZED=no
! sanitized || SANITIZED=yes
# The leak checker takes a third of each of these thousands of runs. The unit tests and the other scripts have it.
export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0"

# hostile_server DIRECTORY...: one server for all of them.
hostile_server() {
  stop
  certificates
  start_server ports python3 -SB "$SUPPORT_DIR/hostile.py" --cert-dir certs --ports ports "$@"
  SERVER_PID=$STARTED
}

# hostile_account DIRECTORY TIMEOUT
hostile_account() {
  cat >"$1/mailhaul.conf" <<CONF
state_dir = "state"
account "a" {
  server = "localhost"
  port = $(awk -v directory="$1" '$2 == directory { print $1 }' ports)
  tls_ca_file = "../certs/ca.pem"
  user = "me"
  password = "pass word"
  timeout = $2s
  connect_timeout = 60s
  leave_on_server = $LEAVE
  deliver_to = "$DELIVER"
  $MORE
}
CONF
  chmod 600 "$1/mailhaul.conf"
}

# hostile_verdict DIRECTORY STATUS[:LINES] NEW LEFT: compares `result` with the row of the table.
hostile_verdict() {
  # shellcheck disable=SC1090
  . "./$1/result"
  _status=${2%%:*} _lines=${2#*:} _wrong=''
  [ "$_lines" != "$2" ] || { [ "$2" = 0 ] && _lines=0 || _lines=1; }
  [ "$STATUS" != 124 ] || _wrong="$_wrong; it did not end within $LIMIT s"
  [ "$_status" = - ] || [ "$STATUS" = "$_status" ] || _wrong="$_wrong; exit status $STATUS, not $_status"
  [ "$SANITIZED" = yes ] || [ "$PEAK" -le "$PEAK_MOST" ] || _wrong="$_wrong; $PEAK kB of memory"
  [ "$_lines" = - ] || [ "$LINES" = "$_lines" ] || _wrong="$_wrong; $LINES lines on standard error, not $_lines"
  [ "$STRAY" = 0 ] || _wrong="$_wrong; $STRAY lines that are not its own"
  [ "$DIRTY" = 0 ] || _wrong="$_wrong; $DIRTY raw octets printed"
  [ "$3" = - ] || [ "$NEW" = "$3" ] || _wrong="$_wrong; $NEW messages here, not $3"
  [ "$4" = - ] || [ "$LEFT" = "$4" ] || _wrong="$_wrong; $LEFT messages on the server, not $4"
  # Only a Maildir is counted; for an mbox the test itself compares.
  [ "$DELIVER" != maildir:Mail ] || [ "$LOST$TWICE$ALIEN$HALF" = "${FOREIGN}0$((FOREIGN + PARTIAL))0" ] ||
    _wrong="$_wrong; $LOST lost, $TWICE twice, $ALIEN never sent as a whole, $HALF left in tmp"
  [ -n "$_wrong" ] || return 0
  echo "$1${_wrong}"
  cat "$1/result"
  head -c 2000 "$1/err"
  return 1
}

hostile_run() {
  # shellcheck disable=SC2046
  python3 -SB "$SUPPORT_DIR/hostile_run.py" --program "$MAILHAUL" --measure "$MEASURE" --limit "$LIMIT" --jobs "$JOBS" \
    ${FLAGS:+"--flags=$FLAGS"} $(awk '{ print $1 }' table) || bail 'the runner failed'
  _highest=0 _longest=0
  while read -r _directory _ _status _new _left _sentence; do
    check "$_sentence" hostile_verdict "$_directory" "$_status" "$_new" "$_left"
    # shellcheck disable=SC1090
    . "./$_directory/result"
    [ "$PEAK" -le "$_highest" ] || _highest=$PEAK
    [ "$MILLIS" -le "$_longest" ] || _longest=$MILLIS
  done <table
  echo "# $(wc -l <table) runs: at most $_highest kB and $_longest ms"
}

# play <TABLE
play() {
  cat >table
  # shellcheck disable=SC2046
  hostile_server $(awk '{ print $1 }' table)
  while read -r _directory _timeout _; do hostile_account "$_directory" "$_timeout"; done <table
  hostile_run
}

# heal: makes the servers of the last table honest.
heal() { awk '{ print $1 "/healthy" }' table | xargs touch; }

# again <TABLE: another run in the directories of the last `play`.
again() {
  cat >table
  while read -r _directory _timeout _; do hostile_account "$_directory" "$_timeout"; done <table
  hostile_run
}

# both <TABLE: prints its rows with and without PIPELINING.
both() {
  while read -r _name _rest; do
    echo "$_name $_rest"
    echo "$_name-plain $_rest, one command at a time"
  done
}

# titled WORDS <TABLE: prints its rows with WORDS before each sentence.
titled() { awk -v words="$1" '{ $6 = words ": " $6; print }'; }

# play_forms <TABLE: plays rows whose messages are fetched and deleted; then again with messages that stay and have
# to be known in the next run.
play_forms() {
  LEAVE=no
  cat >forms
  titled 'the messages are fetched and deleted' <forms >forms.first
  play <forms.first
  LEAVE=forever
  awk '{ $1 = $1 "@stay"; $5 += $4; print }' forms >forms.stay
  titled 'the messages are fetched and stay' <forms.stay >forms.first
  play <forms.first
  for _words in 'a second run fetches nothing again' 'a third run fetches nothing again'; do
    titled "$_words" <forms.stay >forms.again
    again <forms.again
  done
  LEAVE=no
  awk '{ $5 -= $4; $6 = "a fourth run deletes the messages: " $6; print }' forms.stay >forms.again
  again <forms.again
}

# done_hostile: reports what was not measured, and ends the test.
done_hostile() {
  [ "$SANITIZED" = no ] || skip 'peak memory is below 32 MB' 'sanitizers, with which this was built, need memory themselves'
  done_testing
}
