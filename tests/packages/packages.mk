# Tests of the packages. They are not part of "make check": they build everything once more.

# Builds the Debian package from the tarball and tries it; as root also installation, upgrade and purge.
check-package: dist all $(pop3_server)
	$(MAKE) check-TESTS TESTS=tests/packages/debian.sh
.PHONY: check-package

EXTRA_DIST += tests/packages/debian.sh tests/packages/system.sh
