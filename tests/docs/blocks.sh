# shellcheck shell=sh
# Cuts the examples out of the manuals and other texts, for tests/docs/examples.sh, which examines them, and
# tests/e2e/manual-examples.sh, which runs them.

# cut_page PAGE DIRECTORY: writes the literal blocks of a page to DIRECTORY/LINE.KIND; KIND is none if the comment
# that should name it is missing.
cut_page() {
  awk -v directory="$2" '
    function plain(text,    out, at, two, four) {
      for (at = 1; at <= length(text); at++) {
        if (substr(text, at, 1) != "\\") { out = out substr(text, at, 1); continue }
        two = substr(text, at, 2); four = substr(text, at, 4)
        if (two == "\\-") { out = out "-"; at += 1 }
        else if (two == "\\e") { out = out "\\"; at += 1 }
        else if (two == "\\&") at += 1
        else if (four == "\\(aq") { out = out "\047"; at += 3 }
        else if (four == "\\(dq") { out = out "\""; at += 3 }
        else if (four == "\\(ti") { out = out "~"; at += 3 }
        else { out = out "UNKNOWN ESCAPE " four; at += 1 }
      }
      return out
    }
    /^\.Bd -literal/ { file = directory "/" NR "." (kind ? kind : "none"); printf "" >file; next }
    /^\.Ed/ { if (file) close(file); file = "" }
    file { print plain($0) >file }
    { kind = /^\.\\" example: / ? $3 : "" }' "$1"
}

# cut_text FILE DIRECTORY: writes the indented blocks of a text in the same way: conf if there is an account in it.
cut_text() {
  awk -v directory="$2" '
    function finish(    file, i) {
      while (n > 0 && line[n] == "") n--
      if (n > 0) {
        file = directory "/" start "." (conf ? "conf" : "text")
        for (i = 1; i <= n; i++) print line[i] >file
        close(file)
      }
      n = conf = 0
    }
    /^    / { if (n == 0) start = NR; line[++n] = $0; conf = conf || /account "/; next }
    /^$/ { if (n > 0) line[++n] = ""; next }
    { finish() }
    END { finish() }' "$1"
}
