#!/bin/sh
# The pages for developers name files, functions and tests that exist, doc/architecture has a line on each module,
# and the numbers of doc/bounds are those of the sources.
# shellcheck source=tests/docs/lib.sh
. "${srcdir:-.}/tests/docs/lib.sh"

# Dated records are left out of the checks: they say what was true then.
find "$source/CONTRIBUTING" "$source/SECURITY" "$source/doc" -type f ! -name '*.svg' |
  grep -v '/doc/benchmarks/[0-9]' | sort >"$work/pages"
[ "$(wc -l <"$work/pages")" -ge 12 ] || bail 'too few pages'

# exists PATH: a file, several by a pattern, a module, or a program that is built.
exists() {
  # shellcheck disable=SC2086 # it may be a pattern, and has no blanks
  ls -d "$source"/$1 >/dev/null 2>&1 || [ -e "$source/$1.c" ] ||
    grep -qE "^(bin_PROGRAMS|pop3_server) = $1\$" "$source/Makefile.am" "$source/tests/tests.mk"
}

# NAME stands for a file that somebody may add.
files_exist() {
  code=0
  while read -r page; do
    grep -oE '(^|[^A-Za-z0-9_./-])(src|tests|man|conf|m4|doc|findings|completions|debian|packaging)/[A-Za-z0-9_./*-]*[A-Za-z0-9_/*]' "$page" |
      sed 's/^[^a-z]//' | grep -v NAME | sort -u >"$work/paths"
    while read -r path; do
      exists "$path" || { echo "$page: $path does not exist" && code=1; }
    done <"$work/paths"
  done <"$work/pages"
  return "$code"
}
check 'every file that the developer pages name exists' files_exist

every_page_is_named() {
  code=0
  while read -r page; do
    name=${page#"$source/"}
    case $name in
    CONTRIBUTING | SECURITY) index=$source/README ;;
    doc/architecture) index=$source/CONTRIBUTING ;;
    doc/decisions/README | doc/benchmarks/README) name=${name%/README} index=$source/doc/architecture ;;
    doc/decisions/*) index=$source/doc/decisions/README ;;
    *) index=$source/doc/architecture ;;
    esac
    grep -qwF -e "$name" "$index" || { echo "$index does not name $name" && code=1; }
  done <"$work/pages"
  return "$code"
}
check 'every developer page is named by the page above it' every_page_is_named

# A line of the table is four blanks, the module's name, and what it is.
modules_have_lines() {
  code=0
  sed -n '/^Layers$/,/^Fences\./p' "$source/doc/architecture" >"$work/layers"
  for file in "$source"/src/*/*.[ch]; do
    module=$(basename "$file" | sed 's/\.[ch]$//')
    directory=$(basename "$(dirname "$file")")
    awk -v directory="  src/$directory/" '/^  src\// { inside = index($0, directory) == 1 } inside' "$work/layers" |
      grep -q "^    $module  *[^ ]" || { echo "src/$directory/$module has no line" && code=1; }
  done
  return "$code"
}
check 'doc/architecture has a line on every module' modules_have_lines

lines_have_modules() {
  awk '/^  src\// { directory = $1 } /^    [a-z0-9_]+  +[^ ]/ && directory { print directory $1 }' "$work/layers" >"$work/modules"
  [ "$(wc -l <"$work/modules")" -gt 100 ] || { echo 'too few modules' && return 1; }
  code=0
  while read -r module; do
    [ -e "$source/$module.c" ] || [ -e "$source/$module.h" ] || { echo "there is no module $module" && code=1; }
  done <"$work/modules"
  return "$code"
}
check 'every module on which doc/architecture has a line exists' lines_have_modules

# Lines such as "Kept by   src/state/state.c: state_begin_run, state_end_run": each name as a word in its file.
names_are_in_their_files() {
  while read -r page; do
    sed -nE 's/^ *((Kept|Shown) by +)?((src|tests)\/[A-Za-z0-9_./-]+): ([a-zA-Z0-9_, ]+)$/\3 \5/p' "$page"
  done <"$work/pages" | tr -d ',' >"$work/names"
  [ "$(wc -l <"$work/names")" -gt 80 ] || { echo 'too few names' && return 1; }
  code=0
  while read -r file names; do
    for name in $names; do
      grep -qw -e "$name" "$source/$file" || { echo "$file has no $name" && code=1; }
    done
  done <"$work/names"
  return "$code"
}
check 'every function and test that the developer pages name is in its file' names_are_in_their_files

