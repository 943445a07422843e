#ifndef MAILHAUL_TRANSFER_TRANSFER_H
#define MAILHAUL_TRANSFER_TRANSFER_H

#include <stdbool.h>

#include "transfer/task.h"

struct error;
struct plan;

/*
 * Carries out a plan. Fetches messages in batches (RETR, delivery, sync, record), and sends DELE for messages that
 * are safe and due for deletion, which it marks in the plan. If the connection fails, messages that arrived
 * complete are kept, unless the server's answers may be out of sync. If storing fails, the batch is undone. After
 * any failure the session must end without QUIT.
 *
 * If interrupted, it asks for no more messages and continues briefly with those in flight. Messages that have not
 * arrived by then are dropped as if the connection had failed, with ERROR_INTERRUPTED.
 */
bool transfer_run(const struct transfer *t, struct plan *plan, struct transfer_result *result, struct error *err);

#endif
