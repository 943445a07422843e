#!/bin/sh
# Sources, pages and scripts use plain words: one spelling and one word for a thing (tests/docs/words).
# shellcheck source=tests/docs/lib.sh
. "${srcdir:-.}/tests/docs/lib.sh"

# Written text: no corpora, recorded servers' words, pictures, or pages that are never changed.
texts() {
  (cd "$source" && find src man doc conf completions debian packaging findings tests README NEWS CONTRIBUTING SECURITY \
    bootstrap configure.ac Makefile.am .ci/run -type f) |
    grep -vE '\.(svg|o|Po|a|log|trs|so|db)$|\.dirstamp$|/corpus/|/__pycache__/' |
    grep -vE '^(doc/benchmarks/|src/pop3/refusal_words\.c$|tests/unit/test-refusal-words\.c$|tests/docs/words$)' |
    while read -r file; do
      ! LC_ALL=C grep -qI . "$source/$file" || echo "$file"
    done
}

# lacks PATTERN EXCEPTION: whether no text has a match that is not an exception; prints the others.
lacks() {
  (cd "$source" && xargs grep -HniwE -e "$1" <"$work/texts") | grep -vE -e "${2:-^$}" >"$work/found" || :
  head -n 10 "$work/found"
  [ ! -s "$work/found" ]
}

texts >"$work/texts"
check 'there are texts' [ "$(wc -l <"$work/texts")" -gt 300 ]
grep -v '^#' "$source/tests/docs/words" >"$work/list"
while IFS='	' read -r name pattern exception; do
  check "$name" lacks "$pattern" "$exception"
done <"$work/list"

done_testing
