#ifndef MAILHAUL_UI_MESSAGES_H
#define MAILHAUL_UI_MESSAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct listed;

/* The messages of an account that were listed, and what a run would do with them. {0} at first. */
struct messages_total {
	uint64_t count, octets;
	uint64_t fetch, fetch_octets, erase, erase_octets;
};

void messages_add(struct messages_total *total, const struct listed *m);

/*
 * Prints "work: 12 messages (3.4 MB): fetch 10 (3.2 MB), delete 2 (200.0 kB), leave 10", or that there is none;
 * broken between words.
 */
void messages_say_total(const char *account, const struct messages_total *total, size_t columns);

/*
 * Prints a message in the format of a dry run: "work: message 3 (1204 bytes): fetch: new; subject "Hello"". The line is
 * cut to the columns of a terminal; 0 does not cut it.
 */
void messages_say(const char *account, const struct listed *m, size_t columns);

/* A table that is being printed. */
struct messages_table {
	/*
	 * The columns of a terminal. The fields are then aligned and fitted, and each account has a heading. 0: fields are
	 * separated by tabs, and are complete.
	 */
	size_t columns;
	bool headers;
	const char *account; /* account of the previous row, or NULL */
};

/* Prints a message as a row of a table. `account` must be the same pointer for all rows of an account. */
void messages_row(struct messages_table *t, const char *account, const struct listed *m);

/* Prints a message as a line of JSON (man/mailhaul-json.5). */
void messages_json(const char *account, const struct listed *m);

#endif
