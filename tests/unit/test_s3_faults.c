#include "config.h"

#include "tests/unit/s3_room.h"

/* For servers that say nothing. */
static int setup_impatient(void **state)
{
	return open_room(state, 1000);
}

/* ---- every status x every operation -------------------------------------------------------*/

enum operation { PUT, PUT_LOOK, HEAD, GET, PROBE };

static enum result operate(struct room *room, enum operation operation, struct error *err)
{
	struct store_info info;
	struct buf got = BUF_INIT;
	enum result st;

	memset(err, 0, sizeof(*err));
	room->options.condition = operation == PUT_LOOK ? CONDITION_UNKNOWN : CONDITION_HOLDS;
	open_store(room);
	meet_server(room);
	switch (operation) {
	case PUT:
	case PUT_LOOK:
		return put_bytes(room, NAME, BYTES, err);
	case HEAD:
		st = room->store->ops->head(room->store, NAME, &info, err);
		if (st == RESULT_OK && !info.exists)
			st = RESULT_MISSING;
		break;
	case GET:
		st = room->store->ops->get(room->store, NAME, 1000, &got, err);
		buf_clear(&got);
		break;
	default:
		st = room->store->ops->probe(room->store, err);
	}
	meet_server(room);
	return st;
}

static void statuses_mean_what_they_say(void **state)
{
	static const struct {
		int status;
		const char *code;
		enum result put, get, probe;
		const char *words; /* of put, get and probe where they fail */
	} rows[] = {
	    {301, "PermanentRedirect", RESULT_REFUSED, RESULT_REFUSED, RESULT_REFUSED,
	     "region eu-west-3"},
	    {307, "TemporaryRedirect", RESULT_REFUSED, RESULT_REFUSED, RESULT_REFUSED, "307"},
	    {302, NULL, RESULT_REFUSED, RESULT_REFUSED, RESULT_REFUSED, "302"},
	    {400, "ExpiredToken", RESULT_DENIED, RESULT_DENIED, RESULT_DENIED,
	     "session has ended"},
	    {400, "InvalidStorageClass", RESULT_REFUSED, RESULT_REFUSED, RESULT_REFUSED,
	     "So it is."},
	    {400, "AuthorizationHeaderMalformed", RESULT_REFUSED, RESULT_REFUSED, RESULT_REFUSED,
	     "region"},
	    {400, "RequestTimeout", RESULT_RETRY, RESULT_RETRY, RESULT_RETRY, "RequestTimeout"},
	    {400, "XAmzContentSHA256Mismatch", RESULT_RETRY, RESULT_RETRY, RESULT_RETRY, "XAmz"},
	    {400, "BadDigest", RESULT_RETRY, RESULT_RETRY, RESULT_RETRY, "BadDigest"},
	    {400, "IncompleteBody", RESULT_RETRY, RESULT_RETRY, RESULT_RETRY, "Incomplete"},
	    {400, NULL, RESULT_REFUSED, RESULT_REFUSED, RESULT_REFUSED, "400"},
	    {401, NULL, RESULT_REFUSED, RESULT_REFUSED, RESULT_REFUSED, "401"},
	    {403, "AccessDenied", RESULT_REFUSED, RESULT_REFUSED, RESULT_OK,
	     "may be missing|s3:ListBucket"},
	    {403, "InvalidAccessKeyId", RESULT_DENIED, RESULT_DENIED, RESULT_DENIED,
	     "not known"},
	    {403, "SignatureDoesNotMatch", RESULT_DENIED, RESULT_DENIED, RESULT_DENIED,
	     "secret key"},
	    {403, "RequestTimeTooSkewed", RESULT_DENIED, RESULT_DENIED, RESULT_DENIED, "clock"},
	    {403, "ExpiredToken", RESULT_DENIED, RESULT_DENIED, RESULT_DENIED, "session has ended"},
	    {404, "XAdminUserNotFound", RESULT_DENIED, RESULT_DENIED, RESULT_DENIED, "not known"},
	    {403, NULL, RESULT_REFUSED, RESULT_REFUSED, RESULT_REFUSED, "403"},
	    {404, "NoSuchKey", RESULT_REFUSED, RESULT_MISSING, RESULT_OK, "NoSuchKey|not there"},
	    {404, "NoSuchBucket", RESULT_REFUSED, RESULT_REFUSED, RESULT_REFUSED, "NoSuchBucket"},
	    {404, NULL, RESULT_REFUSED, RESULT_MISSING, RESULT_OK, "404|not there"},
	    {405, "MethodNotAllowed", RESULT_REFUSED, RESULT_REFUSED, RESULT_REFUSED, "405"},
	    {408, NULL, RESULT_RETRY, RESULT_RETRY, RESULT_RETRY, "408"},
	    {409, "ConditionalRequestConflict", RESULT_RETRY, RESULT_RETRY, RESULT_RETRY,
	     "Conflict"},
	    {409, NULL, RESULT_RETRY, RESULT_RETRY, RESULT_RETRY, "409"},
	    {411, "MissingContentLength", RESULT_REFUSED, RESULT_REFUSED, RESULT_REFUSED, "411"},
	    {429, NULL, RESULT_UNREACHABLE, RESULT_UNREACHABLE, RESULT_UNREACHABLE, "429"},
	    {500, "InternalError", RESULT_RETRY, RESULT_RETRY, RESULT_RETRY, "InternalError"},
	    {500, NULL, RESULT_RETRY, RESULT_RETRY, RESULT_RETRY, "500"},
	    {501, "NotImplemented", RESULT_REFUSED, RESULT_REFUSED, RESULT_REFUSED,
	     "does not know"},
	    {502, NULL, RESULT_RETRY, RESULT_RETRY, RESULT_RETRY, "502"},
	    {503, NULL, RESULT_RETRY, RESULT_RETRY, RESULT_RETRY, "503"},
	    {503, "SlowDown", RESULT_UNREACHABLE, RESULT_UNREACHABLE, RESULT_UNREACHABLE, "503"},
	    {504, NULL, RESULT_RETRY, RESULT_RETRY, RESULT_RETRY, "504"},
	};
	struct room *room = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		for (enum operation operation = PUT; operation <= PROBE; operation++) {
			bool put = operation == PUT;
			bool look = operation == PUT_LOOK, head = operation == HEAD;
			enum result wanted = put		  ? rows[i].put
					     : operation == PROBE ? rows[i].probe
								  : rows[i].get;
			/* an answer to HEAD does not say which 503 it is */
			bool mute = (head || look) && rows[i].status == 503;
			const char *bar = strchr(rows[i].words, '|');
			char words[64];
			struct error err;
			enum result st;

			if (wanted == RESULT_UNREACHABLE && operation != PUT && operation != GET)
				continue; /* it waits: once a method is enough */
			if (mute && (look || rows[i].code))
				continue; /* the same */
			if (mute)
				wanted = RESULT_UNREACHABLE; /* after a while of it */
			little_s3_forget(&room->s3);
			/* HEAD has no words, and GET is asked for them: it answers the same then */
			room->s3.trick = (struct little_trick){
			    .method = put	     ? "PUT"
				      : look || head ? "HEAD"
						     : "GET",
			    .times = 1000,
			    .status = rows[i].status,
			    .code = rows[i].code,
			    .headers = rows[i].status == 301 ? "x-amz-bucket-region: eu-west-3\r\n"
							     : NULL};
			if (look || head)
				room->s3.trick.method = "*";
			if (look && wanted == RESULT_MISSING)
				continue; /* then PUT comes, and is the row of PUT */
			st = operate(room, operation, &err);
			if (st != wanted)
				fail_msg("%d %s, operation %d: %s, %s", rows[i].status,
					 rows[i].code ? rows[i].code : "-", operation,
					 result_text(st), err.text);
			assert_null(little_s3_find(&room->s3, KEY));
			if (st == RESULT_OK || (head && st == RESULT_MISSING))
				continue;
			/* what passes is not asked for its words */
			if (mute)
				snprintf(words, sizeof(words), ": nothing but 503");
			else if ((head || look) && st == RESULT_RETRY && rows[i].status != 400)
				snprintf(words, sizeof(words), ": %d", rows[i].status);
			else
				snprintf(words, sizeof(words), "%.*s",
					 bar && put ? (int)(bar - rows[i].words) : 63,
					 bar && !put ? bar + 1 : rows[i].words);
			if (!strstr(err.text, words))
				fail_msg("%d %s, operation %d: no \"%s\" in: %s", rows[i].status,
					 rows[i].code ? rows[i].code : "-", operation, words,
					 err.text);
		}
	}
	room->s3.trick.method = NULL;
}

