#!/bin/sh
# What the command status calls a success: only a run that completed. Also status --fail, for monitoring.
# shellcheck source=tests/e2e/lib/memory.sh
. "${srcdir:-.}/tests/e2e/lib/memory.sh"
. "${srcdir:-.}/tests/e2e/lib/common.sh"

# fresh: a state with a success an hour ago, and new mail.
fresh() {
  rm -rf mail Mail state hold
  mkdir mail hold
  letters 1 3
  fresh_configuration
  configure a 'deliver_to = "maildir:Mail"' 'timeout = 60' 'connect_timeout = 60'
  run_later -1h
  exits 0 >/dev/null || bail 'the first run fails'
  run status --json
  success=$(python3 -c 'import json; print(json.loads(open("out").read())["last_success"])')
  letters 4 6
}
# begin STEP: starts a run that the server holds at STEP.
begin() {
  rm -f hold/*
  write_configuration
  : >"hold/$1"
  "$MAILHAUL" -c mailhaul.conf >run.out 2>run.err &
  PID=$!
  wait_for hold/held "the run does not come to $1"
}
# finish_run SIGNAL: ends it. The worker of a killed run may live a little longer.
finish_run() {
  kill -s "$1" "$PID"
  wait "$PID" 2>/dev/null || :
  rm -f hold/*
  wait_until eval 'run status a && ! grep -q "is in progress" out'
}
same_success() { json "first['last_success'] == '$success'"; }

mkdir mail hold
serve --dir mail --hold hold

for step in CONNECT LIST RETR QUIT; do
  for signal in TERM KILL; do
    fresh
    begin "$step"
    run status --json
    check "$signal at $step: before that, a run is in progress" json "first['running'] and not first['interrupted'] and first['last_run']['result'] == 'running'"
    finish_run "$signal"
    [ "$signal" = KILL ] && result=killed || result=interrupted
    # The worker of a killed run may still notice that, and end as if it had been interrupted.
    run status --json
    check "$signal at $step: that is not a success" same_success
    check "$signal at $step: the run is $result" json "first['interrupted'] and first['last_run']['result'] in ('$result', 'interrupted') and not first['ok']"
    run status a
    check "$signal at $step: the words say so" grep -qE '^  now  .*the last run was (interrupted|killed); the next run' out
    run status --fail
    check "$signal at $step: --fail fails" exits 2
    run
    run status --fail
    check "$signal at $step: the next run is a success" eval "exits 0 && contains out 'a: ok; last success '"
  done
done

# A killed run, and then others that do not complete.
fresh
begin RETR
finish_run KILL
stop
run
run status --json
check 'a failed run after a killed one is not a success' same_success
check 'it is the last run' json "first['last_run']['result'] == 'failed' and first['failing_since']"
serve --dir mail --hold hold
fresh
begin RETR
finish_run KILL
begin CONNECT
finish_run TERM
run status --json
check 'an interrupted run after a killed one is not a success' same_success
fresh
begin RETR
finish_run KILL
rm "$(find Mail -type f | head -n 1)"
run verify --refetch a >/dev/null
run status --json
check 'verify --refetch fetches, and this run is a success' json "first['last_success'] > '$success'"
fresh
rm state/a.db*
run verify --rebuild
run status --json
check 'a rebuild is not a success' same_success
fresh
run -n
run list
run check
run status --json
check 'dry runs, list and check are not a success' same_success
fresh
chmod 500 Mail/new Mail/tmp
run
chmod 700 Mail/new Mail/tmp
[ "$STATUS" = 0 ] || {
  run status --json
  check 'a run that cannot store mail is not a success' same_success
}
fresh
hold_lock state/a.lock
run
release_lock
run status --json
check 'a run that leaves the account to another run is not a success' same_success

# A state of an older version, which left no note.
fresh
run
truncate -s 128 state/a.lock
touch -d '2 hours ago' state/a.lock
run status --json
check 'without a note, the last end of a run counts' json "first['last_run'] is None and first['last_success'] and first['ok']"
begin CONNECT
finish_run TERM
run status --json
check 'an interrupted run keeps that' json "first['last_run']['result'] == 'interrupted' and first['last_success']"
run
run status --fail
check 'a completed run is a success' exits 0

# Without mail to fetch: nothing but the note is written.
run_later +2h
run_later +2h status --json
check 'a run without changes is a success' json "first['last_run']['result'] == 'completed' and first['last_run']['began_at'] == first['last_success']"

# ---- one line an account, and monitoring ----

rm -rf state Mail Other
fresh_configuration
configure a 'deliver_to = "maildir:Mail"'
configure b 'deliver_to = "mbox:box"'
configure c 'deliver_to = "pipe"' 'deliver_command = {"true"}'
run status
check 'an account that was never fetched is one line, with server and destination' says out 'a: never fetched; localhost to maildir:Mail
b: never fetched; localhost to mbox:box
c: never fetched; localhost to pipe'
run status --fail
check 'an account that was never fetched fails' exits 2
run a c
PASSWORD_LINE="password = 'not mine'"
fresh_configuration
configure b 'deliver_to = "mbox:box"'
PASSWORD_LINE=''
configure a 'deliver_to = "maildir:Mail"'
configure c 'deliver_to = "pipe"' 'deliver_command = {"true"}'
run
run status
lines_are() { [ "$(cut -d ';' -f 1 out | cut -d ' ' -f 1-2 | tr '\n' ' ')" = "$1" ] || { show; return 1; }; }
check 'each account is one line, in the order of the configuration' lines_are 'b: failing a: ok c: ok '
check 'a failing account has its cause' grep -qE '^b: failing since 20[-0-9]+ [0-9:]+ [-+][0-9]{4}, login: the server refused the login \(server said: ".*"\); no success yet; localhost to mbox:box$' out
check 'an account that works has its last success' grep -qE '^a: ok; last success 20[-0-9]+ [0-9:]+ [-+][0-9]{4} \([0-9]+ seconds? ago\); localhost to maildir:Mail$' out
check 'without --fail, status succeeds' exits 0
run status --fail a c
check 'accounts that work do not fail' exits 0
run status --fail
check 'an account that fails gives exit status 2' exits 2
run status --fail -q
check 'with -q, only the account that fails is printed' lines_are 'b: failing '
run status -v
check 'with -v, all details are printed' [ "$(grep -c '^  server .* me at localhost port [0-9]*$' out)" = 3 ]
run status a
check 'a named account has all details' grep -qE '^  destination +maildir:Mail$' out
fresh_configuration
configure a 'deliver_to = "maildir:Mail"'
configure c 'deliver_to = "pipe"' 'deliver_command = {"true"}'
run_later +47h status --fail=2d
check 'a success 47 hours ago is not older than 2 days' exits 0
run_later +49h status --fail=2d
check 'a success 49 hours ago is older than 2 days' exits 2
check 'the line says so' contains out 'a: too old; last success '
run_later +49h status --json --fail=2d
check 'JSON says so' json "not any(line['ok'] for line in lines)"
run_later +49h status --json
check 'without an age, no success is too old' json "all(line['ok'] for line in lines)"
run_later +49h a
run_later +49h status --fail=2d
check 'the account that is too old comes first' lines_are 'c: too a: ok '
for age in '' x 0 -1d; do
  run status "--fail=$age"
  check "--fail=$age is refused" exits 64
done
run --fail
check 'fetch refuses --fail' exits 64
echo nonsense >state/a.db
run status --fail
check 'a damaged state is a failure of its own' exits 74

# ---- one clock ----

fresh
TZ=XXX-05:30
export TZ
run status a
check 'status has local time with the zone' grep -qE '^  last success +20[-0-9]+ [0-9:]+ \+0530 ' out
rm "$(find Mail -type f | head -n 1)"
run verify
check 'verify has local time with the zone' grep -qE 'delivered 20[-0-9]+ [0-9:]+ \+0530,' out
run check
check 'check has local time with the zone' grep -qE 'last run 20[-0-9]+ [0-9:]+ \+0530$' out
run status --json
check 'JSON has UTC' json "first['last_success'].endswith('Z')"
fits_schema
done_testing
