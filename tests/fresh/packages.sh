#!/bin/sh
# ./bootstrap and tests/e2e/fetch-servers.sh on a release that lacks some packages: the others are installed or
# downloaded, and each one that is missing is named. apt-get and dpkg are played by scripts.
# shellcheck disable=SC2317 # check runs functions
srcdir=${srcdir:-.}
# shellcheck source=SCRIPTDIR/../e2e/lib/tap.sh
. "$srcdir/tests/e2e/lib/tap.sh"
top=$(cd "$srcdir" && pwd) || exit 1
play=$(mktemp -d "${TMPDIR:-/tmp}/mailhaul-packages.XXXXXX") || exit 1
trap 'rm -rf "$play"' EXIT
mkdir "$play/bin" || exit 1
export PLAY="$play" MAILHAUL_SERVERS="$play/servers"

# lacking and broken contain names of packages: those that the release does not have, and those with unmet
# dependencies.
cat >"$play/bin/apt-get" <<'END'
#!/bin/sh
# Options with a value are skipped; the first other word is the command.
simulated=no command=
while [ $# -gt 0 ] && [ -z "$command" ]; do
  case $1 in
    -o) shift ;;
    -s) simulated=yes ;;
    -*) ;;
    *) command=$1 ;;
  esac
  shift
done
[ "$command" != update ] || { echo update >>"$PLAY/calls" && exit 0; }
names=
while [ $# -gt 0 ]; do
  case $1 in -o) shift ;; -*) ;; *) names="$names $1" ;; esac
  shift
done
for name in $names; do
  if grep -Fqx "$name" "$PLAY/lacking" || { [ "$command" = download ] && grep -Fqx "$name" "$PLAY/gone"; } ||
    { [ "$command" = install ] && grep -Fqx "$name" "$PLAY/broken"; }; then
    echo "E: Unable to get $name"
    exit 100
  fi
done
[ "$simulated" = no ] || exit 0
for name in $names; do
  if [ "$command" = download ]; then
    : >"${name}_1_all.deb"
  else
    echo "$name installed" >>"$PLAY/installed"
  fi
done
END
cat >"$play/bin/apt-cache" <<'END'
#!/bin/sh
command=$1
shift
for name; do
  case $name in -*) continue ;; esac
  grep -Fqx "$name" "$PLAY/lacking" && continue
  case $command in
    policy) printf '%s:\n  Installed: (none)\n  Candidate: 1\n' "$name" ;;
    show) echo "Package: $name" ;;
  esac
done
exit 0
END
cat >"$play/bin/dpkg-query" <<'END'
#!/bin/sh
case $* in
  *Package*) cat "$PLAY/installed" ;;
  *) grep -q "^${4:-$3} " "$PLAY/installed" && printf installed ;;
esac
END
cat >"$play/bin/dpkg-deb" <<'END'
#!/bin/sh
case $2 in popa3d_*) echo 'libc6, libvirtual, libpopa' ;; *) echo 'perl' ;; esac
END
printf '#!/bin/sh\nexec "$@"\n' >"$play/bin/sudo"
printf '#!/bin/sh\nexit 0\n' >"$play/bin/update-rc.d"
cp "$play/bin/update-rc.d" "$play/bin/systemctl"
chmod 755 "$play"/bin/* || exit 1

# release LACKING BROKEN GONE: a new system of a release. GONE: packages in the lists, but not on the mirror.
release() {
  rm -rf "$MAILHAUL_SERVERS"
  for list in "lacking $1" "broken $2" "gone $3"; do
    # shellcheck disable=SC2086 # words
    set -- $list
    list=$1 && shift
    printf '%s\n' "$@" >"$play/$list"
  done
  echo 'libc6 installed' >"$play/installed"
}
bootstrap() {
  : >"$play/calls"
  STATUS=0
  PATH=$play/bin:$PATH sh "$top/bootstrap" "$@" >"$play/said" 2>&1 </dev/null || STATUS=$?
}
exits() { [ "$STATUS" -eq "$1" ] || { echo "exit status $STATUS" && cat "$play/said" && return 1; }; }
says() { grep -Fqx -e "$1" "$play/said" || { cat "$play/said" && return 1; }; }
# installs_all_but NAME...: of the set check.
installs_all_but() {
  sh "$top/bootstrap" packages check | sort -u >"$play/all"
  printf '%s\n' "$@" | sort >"$play/but"
  sed -n 's/ installed$//p' "$play/installed" | grep -Fvx libc6 | sort -u >"$play/got"
  comm -23 "$play/all" "$play/but" | diff "$play/got" -
}
downloads_all_but() {
  for name in courier-pop courier-base courier-authlib popa3d stunnel cyrus-pop3d cyrus-common mailutils-pop3d \
    mailutils-common solid-pop3d perdition nginx libnginx-mod-mail python3-twisted libpopa; do
    case " $* " in *" $name "*) continue ;; esac
    [ -e "$(echo "$MAILHAUL_SERVERS"/*/"$name"_1_all.deb)" ] || { echo "$name"; ls "$MAILHAUL_SERVERS"/*; return 1; }
  done
  for name; do
    [ ! -e "$(echo "$MAILHAUL_SERVERS"/*/"$name"_1_all.deb)" ] || { echo "$name is there" && return 1; }
  done
}
updates() { [ "$(grep -c update "$play/calls")" -eq "$1" ] || { cat "$play/calls" && return 1; }; }
no_package() { says "==> This release does not have the package $1: tests that need it will be skipped"; }

release 'fish mandoc courier-authlib-userdb stunnel4 solid-pop3d libvirtual' '' ''
bootstrap deps check
check 'a release that lacks packages of the tests: success' exits 0
check 'all others are installed' installs_all_but fish mandoc
check 'the first missing package is named' no_package fish
check 'the second missing package is named' no_package mandoc
check 'all servers that exist are downloaded, with their libraries' downloads_all_but solid-pop3d courier-authlib-userdb libvirtual
check 'the missing server is named' says '==> Mail servers for the tests: this release does not have the package solid-pop3d'
no_other() { [ "$(grep -c 'Mail servers' "$play/said")" -eq 1 ] || { cat "$play/said" && return 1; }; }
check 'a package whose files are in another one now is not missing' no_other
bootstrap deps check
check 'a second run succeeds' exits 0
check 'a second run does not update the lists' updates 0
check 'a second run names a missing package again' no_package fish
check 'a second run names a missing server again' says '==> Mail servers for the tests: this release does not have the package solid-pop3d'

release 'courier-authlib-userdb' 'fish' 'popa3d'
bootstrap deps check
check 'a package with unmet dependencies: success' exits 0
check 'a package with unmet dependencies does not hide the others' installs_all_but fish
check 'it is named' no_package fish
check 'a server that cannot be downloaded does not hide the others' downloads_all_but popa3d libpopa
check 'the server is named with the reason' says '==> Mail servers for the tests: cannot fetch the package popa3d: E: Unable to get popa3d'
printf '\n' >"$play/gone"
bootstrap deps check
check 'the next run downloads it' downloads_all_but courier-authlib-userdb

release 'libgsasl-dev' '' ''
bootstrap deps check
check 'a release without a package of the build: failure' exits 1
check 'the package of the build is named' says 'bootstrap: this release does not have the package libgsasl-dev, which the build needs'
check 'the other packages are installed' installs_all_but libgsasl-dev

done_testing
