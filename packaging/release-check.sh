#!/bin/sh
# packaging/release-check.sh VERSION, as "make release-check": whether the tree is ready to be released as VERSION, the
# version in configure.ac, and what remains to be done by hand (doc/releasing). It works on copies, and changes nothing
# in the tree. Exits with 1 if something is not ready.
set -u
unset CDPATH MAKEFLAGS MFLAGS MAKELEVEL SOURCE_DATE_EPOCH XZ_OPT
version=${1:?'give the version'}
tree=$(cd "$(dirname "$0")/.." && pwd) || exit 1
build=$(pwd)
problems=0
work=$(mktemp -d) || exit 1
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
trap 'exit 130' HUP INT TERM

# result NAME COMMAND...: prints whether COMMAND succeeds, and its output if it fails.
result() {
  name=$1
  shift
  if "$@" >"$work/output" 2>&1; then
    printf 'ready      %s\n' "$name"
  else
    printf 'NOT READY  %s\n' "$name"
    tail -n 20 "$work/output" | sed 's/^/           /'
    problems=$((problems + 1))
  fi
}

# is_repository: whether the tree is a git checkout of its own, not an unpacked tarball in another one.
is_repository() { [ -e "$tree/.git" ] && command -v git >/dev/null; }
git_here() { git -c safe.directory="$tree" -C "$tree" "$@"; }

# ---- what is written down ----

is_version() {
  printf '%s\n' "$1" | grep -Eqx '[0-9]+\.[0-9]+\.[0-9]+' || { echo "it is $1" && return 1; }
}
news_is_dated() {
  heading=$(grep -E '^[0-9]+\.[0-9]+' "$tree/NEWS" | head -n 1)
  printf '%s\n' "$heading" | grep -Eqx "$version \([0-9]{4}-[0-9]{2}-[0-9]{2}\)" ||
    { echo "the heading is \"$heading\", not \"$version (YYYY-MM-DD)\"" && return 1; }
}
changelog_has_version() {
  entry=$(head -n 1 "$tree/debian/changelog")
  case $entry in
    *UNRELEASED*) echo "$entry" && return 1 ;;
    "mailhaul ($version-"*) ;;
    *) echo "$entry" && return 1 ;;
  esac
}
spec_has_version() {
  found=$(sed -n 's/^Version: *//p' "$tree/packaging/mailhaul.spec")
  [ "$found" = "$version" ] || { echo "it is $found" && return 1; }
}
nothing_uncommitted() {
  changes=$(git_here status --porcelain) || return 1
  [ -z "$changes" ] || { echo "$changes" && return 1; }
}
tag_is_new() { ! git_here show-ref "refs/tags/v$version"; }

# ---- the tarball ----

# copy_tree DIRECTORY: the committed files of a repository, or the files of a tarball.
copy_tree() {
  mkdir "$1" || return 1
  if is_repository; then
    git_here archive HEAD | tar -C "$1" -xf -
  else
    tar -C "$1" --strip-components=1 -xf "$build/mailhaul-$version.tar.xz"
  fi
}

# make_tarball DIRECTORY UMASK TZ: makes the tarball in a copy of the tree, in DIRECTORY.
make_tarball() (
  umask "$2"
  TZ=$3
  export TZ
  copy_tree "$1" && cd "$1" || exit 1
  [ -x configure ] || autoreconf --install || exit 1
  ./configure -q --disable-tests && make -s dist
)
two_tarballs() {
  make_tarball "$work/one" 022 UTC &&
    make_tarball "$work/another-directory" 077 Asia/Tokyo &&
    cmp "$work/one/mailhaul-$version.tar.xz" "$work/another-directory/mailhaul-$version.tar.xz"
}

result 'the version is three numbers' is_version "$version"
result "NEWS begins with a dated section on $version" news_is_dated
result "debian/changelog begins with $version" changelog_has_version
result "packaging/mailhaul.spec has $version" spec_has_version
if is_repository; then
  result 'everything is committed' nothing_uncommitted
  result "no tag v$version exists" tag_is_new
else
  echo 'skipped    git: this tree is not a git checkout'
fi
result 'two tarballs, made in two directories, are identical' two_tarballs
[ ! -f "$work/one/mailhaul-$version.tar.xz" ] || (cd "$work/one" && sha256sum "mailhaul-$version.tar.xz" | sed 's/^/           /')

if [ "$problems" -gt 0 ]; then
  printf '\n%d not ready: doc/releasing says what to do.\n' "$problems"
  exit 1
fi
cat <<END

All of it is ready. By hand, as doc/releasing describes:
  - wait for .ci/run on the commit to pass
  - git tag -s v$version
  - make dist, compare its SHA-256 with the one above, and sign it: gpg --armor --detach-sign mailhaul-$version.tar.xz
  - publish the tag, the tarball and the signature
END
