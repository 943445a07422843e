# shellcheck shell=sh
# The Test Anything Protocol for tests in shell. A test's name is a sentence.
#
#   plan 2                                  # or no plan: done_testing counts
#   check 'an unknown account is refused' some command
#   ok 'a sentence' / not_ok 'a sentence' [FILE]
#   done_testing

_tap_number=0 _tap_failures=0 _tap_plan='' _tap_file=''

# plan COUNT: states the number of results.
plan() { _tap_plan=$1 && echo "1..$1"; }

# diag <FILE: prints its last 50 lines as comments, so that they cannot be taken for results.
diag() { tail -n 50 | awk '{ print "# " $0 }'; }

# ok NAME: reports success.
ok() { _tap_number=$((_tap_number + 1)) && echo "ok $_tap_number - $1"; }

# not_ok NAME [FILE]: reports a failure, and prints FILE's last 50 lines.
not_ok() {
  _tap_number=$((_tap_number + 1)) _tap_failures=$((_tap_failures + 1))
  echo "not ok $_tap_number - $1"
  [ -z "${2:-}" ] || diag <"$2"
}

# check NAME COMMAND...: passes if COMMAND, which may be a function, succeeds. Its output is shown only if it fails.
# `set -e` has no effect inside it.
check() {
  _tap_name=$1 && shift
  [ -n "$_tap_file" ] || _tap_file=$(mktemp) || bail 'no temporary file'
  "$@" >"$_tap_file" 2>&1 && _tap_status=0 || _tap_status=$?
  if [ "$_tap_status" = 0 ]; then
    ok "$_tap_name"
  else
    not_ok "$_tap_name" "$_tap_file"
    echo "exit status $_tap_status: $*" | diag
  fi
}

# skip NAME REASON: reports a test that was not run.
skip() {
  _tap_number=$((_tap_number + 1)) && echo "ok $_tap_number - $1 # SKIP $2"
  echo "SKIPPED: $1: $2" >&2
}

# skip_all REASON: reports that nothing of this file can run here.
skip_all() { echo "1..0 # SKIP $1" && echo "SKIPPED: $0: $1" >&2 && exit 0; }

# bail REASON: stops, and fails the complete run.
bail() {
  [ -z "$_tap_file" ] || rm -f "$_tap_file"
  echo "Bail out! $1" && exit 1
}

# done_testing: states the plan unless it was stated, and exits: 0 if all passed and none is missing.
done_testing() {
  [ -z "$_tap_file" ] || rm -f "$_tap_file"
  [ "$_tap_number" -gt 0 ] || bail 'no test ran'
  [ -n "$_tap_plan" ] || plan "$_tap_number"
  [ "$_tap_number" -eq "$_tap_plan" ] || _tap_failures=1
  exit "$((_tap_failures > 0))"
}
