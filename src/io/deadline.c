#include "config.h"

#include "io/deadline.h"

#include <limits.h>
#include <time.h>

int64_t deadline_clock(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

deadline deadline_in(int64_t seconds)
{
	return deadline_clock() + seconds * 1000;
}

int deadline_left(deadline when)
{
	int64_t left = when - deadline_clock();

	return left <= 0 ? 0 : left > INT_MAX ? INT_MAX : (int)left;
}
