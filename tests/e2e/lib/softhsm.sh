# shellcheck shell=sh
# A PKCS#11 token by SoftHSM; source it after common.sh.

# make_token CERTIFICATE KEY: makes a token named "mail" that contains both as "me"; its PIN is in the file ./pin.
# If that is not possible, returns 1 with the reason in TOKEN_MISSING.
make_token() {
  TOKEN_MISSING=''
  for _program in softhsm2-util p11tool; do
    command -v "$_program" >/dev/null 2>&1 || { TOKEN_MISSING="$_program is not installed"; return 1; }
  done
  _module=$(find /usr/lib* /usr/local/lib* -name 'libsofthsm2.so' 2>/dev/null | head -n 1)
  [ -n "$_module" ] || { TOKEN_MISSING='the module of SoftHSM is not there'; return 1; }
  mkdir tokens
  SOFTHSM2_CONF=$WORK/softhsm.conf
  export SOFTHSM2_CONF
  printf 'directories.tokendir = %s/tokens\nobjectstore.backend = file\nlog.level = ERROR\n' "$WORK" >"$SOFTHSM2_CONF"
  printf 1234 >pin
  {
    softhsm2-util --init-token --free --label mail --pin 1234 --so-pin 5678 &&
      softhsm2-util --import "$2" --token mail --label me --id 01 --pin 1234 &&
      GNUTLS_PIN=1234 p11tool --provider "$_module" --batch --login --write --load-certificate "$1" --label me --id 01 \
        'pkcs11:token=mail'
  } >token.log 2>&1 || bail "no token: $(tail -n 3 token.log)"
  p11tool --list-tokens 2>/dev/null | grep -q 'token=mail' && return 0
  # shellcheck disable=SC2034 # for the test
  TOKEN_MISSING='SoftHSM is not among the modules of p11-kit'
  return 1
}
