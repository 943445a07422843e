#!/bin/sh
# The floor for keys and signatures: RSA with 2048 bits or a curve with 256, and no signature with SHA-1 or MD5 below
# the certificate that is trusted. It holds for authorities and for pins. No credential is sent to a weak server.
. "${srcdir:-.}/tests/e2e/lib/common.sh"
# shellcheck source=tests/e2e/lib/trust.sh
. "$E2E_DIR/lib/trust.sh"

mkdir mail weak
letter mail/1
certificates
command -v openssl >/dev/null || skip_all 'openssl is not installed'
cat >weak/leaf.ext <<'END'
subjectAltName = DNS:localhost,IP:127.0.0.1
basicConstraints = critical, CA:false
extendedKeyUsage = serverAuth
subjectKeyIdentifier = hash
END
cat >weak/authority.ext <<'END'
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign
subjectKeyIdentifier = hash
END

# key NAME ALGORITHM [OPTION]: makes weak/NAME.key.
key() {
  case $2 in
    DSA) openssl dsaparam -genkey -noout -out "weak/$1.key" "$3" ;;
    *) openssl genpkey -algorithm "$2" ${3:+-pkeyopt "$3"} -out "weak/$1.key" ;;
  esac >log 2>&1 || bail "no key: $(cat log)"
}
# sign NAME SUBJECT KIND ISSUER DIGEST: makes weak/NAME.crt from weak/NAME.key. Without ISSUER it is self-signed.
sign() {
  _by="-CA $4.crt -CAkey $4.key -set_serial 0x$(openssl rand -hex 8)"
  [ -n "$4" ] || _by="-signkey weak/$1.key"
  # shellcheck disable=SC2086 # words
  { openssl req -new -key "weak/$1.key" -subj "/CN=$2" -out weak/request &&
    openssl x509 -req -in weak/request -days 300 "-$5" -extfile "weak/$3.ext" $_by -out "weak/$1.crt"; } >log 2>&1 ||
    bail "no certificate: $(cat log)"
}
# server FILE NAME [ISSUER...]: makes certs/FILE for the test server: certificates of weak/, from its own on, and its key.
server() {
  _file=$1 _own=$2 && shift 2
  cat "weak/$_own.crt" >"certs/$_file"
  for _more; do cat "weak/$_more.crt" >>"certs/$_file"; done
  cat "weak/$_own.key" >>"certs/$_file"
}
cp certs/ca.pem weak/ca.crt && cp certs/ca-key.pem weak/ca.key

# refused SENTENCE FILE WHAT HINT [LINE...], taken SENTENCE FILE [LINE...]: a run with that server.
refused() {
  _case=$1 _file=$2 _what=$3 _hint=$4 && shift 4
  serve --dir mail --cert "$_file"
  only "$@"
  check "$_case: exit code 69" exits 69
  check "$_case: one line names the certificate, its key or signature, and the hint" says err \
    "mailhaul: a: TLS: $_what $(identity "certs/$_file"); $_hint"
  check "$_case: no credential is sent" no_credentials
}
taken() {
  _case=$1 && shift
  serve --dir mail --cert "$1" && shift
  only "$@"
  check "$_case: the run succeeds and prints nothing" eval 'exits 0 && silent'
  check "$_case: the message is delivered" count_is Mail/new 1
}
strong='a key of at least 2048 bits (RSA) or 256 bits (ECDSA)'
ask="ask the server's operator for a certificate"
own_hint="$ask with $strong"
issuer_hint="$ask whose issuers have $strong"
authority_hint="create an authority with $strong, sign the server's certificate with it, and put it into tls_ca_file"
pin_hint="create $strong on the server, and set tls_pins to its key pin; if the server cannot use one, run a TLS proxy such as stunnel in front of it"
signature_hint="$ask that is signed with SHA-256; if the server is yours, set tls_pins to the key pin and tls_trust = pin"

