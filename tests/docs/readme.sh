#!/bin/sh
# README begins with what a new user needs, and its table of requirements is that of the build.
# shellcheck source=tests/docs/lib.sh
. "${srcdir:-.}/tests/docs/lib.sh"
readme=$source/README

commands_come_first() {
  head -n 35 "$readme" >"$work/top"
  grep -Eq '^ +\./bootstrap demo$' "$work/top" && grep -Eq '^ +\./bootstrap check$' "$work/top"
}
check 'README shows the two commands at the top' commands_come_first

configuration_is_short() {
  lines=$(awk '/^    account "/ { inside = 1 } inside { n++ } inside && /^    }/ { print n; exit }' "$readme")
  [ -n "$lines" ] && [ "$lines" -le 10 ]
}
check 'the first configuration has at most ten lines' configuration_is_short

# The packages that bootstrap installs for the build, whether or not ./configure exists.
packages_are_told() {
  sh "$source/bootstrap" packages build >"$work/packages" || return 1
  [ -s "$work/packages" ] || return 1
  code=0
  while read -r package; do
    grep -Eq "(^|[ (])$package([ )]|\$)" "$readme" || { echo "README does not name $package" && code=1; }
  done <"$work/packages"
  return "$code"
}
check 'README names every package that the build needs' packages_are_told

# version NAME: prints its version in README's table.
version() { sed -n "s/^ *$1 \{2,\}\([0-9.]*\) .*/\1/p" "$readme"; }

versions_are_right() {
  code=0
  for pair in GnuTLS:gnutls libConfuse:libconfuse 'GNU SASL:libgsasl' SQLite:sqlite3 Nettle:nettle Jansson:jansson zlib:zlib Check:check; do
    wanted=$(sed -n "s/.*\[${pair#*:} >= \([0-9.]*\)\].*/\1/p" "$source/configure.ac")
    found=$(version "${pair%:*}")
    [ -n "$wanted" ] && [ "$found" = "$wanted" ] && continue
    echo "${pair%:*}: README says $found, configure.ac $wanted"
    code=1
  done
  return "$code"
}
check 'README and configure.ac have the same minimum versions' versions_are_right

options_exist() {
  "$source/configure" --help >"$work/configure-help"
  code=0
  for option in $(grep -rohE --exclude='*.svg' -- '--(enable|disable)-[a-z-]*[a-z]' "$readme" "$source/CONTRIBUTING" "$source/SECURITY" "$source/doc" |
    sort -u); do
    name=${option#--*able-}
    grep -Eq -- "--(enable|disable)-$name([^a-z-]|\$)" "$work/configure-help" || { echo "configure has no $option" && code=1; }
  done
  return "$code"
}
check 'README and the developer pages name only existing options of configure' options_exist

package_version=$(sed -n 's/^AC_INIT(\[mailhaul\],\[\([0-9.]*\)\].*/\1/p' "$source/configure.ac")
version_is_in_news() { [ -n "$package_version" ] && grep -Eqx "$package_version( \([0-9-]{10}\))?" "$source/NEWS"; }
check 'NEWS has an entry for this version' version_is_in_news

packages_have_version() {
  head -n 1 "$source/debian/changelog" && grep '^Version:' "$source/packaging/mailhaul.spec"
  head -n 1 "$source/debian/changelog" | grep -qF "mailhaul ($package_version-" &&
    grep -qx "Version:  *$package_version" "$source/packaging/mailhaul.spec"
}
check 'debian/changelog and the RPM have this version' packages_have_version

# ---- the installed example ----

# The steps that ./bootstrap install prints, for an installation below $work.
mkdir -p "$work/usr/share/doc/mailhaul" "$work/usr/bin" "$work/home"
cp "$source/conf/mailhaul.conf.example" "$work/usr/share/doc/mailhaul/"
cp "$program" "$work/usr/bin/mailhaul"
# shellcheck disable=SC2016 # for the script
{ sed -n '/^say()/p; /^show_next()/,/^}/p' "$source/bootstrap" && echo 'show_next "$1" "$1"'; } >"$work/next"
next_steps() { env -u XDG_CONFIG_HOME HOME="$work/home" sh "$work/next" "$work/usr" >"$work/steps"; }
next_steps_work() {
  next_steps && sed -n 's/^    //p' "$work/steps" | sed '$d' >"$work/copy" && [ "$(wc -l <"$work/copy")" = 3 ] &&
    env -u XDG_CONFIG_HOME HOME="$work/home" sh -e "$work/copy" && env -u XDG_CONFIG_HOME HOME="$work/home" "$work/usr/bin/mailhaul" config --names &&
    [ "$(sed -n 's/^    //p' "$work/steps" | tail -n 1)" = "$work/usr/bin/mailhaul check" ]
}
check 'the next steps that ./bootstrap install prints work' next_steps_work
nothing_is_overwritten() { next_steps && ! grep -q '    cp ' "$work/steps" && grep -q ' check$' "$work/steps"; }
check 'if there is a configuration, they do not copy the example' nothing_is_overwritten
example_is_named() {
  grep -q 'dist_doc_DATA = .*conf/mailhaul.conf.example' "$source/Makefile.am" &&
    grep -q 'cp /usr/local/share/doc/mailhaul/mailhaul.conf.example ' "$readme"
}
check 'README names the installed example' example_is_named
root_is_not_named() {
  env -u XDG_CONFIG_HOME HOME=/no/such sh "$work/next" "$work/usr" >"$work/steps" && ! grep -F /no/such "$work/steps"
}
check 'the next steps suit another user than the one who installed it, as with sudo' root_is_not_named

done_testing
