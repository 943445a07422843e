#ifndef MAILHAUL_VERIFY_REBUILD_H
#define MAILHAUL_VERIFY_REBUILD_H

#include <stdbool.h>
#include <stdint.h>

struct account;
struct error;

/*
 * Makes a lost state anew from the messages that are in place, wherever a reader has moved them. UIDs come when the
 * server lists them (fetch/recognize): by the digits in the names of a Maildir, by the headers of an mbox. *count is the
 * number of messages. ERROR_STORAGE when there is a state that knows something, ERROR_CONFIG for a destination that cannot be read.
 */
bool rebuild_account(const struct account *account, const char *state_dir, uint64_t *count, struct error *err);

#endif
