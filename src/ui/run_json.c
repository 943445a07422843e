#include "config.h"

#include "ui/run_json.h"

#include <stdio.h>

#include "base/error.h"
#include "fetch/event.h"
#include "ui/jsonl.h"

enum result { RESULT_OK, RESULT_PARTIAL, RESULT_FAILED };

static void add_result(struct jsonl *json, enum result result)
{
	static const char *const words[] =
	    {[RESULT_OK] = "ok", [RESULT_PARTIAL] = "partial", [RESULT_FAILED] = "failed"};

	jsonl_text(json, "result", words[result]);
}

void run_json_log(const char *account, enum log_level level, const char *text)
{
	static const char *const words[] =
	    {[LOG_QUIET] = "quiet", [LOG_NORMAL] = "normal", [LOG_VERBOSE] = "verbose", [LOG_WIRE] = "wire"};
	struct jsonl *json = jsonl_line("log", account);

	jsonl_text(json, "level", words[level]);
	jsonl_text(json, "text", text);
	jsonl_print(json, stdout);
}

void run_json_problem(const char *account, enum step step, const struct error *err, int exit_code)
{
	struct jsonl *json = jsonl_line("problem", account);

	jsonl_add(json, "failure", jsonl_failure(step, err));
	jsonl_number(json, "exit_code", exit_code);
	jsonl_print(json, stdout);
}

static void add_work(struct jsonl *json, uint64_t fetched, uint64_t octets, uint64_t deleted, int64_t milliseconds)
{
	jsonl_number(json, "new", (int64_t)fetched);
	jsonl_number(json, "bytes", (int64_t)octets);
	jsonl_number(json, "deleted", (int64_t)deleted);
	jsonl_number(json, "milliseconds", milliseconds);
}

void run_json_account(struct run_json *r, const char *account, const struct outcome *o, bool problems, int exit_code)
{
	struct jsonl *json = jsonl_line("fetch", account);
	enum result result = o->ok && !problems ? RESULT_OK : RESULT_PARTIAL;

	if (!o->ok && o->fetched == 0 && o->deleted == 0)
		result = RESULT_FAILED;
	add_result(json, result);
	add_work(json, o->fetched, o->fetched_octets, o->deleted, o->milliseconds);
	jsonl_number(json, "left_on_server", (int64_t)o->left);
	if (o->ok)
		jsonl_text(json, "failure", NULL);
	else
		jsonl_add(json, "failure", jsonl_failure(o->step, &o->err));
	jsonl_number(json, "exit_code", exit_code);
	jsonl_print(json, stdout);
	r->accounts++;
	r->whole += result == RESULT_OK;
	r->partial += result == RESULT_PARTIAL;
	r->fetched += o->fetched;
	r->octets += o->fetched_octets;
	r->deleted += o->deleted;
}

void run_json_summary(const struct run_json *r, int64_t milliseconds, int exit_code)
{
	struct jsonl *json = jsonl_line("summary", NULL);
	enum result result = r->whole + r->partial == 0 ? RESULT_FAILED : RESULT_PARTIAL;

	if (exit_code == 0 && r->whole == r->accounts)
		result = RESULT_OK;
	add_result(json, result);
	jsonl_number(json, "accounts", (int64_t)r->accounts);
	jsonl_number(json, "accounts_ok", (int64_t)r->whole);
	jsonl_number(json, "accounts_partial", (int64_t)r->partial);
	jsonl_number(json, "accounts_failed", (int64_t)(r->accounts - r->whole - r->partial));
	add_work(json, r->fetched, r->octets, r->deleted, milliseconds);
	jsonl_number(json, "exit_code", exit_code);
	jsonl_print(json, stdout);
}