# An invariant is a paragraph that begins with its number; the numbers are 1, 2, 3 and so on.
invariants_are_held() {
  awk '
    function close_last() { if (number && (!kept || !shown)) { print "invariant " number " names no function, or no test"; bad = 1 } }
    /^[A-Z].*order of a batch$/ { steps = 1 }
    /^Invariants of a run$/ { steps = 0 }
    !steps && /^[0-9]+\. / {
      close_last()
      if ($1 + 0 != number + 1) { print "after invariant " number " comes " $1; bad = 1 }
      number = $1 + 0; kept = shown = 0
    }
    /^ +Kept by +src\// { kept = 1 }
    /^ +Shown by +tests\// { shown = 1 }
    END { close_last(); exit bad || number < 20 }' "$source/doc/exactly-once"
}
check 'every invariant names a function that keeps it and a test that shows it' invariants_are_held

bounds_are_right() {
  awk '
    # In C: the units multiplied out, as the sources write them.
    function in_c(bound,    part) {
      gsub(/,/, "", bound)
      split(bound, part, " ")
      if (part[2] == "MiB") return part[1] " * 1024 * 1024"
      if (part[2] == "KiB") return part[1] " * 1024"
      if (part[2] == "days") return part[1] " * 86400"
      if (part[2] == "min") return part[1] * 60
      return part[1]
    }
    /^  / && !/----/ && !/what +bound/ {
      n = split($0, column, /  +/)
      if ($0 ~ /src\//) { where = column[n]; bounds = column[n - 1] } else bounds = column[n]
      many = split(bounds, bound, /, */)
      if (bounds ~ /[0-9],[0-9]/) { many = 1; bound[1] = bounds }
      for (i = 1; i <= many; i++) if (bound[i] ~ /[0-9]/) print where "|" in_c(bound[i])
    }' "$source/doc/bounds" >"$work/numbers"
  [ "$(wc -l <"$work/numbers")" -gt 90 ] || { cat "$work/numbers" && echo 'too few bounds' && return 1; }
  code=0
  while IFS='|' read -r file number; do
    # Seconds may be written as milliseconds.
    grep -qwF -e "$number" -e "${number}000" "$source/$file" || { echo "$file has no $number" && code=1; }
  done <"$work/numbers"
  return "$code"
}
check 'the bounds in doc/bounds are in the files that it names' bounds_are_right

tables_have_lines() {
  code=0
  sed -n '/^Tables$/,/^NAME\.lock$/p' "$source/doc/state" >"$work/lines"
  grep -oE 'CREATE TABLE [a-z]+|ALTER TABLE [a-z]+ RENAME TO [a-z]+' "$source/src/state/schema.h" |
    awk '$4 == "RENAME" { delete names[$3]; names[$6]; next } { names[$3] } END { for (name in names) print name }' >"$work/tables"
  [ -s "$work/tables" ] || { echo 'no tables' && return 1; }
  while read -r name; do
    grep -q "^  $name " "$work/lines" || { echo "no line on the table $name" && code=1; }
  done <"$work/tables"
  return "$code"
}
check 'doc/state has a line on every table of the state' tables_have_lines

pages_are_plain() {
  code=0
  while read -r page; do
    is_plain "$page" || { echo "$page is not plain ASCII" && code=1; }
    wide=$(awk 'length > 110 && !/^ +((Kept|Shown) by +)?(src|tests)\/[^ ]+: / { print FILENAME ":" FNR }' "$page")
    [ -z "$wide" ] || { echo "$wide" && code=1; }
  done <"$work/pages"
  return "$code"
}
check 'the developer pages are plain ASCII, at most 110 columns wide' pages_are_plain

done_testing
