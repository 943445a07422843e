# The packages and their tests. They are not part of "make check": they build everything once more, or need the network.

# Builds the Debian package from the tarball and tries it; as root also installation, upgrade and purge.
check-package: dist all $(pop3_server)
	$(MAKE) check-TESTS TESTS=tests/packages/debian.sh

# Makes an RPM of the tarball, as far as this system can: packages of the build are not looked for.
rpm: dist
	rpmbuild --nodeps -tb --define '_topdir $(abs_builddir)/mailhaul-rpm' $(distdir).tar.xz

.PHONY: check-package rpm

EXTRA_DIST += tests/packages/debian.sh tests/packages/system.sh
