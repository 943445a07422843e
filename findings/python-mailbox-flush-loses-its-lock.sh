#!/bin/sh
# Python's mailbox.mbox.flush() works on a file that lock() has locked, yet another program can make it fail. It renames
# a new file over the old one, and only then locks the new file, without waiting. A program that takes the fcntl lock
# first and the dot lock second, as Debian's policy requires, has the new file locked for a moment. flush() then raises
# ExternalClashError although the changes are in the file, and leaves the dot lock.
. "$(dirname "$0")/lib.sh"

packages libpython3.11-stdlib=3.11.2-6+deb12u9
printf 'From a@example.org Thu Jan  1 00:00:00 1970\nSubject: one\n\nbody\n\n' >mbox

# The other program: it has the fcntl lock until it sees the dot lock, and tries again.
cat >other.py <<'PY'
import fcntl, os, time
while not os.path.exists("stop"):
    with open("mbox", "r+") as file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            continue
        time.sleep(0.001)
PY
cat >reader.py <<'PY'
import sys
sys.path.insert(0, sys.argv[1])
import mailbox
print("Python", sys.version.split()[0], "with", mailbox.__file__)
for attempt in range(5000):
    box = mailbox.mbox("mbox", create=False)
    try:
        box.lock()
    except mailbox.ExternalClashError:
        continue
    message = box[0]
    message.replace_header("Subject", f"changed {attempt}")
    box[0] = message
    try:
        box.flush()
    except mailbox.ExternalClashError as error:
        print("flush failed:", str(error).split(":")[0])
        with open("mbox") as file:
            print("the file is changed:", f"Subject: changed {attempt}\n" in file.readlines())
        break
    box.unlock()
PY
python3 other.py &
STARTED="$STARTED $!"
python3 reader.py "$DIR/root/usr/lib/python3.11" >out
touch stop
ls mbox* >>out
cat out
expect 'flush() fails while lock() is in effect' '^flush failed: lockf' out
expect 'its changes are in the file' '^the file is changed: True$' out
expect 'the dot lock stays' '^mbox\.lock$' out
