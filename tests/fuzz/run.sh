#!/bin/sh
# run.sh SOURCES BUILD SECONDS [NAME...]: runs the fuzz targets, two at a time if there are two processors. SOURCES
# contains corpus/NAME and NAME.dict, BUILD the programs fuzz-NAME. New inputs are kept in BUILD/learnt/NAME,
# findings and logs in BUILD/found/NAME. Fails if there is any finding.
set -u
export LC_ALL=C
sources=$1 build=$2 seconds=$3
shift 3
[ $# -gt 0 ] || set -- config event header listing mbox-tail redact reply sasl state

# Uses a filesystem in memory, if there is one: some targets write files and sync them.
work=$(TMPDIR=$([ -w /dev/shm ] && echo /dev/shm || echo "${TMPDIR:-/tmp}") mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

# fuzz NAME: runs one target; details are in its log.
fuzz() {
  mkdir -p "$build/found/$1" "$build/learnt/$1" "$work/$1" || return 1
  TMPDIR="$work/$1" "$build/fuzz-$1" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=2048 \
    -max_len="$(max_length "$1")" -print_final_stats=1 -dict="$sources/$1.dict" \
    -artifact_prefix="$build/found/$1/" "$build/learnt/$1" "$sources/corpus/$1" \
    >"$build/found/$1/log" 2>&1 </dev/null
}

# The longest input for a target: only long ones reach the limits on replies.
max_length() {
  case $1 in
  reply) echo 20000 ;;
  state) echo 16384 ;;
  *) echo 4096 ;;
  esac
}

# tell NAME STATUS: prints one line about the result.
tell() {
  awk -v name="$1" -v status="$2" '
    /cov: / { for (i = 2; i <= NF; i++) { if ($(i - 1) == "cov:") cov = $i; if ($(i - 1) == "ft:") ft = $i } }
    /stat::number_of_executed_units:/ { runs = $2 }
    /stat::average_exec_per_sec:/ { speed = $2 }
    END {
      printf "%-10s %10d runs, %6d a second, cov %5d, ft %6d: %s\n", name, runs, speed, cov, ft,
        status == 0 ? "nothing found" : "FOUND SOMETHING"
    }' "$build/found/$1/log"
  [ "$2" = 0 ] || { grep -av -e ' NEW ' -e ' REDUCE ' "$build/found/$1/log" | tail -n 40 && ls "$build/found/$1"; }
}

# both NAME...: runs one or two at the same time.
failed=0
both() {
  pids='' names=$*
  for name in $names; do
    fuzz "$name" &
    pids="$pids $!"
  done
  for pid in $pids; do
    wait "$pid"
    status=$?
    tell "${names%% *}" "$status"
    names=${names#* }
    [ "$status" = 0 ] || failed=1
  done
}

while [ $# -gt 0 ]; do
  if [ $# -gt 1 ] && [ "$(getconf _NPROCESSORS_ONLN)" -gt 1 ]; then
    both "$1" "$2"
    shift
  else
    both "$1"
  fi
  shift
done
exit "$failed"
