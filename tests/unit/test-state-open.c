#include "config.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sqlite3.h>

#include "base/error.h"
#include "base/platform.h"
#include "check_main.h"
#include "scratch.h"
#include "io/interrupt.h"
#include "state/database.h"
#include "state/join.h"
#include "state/record.h"
#include "state/schema.h"
#include "state/schema_check.h"
#include "state/state.h"
#include "state/unfetched.h"
#include "state/trouble.h"
#include "state/witness.h"

static struct state *open_state(enum state_access access_wanted)
{
	struct state *s = NULL;
	struct error err;

	ck_assert_msg(state_open(&s, scratch_path("state"), "work", access_wanted, &err), "%s", err.cause);
	return s;
}

static void expect_refused(enum state_access access_wanted, enum error_kind kind, const char *words)
{
	struct state *s = NULL;
	struct error err;

	ck_assert(!state_open(&s, scratch_path("state"), "work", access_wanted, &err));
	ck_assert_ptr_null(s);
	ck_assert_msg(err.kind == kind, "%s", err.cause);
	ck_assert_msg(strstr(err.cause, words) != NULL, "\"%s\" does not say \"%s\"", err.cause, words);
	ck_assert_str_ne(err.hint, "");
}

/* Makes a closed state with one message and a complete run. */
static void make_state(void)
{
	struct state *s = open_state(STATE_WRITE);
	struct state_record record = {.uid = "one", .octets = 5, .delivered = 1000};
	struct error err;

	ck_assert(state_begin_run(s, 1000, &err));
	ck_assert(state_add(s, &record, &err));
	ck_assert(state_commit(s, &err));
	ck_assert(state_end_run(s, 1001, &err));
	state_close(&s);
}

/* Changes the file as only another program does. */
static void run_sql(const char *path, const char *sql)
{
	sqlite3 *db;

	ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
	ck_assert_msg(sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK, "%s", sqlite3_errmsg(db));
	sqlite3_close(db);
}

START_TEST(the_directory_and_its_files_are_created_for_the_user_alone)
{
	static const char *const names[] = {"state/work.db", "state/work.db-wal", "state/work.db-shm",
	    "state/work.lock"};
	struct state *s;

	umask(0);
	s = open_state(STATE_WRITE);
	ck_assert_uint_eq(scratch_mode(scratch_path("state")), 0700);
	for (size_t i = 0; i < COUNT(names); i++) {
		if (i == 0 || scratch_exists(scratch_path(names[i])))
			ck_assert_msg(scratch_mode(scratch_path(names[i])) == 0600, "%s", names[i]);
	}
	state_close(&s);
	ck_assert_ptr_null(s);
}
END_TEST

START_TEST(closing_a_null_state_does_nothing)
{
	struct state *s = NULL;

	state_close(&s);
	ck_assert_ptr_null(s);
}
END_TEST

static void expect_recovery(bool needed, int64_t since)
{
	struct state *s = open_state(STATE_WRITE);

	ck_assert(state_needs_recovery(s) == needed);
	ck_assert_int_eq(state_recover_since(s), since);
	ck_assert_int_eq(state_died_since(s), 0);
	state_close(&s);
}

static void copy_file(const char *from, const char *to)
{
	char command[1024];

	snprintf(command, sizeof(command), "cp -p '%s' '%s.new' && mv '%s.new' '%s'", from, to, to, to);
	ck_assert_int_eq(system(command), 0);
}

START_TEST(the_state_of_a_complete_run_needs_no_recovery)
{
	struct state *s;
	struct error err;

	make_state();
	expect_recovery(false, 0);
	s = open_state(STATE_READ);
	state_close(&s);
	s = open_state(STATE_WRITE);
	ck_assert(state_end_run(s, 2000, &err)); /* a dry run */
	state_close(&s);
	expect_recovery(false, 0);
}
END_TEST

START_TEST(a_copied_state_needs_recovery)
{
	char path[512];

	make_state();
	snprintf(path, sizeof(path), "%s", scratch_path("state/work.db"));
	copy_file(path, scratch_path("backup"));
	copy_file(scratch_path("backup"), path);
	expect_recovery(true, 1000);
	expect_recovery(true, 1000); /* until a run has examined it */
}
END_TEST

START_TEST(a_state_without_its_lock_file_needs_recovery)
{
	make_state();
	ck_assert_int_eq(unlink(scratch_path("state/work.lock")), 0);
	expect_recovery(true, 1000);
}
END_TEST

