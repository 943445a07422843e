#!/bin/sh
# Prints the ten tests that took longest: slowest.sh TRS_FILE...
echo 'The slowest tests, in seconds:'
for trs; do
  sed -n "s|^:seconds: \(.*\)|\1 ${trs%.trs}|p" "$trs"
done | sort -rn | head -n 10 | awk '{ printf "%6d  %s\n", $1, $2 }'
