#!/bin/sh
# The command config: the effective settings, and the origin of each.
. "${srcdir:-.}/tests/e2e/lib/common.sh"

cat >more.conf <<'END'
account "two" {
  server = mail.example.net
  auth = external
  deliver_to = "pipe"
  deliver_command = {"sh", "-c",
    'echo "$USER" \ $x'}
}
END
cat >mailhaul.conf.in <<'END'
jobs = 2
include("more.conf")
defaults {
  user = "me@example.org"
  timeout = 2m
}
account "one" {
  server = pop.example.org
  password = 'secret ${HOME}'
  deliver_to = "maildir:Mail"
  leave_on_server = 2w
}
END
run config
check 'the settings are printed' exits 0
check 'nothing is printed on standard error' [ ! -s err ]
has() { grep -qxE -- " *$1 *# $2" out || { echo "no line $1, # $2" && cat out && return 1; }; }
check 'a setting of an account has its file and line' has 'server = pop\.example\.org' 'mailhaul\.conf:8'
check 'a setting of the defaults has its file and line' has 'timeout = 2m' 'mailhaul\.conf:5 \(defaults\)'
check 'a setting of an included file has that file and line' has 'server = mail\.example\.net' 'more\.conf:2'
check 'an option that is not set has its default' has 'port = 995' 'default'
check 'a setting of the top level has its file and line' has 'jobs = 2' 'mailhaul\.conf:1'
check 'a value is printed in its normal form' has 'leave_on_server = 14d' 'mailhaul\.conf:11'
check 'a command is printed with its arguments' has 'deliver_command = \{sh, "-c", "echo .*"\}' 'more\.conf:5'
check 'a password is masked' has 'password = "\*\*\*"' 'mailhaul\.conf:9'
check 'the password is not printed' lacks out secret

# Lists the names of the options in the source's table.
awk '/account_options\[\] = \{/ { inside = 1 } inside && /^};/ { exit } inside' "$E2E_DIR/../../src/config/account_options.c" |
  sed -n 's/^[[:space:]]*{"\([a-z0-9_]*\)",.*/\1/p' >options
run config one
sed -n '/^account/,$s/^ *#\{0,1\} *\([a-z0-9_]*\) .*/\1/p' out | grep -v '^account$' >printed
check 'every option of an account is printed, in the order of the manual' sh -c '[ -s options ] && diff options printed'
check 'only the named account is printed' [ "$(grep -c '^account' out)" = 1 ]
sed -n '/file_top_names\[FILE_TOP_COUNT\] =/s/.*{\(.*\)};/\1/p' "$E2E_DIR/../../src/config/file.c" | tr -d '" ' | tr , '\n' | sort >top-options
sed '/^account/,$d' out | sed -n 's/^\([a-z0-9_]*\) = .*/\1/p' | sort >top-printed
check 'every option of the top level is printed' sh -c '[ -s top-options ] && diff top-options top-printed'

run config
values() { sed 's/  *# .*//; /^$/d' "$1"; }
values out >first
cp out mailhaul.conf.in
run config
values out >second
check 'the output is a valid configuration with the same settings' cmp first second

cat >mailhaul.conf.in <<'END'
account "one" {
  server = pop.example.org
  user = me
  password_command = {"pass", "show", "mail"}
  deliver_to = "maildir:Mail"
}
END
run config --json
check '--json prints one line for the top level and one for each account' [ "$(wc -l <out)" = 2 ]
check 'each line names its version and type' json "all(l['mailhaul'] == 2 and l['type'] == 'settings' for l in lines)"
check 'the first line names the file' json "lines[0]['file'] == 'mailhaul.conf' and lines[0]['options']['jobs'] == {'value': '4', 'source': 'default', 'location': None}"
check 'each option has its value, source and location' json "lines[1]['account'] == 'one' and lines[1]['options']['server'] == {'value': 'pop.example.org', 'source': 'account', 'location': 'mailhaul.conf:2'}"
check 'a list is a JSON list' json "lines[1]['options']['password_command']['value'] == ['pass', 'show', 'mail']"
check 'an option that is not set is null' json "lines[1]['options']['tls_ca_file'] == {'value': None, 'source': 'default', 'location': None}"
check 'all options are in the JSON output' json "list(lines[1]['options']) == open('options').read().split()"

run config --json --changed
check '--json --changed has only options that differ from the defaults' json "sorted(lines[1]['options']) == ['deliver_to', 'password_command', 'server', 'user'] and lines[0]['options'] == {}"

# The equal default is not shown, wherever the setting comes from; the port follows from tls.
cat >mailhaul.conf.in <<'END'
jobs = 4
state_dir = "state"
defaults {
  timeout = 5m
  connect_timeout = 7s
  leave_on_server = 14d
}
account "one" {
  server = pop.example.org
  port = 995
  user = me
  password = 'secret'
  deliver_to = "maildir:Mail"
  leave_on_server = forever
  repeat = auto
  max_time = 0
}
account "two" {
  server = pop.gmail.com
  tls = starttls
  port = 110
  user = me
  password_file = "file"
  deliver_to = "mbox:Mail"
  repeat = no
}
END
run config --changed
names() { sed -n 's/^ *\([a-z_]*\) = .*/\1/p' out | tr '\n' ' '; }
check '--changed prints only what differs from the defaults' [ "$(names)" = \
  'state_dir server user password deliver_to connect_timeout server tls user password_file deliver_to leave_on_server repeat connect_timeout ' ]
check '--changed masks passwords' lacks out secret
cat >alone.conf <<'END'
account "a" {
  server = pop.example.org
  user = me
  password_file = "file"
  deliver_to = "maildir:Mail"
}
END
check 'the output of --changed starts with its first line' eval \
  '"$MAILHAUL" -c alone.conf config --changed >alone && [ "$(head -n 1 alone)" = "account \"a\" {" ]'
cp out changed && cp changed mailhaul.conf.in
run config --changed
check 'the output of --changed is a valid configuration' exits 0
check 'it has the same settings' eval '[ "$(sed "s/ *#.*//" out)" = "$(sed "s/ *#.*//" changed)" ]'
cat >mailhaul.conf.in <<'END'
account "one" {
  server = pop.example.org
  user = me
  auth = external
  tls_client_cert = "a"
  tls_client_key = "b"
  deliver_to = "maildir:Mail"
}
END
run config --names
check '--names prints only the names of the accounts' says out one
run config nobody
check 'an unknown account is refused' exits 64
run config --keep
check 'an option of another command is refused' exits 64
check 'the message names the refused option' says err 'mailhaul: the command config does not take --keep; use it with the command fetch'
run fetch --names
check 'fetch refuses --names' exits 64
fits_schema
done_testing
