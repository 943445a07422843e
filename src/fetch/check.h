#ifndef MAILHAUL_FETCH_CHECK_H
#define MAILHAUL_FETCH_CHECK_H

struct account;
struct run_options;
struct tls_trust;

enum { CHECK_DAYS_LEFT = 14 }; /* whole days of a certificate, from which on there is a warning */

/*
 * Tries one account from end to end and changes nothing, in a process of its own: looks at state and
 * destination, connects, logs in, lists, decides what a run would do, and says goodbye. All that is learnt
 * goes to the parent as facts over fd, also when it ends in a failure; the last event is EVENT_DONE.
 */
void check_account(const struct account *account, const struct tls_trust *trust, const struct run_options *options,
    int fd);

#endif