START_TEST(a_recovery_that_finds_nothing_is_not_repeated)
{
	struct state *s;
	struct error err;

	make_state();
	run_sql(scratch_path("state/work.db"), "UPDATE message SET gone = 1");
	s = open_state(STATE_WRITE);
	ck_assert(state_needs_recovery(s));
	ck_assert(state_end_run(s, 2000, &err));
	state_close(&s);
	expect_recovery(false, 0);
}
END_TEST

START_TEST(a_delivery_in_the_future_does_not_limit_the_recovery)
{
	make_state();
	run_sql(scratch_path("state/work.db"),
	    "INSERT INTO message(uid, delivered, octets, wire, listed, sha256, header) "
	    "VALUES('two', 99999999999, 1, 1, 1, '', '')");
	expect_recovery(true, 1000);
}
END_TEST

static void begin_and_die(void *context)
{
	static struct state *s; /* freed when the process ends */
	struct error err;

	(void)context;
	if (!state_open(&s, scratch_path("state"), "work", STATE_WRITE, &err) || !state_begin_run(s, 3000, &err))
		_exit(1);
}

START_TEST(recovery_after_a_crash_covers_only_the_run_that_died)
{
	struct scratch_child other;
	struct state *s;

	make_state();
	scratch_hold(&other, begin_and_die, NULL);
	scratch_release(&other);
	s = open_state(STATE_WRITE);
	ck_assert(state_needs_recovery(s));
	ck_assert_int_eq(state_died_since(s), 3000);
	ck_assert_int_eq(state_recover_since(s), 3000);
	state_close(&s);
}
END_TEST

START_TEST(a_run_that_died_is_noticed_even_if_its_journal_is_lost)
{
	struct scratch_child other;

	make_state();
	scratch_hold(&other, begin_and_die, NULL);
	scratch_release(&other);
	(void)unlink(scratch_path("state/work.db-wal"));
	(void)unlink(scratch_path("state/work.db-shm"));
	expect_recovery(true, 1000);
}
END_TEST

static void hold_state(void *context)
{
	static struct state *s; /* freed when the process ends */
	struct error err;

	(void)context;
	if (!state_open(&s, scratch_path("state"), "work", STATE_WRITE, &err))
		_exit(1);
}

START_TEST(a_second_run_of_an_account_finds_its_state_locked)
{
	struct scratch_child other;
	struct state *s = NULL;
	struct error err;

	scratch_hold(&other, hold_state, NULL);
	expect_refused(STATE_WRITE, ERROR_LOCKED, "another run");
	ck_assert(state_open(&s, scratch_path("state"), "home", STATE_WRITE, &err));
	state_close(&s);
	s = open_state(STATE_READ); /* reading is not a run */
	state_close(&s);
	scratch_release(&other);
	/* The child did not close the state: a dead run leaves no lock. */
	s = open_state(STATE_WRITE);
	state_close(&s);
}
END_TEST

START_TEST(reading_a_missing_state_returns_an_empty_one_and_creates_nothing)
{
	struct state_item item = {.uid = "one"};
	struct state *s = open_state(STATE_READ);
	size_t missing = 1;
	struct error err;

	ck_assert(state_needs_recovery(s));
	ck_assert_int_eq(state_last_seen(s), 0);
	ck_assert(state_join(s, &item, 1, NULL, &err));
	ck_assert(!item.known);
	ck_assert(state_note_listing(s, &item, 1, 1, NULL, &missing, &err));
	ck_assert_uint_eq(missing, 0);
	state_close(&s);
	ck_assert_uint_eq(scratch_count(scratch_path("")), 0);
}
END_TEST

START_TEST(a_reader_sees_the_written_state_and_changes_nothing)
{
	struct state_item item = {.uid = "one"};
	struct state *s;
	struct error err;

	make_state();
	s = open_state(STATE_READ);
	ck_assert(!state_needs_recovery(s));
	ck_assert_int_eq(state_last_seen(s), 1001);
	ck_assert(state_join(s, &item, 1, NULL, &err));
	ck_assert(item.known);
	ck_assert_int_eq(item.delivered, 1000);
	/* Its changes stay in its own copy. */
	ck_assert(state_note_unfetched(s, "one", STATE_UNFETCHED_LARGE, 0, 1, &err) && state_commit(s, &err));
	ck_assert(state_join(s, &item, 1, NULL, &err));
	ck_assert(item.unfetched);
	state_close(&s);
	s = open_state(STATE_READ);
	item = (struct state_item){.uid = "one"};
	ck_assert(state_join(s, &item, 1, NULL, &err));
	ck_assert(!item.unfetched);
	state_close(&s);
	/* Only the writer's files exist: no journal. */
	ck_assert_uint_eq(scratch_count(scratch_path("state")), 2);
}
END_TEST

