#ifndef MAILHAUL_VERIFY_REBUILD_H
#define MAILHAUL_VERIFY_REBUILD_H

#include <stdbool.h>
#include <stdint.h>

struct account;
struct error;

/*
 * Rebuilds a lost state from the messages in the destination, wherever a reader has moved them. Another program may
 * have delivered them. The UIDs are added when the server lists them: by the digits in the names of a Maildir
 * (fetch/recognize), or by header and content (fetch/foreign). *count is the number of messages. Sets ERROR_STORAGE if
 * there are none or if there is a state with records, and ERROR_CONFIG if the destination cannot be read.
 */
bool rebuild_account(const struct account *account, const char *state_dir, uint64_t *count, struct error *err);

#endif
