#ifndef MAILHAUL_TRANSFER_TRANSFER_H
#define MAILHAUL_TRANSFER_TRANSFER_H

#include <stdbool.h>

#include "transfer/task.h"

struct error;
struct plan;

/*
 * Carries out a plan: brings messages in batches (RETR, delivery, sync, record), and sends DELE for
 * those that are safe and whose time has come, which it marks in the plan. When the connection fails,
 * what had arrived whole is kept unless the server's answers may be out of step; when storing fails,
 * the batch is taken back. After any failure the session must end without QUIT.
 *
 * Interrupted, it asks for no more messages and goes on for a moment with those that are under way; what has not
 * arrived by then is dropped as if the connection had failed, with ERROR_INTERRUPTED.
 */
bool transfer_run(
    const struct transfer *t, struct plan *plan, struct transfer_result *result, struct error *err);

#endif