static void page_of_somebody_else_is_no_missing_object(void **state)
{
	struct room *room = *state;
	struct error err;

	room->s3.trick = (struct little_trick){
	    .method = "GET", .times = 3, .status = 404, .body = "<html>nothing here</html>"};
	assert_int_equal(operate(room, GET, &err), RESULT_REFUSED);
	assert_int_equal(operate(room, HEAD, &err), RESULT_REFUSED);
	assert_int_equal(operate(room, PROBE, &err), RESULT_REFUSED);
}

/* ---- mischief -----------------------------------------------------------------------------*/

/* Whatever happens to a PUT's answer: the same request again ends with equal bytes. */
static void meet_mischief(struct room *room, enum web_mischief mischief, bool after)
{
	bool ends = mischief == WEB_CLOSE || mischief == WEB_RESET, done;
	enum result first, second;
	struct error err;

	little_s3_forget(&room->s3);
	room->s3.trick = (struct little_trick){.method = "PUT",
					       .times = 1,
					       .after = after,
					       .status = after ? 200 : 503,
					       .body = "<Fine>long enough</Fine>",
					       .headers = "ETag: \"x\"\r\n",
					       .mischief = mischief};
	first = put_bytes(room, NAME, BYTES, &err);
	/* libcurl may have sent it again over another connection, where the first had ended */
	done = first == RESULT_OK || first == RESULT_EXISTS;
	if (mischief == WEB_SLOW ? first != (after ? RESULT_OK : RESULT_RETRY)
				 : first != RESULT_UNKNOWN && !(done && ends))
		fail_msg("%d, after %d: %s, %s", mischief, after, result_text(first), err.text);
	second = put_bytes(room, NAME, BYTES, &err);
	if (second != (after || done ? RESULT_EXISTS : RESULT_OK))
		fail_msg("%d, after %d: %s, %s", mischief, after, result_text(second), err.text);
	if (room->s3.ignores_condition && ends)
		room->s3.overwritten = 0; /* by itself: the same bytes */
	assert_there(room, KEY, BYTES);
	assert_int_equal(room->s3.made, 1);
}

