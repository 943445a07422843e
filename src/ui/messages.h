#ifndef MAILHAUL_UI_MESSAGES_H
#define MAILHAUL_UI_MESSAGES_H

#include <stdbool.h>

struct listed;

/* One message on standard output, as a dry run tells of it: "work: message 3 (1204 octets): fetch: new". */
void messages_say(const char *account, const struct listed *m);

/* A table that is being printed. */
struct messages_table {
	bool terminal; /* aligned, with a headline an account; else fields with tabs between them */
	bool headers;
	const char *account; /* of the row before; NULL: there was none */
};

void messages_row(struct messages_table *t, const char *account, const struct listed *m);

/* A line of JSON (man/mailhaul-json.5). */
void messages_json(const char *account, const struct listed *m);

#endif
