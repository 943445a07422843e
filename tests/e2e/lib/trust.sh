# shellcheck shell=sh
# Shared functions of the certificate tests; source it after common.sh.

# The server must have received neither password nor user, plain or in base64.
no_credentials() {
  [ ! -e transcript ] || ! grep -E "pass word|USER|AUTH|PASS|$(printf '\0me\0pass word' | base64)" transcript
}

# only LINE...: a run of one account with these lines, without a state or mail. A tls_ca_file among them replaces
# the default one; NO_CA drops it.
only() {
  rm -rf Mail state
  fresh_configuration
  configure a 'deliver_to = "maildir:Mail"' "$@"
  case ${NO_CA:-}$* in *tls_ca_file* | yes*) sed -i '0,/tls_ca_file/{/tls_ca_file/d}' mailhaul.conf.in ;; esac
  run a
}

# fingerprint FILE, pin FILE: print that of its first certificate, by OpenSSL.
fingerprint() { openssl x509 -in "$1" -noout -fingerprint -sha256 | sed 's/.*=//'; }
pin() {
  printf 'sha256:' && openssl x509 -in "$1" -noout -pubkey | openssl pkey -pubin -outform der |
    openssl dgst -sha256 -binary | base64
}
# identity FILE: prints it as a refusal names it.
identity() { echo "(SHA-256 fingerprint $(fingerprint "$1"), key pin $(pin "$1"))"; }
