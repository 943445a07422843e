#include "config.h"

#include "ui/findings.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/calendar.h"
#include "base/error.h"
#include "base/escape.h"
#include "ui/jsonl.h"
#include "verify/verify.h"

static const char *const verdicts[] = {[VERIFY_MISSING] = "missing",
    [VERIFY_ALTERED] = "altered",
    [VERIFY_UNREADABLE] = "unreadable",
    [VERIFY_INCOMPLETE] = "incomplete",
    [VERIFY_COMPRESSED] = "compressed",
    [VERIFY_MOVED] = "moved",
    [VERIFY_LEFTOVER] = "leftover",
    [VERIFY_UNRECORDED] = "unrecorded"};

static const char *const places[] = {[STATE_LISTED] = "on the server",
    [STATE_GONE] = "no longer on the server",
    [STATE_AWAITED] = "to be fetched again"};

static const char *const place_words[] = {
    [STATE_LISTED] = "listed", [STATE_GONE] = "gone", [STATE_AWAITED] = "pending"};

static void print_shown(const char *before, const char *text)
{
	char shown[1024];

	escape_text(shown, sizeof(shown), text, strlen(text));
	printf("%s%s", before, shown);
}

static void print_line(const char *account, const struct verify_finding *f)
{
	char date[CALENDAR_TEXT];

	calendar_second(f->delivered, date);
	printf("%s: %s: ", account, verdicts[f->verdict]);
	if (f->verdict == VERIFY_UNRECORDED)
		printf("%" PRIu64 " bytes", f->octets);
	else if (f->verdict == VERIFY_LEFTOVER)
		printf("%" PRIu64 " bytes, another copy of the message delivered %s", f->octets, date);
	else
		printf("delivered %s, %" PRIu64 " bytes, %s", date, f->octets,
		    f->again ? "fetching it again" : places[f->server]);
	if (f->uid)
		print_shown(", UID ", f->uid);
	if (f->path)
		print_shown(": ", f->path);
	if (f->path && f->offset > 0)
		printf(" at byte %" PRIu64, f->offset);
	if (f->failure != 0)
		printf(" (%s)", strerror(f->failure));
	putchar('\n');
}

static void print_object(const char *account, const struct verify_finding *f)
{
	struct jsonl *json = jsonl_line("finding", account);

	jsonl_text(json, "verdict", verdicts[f->verdict]);
	jsonl_text(json, "uid", f->uid);
	jsonl_time(json, "delivered_at", f->delivered > 0 ? f->delivered : -1);
	jsonl_number(json, "bytes", (int64_t)f->octets);
	jsonl_text(json, "server_status", place_words[f->server]);
	jsonl_flag(json, "refetch", f->again);
	jsonl_text(json, "path", f->path);
	if (f->path)
		jsonl_number(json, "offset", (int64_t)f->offset);
	if (f->failure != 0)
		jsonl_text(json, "reason", strerror(f->failure));
	jsonl_print(json, stdout);
}

void findings_print(const char *account, const struct verify_finding *finding, bool json)
{
	if (json)
		print_object(account, finding);
	else
		print_line(account, finding);
}

static void print_count(const char *before, uint64_t count, const char *what)
{
	if (count > 0)
		printf("%s%" PRIu64 " %s", before, count, what);
}

static void summarize_in_words(const char *account, const struct verify_summary *s)
{
	printf("%s: %" PRIu64 " of %" PRIu64 " messages are intact", account, s->whole, s->messages);
	if (s->moved > 0 || s->marked > 0) {
		print_count(" (", s->moved, "moved");
		print_count(s->moved > 0 ? ", " : " (", s->marked, "with fields added by a mail program");
		putchar(')');
	}
	print_count(", ", s->altered, "altered");
	print_count(", ", s->unreadable, "unreadable");
	print_count(", ", s->incomplete, "incomplete");
	print_count(", ", s->compressed, "compressed (content not checked)");
	print_count(", ", s->missing, "missing");
	if (s->unrecorded > 0)
		printf("; files without a record: %" PRIu64, s->unrecorded);
	putchar('\n');
}

