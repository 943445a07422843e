/*
 * Runs commands at the same time, and writes the resources used by them and all their descendants. It is small on
 * purpose: the memory of a large parent counts towards the peak of a forked child.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double seconds(struct timeval time)
{
	return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* Starts the command from argv[0] to ";" or NULL; returns the argument after it. */
static char **start(char **argv)
{
	char **next = argv;
	pid_t child;

	while (*next && strcmp(*next, ";") != 0)
		next++;
	if (*next)
		*next++ = NULL;
	child = fork();
	if (child < 0) {
		perror("measure: fork");
		exit(1);
	}
	if (child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		execvp(argv[0], argv);
		perror(argv[0]);
		_exit(127);
	}
	return next;
}

int main(int argc, char **argv)
{
	struct rusage usage;
	double begin, end;
	int status, worst = 0, report;

	if (argc < 3) {
		fputs("Usage: measure REPORT COMMAND [ARGUMENT]... [';' COMMAND...]...\n", stderr);
		return 64;
	}
	report = open(argv[1], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (report < 0) {
		perror(argv[1]);
		return 1;
	}
	/* Also waits for, and counts, descendants that outlive their parents. */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	begin = now();
	for (char **next = argv + 2; *next;)
		next = start(next);
	while (wait(&status) > 0 || errno == EINTR) {
		int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
		if (code > worst)
			worst = code;
	}
	end = now();
	getrusage(RUSAGE_CHILDREN, &usage);
	dprintf(report, "%.6f %.6f %.6f %ld %d\n", end - begin, seconds(usage.ru_utime), seconds(usage.ru_stime),
	    usage.ru_maxrss, worst);
	return 0;
}