static void put_again_completes_after_any_mischief(void **state)
{
	static const enum web_mischief mischiefs[] = {WEB_CLOSE, WEB_RESET, WEB_TRUNCATE, WEB_HALF,
						      WEB_STALL};
	static const enum store_condition conditions[] = {CONDITION_HOLDS, CONDITION_UNKNOWN,
							  CONDITION_FAILS};
	struct room *room = *state;

	for (size_t c = 0; c < 3; c++) {
		room->options.condition = conditions[c];
		room->s3.ignores_condition = conditions[c] == CONDITION_FAILS;
		open_store(room);
		for (size_t i = 0; i < sizeof(mischiefs) / sizeof(mischiefs[0]); i++) {
			if (mischiefs[i] == WEB_HALF && conditions[c] != CONDITION_HOLDS)
				continue; /* each waits a second */
			meet_mischief(room, mischiefs[i], false);
			meet_mischief(room, mischiefs[i], true);
		}
	}
}

static void slow_answer_is_an_answer(void **state)
{
	struct room *room = *state;

	open_store(room);
	meet_mischief(room, WEB_SLOW, false);
	meet_mischief(room, WEB_SLOW, true);
}

static void mischief_is_no_answer_to_any_operation(void **state)
{
	static const enum web_mischief mischiefs[] = {WEB_CLOSE, WEB_RESET, WEB_TRUNCATE,
						      WEB_STALL};
	static const char *const methods[] = {"HEAD", "HEAD", "GET", "GET"};
	static const enum operation operations[] = {PUT_LOOK, HEAD, GET, PROBE};
	struct room *room = *state;

	for (size_t i = 0; i < sizeof(mischiefs) / sizeof(mischiefs[0]); i++)
		for (size_t k = 0; k < 4; k++) {
			struct error err;
			enum result st;

			if (mischiefs[i] == WEB_TRUNCATE && !strcmp(methods[k], "HEAD"))
				continue; /* it has no body to be cut */
			room->s3.trick = (struct little_trick){
			    .method = methods[k], .times = 9, .mischief = mischiefs[i]};
			st = operate(room, operations[k], &err);
			if (!result_is_transient(st))
				fail_msg("%d at %zu: %s %s", mischiefs[i], k, result_text(st),
					 err.text);
			assert_int_equal(room->s3.puts, 0);
		}
}