void findings_summarize(const char *account, const struct verify_summary *s, bool in_json)
{
	struct jsonl *json;

	if (!in_json) {
		summarize_in_words(account, s);
		return;
	}
	json = jsonl_line("verify", account);
	jsonl_flag(json, "verified", true);
	jsonl_number(json, "messages", (int64_t)s->messages);
	jsonl_number(json, "intact", (int64_t)s->whole);
	jsonl_number(json, "moved", (int64_t)s->moved);
	jsonl_number(json, "fields_added", (int64_t)s->marked);
	jsonl_number(json, "altered", (int64_t)s->altered);
	jsonl_number(json, "unreadable", (int64_t)s->unreadable);
	jsonl_number(json, "incomplete", (int64_t)s->incomplete);
	jsonl_number(json, "compressed", (int64_t)s->compressed);
	jsonl_number(json, "missing", (int64_t)s->missing);
	jsonl_number(json, "unrecorded", (int64_t)s->unrecorded);
	jsonl_number(json, "leftover", (int64_t)s->leftover);
	jsonl_number(json, "refetchable", (int64_t)s->listed);
	jsonl_number(json, "refetch", (int64_t)s->again);
	jsonl_add(json, "problems", jsonl_array());
	jsonl_print(json, stdout);
}

/* Prints the start of a line about some messages: "a: 3 of these messages are". */
static void print_some(const char *account, uint64_t count)
{
	if (count == 1)
		printf("%s: 1 of these messages is ", account);
	else
		printf("%s: %" PRIu64 " of these messages are ", account, count);
}

void findings_advise(const char *account, const struct verify_summary *s, bool ignored)
{
	if (s->listed > 0) {
		print_some(account, s->listed);
		printf("still on the server; run: mailhaul verify --refetch %s\n", account);
	}
	if (s->awaited > 0) {
		print_some(account, s->awaited);
		printf("already to be fetched again; run: mailhaul %s\n", account);
	}
	if (s->gone > 0) {
		print_some(account, s->gone);
		printf("no longer on the server; restore %s from a backup\n", s->gone == 1 ? "it" : "them");
	}
	if (s->missing > 0 && !ignored)
		printf("%s: if you deleted the missing messages, run: mailhaul verify --ignore-missing %s\n", account,
		    account);
	if (s->leftover > 0)
		printf("%s: delete the leftover copies once you have compared them with the intact ones\n", account);
}

void findings_cannot(const char *account, bool in_json)
{
	struct jsonl *json;

	if (!in_json) {
		printf("%s: cannot be verified: its messages are delivered to a command\n", account);
		return;
	}
	json = jsonl_line("verify", account);
	jsonl_flag(json, "verified", false);
	jsonl_add(json, "problems", jsonl_array());
	jsonl_print(json, stdout);
}

void findings_fail(const char *account, enum step step, const struct error *err)
{
	struct jsonl *json = jsonl_line(step_name(step), account), *problems = jsonl_array();

	if (step == STEP_VERIFY)
		jsonl_flag(json, "verified", false);
	jsonl_add(problems, NULL, jsonl_failure(step, err));
	jsonl_add(json, "problems", problems);
	jsonl_print(json, stdout);
}

void findings_regained(const char *account, uint64_t wanted, uint64_t regained, bool in_json)
{
	struct jsonl *json;

	if (!in_json) {
		printf("%s: %" PRIu64 " of %" PRIu64 " messages were fetched again\n", account, regained, wanted);
		return;
	}
	json = jsonl_line("refetch", account);
	jsonl_number(json, "requested", (int64_t)wanted);
	jsonl_number(json, "refetched", (int64_t)regained);
	jsonl_print(json, stdout);
}

void findings_rebuilt(const char *account, uint64_t messages, bool in_json)
{
	struct jsonl *json;

	if (!in_json) {
		printf("%s: the state was rebuilt from %" PRIu64 " message%s\n", account, messages,
		    messages == 1 ? "" : "s");
		return;
	}
	json = jsonl_line("rebuild", account);
	jsonl_number(json, "messages", (int64_t)messages);
	jsonl_add(json, "problems", jsonl_array());
	jsonl_print(json, stdout);
}
