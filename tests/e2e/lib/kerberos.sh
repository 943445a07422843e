# shellcheck shell=sh
# A Kerberos realm for the test (MIT Kerberos), on loopback and in the directory ./kerberos; nothing outside of it
# is read or written. Source it after common.sh, whose SERVER_PID it uses.

# kerberos_start USER...: sets KRB5_CONFIG and KRB5CCNAME, makes the realm EXAMPLE.ORG with these users and the
# service pop/localhost, and starts its KDC. Each user's password is the name; the key of the service is in
# kerberos/keytab. Returns 1 if the programs are missing.
kerberos_start() {
  PATH=$PATH:/usr/sbin
  for _program in krb5kdc kdb5_util kadmin.local kinit klist; do
    command -v "$_program" >/dev/null 2>&1 || return 1
  done
  mkdir kerberos
  KRB5_CONFIG=$WORK/kerberos/krb5.conf KRB5_KDC_PROFILE=$WORK/kerberos/kdc.conf KRB5CCNAME=FILE:$WORK/kerberos/tickets
  export KRB5_CONFIG KRB5_KDC_PROFILE KRB5CCNAME
  # The realm is made with the configuration of any port.
  kerberos_configure 1
  kerberos_make_realm "$@" >kerberos/log 2>&1 || bail "no realm: $(tail -n 3 kerberos/log)"
  start_at_free_ports 1 'The KDC' kerberos/kdc.log kerberos_start_at || bail 'no KDC'
}

# kerberos_configure PORT: writes the configuration. It uses only TCP, so that a missing KDC is noticed at once.
kerberos_configure() {
  cat >kerberos/krb5.conf <<CONF
[libdefaults]
default_realm = EXAMPLE.ORG
dns_lookup_kdc = false
dns_lookup_realm = false
dns_canonicalize_hostname = false
rdns = false
udp_preference_limit = 1
[realms]
EXAMPLE.ORG = {
  kdc = 127.0.0.1:$1
}
[domain_realm]
localhost = EXAMPLE.ORG
CONF
  cat >kerberos/kdc.conf <<CONF
[realms]
EXAMPLE.ORG = {
  database_name = $WORK/kerberos/principals
  key_stash_file = $WORK/kerberos/stash
  kdc_listen = ""
  kdc_tcp_listen = 127.0.0.1:$1
}
[logging]
kdc = FILE:$WORK/kerberos/kdc.log
CONF
}

kerberos_make_realm() {
  kdb5_util create -s -P master -r EXAMPLE.ORG || return 1
  for _user; do kadmin.local -q "addprinc -pw $_user $_user" || return 1; done
  kadmin.local -q 'addprinc -randkey pop/localhost' && kadmin.local -q "ktadd -k $WORK/kerberos/keytab pop/localhost"
}

# The KDC logs when it is ready.
kerberos_start_at() { # PORT
  kerberos_configure "$1"
  rm -f kerberos/kdc.log
  setpriv --pdeathsig=TERM krb5kdc -n >kerberos/kdc.err 2>&1 &
  SERVER_PID=$!
  wait_while "$SERVER_PID" grep -qs 'commencing operation' kerberos/kdc.log || { stop && return 1; }
}

# ticket USER [OPTION...]: replaces the current ticket.
ticket() {
  _user=$1 && shift
  printf '%s\n' "$_user" | kinit "$@" "$_user" >kerberos/log 2>&1 || bail "no ticket: $(cat kerberos/log)"
}