/* A network that wants a password first answers everything with its page. */
static void a_page_of_the_network_is_no_store(void **state)
{
	static const char page[] = "<html>Welcome! Please log in.</html>";
	struct room *room = *state;
	char *large = calloc(1, 40000);
	struct error err;

	memset(large, 'x', 39999);
	room->s3.trick = (struct little_trick){
	    .method = "*", .times = 2, .status = 200, .headers = "Content-Type: text/html\r\n"};
	room->s3.trick.body = page;
	assert_int_equal(operate(room, PROBE, &err), RESULT_RETRY);
	assert_non_null(strstr(err.text, "not S3's"));
	room->s3.trick.times = 2;
	room->s3.trick.body = large;
	assert_int_equal(operate(room, PROBE, &err), RESULT_RETRY);
	/* an object is one, however large */
	room->s3.trick.times = 0;
	little_s3_add(&room->s3, "campus/" S3_PROBE, large);
	assert_int_equal(operate(room, PROBE, &err), RESULT_OK);
	free(large);
}

static void nobody_there_is_unreachable(void **state)
{
	struct room *room = *state;
	struct error err;

	room->options.endpoint = "http://127.0.0.1:1";
	for (enum operation operation = PUT; operation <= PROBE; operation++)
		assert_int_equal(operate(room, operation, &err), RESULT_UNREACHABLE);
}

/* ---- secrets ------------------------------------------------------------------------------*/

static void errors_have_no_secrets(void **state)
{
	struct room *room = *state;
	struct error err;

	room->options.token = room->s3.token = "session/token+1==";
	room->s3.trick = (struct little_trick){
	    .method = "*",
	    .times = 99,
	    .status = 403,
	    .code = "AccessDenied",
	    .words = "You sent " LITTLE_KEY " and session/token+1== and " LITTLE_SECRET};
	for (enum operation operation = PUT; operation <= GET; operation++) {
		assert_int_equal(operate(room, operation, &err), RESULT_REFUSED);
		assert_non_null(strstr(err.text, "You sent ***"));
		assert_null(strstr(err.text, "session/token"));
		assert_null(strstr(err.text, LITTLE_SECRET));
		assert_null(strstr(err.text, LITTLE_KEY));
	}
}

static void wrong_secret_is_told(void **state)
{
	struct room *room = *state;
	struct error err;

	room->s3.may_be_refused = true;
	room->options.secret = "another";
	for (enum operation operation = PUT; operation <= PROBE; operation++) {
		assert_int_equal(operate(room, operation, &err), RESULT_DENIED);
		assert_non_null(strstr(err.text, "SignatureDoesNotMatch"));
		assert_non_null(strstr(err.text, "secret key"));
	}
	assert_int_equal(room->s3.count, 0);
}

static void long_words_are_cut(void **state)
{
	struct room *room = *state;
	char *words = malloc(5001);
	struct error err;

	for (int i = 0; i < 5000; i++)
		words[i] = "\xe4\xbd\xa0"[i % 3];
	words[4998] = '\0';
	room->s3.trick = (struct little_trick){
	    .method = "PUT", .times = 1, .status = 400, .code = "InvalidRequest", .words = words};
	assert_int_equal(operate(room, PUT, &err), RESULT_REFUSED);
	assert_true(strlen(err.text) < sizeof(err.text));
	assert_non_null(strstr(err.text, "InvalidRequest: \xe4\xbd\xa0"));
	free(words);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	    TEST(statuses_mean_what_they_say),
	    TEST(page_of_somebody_else_is_no_missing_object),
	    cmocka_unit_test_setup_teardown(put_again_completes_after_any_mischief, setup_impatient,
					    teardown),
	    TEST(slow_answer_is_an_answer),
	    cmocka_unit_test_setup_teardown(mischief_is_no_answer_to_any_operation, setup_impatient,
					    teardown),
	    TEST(a_page_of_the_network_is_no_store),
	    TEST(nobody_there_is_unreachable),
	    TEST(errors_have_no_secrets),
	    TEST(wrong_secret_is_told),
	    TEST(long_words_are_cut),
	};

	return cmocka_run_group_tests_name("s3_faults", tests, NULL, NULL);
}
