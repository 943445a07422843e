#include "config.h"

#include "cmd/exit_code.h"

#include <stddef.h>
#include <sysexits.h>

#include "base/error.h"

enum { PARTIAL = 32 }; /* higher codes than those of sysexits(3), and lower than those of signals */

int exit_code_of(const struct error *err)
{
	if (err->temporary)
		return EX_TEMPFAIL;
	switch (err->kind) {
	case ERROR_NONE:
		return EX_OK;
	case ERROR_USAGE:
		return EX_USAGE;
	case ERROR_CONFIG:
		return EX_CONFIG;
	case ERROR_HOST:
		return EX_NOHOST;
	case ERROR_NETWORK:
	case ERROR_LOCKED:
	case ERROR_INTERRUPTED:
		return EX_TEMPFAIL;
	case ERROR_TLS:
		return EX_UNAVAILABLE;
	case ERROR_AUTH:
		return EX_NOPERM;
	case ERROR_PROTOCOL:
		return EX_PROTOCOL;
	case ERROR_STORAGE:
		return EX_IOERR;
	case ERROR_INTERNAL:
		break;
	}
	return EX_SOFTWARE;
}

int exit_code_partial(int code)
{
	return code == EX_OK ? EX_OK : code + PARTIAL;
}

int exit_code_worse(int a, int b)
{
	static const int mildest_first[] = {EX_OK, EX_TEMPFAIL, EX_NOHOST, EX_PROTOCOL, EX_UNAVAILABLE, EX_NOPERM,
	    EX_CONFIG, EX_DATAERR, EX_IOERR, EX_SOFTWARE};
	size_t rank_a = 0, rank_b = 0;

	for (size_t i = 0; i < sizeof(mildest_first) / sizeof(mildest_first[0]); i++) {
		if (mildest_first[i] == a)
			rank_a = i;
		if (mildest_first[i] == b)
			rank_b = i;
	}
	return rank_a >= rank_b ? a : b;
}
