#!/bin/sh
# Runs automake's TAP driver and prints how long the test took: timed-driver.sh DRIVER --test-name NAME --trs-file
# FILE ... It also writes the seconds to FILE, for slowest.sh.
name='' trs='' previous=''
for argument; do
  case $previous in
  --test-name) name=$argument ;;
  --trs-file) trs=$argument ;;
  esac
  previous=$argument
done
begun=$(date +%s)
sh "$@"
status=$?
seconds=$(($(date +%s) - begun))
echo "TIME: $name $seconds s"
echo ":seconds: $seconds" >>"$trs"
exit "$status"
