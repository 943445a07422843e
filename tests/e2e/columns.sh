#!/bin/sh
# The output on a real terminal (tmux) fits its width: failures, check, list and a dry run.
# shellcheck disable=SC2016,SC2317 # check and eval run them
. "${srcdir:-.}/tests/e2e/lib/common.sh"

command -v tmux >/dev/null || skip_all 'tmux is missing'
unset NO_COLOR TMUX
TMUX_TMPDIR=$WORK
export TMUX_TMPDIR
terminal() { tmux -u -f /dev/null -S "$WORK/tmux" "$@"; }
trap 'terminal kill-server 2>/dev/null; finish' EXIT
terminal new-session -d -s keep -x 80 -y 24 cat || skip_all 'tmux cannot run here'

# on COLUMNS ARGUMENT...: runs the program on a new terminal. ./screen has its lines, ./colors the same with escapes.
on() {
  _columns=$1 && shift
  terminal kill-session -t run 2>/dev/null
  rm -f ended
  write_configuration
  terminal new-session -d -s run -x "$_columns" -y 60 \
    "cd '$WORK' && env HOME='$WORK' ASAN_OPTIONS=detect_leaks=0 LC_ALL=C.UTF-8 ${VARIABLES:-} '$MAILHAUL' -c mailhaul.conf $*; echo \"\$?\" >ended; cat"
  wait_for ended 'the program does not end'
  terminal capture-pane -p -t run | sed -e 's/ *$//' | grep . >screen
  terminal capture-pane -p -e -t run >colors
}
shows() { grep -qxE -- "$1" screen || { echo "not there: $1" && cat screen && return 1; }; }
is_at_most() { [ "$(LC_ALL=C.UTF-8 wc -L <screen)" -le "$1" ] || { cat screen && return 1; }; }
lines_are() { [ "$(grep -c . screen)" = "$1" ] || { cat screen && return 1; }; }

mkdir mail
message() {
  printf 'Date: Mon, 16 Nov 2026 10:00:0%s +0100\nFrom: %s\nSubject: %s\nMessage-ID: <%s@example.org>\n\nbody\n' "$1" "$2" "$3" "$1" >"mail/$1"
}
message 1 '=?utf-8?Q?J=C3=B6rg_mit_einem_sehr_langen_Namen?= <joerg@example.org>' 'A subject that is longer than what a terminal with few columns has room for'
message 2 '<a@example.org>' '=?utf-8?B?5pel5pys6Kqe5pel5pys6Kqe5pel5pys6Kqe5pel5pys6Kqe5pel5pys6Kqe?='
message 3 '"Doe, Jane" <jane@example.org>' "$(printf 'a\314\210a\314\210 combined')"
serve --dir mail
fresh_configuration
configure a 'deliver_to = "maildir:Mail"'

# ---- list and the dry run ----

on 80 list --headers a
check 'list --headers has a heading, one line a message, and a total' lines_are 6
check 'no line is wider than the terminal' is_at_most 80
check 'the heading names the fields' shows 'number +size +next run +date +from +subject'
check 'a long subject is cut' shows ' +1 +[0-9]+ B +fetch +2026-11-16 +Jörg mit .*\.\.\. +A subject that .*\.\.\.'
check 'a name stands for its address' shows ' +3 .* Doe, Jane +ää combined|.* Doe, Jane .* combined'
check 'the total counts messages and bytes' shows 'a: 3 messages \([0-9.]+ k?B\): fetch 3 \(.*\), delete 0 \(0 B\), leave 3'
# Wide characters take two columns: the line with them has 10 fewer characters than it has columns.
wide_is_cut() { line=$(grep ' a@example' screen) && [ "$(printf %s "$line" | LC_ALL=C.UTF-8 wc -m)" -le 75 ]; }
check 'wide characters count as two columns' wide_is_cut
on 120 list --headers a
check 'a wider terminal shows more' shows ' +1 .* Jörg mit einem sehr langen .* A subject that is longer than .*'
on 80 list a
check 'list has a total without --headers' lines_are 6
on 60 -n a
check 'a dry run has one line a message, with its subject, and a total' eval 'lines_are 5 && is_at_most 60 && shows "a: message 1 .*: fetch: new; subject \"A sub.*"'
run -n a
check 'without a terminal, the subject is complete' contains out '; subject "A subject that is longer than what a terminal with few columns has room for"'
check 'a dry run ends with a total' grep -qE '^a: 3 messages \(.*\): fetch 3 \(.*\), delete 0 \(0 B\), leave 3$' out

