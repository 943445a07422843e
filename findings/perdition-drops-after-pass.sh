#!/bin/sh
# perdition, a POP3 proxy, reads a client's commands before the login in pieces, and answers USER and PASS that come together. It drops
# commands that follow PASS in the same piece: it neither passes them on nor refuses them. After the login it passes all data on unchanged.
. "$(dirname "$0")/lib.sh"

packages perdition=2.2-3.2+b1 libvanessa-adt1=0.0.9-2+b2 libvanessa-logger0=0.0.10-3.1 libvanessa-socket2=0.0.13-1+b3 \
  libpopt0=1.19+dfsg-1
cat >backend.py <<'PY'
import sys
print("+OK ready", end="\r\n", flush=True)
for line in sys.stdin:
    word = line.split()[0].upper()
    print({"STAT": "+OK 2 320", "QUIT": "+OK bye"}.get(word, "+OK"), end="\r\n", flush=True)
    if word == "QUIT":
        break
PY
backend=$(free_port)
inetd "$backend" python3 backend.py
port=$(free_port)
start root/usr/sbin/perdition --no_daemon -f '' -P POP3 -b 127.0.0.1 -l "$port" -s 127.0.0.1 -p "$backend" -F - \
  --username "$(id -un)" --group "$(id -gn)" --pid_file "$DIR/pid" --no_bind_banner --ssl_mode none --map_library '' 2>log
listening "$port"
echo '--- the backend server:'
pop3 "$backend" 1:'*' 3:'USER me\nPASS secret\nSTAT' 1:QUIT | tee direct
echo '--- through perdition:'
pop3 "$port" 1:'*' 2:'USER me\nPASS secret\nSTAT' 1:QUIT | tee out
expect 'the backend answers STAT after PASS' '^S: \+OK 2 320' direct
[ "$(grep -c '^S: +OK 2 320' out)" -eq 0 ] || { echo 'CHANGED: perdition passes STAT on'; exit 1; }
expect 'through perdition, the next answer is the answer to QUIT' '^S: \+OK bye' out
