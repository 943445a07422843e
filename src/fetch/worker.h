#ifndef MAILHAUL_FETCH_WORKER_H
#define MAILHAUL_FETCH_WORKER_H

struct account;
struct run_options;
struct tls_trust;

/*
 * Runs one account from end to end, in a process of its own. It sends everything to the parent as events over fd;
 * the last one is EVENT_DONE.
 */
void worker_run(const struct account *account, const struct tls_trust *trust, const struct run_options *options,
    int fd);

#endif
