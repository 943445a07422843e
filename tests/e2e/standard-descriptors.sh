#!/bin/sh
# A run whose standard input, output or error is closed does not print into its own files.
. "${srcdir:-.}/tests/e2e/lib/common.sh"

# show: ./fd1 and ./fd2 are the output of a run.
show() { cat fd1 fd2 2>/dev/null || :; }
mkdir mail
letters 1 3
serve --dir mail
fresh_configuration
configure a 'deliver_to = "mbox:inbox"' 'leave_on_server = forever'
write_configuration

# closed 'FD...' ARGUMENT...: a run without these descriptors.
cat >closed.py <<'PY'
import os, sys
for fd in range(3):
    if str(fd) in sys.argv[2].split():
        os.close(fd)
    else:
        os.dup2(os.open("/dev/null" if fd == 0 else f"fd{fd}", os.O_RDWR | os.O_CREAT, 0o600), fd)
os.closerange(3, 100)
os.execv(sys.argv[1], [sys.argv[1], "-c", "mailhaul.conf", "--tls-key-log=keys", *sys.argv[3:]])
PY
closed() {
  rm -rf state inbox keys fd1 fd2
  STATUS=0
  python3 closed.py "$MAILHAUL" "$@" || STATUS=$?
}
# clean: no file of the run has what is meant for standard output or standard error.
clean() {
  [ -s keys ] && ! grep -avE '^([A-Z0-9_]+ [0-9a-f]+ [0-9a-f]+|#.*)$' keys && ! find state inbox -type f -exec grep -aE 'mailhaul: |WARNING' {} +
}
for which in 0 1 2 '0 1' '0 2' '1 2' '0 1 2'; do
  closed "$which" -vv
  # The summary of a verbose run goes to standard output, and its loss is an error.
  case $which in *1*) wanted=74 ;; *) wanted=0 ;; esac
  check "with $which closed, a run ends with $wanted" exits $wanted
  check "with $which closed, the mail is delivered" [ "$(grep -c '^Message-ID' inbox)" = 3 ]
  check "with $which closed, files of a run have nothing of its output" clean
done
for which in 1 '0 1' '1 2' '0 1 2'; do
  closed "$which" list
  check "with $which closed, list fails" exits 74
  check "with $which closed, files have nothing of a list" clean
done
done_testing