START_TEST(reading_an_empty_file_returns_an_empty_state)
{
	struct state_item item = {.uid = "one"};
	struct state *s;
	struct error err;

	ck_assert_int_eq(mkdir(scratch_path("state"), 0700), 0);
	scratch_write_text(scratch_path("state/work.db"), "");
	s = open_state(STATE_READ);
	ck_assert(state_needs_recovery(s));
	ck_assert(state_join(s, &item, 1, NULL, &err));
	ck_assert(!item.known);
	state_close(&s);
	scratch_expect_text(scratch_path("state/work.db"), "");
}
END_TEST

static void write_text(const char *path)
{
	scratch_write_text(path,
	    "Dear diary, this is not a database, but it is longer than a header would have to be. "
	    "Dear diary, this is not a database, but it is longer than a header would have to be.");
}

static void write_other_database(const char *path)
{
	run_sql(path, "CREATE TABLE precious(a); INSERT INTO precious VALUES(1)");
}

static void write_other_versioned_database(const char *path)
{
	run_sql(path, "CREATE TABLE message(a); PRAGMA user_version=1");
}

static void write_other_marked_database(const char *path)
{
	run_sql(path, "CREATE TABLE message(a); PRAGMA user_version=1; PRAGMA application_id=7");
}

static void write_other_empty_database(const char *path)
{
	run_sql(path, "PRAGMA application_id=7");
}

static void write_negative_version(const char *path)
{
	run_sql(path, "PRAGMA user_version=-1");
}

static const struct {
	void (*write)(const char *path);
} foreign[] = {{write_text}, {write_other_database}, {write_other_versioned_database}, {write_other_marked_database},
    {write_other_empty_database}, {write_negative_version}};

START_TEST(a_foreign_file_is_rejected_and_left_unchanged)
{
	size_t length;
	char *before;

	ck_assert_int_eq(mkdir(scratch_path("state"), 0700), 0);
	foreign[_i].write(scratch_path("state/work.db"));
	before = scratch_read(scratch_path("state/work.db"), &length);
	expect_refused(STATE_WRITE, ERROR_STORAGE, "work.db");
	scratch_expect(scratch_path("state/work.db"), before, length);
	expect_refused(STATE_READ, ERROR_STORAGE, "work.db");
	scratch_expect(scratch_path("state/work.db"), before, length);
	free(before);
}
END_TEST

START_TEST(the_state_of_a_newer_version_is_rejected_with_an_explanation)
{
	make_state();
	run_sql(scratch_path("state/work.db"), "PRAGMA user_version=999");
	expect_refused(STATE_WRITE, ERROR_STORAGE, "newer version of mailhaul");
	expect_refused(STATE_READ, ERROR_STORAGE, "newer version of mailhaul");
}
END_TEST

START_TEST(an_invalid_version_is_rejected)
{
	make_state();
	run_sql(scratch_path("state/work.db"), _i ? "PRAGMA user_version=-1" : "PRAGMA user_version=-2147483648");
	expect_refused(STATE_WRITE, ERROR_STORAGE, "work.db");
	expect_refused(STATE_READ, ERROR_STORAGE, "work.db");
}
END_TEST

/* Opens and reads a file that may be damaged. The result must be a failure with a text, or an answer. */
static bool try_reading(void)
{
	struct state_item item = {.uid = "one"};
	struct state_record record = {.uid = "two"};
	struct state *s = NULL;
	struct error err;
	bool ok = state_open(&s, scratch_path("state"), "work", STATE_WRITE, &err) &&
	    state_join(s, &item, 1, NULL, &err) && state_begin_run(s, 2000, &err) && state_add(s, &record, &err) &&
	    state_commit(s, &err);

	if (!ok) {
		ck_assert_msg(err.kind == ERROR_STORAGE, "%s", err.cause);
		ck_assert_str_ne(err.cause, "");
	}
	if (s)
		state_rollback(s);
	state_close(&s);
	unlink(scratch_path("state/work.db-wal"));
	unlink(scratch_path("state/work.db-shm"));
	return ok;
}

