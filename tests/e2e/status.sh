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
check 'status succeeds for accounts that were never fetched' exits 0
check 'the accounts are shown as never fetched' says out "$(printf 'a: never fetched; localhost to maildir:Mail\nb: never fetched; localhost to maildir:Other')"
check 'no state is created' [ ! -e state ]
run status --json a
check 'JSON shows an account that was never fetched' json "first['type'] == 'status' and first['account'] == 'a' and first['last_success'] is None and first['delivered'] == 0 and first['certificate_not_after'] is None"

run a
stop
run status a
check 'status works without the server' exits 0
check 'status shows when the last run succeeded' line 'last success' '20.* \([0-9]+ seconds? ago\)'
check 'status shows what was delivered' line delivered '3 messages, [0-9]* B'
check 'status shows what is on the server' line 'on the server' '3 of them, [0-9]* B'
check 'status shows the planned deletions' line deletions '0 at the next run, 3 within a day from 20[-0-9]* [0-9:]* [-+][0-9]*, 0 later'
check 'status shows the expiry of the certificate' line certificate 'valid for [0-9]+ days, until 20.*'
run_later +14d status a
check 'status shows the deletions that are due' line deletions '3 at the next run'
run_later +13d status --json a
check 'JSON shows the same numbers' json "(first['delivered'], first['on_server'], first['deletions_due'], first['deletions_later'], first['next_deletion_count']) == (3, 3, 0, 3, 3)"
check 'JSON has timestamps in UTC' json "all(first[k].endswith('Z') for k in ('last_success', 'next_deletion_at', 'certificate_not_after'))"
check 'the next deletion is 14 days after the last success' python3 -c "
import json, datetime
s = json.loads(open('out').read())
t = lambda k: datetime.datetime.strptime(s[k], '%Y-%m-%dT%H:%M:%SZ')
d = t('next_deletion_at') - t('last_success')
assert datetime.timedelta(days=14, seconds=-60) < d <= datetime.timedelta(days=14), d"
run_later +7300d status a
check 'status shows that the certificate has expired' line certificate 'expired on 20.*, as seen by the last run'
run_later -30d status a
check 'status shows no deletions while the clock is behind' line deletions 'none while the clock is earlier than the last run'

looks() { find state -type f ! -name "*-shm" -exec ls -l --time-style=full-iso {} + | sort; }
before=$(looks)
run status
check 'status does not change the state' [ "$(looks)" = "$before" ]

# A renewed certificate is recorded with the next change, and a run that changes nothing does not sync for it.
ends() { sqlite3 -readonly state/a.db 'SELECT certificate_ends FROM maildrop'; }
serve --dir mail
certificate_end() {
  date -u -d "$(openssl x509 -in certs/server.pem -noout -enddate | cut -d= -f2)" +%s
}
check "the recorded expiry is that of the server's certificate" [ "$(ends)" = "$(certificate_end)" ]
sqlite3 state/a.db 'UPDATE maildrop SET certificate_ends = 1700000000' >/dev/null
run a
check 'a run without changes does not record the expiry' [ "$(ends)" = 1700000000 ]
run_later +2d a
check 'a run with changes records the expiry' [ "$(ends)" = "$(certificate_end)" ]

# A state of the first version, which did not record certificates.
old_state 1
run status --json a
check 'status reads the state of an older version' json "first['delivered'] == 3 and first['certificate_not_after'] is None"
check 'status does not upgrade an older state' [ "$(sqlite3 -readonly state/a.db 'PRAGMA user_version')" = 1 ]
run a
check 'the next run succeeds with the older state' exits 0

fresh_configuration
configure a 'deliver_to = "pipe"' 'deliver_command = {"sh", "-c", "cat >/dev/null; echo yes >started; while [ ! -e go ]; do sleep 0.05; done"}' \
  'leave_on_server = no'
letter mail/4
write_configuration
"$MAILHAUL" -c mailhaul.conf a >first.out 2>first.err &
first=$!
wait_for started 'the command is not started'
run status a
check 'status works during a run' exits 0
check 'status shows that a run is in progress' line now 'a run is in progress'
check 'status shows pending deletions during a run' line deletions '3 at the next run'
kill -9 "$first"
wait_until eval 'run status a && ! grep -q "is in progress" out'
check 'status shows that a run was killed' line now 'the last run was killed; the next run continues where it stopped'
: >go
run --keep a
run status a
check 'the note disappears after the next run' lacks out now
check 'status counts the messages delivered to a command' line delivered '4 messages, .*'

fresh_configuration
PASSWORD_LINE="password = 'not mine'" configure a 'deliver_to = "maildir:Mail"'
PASSWORD_LINE="password = 'not mine'" configure never 'deliver_to = "maildir:Never"'
# Times in the state are in seconds: a failure in the same second would hide the success.
then=$(date +%s)
while [ "$(date +%s)" -le "$then" ]; do sleep 0.05; done
run --keep a never
run status a
check 'status shows since when an account has been failing' line 'failing since' '20[-0-9]* [0-9:]* [-+][0-9]*'
check 'status shows the last failure' line 'last failure' '20[-0-9]* [0-9:]* [-+][0-9]*: login: the server refused the login \(server said: ".*"\)'
check 'status shows the last success before it' line 'last success' '20.*'
run status --json never
check 'JSON shows a failure of an account that never succeeded' json "first['failing_since'] and first['last_success'] is None and first['last_failure']['step'] == 'login' and first['last_failure']['server_reply'] and first['last_failure']['at'] == first['failing_since']"
fresh_configuration
configure a 'deliver_to = "maildir:Mail"'
run --keep a
run status --json a
check 'the failure disappears after a success' json "first['failing_since'] is None and first['last_failure'] is None"
run status a
check 'status shows no deletions with leave_on_server = forever' line deletions 'none \(leave_on_server = forever\)'
echo nonsense >state/a.db
run status a
check 'a damaged state is a failure' exits 74
check 'the message is that of a fetch' contains err 'mailhaul: a: state: '
fits_schema
done_testing
