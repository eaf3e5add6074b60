#include "config.h"

#include "tests/unit/link_help.h"

/* What doctor says, a line each. */
struct lines {
	char text[4096];
};

static void say(void *arg, const char *line)
{
	struct lines *lines = arg;
	size_t len = strlen(lines->text);

	snprintf(lines->text + len, sizeof(lines->text) - len, "%s\n", line);
}

#define ACCOUNT "'authenticatedUsers': [{'user': 'u', 'db': 'admin'}]"
#define MAY(db, collection, actions)                                                               \
	"{'resource': {'db': '" db "', 'collection': '" collection "'}, 'actions': [" actions "]}"
#define REPLY(list)                                                                                \
	"{'authInfo': {" ACCOUNT ", 'authenticatedUserPrivileges': [" list "]}, 'ok': 1}"

static void linker_tells_what_the_account_may(void **state)
{
	static const struct {
		const char *reply; /* NULL: the server does not know the command */
		enum mongo_kind kind;
		const char *says;	 /* part of a line */
		const char *refused_for; /* part of the error; NULL: all is well */
	} table[] = {
	    {NULL, MONGO_BOTH, "cannot be told: no such command", NULL},
	    {"{'ok': 1}", MONGO_BOTH, "cannot be told", NULL},
	    {"{'authInfo': {'authenticatedUsers': []}}", MONGO_BOTH, "nobody is logged in", NULL},
	    {"{'authInfo': {" ACCOUNT "}}", MONGO_BOTH, "cannot be told", NULL},
	    {REPLY(""), MONGO_BOTH, "", "insert in edxapp.modulestore.structures"},
	    {REPLY(MAY("edxapp", "", "'find'")), MONGO_DRAFT, "", "update in edxapp.modulestore"},
	    {REPLY(MAY("edxapp", "", "'find', 'insert', 'update'")), MONGO_BOTH,
	     "may update in edxapp.modulestore.active_versions", NULL},
	    {REPLY(MAY("", "", "'insert', 'update'")), MONGO_BOTH,
	     "may insert in edxapp.modulestore.structures", NULL},
	    {REPLY("{'resource': {'anyResource': true}, 'actions': ['update', 'insert']}"),
	     MONGO_BOTH, "may update in edxapp.modulestore\n", NULL},
	    {REPLY(MAY("other", "", "'insert', 'update'")), MONGO_BOTH, "", "may not insert"},
	    {REPLY("{'resource': {'cluster': true}, 'actions': ['update', 'insert']}"), MONGO_BOTH,
	     "", "may not insert"},
	    {REPLY(MAY("edxapp", "modulestore.structures",
		       "'insert'") ", " MAY("edxapp", "modulestore.active_versions", "'update'")),
	     MONGO_SPLIT, "may update in edxapp.modulestore.active_versions", NULL},
	    {REPLY(MAY("edxapp", "modulestore.structures",
		       "'insert'") ", " MAY("edxapp", "modulestore.active_versions", "'insert'")),
	     MONGO_SPLIT, "may insert in edxapp.modulestore.structures", "may not update"},
	    {REPLY(MAY("edxapp", "modulestore", "'update'")), MONGO_DRAFT,
	     "may update in edxapp.modulestore\n", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		struct lines lines = {""};
		struct world world;
		enum result st;

		start_kind(&world, table[i].kind, QUIET);
		if (table[i].reply)
			fake_reply(world.fake, table[i].reply);
		st = world.linker->ops->doctor(world.linker, false, say, &lines, &world.err);
		if (!strstr(lines.text, table[i].says))
			fail_msg("%zu: %s", i, lines.text);
		assert_int_equal(st, table[i].refused_for ? RESULT_REFUSED : RESULT_OK);
		if (table[i].refused_for && !strstr(world.err.text, table[i].refused_for))
			fail_msg("%zu: %s", i, world.err.text);
		assert_int_equal(fake_calls(world.fake, FAKE_UPDATE), 0);
		stop(&world);
	}
}

static void linker_tries_to_write_without_a_trace(void **state)
{
	static const struct {
		enum mongo_kind kind;
		int updates;
	} table[] = {{MONGO_SPLIT, 1}, {MONGO_DRAFT, 1}, {MONGO_BOTH, 2}};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		struct lines lines = {""};
		struct world world;
		bson_t *document = fake_json("{'_id': {'$oid': '555555555555555555555555'}}");

		start_kind(&world, table[i].kind, QUIET);
		fake_put_bson(world.fake, MONGO_INDEX, document);
		fake_put_bson(world.fake, MONGO_MODULESTORE, document);
		assert_int_equal(
		    world.linker->ops->doctor(world.linker, true, say, &lines, &world.err),
		    RESULT_OK);
		assert_int_equal(fake_calls(world.fake, FAKE_UPDATE), table[i].updates);
		assert_int_equal(fake_calls(world.fake, FAKE_INSERT), 0);
		assert_int_equal(fake_count(world.fake, MONGO_STRUCTURES), 0);
		assert_true(bson_equal(document, fake_at(world.fake, MONGO_INDEX, 0)));
		assert_true(bson_equal(document, fake_at(world.fake, MONGO_MODULESTORE, 0)));
		fake_fail(world.fake, FAKE_UPDATE, 2 * table[i].updates, RESULT_REFUSED);
		assert_int_equal(
		    world.linker->ops->doctor(world.linker, true, say, &lines, &world.err),
		    RESULT_REFUSED);
		bson_destroy(document);
		stop(&world);
	}
}

static void linker_probes(void **state)
{
	struct lines lines = {""};
	struct world world;

	(void)state;
	start(&world, QUIET);
	fake_fail(world.fake, FAKE_HELLO, 2, RESULT_UNREACHABLE);
	fake_fail(world.fake, FAKE_HELLO, 3, RESULT_REFUSED);
	assert_int_equal(world.linker->ops->probe(world.linker, &world.err), RESULT_OK);
	assert_int_equal(world.linker->ops->probe(world.linker, &world.err), RESULT_UNREACHABLE);
	assert_int_equal(world.linker->ops->doctor(world.linker, true, say, &lines, &world.err),
			 RESULT_REFUSED);
	assert_int_equal(fake_calls(world.fake, FAKE_UPDATE), 0);
	linker_free(NULL);
	stop(&world);
}

static void linker_refuses_keys_it_does_not_serve(void **state)
{
	static const struct {
		enum mongo_kind kind;
		const char *key, *reason;
	} table[] = {
	    {MONGO_SPLIT, "Org/C/R", "is not a course of this modulestore"},
	    {MONGO_DRAFT, "course-v1:Org+C+R", "is not a course of this modulestore"},
	    {MONGO_BOTH, "library-v1:Org+L", "a library is no course"},
	    {MONGO_BOTH, "text", "not a course key"},
	    {MONGO_SPLIT, "course-v1:Org+C+R", "no longer in the modulestore"},
	    {MONGO_DRAFT, "Org/C/R", "no longer in the modulestore"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		struct link_request requests[] = {ASK("v", "V"), ASK("w", "W")};
		struct world world;

		start_kind(&world, table[i].kind, QUIET);
		run(&world, table[i].key, requests, 2);
		expect(&requests[0], LINK_REFUSED, false, table[i].reason);
		expect(&requests[1], LINK_REFUSED, false, table[i].reason);
		stop(&world);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(linker_tells_what_the_account_may),
	    cmocka_unit_test(linker_tries_to_write_without_a_trace),
	    cmocka_unit_test(linker_probes),
	    cmocka_unit_test(linker_refuses_keys_it_does_not_serve),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
