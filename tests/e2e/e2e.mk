# see tests/tests.mk
