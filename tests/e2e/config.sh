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
check 'without a word on standard error' [ ! -s err ]
has() { grep -qxE -- " *$1 *# $2" out || { echo "no line $1, # $2" && cat out && return 1; }; }
check 'what an account says, with file and line' has 'server = pop\.example\.org' 'mailhaul\.conf:8'
check 'what the defaults say, too' has 'timeout = 2m' 'mailhaul\.conf:5 \(defaults\)'
check 'what an included file says' has 'server = mail\.example\.net' 'more\.conf:2'
check 'what nobody says' has 'port = 995' 'default'
check 'what is said at the top' has 'jobs = 2' 'mailhaul\.conf:1'
check 'a value in the words that it means' has 'leave_on_server = 14d' 'mailhaul\.conf:11'
check 'a command with its arguments' has 'deliver_command = \{sh, "-c", "echo .*"\}' 'more\.conf:5'
check 'a password is masked' has 'password = "\*\*\*"' 'mailhaul\.conf:9'
check 'and stands nowhere' lacks out secret

# Lists the names of the options in the source's table.
awk '/account_options\[\] = \{/ { inside = 1 } inside && /^};/ { exit } inside' "$E2E_DIR/../../src/config/account_options.c" |
  sed -n 's/^[[:space:]]*{"\([a-z0-9_]*\)",.*/\1/p' >options
run config one
sed -n '/^account/,$s/^ *#\{0,1\} *\([a-z0-9_]*\) .*/\1/p' out | grep -v '^account$' >printed
check 'every option of an account is printed, in the order of the manual' sh -c '[ -s options ] && diff options printed'
check 'of the account that was named, and of no other' [ "$(grep -c '^account' out)" = 1 ]
awk '/cfg_opt_t top\[\] = \{/ { inside = 1 } inside && /^[[:space:]]*};/ { exit } inside' "$E2E_DIR/../../src/config/file.c" |
  sed -n 's/.*CFG_STR("\([a-z0-9_]*\)".*/\1/p' | sort >top-options
sed '/^account/,$d' out | sed -n 's/^\([a-z0-9_]*\) = .*/\1/p' | sort >top-printed
check 'every option of the top level is printed' sh -c '[ -s top-options ] && diff top-options top-printed'

run config
values() { sed 's/  *# .*//; /^$/d' "$1"; }
values out >first
cp out mailhaul.conf.in
run config
values out >second
check 'what is printed is a configuration, which means the same' cmp first second

cat >mailhaul.conf.in <<'END'
account "one" {
  server = pop.example.org
  user = me
  password_command = {"pass", "show", "mail"}
  deliver_to = "maildir:Mail"
}
END
run config --json
check '--json gives a line for the top and one an account' [ "$(wc -l <out)" = 2 ]
check 'each tells what it is' json "all(l['mailhaul'] == 2 and l['type'] == 'settings' for l in lines)"
check 'the first one the file' json "lines[0]['file'] == 'mailhaul.conf' and lines[0]['options']['jobs'] == {'value': '4', 'source': 'default', 'location': None}"
check 'an option its value and where it comes from' json "lines[1]['account'] == 'one' and lines[1]['options']['server'] == {'value': 'pop.example.org', 'source': 'account', 'location': 'mailhaul.conf:2'}"
check 'a list is a list' json "lines[1]['options']['password_command']['value'] == ['pass', 'show', 'mail']"
check 'what is not set is null' json "lines[1]['options']['tls_ca_file'] == {'value': None, 'source': 'default', 'location': None}"
check 'all options are there' json "list(lines[1]['options']) == open('options').read().split()"

run config --names
check '--names gives the names alone' says out one
run config nobody
check 'an account that is not there is refused' exits 64
run config --keep
check 'so is an option of another verb' exits 64
check 'by its name' says err 'mailhaul: the command config does not take --keep; see mailhaul --help'
run fetch --names
check 'and its option with fetch' exits 64
fits_schema
done_testing
