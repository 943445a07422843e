# shellcheck shell=sh
# Waiting for a condition, for at least a minute before it counts as failed. The condition is a command, which may be a
# function. It is tried every 0.05 s.

# wait_until COMMAND...: succeeds as soon as COMMAND does.
wait_until() { wait_while "$$" "$@"; }

# wait_while PID COMMAND...: the same, but fails at once if COMMAND fails and the process PID has ended.
wait_while() {
  _wait_pid=$1 && shift
  for _wait_try in $(seq 1200); do
    if "$@"; then return 0; fi
    kill -0 "$_wait_pid" 2>/dev/null || return 1
    sleep 0.05
  done
  return 1
}
