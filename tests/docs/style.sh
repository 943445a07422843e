#!/bin/sh
# The C sources have the format that .clang-format describes. Other versions of clang-format disagree about details.
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

if clang-format --version 2>/dev/null | grep -q 'version 14\.'; then
  check 'the C sources are formatted' is_formatted
else
  skip 'the C sources are formatted' 'clang-format 14 is not installed'
fi

done_testing
