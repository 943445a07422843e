#include "config.h"

#include "cmd/version.h"

#include <stdio.h>
#include <sysexits.h>

#include "base/digest.h"
#include "config/value_text.h"
#include "pop3/sasl.h"
#include "state/state.h"
#include "tls/dane.h"
#include "tls/tls.h"
#include "ui/jsonl.h"

int version_run(void)
{
	const char *dane = dane_library_version();

	printf("mailhaul %s\n"
	       "GnuTLS %s, GNU SASL %s, SQLite %s, libConfuse %s, Nettle %s, Jansson %s%s%s\n"
	       "License GPL-3.0-or-later. There is NO WARRANTY, to the extent permitted by law.\n",
	    PACKAGE_VERSION, tls_library_version(), sasl_library_version(), state_library_version(),
	    value_text_library_version(), digest_library_version(), jsonl_library_version(),
	    dane ? ", libunbound " : "", dane ? dane : "");
	return EX_OK;
}
