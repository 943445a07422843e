#!/bin/sh
# The output for a person who runs mailhaul by hand: bars during the run, on a real terminal (tmux), and summaries
# after it.
# shellcheck disable=SC2317 # check runs them
. "${srcdir:-.}/tests/e2e/lib/common.sh"

command -v tmux >/dev/null || skip_all 'tmux is missing'
unset NO_COLOR TMUX
LC_ALL=C.UTF-8 && export LC_ALL # the patterns contain bar characters
TMUX_TMPDIR=$WORK
export TMUX_TMPDIR
terminal() { tmux -u -f /dev/null -S "$WORK/tmux" "$@"; }
trap 'terminal kill-server 2>/dev/null; stop_servers; finish' EXIT
terminal new-session -d -s keep -x 80 -y 24 cat || skip_all 'tmux cannot run here'

# Two servers, so that two accounts are fetched at the same time; each stops in the middle of its 15th message.
SERVERS=''
stop_servers() { for _pid in $SERVERS; do kill "$_pid"; wait "$_pid"; done 2>/dev/null; SERVERS=''; }
start_servers() {
  certificates
  for _n in 1 2; do
    serve_beside "mail$_n" --dir "mail$_n" --hold "hold$_n" --hold-at 300000
    SERVERS="$SERVERS $STARTED"
  done
}
mkdir hold1 hold2 mail1 mail2
start_servers
awk 'BEGIN { for (i = 0; i < 200; i++) printf "%099d\n", i }' >filling
fresh() {
  rm -rf Mail1 Mail2 state
  rm -f hold1/* hold2/* mail1/* mail2/*
  for _n in $(seq -w 40); do
    { printf 'Subject: %s\nMessage-ID: <%s@example.org>\n\n' "$_n" "$_n" && cat filling; } >"mail1/$_n"
    cp "mail1/$_n" mail2/
  done
  : >hold1/BODY
  : >hold2/BODY
}
release() { rm -f hold1/* hold2/*; }
fresh_configuration
SERVER_PORT=$(cat mail1.port) && configure work 'deliver_to = "maildir:Mail1"'
SERVER_PORT=$(cat mail2.port) && configure news 'deliver_to = "maildir:Mail2"'
write_configuration

# start COLUMNS ROWS [VARIABLE=VALUE...] [--] [OPTION...]: a run on a new terminal, which remains after the run.
start() {
  _columns=$1 _rows=$2 && shift 2
  terminal kill-session -t run 2>/dev/null
  rm -f ended
  terminal new-session -d -s run -x "$_columns" -y "$_rows" \
    "cd '$WORK' && trap : INT; env HOME='$WORK' ASAN_OPTIONS=detect_leaks=0 LC_ALL=C.UTF-8 $* ; echo \"\$?\" >ended; cat"
}
program() { start "$1" "$2" "$3" "$MAILHAUL" -c mailhaul.conf "$4"; }
screen() { terminal capture-pane -p -t run >screen; }
colors() { terminal capture-pane -p -e -t run >screen; }
shows() { screen && grep -Eq -- "$1" screen; }
# see PATTERN: waits until the screen shows it, for a limited time.
see() {
  wait_until shows "$1" || { echo "never seen: $1" && cat screen && return 1; }
}
ended() { wait_for ended 'the run does not end' && STATUS=$(cat ended) && screen; }
at_most() { sed 's/━/x/g; s/─/x/g' screen | LC_ALL=C awk -v most="$1" 'length > most { print; wide = 1 } END { exit wide }'; }
lines_are() { [ "$(grep -c . screen)" = "$1" ] || { cat -A screen; return 1; }; }
no_escapes() { ! LC_ALL=C grep -l "$(printf '\033')" "$@"; }
summaries() { grep -Eq '^work: 40 new \(809\.8 kB\) → Mail1, 0 deleted, 40 left on server, [0-9.]+ s$' "$1" || { cat "$1"; return 1; }; }

for columns in 40 80 200; do
  fresh
  program "$columns" 24 ''
  case $columns in
    40) line='━+─+ +14/40 +[0-9:-]+$' ;;
    *) line='━+─+ +14/40 +300\.0 kB/809\.8 kB +[0-9.]+ k?B/s +[0-9:-]+$' ;;
  esac
  check "$columns columns: the first account has a bar, messages, bytes, rate and time left" see "^work +$line"
  check "$columns columns: the second account has a bar at the same time" see "^news +$line"
  check "$columns columns: there are only two lines" lines_are 2
  check "$columns columns: no line fills the last column" at_most $((columns - 1))
  release
  ended
  check "$columns columns: the run succeeds" exits 0
  check "$columns columns: at the end the bars are replaced by a summary for each account" see '^news: 40 new'
  check "$columns columns: the summaries have two lines, or four if they are wrapped" lines_are $((columns == 40 ? 4 : 2))
done
check 'a summary has messages, bytes, destination, deletions and time' summaries screen

# Resizing in the middle of a run.
fresh
start 120 24 sh -c "'seq 30; exec $MAILHAUL -c mailhaul.conf'"
see '^work .*14/40 .*kB/s'
terminal resize-window -t run -x 40 -y 24
check 'a terminal that becomes narrower gets narrower bars' see '^work +━+─+ +14/40 +[0-9:-]+$'
check 'nothing is left of the wide bars' [ "$(grep -c '[━─]' screen)/$(grep -c 'kB/' screen)" = 2/0 ]
check 'the lines above the bars are still shown' [ "$(grep -c '^[0-9]*$' screen)" -ge 17 ]
terminal resize-window -t run -x 120 -y 24
check 'a terminal that becomes wider gets wider bars' see '^work .*14/40 .*kB/s'
check 'nothing is left of the narrow bars' [ "$(grep -c '[━─]' screen)/$(grep -c 'kB/s' screen)" = 2/2 ]
terminal resize-window -t run -x 120 -y 2
check 'a terminal with two rows shows one account' see '^(work|news) .*14/40'
scrolled() { terminal display-message -p -t run '#{history_size}'; }
before=$(scrolled) && sleep 1.2
check 'redrawing does not scroll a terminal with two rows' [ "$(scrolled)" = "$before" ]
terminal resize-window -t run -x 10 -y 24
check 'a terminal with 10 columns shows the name' see '^work( |$)'
terminal resize-window -t run -x 100 -y 24
release
ended
check 'the run ends with the summaries' see '^work: 40 new'

# Output during the run.
fresh
awk 'BEGIN { for (i = 0; i < 20; i++) print "words" }' >mail2/00
: >hold2/LIST
sed 's/deliver_to = "maildir:Mail2"/max_message_size = 1000/' mailhaul.conf >small.conf
echo 'defaults { deliver_to = "maildir:Mail2" }' >>small.conf
start 160 60 "$MAILHAUL" -c small.conf
check 'an account that waits for the server is shown as connecting' see '^news +connecting$'
see '^work .*14/40'
rm -f hold2/*
check 'the summary of an account is printed while another one continues' see '^news: 1 new \(140 B\) → Mail2, 0 deleted, 41 left on server'
check 'the bar of the other account stays' see '^work +━+─+ +14/40 .*[0-9]$'
screen
check 'the bar is below the printed lines' [ "$(grep . screen | tail -n 1 | cut -c 1-5)" = 'work ' ]
check 'no printed line is torn' \
  [ "$(grep -c '^mailhaul: news: message [0-9]* stays on the server: its size, [0-9]* bytes, exceeds max_message_size; raise max_message_size to fetch it$' screen)" = 10 ]
check 'one line counts the messages that are not named' see '^mailhaul: news: 30 more messages stay on the server because'
check 'no other line is printed' lines_are 13
release
ended
check 'the other account continues' see '^work: 40 new'

# The interrupt key.
fresh
program 80 24 ''
see '^work .*14/40'
terminal send-keys -t run C-c
check 'Ctrl-C is answered by one line' see '^(\^C)?mailhaul: interrupted; finishing the current work \(interrupt again to quit now\)$'
ended
check 'the run ends by the signal' exits 130
check 'the summary of each account is printed' [ "$(grep -c ': 14 new (' screen)" = 2 ]
check 'the bars are removed' lines_are 7
release
run -v
check 'the next run fetches the rest' contains out 'work: 26 new ('

# The way bars are drawn.
fresh
program 80 24 LC_ALL=C
check 'without UTF-8 the bar is ASCII' see '^work +\[#+-+\] +14/40'
release
ended
check 'without UTF-8 the arrow is ASCII' see '^work: 40 new \(809\.8 kB\) -> Mail1, 0 deleted'
fresh
program 80 24 LC_ALL=C.UTF-8
see '^work .*14/40'
colors
check 'the bar is green' grep -q "$(printf '\033')\\[32m━" screen
release
ended
fresh
program 80 24 NO_COLOR=1
see '^work .*14/40'
colors
check 'with NO_COLOR the bar has no color' no_escapes screen
release
ended

# Cases without bars. The server waits for as long as bars would take to appear.
under_script() { start 80 24 "$1" "sh -c 'exec script -qec \"$MAILHAUL -c mailhaul.conf $2\" typescript'"; }
for trial in TERM=dumb TERM= -q -v; do
  fresh
  rm -f hold1/held typescript
  case $trial in
    -*) under_script TERM=screen "$trial" ;;
    *) under_script "$trial" '' ;;
  esac
  wait_for hold1/held 'the run does not come to its messages' && sleep 0.6
  release
  ended
  check "$trial: the run succeeds" exits 0
  check "$trial: no escape codes are printed" no_escapes typescript
  [ "$trial" = -q ] || check "$trial: the summary is printed" grep -q '^work: 40 new' typescript
done
fresh
release
run
check 'without a terminal, nothing is printed' silent
fresh
rm -f hold1/held
start 80 24 sh -c "'$MAILHAUL -c mailhaul.conf 2>err | cat >out'"
wait_for hold1/held 'the run does not come to its messages' && sleep 0.6
release
ended
check 'with standard error in a file, no bars or escape codes are printed' no_escapes out err

done_testing
