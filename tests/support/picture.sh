#!/bin/sh
# Draws a real run on a real terminal (tmux): picture.sh FILE, called by make picture.
. "${srcdir:-.}/tests/e2e/lib/common.sh"

out=$1
command -v tmux >/dev/null || bail 'tmux is missing'
unset NO_COLOR TMUX
TMUX_TMPDIR=$WORK && export TMUX_TMPDIR
terminal() { tmux -u -f /dev/null -S "$WORK/tmux" "$@"; }
servers=''
# shellcheck disable=SC2086 # process numbers
trap 'terminal kill-server 2>/dev/null; kill $servers 2>/dev/null; finish' EXIT

# Two maildrops; each server stops in the middle, until the picture is taken.
# maildrop NAME MESSAGES LINES OCTETS
maildrop() {
  mkdir "$1"
  awk -v lines="$3" 'BEGIN { for (i = 0; i < lines; i++) printf "%099d\n", i }' >filling
  for n in $(seq -w "$2"); do
    { printf 'Subject: %s\nMessage-ID: <%s@example.org>\n\n' "$n" "$n" && cat filling; } >"$1/$n"
  done
  serve_beside "$1" --dir "$1" --hold hold --hold-at "$4"
  servers="$servers $STARTED"
  SERVER_PORT=$(cat "$1.port") && CA_FILE=$WORK/certs/ca.pem
  configure "$1" "deliver_to = \"maildir:~/Mail/$1\"" 'leave_on_server = 14d'
}
certificates
mkdir -p hold home/.config/mailhaul
: >hold/BODY
fresh_configuration
maildrop work 37 1100 2600000
maildrop lists 120 60 180000
write_configuration
sed 1d mailhaul.conf >home/.config/mailhaul/mailhaul.conf
chmod 600 home/.config/mailhaul/mailhaul.conf

# see PATTERN
see() {
  for _try in $(seq 300); do
    terminal capture-pane -p -t run | grep -Eq -- "$1" && return
    sleep 0.05
  done
  terminal capture-pane -p -t run
  bail "never seen: $1"
}
terminal new-session -d -s run -x 100 -y 40 \
  "env -i HOME='$WORK/home' PATH='$(dirname "$MAILHAUL"):/usr/bin:/bin' TERM=xterm-256color LC_ALL=C.UTF-8 \
    ASAN_OPTIONS=detect_leaks=0 PS1='\$ ' sh"
see '^\$'
terminal send-keys -t run mailhaul Enter
see '^work .*[0-9]:[0-9]'
see '^lists .*[0-9]:[0-9]'
terminal capture-pane -p -e -t run >first
rm hold/BODY
see '^(work|lists): .* s$'
see '^\$ *$'
terminal send-keys -t run 'mailhaul check work' Enter
see '^  destination '
terminal capture-pane -p -e -t run >second
python3 -B "$E2E_DIR/../support/picture.py" first second >picture.svg && mv picture.svg "$out"
