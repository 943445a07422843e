#ifndef MAILHAUL_UI_MESSAGES_H
#define MAILHAUL_UI_MESSAGES_H

#include <stdbool.h>

struct listed;

/* Prints a message in the format of a dry run: "work: message 3 (1204 octets): fetch: new". */
void messages_say(const char *account, const struct listed *m);

/* A table that is being printed. */
struct messages_table {
	/* On a terminal, columns are aligned and each account has a heading. Otherwise fields are separated by tabs. */
	bool terminal;
	bool headers;
	const char *account; /* account of the previous row, or NULL */
};

/* Prints a message as a row of a table. `account` must be the same pointer for all rows of an account. */
void messages_row(struct messages_table *t, const char *account, const struct listed *m);

/* Prints a message as a line of JSON (man/mailhaul-json.5). */
void messages_json(const char *account, const struct listed *m);

#endif
