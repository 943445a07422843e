# shellcheck shell=sh
# Test certificates, made with openssl (Debian: openssl, which dovecot-core depends on).

# make_certificates DIR
# Fills DIR with certificates and unencrypted EC keys, each as NAME.pem and NAME.key:
#   ca          the trusted authority           other-ca    an authority that is not trusted
#   server      for localhost and loopback      expired     the same, expired at the end of 2020
#   wronghost   for mail.example.net            untrusted   like server, signed by other-ca
#   selfsigned  like server, signed by itself
# All others are valid from 2015 to 2049, so that a test may shift the clock. Returns nonzero, with openssl's output
# on standard error, if a certificate cannot be made.
make_certificates() (
  names=DNS:localhost,IP:127.0.0.1,IP:127.0.0.2,IP:::1
  _begin_signing "$1" || exit 1
  trap 'rm -rf work' EXIT
  _sign ca 'mailhaul test CA' ca '' &&
    _sign other-ca 'another test CA' other-ca '' &&
    _sign server localhost ca "$names" &&
    _sign expired localhost ca "$names" 20200101000000Z 20201231235959Z &&
    _sign wronghost mail.example.net ca DNS:mail.example.net &&
    _sign untrusted localhost other-ca "$names" &&
    _sign selfsigned localhost selfsigned "$names"
)

# make_client_certificate DIR NAME COMMON_NAME ISSUER
# Adds a client certificate to DIR, as NAME.pem and NAME.key; ISSUER is ca or other-ca.
make_client_certificate() (
  _begin_signing "$1" || exit 1
  trap 'rm -rf work' EXIT
  purpose=clientAuth
  _sign "$2" "$3" "$4" "DNS:$3"
)

# _begin_signing DIR: changes to DIR, and creates the files that openssl needs to sign in ./work.
_begin_signing() {
  umask 077
  mkdir -p "$1/work" && cd "$1" || return 1
  : >work/index && echo 'unique_subject = no' >work/index.attr || return 1
  cat >work/ca.conf <<'CONF'
[ca]
default_ca = test
[test]
database = work/index
new_certs_dir = work
serial = work/serial
default_md = sha256
policy = policy
copy_extensions = none
[policy]
commonName = supplied
[req]
distinguished_name = name
[name]
CONF
}

# _sign NAME COMMON_NAME ISSUER ALT_NAMES [FROM UNTIL]: makes one certificate. With NAME = ISSUER it is self-signed,
# and without ALT_NAMES it is an authority. It is for servers unless purpose says otherwise.
_sign() {
  if [ -n "$4" ]; then
    printf '%s\n' '[ext]' "subjectAltName = $4" 'basicConstraints = critical, CA:false' \
      'keyUsage = critical, digitalSignature' "extendedKeyUsage = ${purpose:-serverAuth}" \
      'subjectKeyIdentifier = hash' 'authorityKeyIdentifier = keyid' >work/ext.conf
  else
    printf '%s\n' '[ext]' 'basicConstraints = critical, CA:true' \
      'keyUsage = critical, keyCertSign, cRLSign' 'subjectKeyIdentifier = hash' >work/ext.conf
  fi
  if [ "$1" = "$3" ]; then
    sign_by=-selfsign
  else
    sign_by="-cert $3.pem"
  fi
  # shellcheck disable=SC2086 # sign_by is one or two words
  {
    openssl req -config work/ca.conf -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes \
      -subj "/CN=$2" -keyout "$1.key" -out work/request &&
      openssl ca -config work/ca.conf -batch -notext -create_serial $sign_by -keyfile "$3.key" \
        -startdate "${5:-20150101000000Z}" -enddate "${6:-20491231235959Z}" \
        -extfile work/ext.conf -extensions ext -in work/request -out "$1.pem"
  } >work/log 2>&1 || {
    sed "s/^/make_certificates: $1: /" work/log >&2
    return 1
  }
}
