#!/bin/sh
# A worker holds the secret of its own account, and of no other: neither where it was nor in memory that was freed. The
# server keeps all workers waiting while their memory is searched.
. "${srcdir:-.}/tests/e2e/lib/common.sh"

HELD="$E2E_DIR/../support/held_secrets.py"
ACCOUNTS=20
[ -r "/proc/$$/task/$$/children" ] || skip_all 'the system shows neither children nor memory of processes'

mkdir mail hold secrets
letter mail/1
serve --dir mail --hold hold

# Each secret has three parts, which appear nowhere else.
for number in $(seq -w 1 "$ACCOUNTS"); do
  secret=$(od -A n -t x1 -N 12 /dev/urandom | tr -d ' \n')
  echo "a$number $secret"
  printf '%s\n' "$secret" >"secrets/a$number"
  echo "machine localhost login a$number password $secret" >>secrets/netrc
done >held
chmod 600 secrets/*

# accounts SOURCE: configures all accounts. SOURCE is a function that prints the line with the secret.
accounts() {
  fresh_configuration
  echo "jobs = $ACCOUNTS" >>mailhaul.conf.in
  while read -r name secret; do
    PASSWORD_LINE=$($1) USER_NAME=$name configure "$name" "deliver_to = \"maildir:Mail-$name\""
  done <held
}
literal() { echo "password = '$secret'"; }
quoted() { echo "password = \"\${UNSET:-$secret}\""; }
variable() { echo "password = \"\${SECRET_$name}\""; }
bare() { echo "password = $secret"; }
by_command() { echo "password_command = {\"cat\", \"secrets/$name\"}"; }
by_file() { echo "password_file = \"secrets/$name\""; }
netrc() { echo 'password_netrc = "secrets/netrc"'; }
credential() { echo "password_credential = \"$name\""; }
CREDENTIALS_DIRECTORY=$WORK/secrets
export CREDENTIALS_DIRECTORY

leaves() {
  _children=$(cat "/proc/$1/task/$1/children" 2>/dev/null)
  [ -n "$_children" ] || echo "$1"
  for _child in $_children; do leaves "$_child"; done
}
# workers_wait PROGRAM COUNT: succeeds if COUNT workers have a connection. None gets a greeting.
workers_wait() {
  _workers=$(leaves "$1" | grep -vx "$1")
  [ "$(printf '%s\n' "$_workers" | grep -c .)" = "$2" ] || return 1
  for _worker in $_workers; do
    find "/proc/$_worker/fd" -lname 'socket:*' 2>/dev/null | grep -q . || return 1
  done
}
# search NAME COUNT ARGUMENT...: runs the program until COUNT workers wait, and searches their memory.
search() {
  _name=$1 _count=$2 _found=0
  shift 2
  : >hold/GREETING
  rm -rf state
  write_configuration
  "$MAILHAUL" -c mailhaul.conf "$@" >out 2>err </dev/null &
  _program=$!
  wait_while "$_program" workers_wait "$_program" "$_count" || bail "$_name: the workers do not wait: $(cat err)"
  "$HELD" "$_program" "$_count" held >found || _found=$?
  kill "$_program"
  { wait "$_program" || :; } 2>/dev/null
  rm hold/GREETING
  [ "$_found" != 77 ] || skip_all "the memory of other processes cannot be read: $(cat found)"
  check "$_name: a worker holds the secret of its account only" eval "cat found; [ $_found = 0 ]"
}

for source in literal quoted bare by_command by_file netrc credential; do
  accounts "$source"
  search "$source, all accounts" "$ACCOUNTS"
  search "$source, one of them" 1 a07
done
accounts literal
search 'three of them' 3 a20 a01 a13
search 'check' "$ACCOUNTS" check
search 'list' 1 list
search 'fetch --every' "$ACCOUNTS" fetch --every 1h
# Last, because all workers inherit the environment.
if sanitized; then
  skip 'variables of the environment' 'sanitizers, with which this was built, keep a copy of the environment'
  done_testing
fi
while read -r name secret; do export "SECRET_$name=$secret"; done <held
accounts variable
search 'variables of the environment, all accounts' "$ACCOUNTS"
search 'variables of the environment, one of them' 1 a07
done_testing
