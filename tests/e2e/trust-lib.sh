# shellcheck shell=sh
# What the tests of certificates share; comes behind lib.sh.

# Neither password nor user, plain or in base64, may be in what the server saw.
no_credentials() {
  [ ! -e transcript ] || ! grep -E "pass word|USER|AUTH|PASS|$(printf '\0me\0pass word' | base64)" transcript
}

# only LINE...: one run with one account that has these lines, and with nothing that was fetched before.
# A tls_ca_file among them takes the place of the usual one, NO_CA drops it.
only() {
  rm -rf Mail state
  fresh_configuration
  configure a 'deliver_to = "maildir:Mail"' "$@"
  case ${NO_CA:-}$* in *tls_ca_file* | yes*) sed -i '0,/tls_ca_file/{/tls_ca_file/d}' mailhaul.conf.in ;; esac
  run a
}

# fingerprint FILE, pin FILE: of its first certificate, by OpenSSL.
fingerprint() { openssl x509 -in "$1" -noout -fingerprint -sha256 | sed 's/.*=//'; }
pin() {
  printf 'sha256:' && openssl x509 -in "$1" -noout -pubkey | openssl pkey -pubin -outform der |
    openssl dgst -sha256 -binary | base64
}
# identity FILE: how a refusal names it.
identity() { echo "(SHA-256 fingerprint $(fingerprint "$1"), key pin $(pin "$1"))"; }