/* A missing page is always noticed; a last page that is cut is not always noticed. */
START_TEST(a_truncated_file_causes_a_failure_and_no_crash)
{
	enum { PAGE = 4096 };
	size_t length;
	char *whole;

	make_state();
	whole = scratch_read(scratch_path("state/work.db"), &length);
	ck_assert(try_reading());
	for (size_t cut = 2; cut < length; cut += cut < 120 ? 1 : 509) {
		bool ok;

		scratch_write(scratch_path("state/work.db"), whole, cut);
		ok = try_reading();
		ck_assert_msg(!ok || cut > length - PAGE, "cut at %zu", cut);
	}
	free(whole);
}
END_TEST

START_TEST(a_damaged_file_causes_no_crash)
{
	size_t length;
	char *whole;
	unsigned refused = 0;

	make_state();
	whole = scratch_read(scratch_path("state/work.db"), &length);
	for (size_t at = (size_t)_i * 7; at < length; at += at < 128 ? 32 : 797) {
		char kept = whole[at];

		whole[at] = (char)(kept ^ 0xff);
		scratch_write(scratch_path("state/work.db"), whole, length);
		refused += !try_reading();
		whole[at] = kept;
	}
	ck_assert_uint_gt(refused, 0);
	free(whole);
}
END_TEST

START_TEST(a_damaged_file_is_reported_with_a_hint)
{
	size_t length;
	char *whole;

	make_state();
	whole = scratch_read(scratch_path("state/work.db"), &length);
	scratch_write(scratch_path("state/work.db"), whole, length / 2);
	expect_refused(STATE_WRITE, ERROR_STORAGE, "work.db");
	free(whole);
}
END_TEST

/* A step without end, as a damaged file could cause it. */
START_TEST(a_step_without_end_is_stopped_after_a_signal)
{
	const struct database_kind none = {STATE_APPLICATION_ID, NULL, 0, NULL, NULL};
	struct database *d;
	struct error err;
	int64_t count;

	ck_assert(interrupt_catch(&err));
	ck_assert_msg(database_open(&d, "", true, &none, &err), "%s", err.cause);
	ck_assert_int_eq(raise(SIGTERM), 0);
	ck_assert(!database_integer(d,
	    "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT count(*) FROM c", &count, &err));
	ck_assert_int_eq(err.kind, ERROR_INTERRUPTED);
	database_close(&d);
}
END_TEST

START_TEST(the_digest_of_the_tables_is_that_of_a_new_state)
{
	const struct database_kind steps = {STATE_APPLICATION_ID, state_migrations, STATE_VERSION, NULL, NULL};
	char digest[SCHEMA_DIGEST];
	struct database *d;
	struct error err;

	ck_assert_msg(database_open(&d, "", true, &steps, &err), "%s", err.cause);
	ck_assert(schema_digest(d, digest, &err));
	ck_assert_str_eq(state_schema_digest, digest);
	database_close(&d);
}
END_TEST

START_TEST(a_state_of_the_first_version_is_upgraded)
{
	struct state_trouble trouble = {.since = 1};
	struct state *s;
	struct error err;

	make_state();
	ck_assert_int_eq(unlink(scratch_path("state/work.db")), 0);
	run_sql(scratch_path("state/work.db"), state_migrations[0]);
	run_sql(scratch_path("state/work.db"),
	    "INSERT INTO run VALUES(1000, 1001); PRAGMA application_id=0x6d686c31; PRAGMA user_version=1");
	s = open_state(STATE_WRITE);
	ck_assert_int_eq(state_last_seen(s) >= 1001, 1);
	ck_assert_msg(state_get_trouble(s, &trouble, &err), "%s", err.cause);
	ck_assert_int_eq(trouble.since, 0);
	state_close(&s);
}
END_TEST

static void open_unwritable(void)
{
	struct state *s = NULL;
	struct error err;

	ck_assert(!state_open(&s, scratch_path("closed/state"), "work", STATE_WRITE, &err));
	ck_assert_int_eq(err.kind, ERROR_STORAGE);
	ck_assert(!state_open(&s, scratch_path("closed"), "work", STATE_WRITE, &err));
	ck_assert_int_eq(err.kind, ERROR_STORAGE);
	ck_assert_ptr_nonnull(strstr(err.hint, "state_dir"));
}

START_TEST(a_directory_without_write_permission_is_a_storage_failure)
{
	ck_assert_int_eq(mkdir(scratch_path("closed"), 0700), 0);
	ck_assert_int_eq(chmod(scratch_path("closed"), 0555), 0);
	scratch_unprivileged(open_unwritable);
}
END_TEST

static struct state_witness witness;