# ---- the server's own key ----
key rsa1024 RSA rsa_keygen_bits:1024
sign rsa1024 localhost leaf weak/ca sha256
server rsa1024.pem rsa1024 ca
weak="the certificate's key is too weak: RSA with 1024 bits"
refused 'a weak key from a trusted authority' rsa1024.pem "$weak" "$own_hint"
refused 'a weak key that is pinned too' rsa1024.pem "$weak" "$own_hint" 'tls_trust = both' "tls_pins = {\"$(pin certs/rsa1024.pem)\"}"
for words in NORMAL LEGACY NORMAL:%COMPAT; do
  refused "a weak key with tls_priority = $words" rsa1024.pem "$weak" "$own_hint" "tls_priority = \"$words\""
done
refused 'a weak key from an authority that is not trusted' rsa1024.pem "$weak" "$own_hint" 'tls_ca_file = "certs/other-ca.pem"'
key rsa2040 RSA rsa_keygen_bits:2040
sign rsa2040 localhost leaf weak/ca sha256
server rsa2040.pem rsa2040 ca
refused 'a key that is just too short' rsa2040.pem "the certificate's key is too weak: RSA with 2040 bits" "$own_hint"

# ---- pins: a key that others can compute proves nothing, but a signature does not count ----
cp weak/rsa1024.key weak/old-device.key
sign old-device localhost leaf '' sha1
server old-device.pem old-device
NO_CA=yes
refused 'a pinned self-signed certificate with a weak key' old-device.pem "$weak" "$pin_hint" \
  'tls_trust = pin' "tls_pins = {\"$(pin certs/old-device.pem)\"}"
NO_CA=''
refused 'a weak self-signed certificate in tls_ca_file' old-device.pem "$weak" "$own_hint" 'tls_ca_file = "weak/old-device.crt"'
key strong RSA rsa_keygen_bits:2048
for digest in sha1 md5; do
  cp weak/strong.key weak/$digest-self.key
  sign $digest-self localhost leaf '' $digest
  server $digest-self.pem $digest-self
  NO_CA=yes
  taken "a pinned strong key in a certificate signed by itself with $digest" $digest-self.pem \
    'tls_trust = pin' "tls_pins = {\"$(pin certs/$digest-self.pem)\"}"
  NO_CA=''
done

# ---- signatures ----
for digest in sha1 md5; do
  name=RSA-$(echo $digest | tr '[:lower:]' '[:upper:]')
  key ca-rsa-$digest RSA rsa_keygen_bits:2048
  sign ca-rsa-$digest 'Strong authority' authority '' $digest
  cp weak/strong.key weak/by-$digest.key
  sign by-$digest localhost leaf weak/ca-rsa-$digest $digest
  server by-$digest.pem by-$digest ca-rsa-$digest
  refused "a certificate signed with $digest" by-$digest.pem "the signature on the certificate can be forged: $name" \
    "$signature_hint" "tls_ca_file = \"weak/ca-rsa-$digest.crt\""
  sign by-$digest localhost leaf weak/ca-rsa-$digest sha256
  server root-$digest.pem by-$digest ca-rsa-$digest
  taken "an authority signed by itself with $digest" root-$digest.pem "tls_ca_file = \"weak/ca-rsa-$digest.crt\""

  key middle-$digest RSA rsa_keygen_bits:2048
  sign middle-$digest 'Middle authority' authority weak/ca-rsa-$digest $digest
  sign by-$digest localhost leaf weak/middle-$digest sha256
  server middle-$digest.pem by-$digest middle-$digest
  refused "an issuer whose certificate is signed with $digest" middle-$digest.pem \
    "the signature on the issuer's certificate (CN=Middle authority) can be forged: $name" \
    "$signature_hint" "tls_ca_file = \"weak/ca-rsa-$digest.crt\""
  taken "the same issuer, which is trusted itself" middle-$digest.pem "tls_ca_file = \"weak/middle-$digest.crt\""
  # The server sends another certificate of the authority, which an old one signed.
  cp weak/middle-$digest.key weak/root.key
  sign root 'Middle authority' authority '' sha256
  taken "a trusted authority that was once signed with $digest" middle-$digest.pem 'tls_ca_file = "weak/root.crt"'
