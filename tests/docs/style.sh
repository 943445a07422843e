#!/bin/sh
# No source of the program is longer than 500 lines. The C sources have the format that .clang-format describes; other
# versions of clang-format disagree about details.
# shellcheck source=tests/docs/lib.sh
. "${srcdir:-.}/tests/docs/lib.sh"

is_formatted() {
  find "$source/src" "$source/tests" -name '*.[ch]' | sort >"$work/files"
  [ -s "$work/files" ] || { echo 'no sources' && return 1; }
  xargs clang-format --dry-run -Werror --style=file <"$work/files" 2>"$work/faults"
  code=$?
  head -n 20 "$work/faults"
  return "$code"
}

are_short() {
  find "$source/src" -name '*.[ch]' -exec wc -l {} + | awk '$2 != "total" && $1 > 500' >"$work/long"
  cat "$work/long" && [ ! -s "$work/long" ]
}
check 'no source of the program is longer than 500 lines' are_short

if clang-format --version 2>/dev/null | grep -q 'version 14\.'; then
  check 'the C sources are formatted' is_formatted
else
  skip 'the C sources are formatted' 'clang-format 14 is not installed'
fi

done_testing
