#!/bin/sh
# The manual pages are written without errors.
# shellcheck source=tests/docs/lib.sh
. "${srcdir:-.}/tests/docs/lib.sh"

is_clean_for_mandoc() {
  mandoc -T lint -W warning "$1" >"$work/lint" || { cat "$work/lint" && return 1; }
  cat "$work/lint"
  [ ! -s "$work/lint" ]
}

# Checks for groff's warnings, at the usual width.
is_clean_for_man() {
  MANWIDTH=80 MANROFFOPT='' LC_ALL=C.UTF-8 man --warnings -E UTF-8 -l "$1" >"$work/page" 2>"$work/warnings" </dev/null ||
    { cat "$work/warnings" && return 1; }
  cat "$work/warnings"
  [ ! -s "$work/warnings" ] && grep -q NAME "$work/page"
}

# Examples are to be copied: nothing may extend beyond the right margin.
fits() {
  wide=$(awk 'length > 80 { print FNR ": " $0 }' "$work/page-80")
  [ -z "$wide" ] || { echo "$wide" && return 1; }
}

for page in "$command_page" "$configuration_page" "$json_page"; do
  name=$(basename "$page")
  if command -v mandoc >/dev/null 2>&1; then
    check "mandoc reports no error in $name" is_clean_for_mandoc "$page"
    mandoc -T ascii -O width=78 "$page" | col -b >"$work/page-80" 2>/dev/null
    check "$name fits a screen of 80 columns" fits
  else
    skip "mandoc reports no error in $name" 'mandoc is not installed'
    skip "$name fits a screen of 80 columns" 'mandoc is not installed'
  fi
  if man --version 2>/dev/null | grep -q '^man [0-9]'; then
    check "groff reports no error in $name" is_clean_for_man "$page"
  else
    skip "groff reports no error in $name" 'man of man-db is not installed'
  fi
  check "$name is plain ASCII without tabs" is_plain "$page"
done

done_testing
