#ifndef MAILHAUL_FETCH_EVENT_PIPE_H
#define MAILHAUL_FETCH_EVENT_PIPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/step.h"

struct error;
struct event;

/* Sends an event. An event that the parent can no longer receive is dropped. */
void event_pipe_send(int fd, const struct event *event);

void event_pipe_send_problem(int fd, enum step step, const struct error *err, bool silent);

/* The write and fact functions for a struct log. context is a const int *: the descriptor. */
void event_pipe_send_log(void *context, enum log_level level, const char *text);
void event_pipe_send_fact(void *context, const char *name, const char *text, int64_t number);

/* What has been received from a worker. {0} is an empty one; buf_free frees `pending`. */
struct event_pipe {
	struct buf pending;
	size_t at; /* octets of it that are events taken already */
};

/* Reads once what a worker has sent, at most 64 KiB. Returns false if the worker will send no more. */
bool event_pipe_read(int fd, struct event_pipe *r);

/*
 * Takes the next complete event. EVENT_INVALID: what the worker sent is not an event. Nothing further can then be
 * taken from it.
 */
enum event_taken { EVENT_TAKEN, EVENT_MISSING, EVENT_INVALID };
enum event_taken event_pipe_take(struct event_pipe *r, struct event *event);

#endif
