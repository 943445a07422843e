#ifndef MAILHAUL_TESTS_CHECK_MAIN_H
#define MAILHAUL_TESTS_CHECK_MAIN_H

#include <check.h>
#include <stddef.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Adds a test to a case as a loop over the rows of a table. */
#define LOOP_OVER(tcase, test, table) tcase_add_loop_test(tcase, test, 0, (int)COUNT(table))

/*
 * The tag of cases in which a command cannot be started. valgrind turns the vfork of posix_spawn into a fork, so
 * the parent does not learn of the failure. make check-valgrind leaves these cases out.
 */
#define SPAWN_ERRORS "spawn-errors"

/* The tag of cases that lower the limit on open files, which valgrind itself needs. */
#define FILE_LIMITS "file-limits"

/*
 * The tag of cases that go through all inputs of a kind. make check-valgrind leaves them out: the sanitizers check
 * all of them, and valgrind those of the tables.
 */
#define EXHAUSTIVE "exhaustive"

/* The tag of cases that wait in real time. make check-quick leaves them out. */
#define WAITING "waiting"

/* Runs the suite. Returns the exit status for main. */
static inline int check_run(Suite *s, enum fork_status forks)
{
	SRunner *runner = srunner_create(s);
	int failed;

	srunner_set_fork_status(runner, forks);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}

/*
 * Runs the suite, each test in a process of its own unless CK_FORK=no is in the environment: valgrind checks for
 * leaks once per process.
 */
static inline int check_main(Suite *s)
{
	return check_run(s, CK_FORK_GETENV);
}

/* The same for tests that always need a process of their own, because they change or end it. */
static inline int check_main_apart(Suite *s)
{
	return check_run(s, CK_FORK);
}

/* Adds a case of that name to the suite. */
static inline TCase *check_case(Suite *s, const char *name)
{
	TCase *c = tcase_create(name);

	suite_add_tcase(s, c);
	return c;
}

#endif
