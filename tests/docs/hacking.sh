#!/bin/sh
# HACKING names existing files, has a line for each module, and gives the same bounds as the sources.
# shellcheck source=tests/docs/lib.sh
. "${srcdir:-.}/tests/docs/lib.sh"
hacking=$source/HACKING

# Section 11 names files that may be added.
files_are_there() {
  code=0
  for path in $(sed '/^11\. /,/^12\. /d' "$hacking" | grep -oE '\b(src|tests|man|conf|m4)/[A-Za-z0-9_./-]*[A-Za-z0-9_/]'); do
    [ -e "$source/$path" ] || [ -e "$source/$path.c" ] || { echo "$path is not there" && code=1; }
  done
  return "$code"
}
check 'every file that HACKING names is there' files_are_there

modules_are_told() {
  code=0
  sed -n '/^2\. The layers/,/^Fences/p' "$hacking" >"$work/layers"
  for file in "$source"/src/*/*.[ch]; do
    module=$(basename "$file" | sed 's/\.[ch]$//')
    directory=$(basename "$(dirname "$file")")
    awk -v directory="  src/$directory/" '/^  src\// { inside = index($0, directory) == 1 } inside' "$work/layers" |
      grep -qw "$module" || { echo "src/$directory/$module has no line" && code=1; }
  done
  return "$code"
}
check 'HACKING has a word on every module' modules_are_told

bounds_are_right() {
  sed -n '/^6\. Bounds/,/^7\. /p' "$hacking" >"$work/bounds"
  awk '
    # In C: multiplies the units out, as the sources write them.
    function in_c(bound,    part) {
      gsub(/,/, "", bound)
      split(bound, part, " ")
      if (part[2] == "MiB") return part[1] " * 1024 * 1024"
      if (part[2] == "KiB") return part[1] " * 1024"
      if (part[2] == "days") return part[1] " * 86400"
      if (part[2] == "min") return part[1] * 60
      return part[1]
    }
    /^7\. / { exit }
    /^  / && !/----/ && !/what +bound/ {
      n = split($0, column, /  +/)
      if ($0 ~ /src\//) { where = column[n]; bounds = column[n - 1] } else bounds = column[n]
      many = split(bounds, bound, /, */)
      if (bounds ~ /[0-9],[0-9]/) { many = 1; bound[1] = bounds }
      for (i = 1; i <= many; i++) if (bound[i] ~ /[0-9]/) print where "|" in_c(bound[i])
    }' "$work/bounds" >"$work/numbers"
  [ "$(wc -l <"$work/numbers")" -gt 20 ] || { cat "$work/numbers" && echo 'too few bounds' && return 1; }
  code=0
  while IFS='|' read -r file number; do
    # Seconds may be given in milliseconds.
    grep -qwF -e "$number" -e "${number}000" "$source/$file" || { echo "$file has no $number" && code=1; }
  done <"$work/numbers"
  return "$code"
}
check 'the bounds in HACKING are in the files that it names' bounds_are_right

tables_are_told() {
  code=0
  for name in $(grep -o 'CREATE TABLE [a-z]*' "$source/src/state/schema.h" | awk '{ print $3 }' | sort -u); do
    sed -n '/^4\. The state/,/^5\. /p' "$hacking" | grep -Eq "^  $name " || { echo "no line on the table $name" && code=1; }
  done
  return "$code"
}
check 'HACKING has a line on every table of the state' tables_are_told

done_testing
