#!/bin/sh
# Mistakes in the configuration: exact lines, all of them in one run, and no part of a password. Warnings.
. "${srcdir:-.}/tests/e2e/lib/common.sh"

example=$E2E_DIR/../../conf/mailhaul.conf.example
refused() { [ "$STATUS" -eq 78 ] || { echo "exit status $STATUS" && show && return 1; }; }
line_is() { contains err "mailhaul: mailhaul.conf:$1: $2"; }

# ---- Lines ----

typo=$(grep -n 'max_message_size = 25M' "$example" | cut -d: -f1)
sed "${typo}s/max_message_size/max_mesage_size/" "$example" >mailhaul.conf.in
run config
check 'a typing error in the example is refused' refused
check 'it is reported with its line' says err \
  "mailhaul: mailhaul.conf:$typo: there is no option max_mesage_size for accounts; did you mean max_message_size?"
sed 's/^\( *\)#\([a-z_]* = \)/\1\2/' "$example" >mailhaul.conf.in
run config
check 'the example with all options is valid' exits 0
origins_are_right() {
  sed -n 's/^ *\([a-z_]*\) = .*# mailhaul.conf:\([0-9]*\).*/\1 \2/p' out >origins
  [ "$(wc -l <origins)" -gt 20 ] || { echo 'too few origins' && cat out && return 1; }
  while read -r option line; do
    sed -n "${line}p" mailhaul.conf.in | grep -q "^ *$option = " || { echo "$option is not in line $line" && return 1; }
  done <origins
}
check 'each setting of it has the line where it is set' origins_are_right
json_origins_are_right() {
  python3 - <<'PY'
import json
text = open("mailhaul.conf.in").read().split("\n")
seen = 0
for line in open("out"):
    for name, option in json.loads(line)["options"].items():
        if option["location"]:
            seen += 1
            number = int(option["location"].rsplit(":", 1)[1])
            assert text[number - 1].strip().startswith(name + " ="), (name, number, text[number - 1])
assert seen > 20, seen
PY
}
run config --json
check 'the lines in its JSON are right' json_origins_are_right

# ---- All mistakes in one run ----

cat >mailhaul.conf.in <<'END'
# A comment, and a " quote in it
jobs = many /* a comment
  of two lines */
