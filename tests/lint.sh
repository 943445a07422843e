#!/bin/sh
# make lint: runs shellcheck, clang-tidy, codespell and clang-format on the tracked files. A missing program is
# reported and skipped. Run it from the build directory.
set -u
source=$(cd "${srcdir:-.}" && pwd) || exit 1
build=$(pwd)
cd "$source" || exit 1
failed=0

tracked() { git ls-files "$@" 2>/dev/null || find . -type f; }
have() { command -v "$1" >/dev/null || { echo "lint: $1 is missing, and is skipped" && return 1; }; }

if have shellcheck; then
  # shellcheck disable=SC2046 # names without blanks
  shellcheck -x -P SCRIPTDIR $(tracked '*.sh' bootstrap .ci/run) || failed=1
fi

if have codespell; then
  # shellcheck disable=SC2046
  codespell -q 3 -L "$(grep -v '^#' tests/lint-words | paste -sd,)" $(tracked src man doc README NEWS CONTRIBUTING SECURITY conf tests/e2e tests/docs | grep -v refusal_words) || failed=1
fi

if have clang-tidy; then
  flags="-std=c17 -D_GNU_SOURCE -DHAVE_CONFIG_H -I$build -Isrc"
  # shellcheck disable=SC2046,SC2086
  tracked 'src/*.c' | xargs -n 8 -P "$(nproc)" sh -c 'clang-tidy -quiet "$@" -- '"$flags" lint 2>/dev/null || failed=1
fi

if have clang-format; then
  # shellcheck disable=SC2046
  clang-format --dry-run -Werror $(tracked '*.c' '*.h') || failed=1
fi
exit "$failed"