static void read_witness(void)
{
	state_witness_free(&witness);
	state_witness_read(&witness, scratch_path(""), "work", "state/work.db");
}

/* The record beside the mail: the last runs, and which of them a restored older state has replaced. */
START_TEST(recent_runs_are_recorded_beside_the_mail)
{
	if (!platform_write_label(scratch_path(""), "probe", "x", 1))
		return;
	read_witness();
	ck_assert_int_eq(state_witness_after(&witness, 0), 0);
	for (int64_t number = 1; number <= 20; number++)
		state_witness_note(&witness, number, 1000 * number);
	read_witness();
	ck_assert_uint_eq(witness.count, STATE_WITNESS_RUNS);
	ck_assert_int_eq(state_witness_after(&witness, 20), 0);
	ck_assert_int_eq(state_witness_after(&witness, 17), 18000);
	/* A run that follows run 17 replaces three others, and keeps the time of the first. */
	state_witness_note(&witness, 18, 30000);
	read_witness();
	ck_assert_int_eq(state_witness_after(&witness, 18), 0);
	ck_assert_int_eq(state_witness_after(&witness, 17), 18000);
	/* The clock was ahead in run 19. */
	state_witness_note(&witness, 19, 90000);
	state_witness_note(&witness, 20, 20000);
	ck_assert_int_eq(state_witness_after(&witness, 18), 20000);
	state_witness_free(&witness);
	state_witness_read(&witness, scratch_path(""), "work", "elsewhere/work.db");
	ck_assert_uint_eq(witness.count, 0);
	state_witness_free(&witness);
}
END_TEST

START_TEST(a_damaged_label_is_read_up_to_the_damage)
{
	static const char *const damaged[] = {"1 1000\n2 20", "1 1000\n1 2000\n", "1 1000\n\n\n", "1 1000\nx"};

	read_witness();
	if (!platform_write_label(scratch_path(""), witness.key, damaged[_i], strlen(damaged[_i])))
		return;
	read_witness();
	ck_assert_uint_eq(witness.count, 1);
	ck_assert_int_eq(state_witness_after(&witness, 0), 1000);
	state_witness_free(&witness);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("state open");
	TCase *c = scratch_case(s, "open"), *d = scratch_case(s, "bad files"), *endless = scratch_case(s, "endless");

	tcase_add_test(c, the_directory_and_its_files_are_created_for_the_user_alone);
	tcase_add_test(c, closing_a_null_state_does_nothing);
	tcase_add_test(c, the_state_of_a_complete_run_needs_no_recovery);
	tcase_add_test(c, a_copied_state_needs_recovery);
	tcase_add_test(c, a_state_without_its_lock_file_needs_recovery);
	tcase_add_test(c, a_recovery_that_finds_nothing_is_not_repeated);
	tcase_add_test(c, a_delivery_in_the_future_does_not_limit_the_recovery);
	tcase_add_test(c, recovery_after_a_crash_covers_only_the_run_that_died);
	tcase_add_test(c, a_run_that_died_is_noticed_even_if_its_journal_is_lost);
	tcase_add_test(c, recent_runs_are_recorded_beside_the_mail);
	tcase_add_loop_test(c, a_damaged_label_is_read_up_to_the_damage, 0, 4);
	tcase_add_test(c, a_second_run_of_an_account_finds_its_state_locked);
	tcase_add_test(c, reading_a_missing_state_returns_an_empty_one_and_creates_nothing);
	tcase_add_test(c, a_reader_sees_the_written_state_and_changes_nothing);
	tcase_add_test(c, reading_an_empty_file_returns_an_empty_state);
	tcase_add_test(c, a_directory_without_write_permission_is_a_storage_failure);
	tcase_add_test(endless, a_step_without_end_is_stopped_after_a_signal);
	tcase_set_timeout(endless, 60);
	tcase_add_test(c, the_digest_of_the_tables_is_that_of_a_new_state);
	tcase_add_test(c, a_state_of_the_first_version_is_upgraded);
	LOOP_OVER(d, a_foreign_file_is_rejected_and_left_unchanged, foreign);
	tcase_add_test(d, the_state_of_a_newer_version_is_rejected_with_an_explanation);
	tcase_add_loop_test(d, an_invalid_version_is_rejected, 0, 2);
	tcase_add_test(d, a_truncated_file_causes_a_failure_and_no_crash);
	tcase_add_loop_test(d, a_damaged_file_causes_no_crash, 0, 4);
	tcase_add_test(d, a_damaged_file_is_reported_with_a_hint);
	return scratch_main(s);
}