server = pop.example.org
account "one" {
  server = pop.example.org:995
  user = "CORP\jane"
  password = 'SECRET-1
  deliver_to = "maildir:~/One"
}
account "two" {
  server = pop.example.org
  user = me#1
  password = SECRET-2 word
  jobs = 2
  deliver_to = "maildir: ~/Two"
account "three" {
  sever = pop.example.org
  user = “me”
  pasword = SECRET-3
  password_command = {"pass", "SECRET-4}
  deliver_to = maildir:~nosuchuser/Three
}
}
account "four" {
  server = pop.example.org
}
END
run check
check 'a configuration with many mistakes is refused' refused
sed -n 's/^mailhaul: mailhaul.conf:\([0-9]*\): .*/\1/p' err >lines
printf '%s\n' 2 4 6 7 8 11 13 14 15 16 18 19 20 21 22 24 25 25 25 | sort -n >expected
sort -n lines >sorted
check 'each mistake is reported once, with its line' diff expected sorted
check 'a quote that is not closed is reported with its line' line_is 8 'password: the quote opened on line 8 is never closed'
check 'an account that is not closed is reported with its line' line_is 11 'the account opened on line 11 is never closed'
check 'an account without a mistake of its own is checked as a whole' line_is 25 'account four: user is missing'
check 'no part of a password is printed' lacks err SECRET
check 'the text of another line is shown' contains err '    user = "CORP\jane"'
check 'nothing is printed on standard output' [ ! -s out ]

seq -f 'line %g = x' 1000 >mailhaul.conf.in
run config
check 'a file that is not a configuration is refused' refused
check 'a hundred mistakes are shown' [ "$(grep -c '^mailhaul: mailhaul.conf:' err)" -eq 100 ]
check 'the others are counted' contains err 'mailhaul: 900 more are not shown; correct these first'

# ---- Quotes that do not balance, wherever they are ----

cat >whole.conf <<'END'
account "one" {
  server = "pop.example.org" user = "me"
  password = 'SECRET it "is" SECRET'
  deliver_to = "pipe" deliver_command = {"sh", '-c',
   "cat"} # it's
}
account 'two' {
  server = 'a' user = 'me' password = "SECRET it's SECRET"
  deliver_to = 'maildir:~/Other'
}
account x { server = a user = me deliver_to = 'mbox:x' password_command = {echo, 'SECRET'} }
END
# Leaves out a character, or puts a quote in front of it. tests/unit/test-config-file.c does so everywhere.
some_changes() {
  "$PYTHON" - "$MAILHAUL" <<'PY'
import os, subprocess, sys
text = open("whole.conf").read()
changes = {text[:at] + text[at + 1:] for at in range(0, len(text), 11)}
changes |= {text[:at] + "'\"{"[at % 3] + text[at:] for at in range(0, len(text), 11)}
for change in sorted(changes):
    with open("changed.conf", "w") as file:
        file.write(change)
    run = subprocess.run([sys.argv[1], "-c", "changed.conf", "config"], capture_output=True, text=True)
    if run.returncode not in (0, 78) or "CRET" in run.stderr or (run.returncode == 78) != bool(run.stderr):
        sys.exit(f"exit status {run.returncode}\n{change}\n{run.stderr}")
PY
}
cp whole.conf mailhaul.conf.in
run config
check 'a configuration with quotes in quotes is valid' exits 0
check 'with a character missing or added, no part of a password is printed' some_changes
some_cuts() {
  for length in $(seq 7 17 "$(($(wc -c <whole.conf) - 2))"); do
    head -c "$length" whole.conf >mailhaul.conf.in
    run config
    ! grep SECRET err || { echo "the first $length bytes" && return 1; }
  done
}
check 'nor if the file is cut' some_cuts

# ---- The encoding of the file ----

{ printf '\357\273\277' && cat whole.conf; } >mailhaul.conf.in
run config
check 'a byte order mark is skipped' exits 0
python3 -c 'import sys; sys.stdout.buffer.write(open("whole.conf").read().encode("utf-16"))' >mailhaul.conf.in
STATUS=0
"$MAILHAUL" -c mailhaul.conf.in config >out 2>err || STATUS=$?
check 'UTF-16 is refused' refused
check 'the message says so' contains err 'is in UTF-16'
sed 's/$/\r/' whole.conf >mailhaul.conf.in
run config
check 'a configuration with CRLF is valid' exits 0

# ---- Warnings ----

mkdir mail
letters 1 1
serve --dir mail
fresh_configuration
configure one 'deliver_to = "maildir:Mail"'
configure two 'deliver_to = "maildir:Mail"'
same='mailhaul: mailhaul.conf:14: warning: accounts one and two have the same server, user and destination, so that each message is delivered twice; remove one of them'
for command in config check fetch; do
  run $command
  check "two accounts for the same mail leave the exit code of $command unchanged" exits 0
  check "$command warns once" says err "$same"
done
run -q fetch
check '-q prints no warning' [ ! -s err ]
run fetch one
check 'one of them alone brings no warning' [ ! -s err ]
fresh_configuration
SERVER_PORT=995 configure one 'tls = starttls' 'deliver_to = "maildir:Mail"'
run config
check 'starttls with port 995 is valid' exits 0
check 'it brings a warning with the line of tls' contains err 'mailhaul: mailhaul.conf:8: warning: account one: port 995 usually starts with TLS'
SERVER_PORT=993 configure two 'deliver_to = "maildir:Two"'
run config
check 'the port of IMAP is named' contains err 'account two: port 993 usually is the port of IMAP; set port to that of POP3, usually 995'

# ---- The command line ----

run one check
check 'a command after an account is refused' exits 64
check 'the message has the right order' says err \
  'mailhaul: the command check follows the name of an account; write the command first: mailhaul check one'

done_testing
