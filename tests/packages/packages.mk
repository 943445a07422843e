# The packages and their tests. They are not part of "make check": they build everything again, or need the network.

# Builds the Debian package from the tarball. As root, it also tests installation, upgrade and purge.
#? check-package   build the Debian package, and install, upgrade and purge it in a small system
check-package: dist all $(pop3_server)
	$(MAKE) check-TESTS TESTS=tests/packages/debian.sh

# Does not require the packages of the build dependencies to be installed as RPMs.
#? rpm             make an RPM of the tarball
rpm: dist
	rpmbuild --nodeps -tb --define '_topdir $(abs_builddir)/mailhaul-rpm' $(distdir).tar.xz

#? image           make an OCI image in the directory IMAGE; needs root and the network
IMAGE = mailhaul-image
image: all
	$(SHELL) $(srcdir)/packaging/image.sh '$(IMAGE)'
#? check-image     make the image and run it in a chroot; needs root and the network
check-image: all $(pop3_server)
	$(MAKE) check-TESTS TESTS=tests/packages/image.sh

# See doc/releasing. It needs a git clone: an unpacked tarball cannot make the tarball again.
#? release-check   report what is missing for a release
release-check: dist
	$(SHELL) $(srcdir)/packaging/release-check.sh '$(PACKAGE_VERSION)'
.PHONY: check-package rpm image check-image release-check

EXTRA_DIST += tests/packages/debian.sh tests/packages/image.sh tests/packages/run_bundle.py tests/packages/system.sh
