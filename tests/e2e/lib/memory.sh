# shellcheck shell=sh
# Source this before common.sh in tests of many runs in which the filesystem does not matter. The working directory is
# then in memory if 4 GB of it are free, so the runs do not wait for a disk. TMPDIR, if set, takes precedence.

if [ -z "${TMPDIR:-}" ] && [ -w /dev/shm ] &&
  [ "$(df -Pk /dev/shm | awk 'NR == 2 { print $4 }')" -ge 4194304 ]; then
  TMPDIR=/dev/shm
  export TMPDIR
fi
