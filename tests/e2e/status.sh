#!/bin/sh
# The command status: the content of the state, without a server, also during a run.
. "${srcdir:-.}/tests/e2e/lib/common.sh"

line() { grep -qE "^  $1  +$2\$" out || { echo "no line $1: $2" && show && return 1; }; }

mkdir mail
letters 1 3
serve --dir mail
fresh_configuration
configure a 'deliver_to = "maildir:Mail"' 'leave_on_server = 14d'
configure b 'deliver_to = "maildir:Other"'

run status
check 'the status of accounts that were never fetched is printed' exits 0
check 'and says so' says out "$(printf 'a: never fetched\nb: never fetched')"
check 'nothing is made for that' [ ! -e state ]
run status --json a
check 'also as JSON' json "first['type'] == 'status' and first['account'] == 'a' and first['last_success'] is None and first['delivered'] == 0 and first['certificate_not_after'] is None"

run a
stop
run status a
check 'the status is there without the server' exits 0
check 'when the last run succeeded' line 'last success' '20.* \([0-9]+ seconds? ago\)'
check 'what was delivered' line delivered '3 messages, [0-9]* B'
check 'what is on the server' line 'on the server' '3 of them, [0-9]* B'
check 'and what becomes of it' line deletions '0 at the next run, 3 within a day from 20[-0-9]* [0-9:]*, 0 later'
check 'until when the certificate is good' line certificate 'valid for [0-9]+ days, until 20.*'
run_later +14d status a
check 'when its time has come, it is said' line deletions '3 at the next run'
run_later +13d status --json a
check 'JSON has the same' json "(first['delivered'], first['on_server'], first['deletions_due'], first['deletions_later'], first['next_deletion_count']) == (3, 3, 0, 3, 3)"
check 'with points in time' json "all(first[k].endswith('Z') for k in ('last_success', 'next_deletion_at', 'certificate_not_after'))"
check '14 days apart' python3 -c "
import json, datetime
s = json.loads(open('out').read())
t = lambda k: datetime.datetime.strptime(s[k], '%Y-%m-%dT%H:%M:%SZ')
d = t('next_deletion_at') - t('last_success')
assert datetime.timedelta(days=14, seconds=-60) < d <= datetime.timedelta(days=14), d"
run_later +7300d status a
check 'a certificate that has ended since is said to have' line certificate 'expired on 20.*, as seen by the last run'
run_later -30d status a
check 'nothing is due while the clock is behind' line deletions 'none while the clock is earlier than the last run'

looks() { find state -type f ! -name "*-shm" -exec ls -l --time-style=full-iso {} + | sort; }
before=$(looks)
run status
check 'a look leaves the state as it is' [ "$(looks)" = "$before" ]

# A renewed certificate is recorded with the next change, and a run that changes nothing does not sync for it.
ends() { sqlite3 -readonly state/a.db 'SELECT certificate_ends FROM maildrop'; }
serve --dir mail
certificate_end() {
  date -u -d "$(openssl x509 -in certs/server.pem -noout -enddate | cut -d= -f2)" +%s
}
check 'it is the end of the certificate that the server showed' [ "$(ends)" = "$(certificate_end)" ]
sqlite3 state/a.db 'UPDATE maildrop SET certificate_ends = 1700000000' >/dev/null
run a
check 'a look that finds nothing new does not note it' [ "$(ends)" = 1700000000 ]
run_later +2d a
check 'a run that notes something does' [ "$(ends)" = "$(certificate_end)" ]

# A state of the first version, which did not record certificates.
sqlite3 state/a.db 'ALTER TABLE maildrop DROP COLUMN certificate_ends; DROP TABLE place; DROP TABLE trouble; DROP TABLE refusal; ALTER TABLE maildrop DROP COLUMN unpipelined;
  ALTER TABLE message DROP COLUMN said; ALTER TABLE message DROP COLUMN doubt; ALTER TABLE pending DROP COLUMN said;
  ALTER TABLE message DROP COLUMN dots; ALTER TABLE pending DROP COLUMN dots;
  ALTER TABLE pending DROP COLUMN doubt; ALTER TABLE unfetched RENAME TO told; ALTER TABLE told DROP COLUMN kind; ALTER TABLE told DROP COLUMN octets; ALTER TABLE told DROP COLUMN found_new;
  PRAGMA user_version = 1' >/dev/null
run status --json a
check 'the state of an older version is read' json "first['delivered'] == 3 and first['certificate_not_after'] is None"
check 'and left as it is' [ "$(sqlite3 -readonly state/a.db 'PRAGMA user_version')" = 1 ]
run a
check 'until the next run' exits 0

fresh_configuration
configure a 'deliver_to = "pipe"' 'deliver_command = {"sh", "-c", "cat >/dev/null; echo yes >started; while [ ! -e go ]; do sleep 0.05; done"}' \
  'leave_on_server = no'
letter mail/4
write_configuration
"$MAILHAUL" -c mailhaul.conf a >first.out 2>first.err &
first=$!
wait_for started 'the command is not started'
run status a
check 'while a run goes on, its status is there' exits 0
check 'and says so' line now 'a run is in progress'
check 'what is to be deleted once it is safe' line deletions '3 at the next run'
kill -9 "$first"
wait_until eval 'run status a && ! grep -q "is in progress" out'
check 'a run that was killed is told' line now 'the last run was cut short; the next run continues where it stopped'
: >go
run --keep a
run status a
check 'until another one has put that right' lacks out now
check 'a pipe, too, counts what it took' line delivered '4 messages, .*'

fresh_configuration
PASSWORD_LINE="password = 'wrong'" configure a 'deliver_to = "maildir:Mail"'
PASSWORD_LINE="password = 'wrong'" configure never 'deliver_to = "maildir:Never"'
# Times in the state are in seconds: a failure in the same second would hide the success.
then=$(date +%s)
while [ "$(date +%s)" -le "$then" ]; do sleep 0.05; done
run --keep a never
run status a
check 'an account that fails is said to' line 'failing since' '20[-0-9]* [0-9:]*'
check 'with its last failure' line 'last failure' '20[-0-9]* [0-9:]*: login: the server refused the login \(server said: ".*"\)'
check 'and its last success before that' line 'last success' '20.*'
run status --json never
check 'also if it never succeeded' json "first['failing_since'] and first['last_success'] is None and first['last_failure']['step'] == 'login' and first['last_failure']['server_reply'] and first['last_failure']['at'] == first['failing_since']"
fresh_configuration
configure a 'deliver_to = "maildir:Mail"'
run --keep a
run status --json a
check 'until it works again' json "first['failing_since'] is None and first['last_failure'] is None"
run status a
check 'what is kept for ever is never deleted' line deletions 'none \(leave_on_server = forever\)'
echo nonsense >state/a.db
run status a
check 'a damaged state is told' exits 74
check 'as a fetch tells it' contains err 'mailhaul: a: state: '
fits_schema
done_testing
