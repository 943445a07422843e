# The packages and their tests. They are not part of "make check": they build everything once more, or need the network.

# Builds the Debian package from the tarball and tries it; as root also installation, upgrade and purge.
check-package: dist all $(pop3_server)
	$(MAKE) check-TESTS TESTS=tests/packages/debian.sh

# Makes an RPM of the tarball, as far as this system can: packages of the build are not looked for.
rpm: dist
	rpmbuild --nodeps -tb --define '_topdir $(abs_builddir)/mailhaul-rpm' $(distdir).tar.xz

# Makes an image for containers in the directory IMAGE; needs root and the network.
IMAGE = mailhaul-image
image: all
	$(SHELL) $(srcdir)/packaging/image.sh '$(IMAGE)'
check-image: all $(pop3_server)
	$(MAKE) check-TESTS TESTS=tests/packages/image.sh

# Whether the tree is ready to be released: doc/releasing. An unpacked tarball has no other tarball to be made of.
release-check: dist
	$(SHELL) $(srcdir)/packaging/release-check.sh '$(PACKAGE_VERSION)'
.PHONY: check-package rpm image check-image release-check

EXTRA_DIST += tests/packages/debian.sh tests/packages/image.sh tests/packages/run_bundle.py tests/packages/system.sh
