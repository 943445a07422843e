# shellcheck shell=sh
# A small Debian system in a directory, made of files of the running system. It needs no network and no mounts, only
# chroot, so that it also works in a container without privileges. dpkg in it has a database of its own: the packages
# of the running system are not touched.

# packages_for NAME...: prints the installed packages that a system with NAME needs: NAME, the essential packages, and
# all that they depend on.
packages_for() {
  dpkg-query -W -f '${db:Status-Status}\t${binary:Package}\t${Package}\t${Essential}\t${Provides}\t${Pre-Depends},${Depends}\n' |
    awk -F '\t' -v wanted="$(echo "$*" | tr ' ' ,)" '
      function names(text, list) {
        gsub(/\([^)]*\)|:[a-z0-9]+| /, "", text)
        return split(text, list, /[,|]+/)
      }
      $1 == "installed" {
        n = names($3 "," $5, list)
        for (i = 1; i <= n; i++) if (list[i] != "") providers[list[i]] = providers[list[i]] " " $2
        depends[$2] = $6
        if ($4 == "yes") wanted = wanted "," $3
      }
      END {
        last = names(wanted, queue)
        for (first = 1; first <= last; first++) {
          n = split(providers[queue[first]], found, " ")
          for (i = 1; i <= n; i++) {
            if (found[i] in taken) continue
            taken[found[i]]
            print found[i]
            many = names(depends[found[i]], list)
            for (k = 1; k <= many; k++) queue[++last] = list[k]
          }
        }
      }'
}

# files_of PACKAGE...: prints their files, without documentation and translations.
files_of() {
  dpkg-query -L "$@" | grep '^/.' | grep -vE '^/usr/share/(doc|info|locale|man)/' | sort -u |
    while read -r file; do
      { [ ! -e "$file" ] && [ ! -L "$file" ]; } || echo "${file#/}"
    done
}

# copy_database ROOT PACKAGE...: makes dpkg's database of the packages. Their scripts and triggers are left out.
copy_database() {
  _database=$1/var/lib/dpkg
  shift
  mkdir -p "$_database/info" "$_database/updates" "$_database/triggers" "$_database/alternatives" || return 1
  dpkg-query -s "$@" >"$_database/status" || return 1
  : >"$_database/available"
  cp /var/lib/dpkg/info/format "$_database/info/" 2>/dev/null
  for _package; do
    cp "/var/lib/dpkg/info/$_package.list" "$_database/info/" || return 1
  done
}

# make_null ROOT: makes /dev/null. Where devices cannot be made, a file takes what programs write to it.
make_null() {
  mknod -m 666 "$1/dev/null" c 1 3 2>/dev/null && : 2>/dev/null >"$1/dev/null" ||
    { rm -f "$1/dev/null" && : >"$1/dev/null" && chmod 666 "$1/dev/null"; }
}

# make_system ROOT NAME...: makes a system in which the packages NAME are installed, and a user with the number 1000
# and the home directory /home/reader.
make_system() {
  _root=$1
  shift
  # shellcheck disable=SC2046 # names of packages are words
  set -- $(packages_for "$@")
  mkdir -p "$_root" || return 1
  for _link in bin lib lib32 lib64 libx32 sbin; do
    [ -L "/$_link" ] || continue
    mkdir -p "$_root/$(readlink "/$_link")" && cp -P "/$_link" "$_root/" || return 1
  done
  files_of "$@" >"$_root.files"
  tar -C / --no-recursion -cf - -T "$_root.files" | tar -C "$_root" --keep-directory-symlink -xpf - || return 1
  copy_database "$_root" "$@" || return 1
  install -d -o 1000 -g 1000 -m 700 "$_root/home/reader"
  printf 'root:x:0:0:root:/root:/bin/sh\nreader:x:1000:1000::/home/reader:/bin/sh\n' >"$_root/etc/passwd"
  printf 'root:x:0:\nreader:x:1000:\n' >"$_root/etc/group"
  printf '127.0.0.1 localhost\n' >"$_root/etc/hosts"
  printf 'hosts: files\n' >"$_root/etc/nsswitch.conf"
  make_null "$_root"
}