# ---- check ----

on 80 check a
check 'check has six lines' eval 'lines_are 6 && is_at_most 80'
check 'the first one has the result' shows 'a: all checks passed \(me at localhost port [0-9]+\)'
check 'the last one has the destination' shows '  destination   maildir:Mail, writable, no run yet'
on 80 -v check a
check '-v shows the details, wrapped' eval 'shows "  certificate   accepted" && shows "a: all checks passed"'
on 50 -v check a
continues_under_its_start() { grep -A 1 '^  times' screen | tail -n 1 | grep -qE '^ {16}[^ ].* ms'; }
check 'a long row continues under its start' continues_under_its_start

# ---- failures ----

PASSWORD_LINE="password = 'not mine'" configure b 'deliver_to = "maildir:B"'
on 60 fetch b
check 'a failure is broken between words, and the hint has lines of its own' eval \
  'is_at_most 60 && shows "mailhaul: b: login: the server refused the login \(server" && shows "  hint: check user and password; many providers require an" && shows "        app password for POP3"'
on 100 fetch b
check 'a wide terminal needs fewer lines' eval 'lines_are 2 && shows "  hint: check user and password; many providers require an app password for POP3"'
colored() { grep -q "$(printf '\033')\[3[13]m" colors; }
check 'the failure has a color' colored
for VARIABLES in NO_COLOR=1 TERM=dumb; do
  on 60 fetch b
  check "with $VARIABLES there is no color" eval '! colored && shows "  hint: check user.*"'
done
VARIABLES=''
run b
check 'without a terminal, a failure is one line without color' eval '[ "$(wc -l <err)" = 1 ] && contains err "; check user and password;" && lacks err "$(printf "\033")"'
run check b
check 'a failed check is not longer, and the failure follows' eval '[ "$(wc -l <out)" -le 5 ] && contains out "b: some checks failed (me at localhost port $PORT)" && [ "$(wc -l <err)" = 1 ]'
openssl req -x509 -newkey rsa:2048 -nodes -keyout other-key.pem -out other.pem -days 9 -subj /CN=other >/dev/null 2>&1
CA_FILE=other.pem configure c 'deliver_to = "maildir:C"'
run check c
check 'a refused certificate is shown in full' eval 'exits 69 && contains out "  certificate   refused" && contains out "  pin           tls_pins = "'
run --unknown-option
check 'without a terminal, an unknown option is reported in one line' [ "$(wc -l <err)" = 1 ]
on 40 --unknown-option
check 'an unknown option is reported in the same form' eval 'is_at_most 40 && shows "  hint: see mailhaul --help"'

# ---- status ----

run --keep a
on 60 status
check 'status is wrapped between words' eval 'shows "a: ok; last success .*" && shows "  localhost to maildir:Mail"'
run status
check 'without a terminal, status has one line an account' [ "$(wc -l <out)" = "$(grep -c '^account' mailhaul.conf)" ]

# ---- an empty maildrop ----

rm mail/*
rm -rf state
on 80 list a
check 'list says that the maildrop is empty' shows 'a: no messages on the server'
run -n a
check 'a dry run says so' says out 'a: no messages on the server'
run list a
check 'without a terminal, list says so on standard error' eval '[ ! -s out ] && says err "mailhaul: a: no messages on the server"'
run list -q a
check '-q suppresses that' silent
done_testing
