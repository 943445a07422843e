#!/bin/sh
# Runs automake's TAP driver and says how long the test took: timed-driver.sh DRIVER --test-name NAME --trs-file FILE ...
# The seconds go into FILE as well, for slowest.sh.
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
