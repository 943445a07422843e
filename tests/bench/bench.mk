# make bench: compares the speed of mailhaul with the limit of the machine and with other fetchers.
# Variables for the command line of make:
#   BENCH_WORKLOADS='small mixed big poll line fleet odd'
#   BENCH_ROUNDS=5      rounds of every contender, three times as many for small and five times for poll;
#                       medians are reported
#   BENCH_SCALE=1       0.05 does a twentieth of the work, to check that everything runs
#   BENCH_CONTENDERS=   the names of some contenders; empty: all that are installed
#   BENCH_DIR=DIR       destination of the mail: a directory on the disk to be measured
#   BENCH_TMPFS=DIR     destination for the tmpfs tables; empty: no such tables
BENCH_WORKLOADS = small mixed big poll line fleet odd
BENCH_ROUNDS = 5
BENCH_SCALE = 1
BENCH_CONTENDERS =
BENCH_DIR = tests/bench/work
BENCH_TMPFS = /dev/shm

bench_programs = tests/bench/drain tests/bench/measure tests/bench/delay
EXTRA_PROGRAMS += $(bench_programs)
CLEANFILES += $(bench_programs)
tests_bench_drain_SOURCES = \
	tests/bench/drain.c tests/bench/drain.h \
	tests/bench/drain_store.c \
	tests/bench/scan.h
tests_bench_drain_LDADD = src/libmailhaul.a $(LIBRARIES_USED)
tests_bench_measure_SOURCES = tests/bench/measure.c
tests_bench_measure_LDADD =
# It starts each run of the hostile tests. Sanitizers would take longer there than all that it does.
tests_bench_measure_CFLAGS = $(CFLAGS_STD) $(CFLAGS_WARN) $(CFLAGS_HARD)
tests_bench_delay_SOURCES = tests/bench/delay.c
tests_bench_delay_LDADD =

# This program is not timed: tests/e2e/instructions.sh counts its instructions.
decode = tests/bench/decode
EXTRA_PROGRAMS += $(decode)
CLEANFILES += $(decode)
tests_bench_decode_SOURCES = tests/bench/decode.c
tests_bench_decode_LDADD = src/libmailhaul.a $(LIBRARIES_USED)

#? bench           compare the speed with other fetchers and with the limit of the machine
bench: all $(bench_programs)
	@BENCH_BUILT='$(CC) $(CFLAGS) $(CFLAGS_SAN)' $(TESTS_PYTHON) -B $(srcdir)/tests/bench/run.py --build '$(abs_builddir)' --dir '$(BENCH_DIR)' \
	    --tmpfs '$(BENCH_TMPFS)' --rounds '$(BENCH_ROUNDS)' --scale '$(BENCH_SCALE)' \
	    --contenders '$(BENCH_CONTENDERS)' $(BENCH_WORKLOADS)
.PHONY: bench

EXTRA_DIST += \
	tests/bench/contenders.py tests/bench/line.py tests/bench/mail.py tests/bench/measure.py \
	tests/bench/peers.py tests/bench/relay.py tests/bench/rounds.py tests/bench/run.py \
	tests/bench/server.py tests/bench/server.sh tests/bench/table.py tests/bench/verify.py \
	tests/bench/workloads.py
