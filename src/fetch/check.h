#ifndef MAILHAUL_FETCH_CHECK_H
#define MAILHAUL_FETCH_CHECK_H

struct account;
struct run_options;
struct tls_trust;

/*
 * Checks one account from end to end in a process of its own, and changes nothing. It checks the state and the
 * destination, connects, logs in, lists, decides what a run would do, and quits. Every result is sent to the parent
 * over fd as a fact, even if the check fails. The last event is EVENT_DONE.
 */
void check_account(const struct account *account, const struct tls_trust *trust, const struct run_options *options,
    int fd);

#endif
