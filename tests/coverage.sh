#!/bin/sh
# coverage.sh: run it in the build directory after the tests of a build with --enable-coverage. For each file of
# src/ it prints how many of its lines were run, the least covered first, and the sum.
set -eu
[ -n "$(find src -name '*.gcda' | head -n 1)" ] || {
  echo 'no counters: configure with --enable-coverage, then make coverage' >&2
  exit 1
}
find src -name '*.gcda' | while read -r counters; do
  # Only the blocks of the file itself count; those of headers are left out.
  gcov -n -o "${counters%/*}" "$counters" 2>/dev/null
done | awk -F"[':% ]+" '
  /^File / { file = $2; sub(/.*src\//, "src/", file) }
  /^Lines executed/ && file ~ /\.c$/ {
    lines = $NF
    run = int($3 * lines / 100 + 0.5)
    printf "%6.1f %% of %4d lines  %s\n", $3, lines, file | "sort -n"
    all += lines; done += run
    file = ""
  }
  END {
    close("sort -n")
    printf "%6.1f %% of %4d lines in all\n", all ? 100 * done / all : 0, all
  }'