done

# ---- keys of issuers and authorities ----
# above NAME WORDS ALGORITHM OPTION: an authority with a weak key, trusted, and below a trusted one.
above() {
  key "$1" "$3" "$4"
  sign "$1" 'Weak authority' authority '' sha256
  cp weak/strong.key weak/leaf.key
  sign leaf localhost leaf "weak/$1" sha256
  server "by-$1.pem" leaf "$1"
  refused "an authority with a weak key, $1" "by-$1.pem" \
    "the key of the authority CN=Weak authority, which is trusted here, is too weak: $2" "$authority_hint" \
    "tls_ca_file = \"weak/$1.crt\""
  sign "$1" 'Weak issuer' authority weak/ca sha256
  server "under-$1.pem" leaf "$1"
  cp weak/leaf.key weak/under.key
  sign under localhost leaf "weak/$1" sha256
  server "under-$1.pem" under "$1" ca
  refused "an issuer with a weak key, $1" "under-$1.pem" \
    "the key of the issuer's certificate (CN=Weak issuer) is too weak: $2" "$issuer_hint"
}
above rsa1024-above 'RSA with 1024 bits' RSA rsa_keygen_bits:1024
above p224 'EC/ECDSA with 224 bits' EC ec_paramgen_curve:P-224
above dsa1024 'DSA with 1024 bits' DSA 1024
for curve in P-256 P-384 P-521; do
  key $curve EC ec_paramgen_curve:$curve
  sign $curve 'Strong authority' authority '' sha256
  cp weak/strong.key weak/leaf.key
  sign leaf localhost leaf weak/$curve sha256
  server by-$curve.pem leaf
  taken "an authority with a key on the curve $curve" by-$curve.pem "tls_ca_file = \"weak/$curve.crt\""
done

# ---- no option lowers the floor ----
serve --dir mail
for words in %PROFILE_LOW %PROFILE_LEGACY %PROFILE_VERY_WEAK %VERIFY_ALLOW_SIGN_WITH_SHA1 %VERIFY_ALLOW_BROKEN; do
  rm -f transcript
  only "tls_priority = \"NORMAL:$words\""
  check "tls_priority with $words: exit code 78" exits 78
  check "tls_priority with $words: one line says that it is not allowed" contains err "account a: tls_priority has $words, which is not allowed; remove it: "
  check "tls_priority with $words: nothing is sent" [ ! -s transcript ]
done
for words in NORMAL SECURE128 SECURE128:%PROFILE_HIGH; do
  taken "a strong server with tls_priority = $words" server.pem "tls_priority = \"$words\""
done

# ---- Diffie-Hellman ----
# A server that has no other exchange, with short parameters. It does not speak POP3.
stop
openssl dhparam -out weak/dh.pem 1024 >log 2>&1 || bail "no parameters: $(cat log)"
start_server port python3 -c '
import socket, ssl
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.maximum_version = ssl.TLSVersion.TLSv1_2
context.set_ciphers("DHE-RSA-AES256-GCM-SHA384:@SECLEVEL=0")
context.load_cert_chain("certs/rsa.pem")
context.load_dh_params("weak/dh.pem")
server = socket.create_server(("127.0.0.1", 0))
with open("port", "w") as port:
    port.write(str(server.getsockname()[1]))
try:
    context.wrap_socket(server.accept()[0], server_side=True)
except OSError:
    pass'
SERVER_PID=$STARTED
PORT=$(cat port)
SERVER=127.0.0.1
only
check 'weak Diffie-Hellman parameters: exit code 69' exits 69
check 'weak Diffie-Hellman parameters: one line says so' says err \
  "mailhaul: a: TLS: the server's Diffie-Hellman parameters are too weak: less than 2048 bits; ask the server's operator to enable ECDHE, or parameters of at least 2048 bits"

done_testing
