/*
 * dest_null - sends the requests of a migration, and does nothing else.
 *
 *   dest_null VAL S3 REQUESTS THREADS     VAL, S3: "http://127.0.0.1:1234"
 *
 * REQUESTS is what dest.py has recorded of subferry: units, each a video's requests in their
 * order, with whole headers, bodies, signatures and the status that is to come. A thread takes
 * unit after unit; nothing is read from a course, converted, hashed, signed or journalled. The
 * first request of the file is for the token, which all others at val bring.
 *
 * Prints one line of JSON; exit status 1 if an answer is another than the recorded one.
 */
#include "config.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

enum { MOST_THREADS = 256, TOKEN_MAX = 8192 };
/* How a request follows the one before it. */
enum { BEGIN_NOT, BEGIN_UNIT, BEGIN_AFTER_ALL };

struct request {
	char method[8], *url, *body;
	size_t body_len;
	long expected;
	bool to_val;
	int begin;
	struct curl_slist *headers;
};

static struct request *requests;
static size_t request_count, request_size;
static atomic_int failed;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* guards the next two */
static size_t next_request, sent;
static pthread_cond_t moved = PTHREAD_COND_INITIALIZER;
static char token_header[TOKEN_MAX + 64];

static void die(const char *what)
{
	fprintf(stderr, "dest_null: %s\n", what);
	exit(1);
}

static void *must(void *memory)
{
	if (!memory)
		die("out of memory");
	return memory;
}

static void add_header(struct request *request, const char *line)
{
	request->headers = must(curl_slist_append(request->headers, line));
}

/* ---- the file -----------------------------------------------------------------------------*/

static struct request *new_request(void)
{
	if (request_count == request_size) {
		request_size = request_size ? 2 * request_size : 1024;
		requests = must(realloc(requests, request_size * sizeof(*requests)));
	}
	memset(&requests[request_count], 0, sizeof(*requests));
	return &requests[request_count++];
}

/* "begin method V|S path status headers body", then the headers' lines, the body, a line end. */
static bool read_request(FILE *file, const char *val, const char *s3)
{
	static char line[16384];
	struct request *request;
	char path[4096], server;
	const char *place;
	size_t size;
	int headers;

	if (!fgets(line, sizeof(line), file))
		return false;
	request = new_request();
	if (sscanf(line, "%d %7s %c %4095s %ld %d %zu", &request->begin, request->method, &server, path,
		   &request->expected, &headers, &request->body_len) != 7)
		die("a line that is no request's");
	request->to_val = server == 'V';
	place = request->to_val ? val : s3;
	size = strlen(place) + strlen(path) + 1;
	request->url = must(malloc(size));
	snprintf(request->url, size, "%s%s", place, path);
	while (headers--) {
		if (!fgets(line, sizeof(line), file))
			die("a header is missing");
		line[strcspn(line, "\n")] = '\0';
		add_header(request, line);
	}
	add_header(request, "Expect:");
	request->body = must(malloc(request->body_len + 1));
	if (fread(request->body, 1, request->body_len + 1, file) != request->body_len + 1)
		die("a body is missing");
	request->body[request->body_len] = '\0';
	return true;
}

/* ---- requests -----------------------------------------------------------------------------*/

static size_t drop(char *bytes, size_t size, size_t count, void *arg)
{
	(void)bytes, (void)arg;
	return size * count;
}

static void send_one(CURL *curl, const struct request *request)
{
	long status = 0;
	CURLcode code;

	curl_easy_setopt(curl, CURLOPT_URL, request->url);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, request->headers);
	if (!strcmp(request->method, "GET")) {
		curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, NULL);
		curl_easy_setopt(curl, CURLOPT_HTTPGET, 1L);
	} else {
		curl_easy_setopt(curl, CURLOPT_POST, 1L);
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request->body);
		curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)request->body_len);
		curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request->method);
	}
	code = curl_easy_perform(curl);
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	if (code == CURLE_OK && status == request->expected)
		return;
	if (atomic_fetch_add(&failed, 1) < 5)
		fprintf(stderr, "dest_null: %s %s: %ld instead of %ld %s\n", request->method,
			request->url, status, request->expected,
			code == CURLE_OK ? "" : curl_easy_strerror(code));
}

static CURL *new_handle(void)
{
	CURL *curl = must(curl_easy_init());

	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, drop);
	return curl;
}

/* The next requests that are one thread's, or none. @before: how many it has just sent. */
static size_t next_unit(size_t before, size_t *end)
{
	size_t begin;

	pthread_mutex_lock(&lock);
	sent += before;
	pthread_cond_broadcast(&moved);
	while (next_request < request_count && requests[next_request].begin == BEGIN_AFTER_ALL &&
	       sent < next_request)
		pthread_cond_wait(&moved, &lock);
	begin = *end = next_request;
	if (begin < request_count)
		for (*end = begin + 1; *end < request_count && !requests[*end].begin;)
			++*end;
	next_request = *end;
	pthread_mutex_unlock(&lock);
	return begin;
}

static void *sender(void *arg)
{
	CURL *curl = new_handle();
	size_t begin, end, count = 0;

	(void)arg;
	while ((begin = next_unit(count, &end)) < end) {
		count = end - begin;
		for (; begin < end; begin++)
			send_one(curl, &requests[begin]);
	}
	curl_easy_cleanup(curl);
	return NULL;
}

/* ---- the token ----------------------------------------------------------------------------*/

struct answer {
	char text[TOKEN_MAX];
	size_t len;
};

static size_t take(char *bytes, size_t size, size_t count, void *arg)
{
	struct answer *answer = arg;
	size_t len = size * count;

	if (len > sizeof(answer->text) - 1 - answer->len)
		return 0;
	memcpy(answer->text + answer->len, bytes, len);
	answer->len += len;
	answer->text[answer->len] = '\0';
	return len;
}

static void get_token(void)
{
	static const char name[] = "\"access_token\": \"";
	struct answer answer = {.len = 0};
	CURL *curl = new_handle();
	char *begin;

	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer);
	send_one(curl, &requests[0]);
	curl_easy_cleanup(curl);
	begin = strstr(answer.text, name);
	if (!begin)
		die("val gives no token");
	begin += strlen(name);
	begin[strcspn(begin, "\"")] = '\0';
	snprintf(token_header, sizeof(token_header), "Authorization: JWT %s", begin);
	for (size_t i = 1; i < request_count; i++)
		if (requests[i].to_val)
			add_header(&requests[i], token_header);
	next_request = sent = 1;
}

/* ---- all of it ----------------------------------------------------------------------------*/

static double now(void)
{
	struct timespec at;

	clock_gettime(CLOCK_MONOTONIC, &at);
	return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

static double cpu(void)
{
	struct rusage used;

	getrusage(RUSAGE_SELF, &used);
	return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
	       (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

int main(int argc, char **argv)
{
	pthread_t threads[MOST_THREADS];
	int count = argc == 5 ? (int)strtol(argv[4], NULL, 10) : 0;
	FILE *file = argc == 5 ? fopen(argv[3], "rb") : NULL;
	double begun, used;

	if (!file || count < 1 || count > MOST_THREADS)
		die("usage: dest_null VAL S3 REQUESTS THREADS");
	curl_global_init(CURL_GLOBAL_DEFAULT);
	while (read_request(file, argv[1], argv[2]))
		;
	fclose(file);
	if (!request_count)
		die("there is no request");
	begun = now();
	used = cpu();
	get_token();
	for (int i = 0; i < count; i++)
		if (pthread_create(&threads[i], NULL, sender, NULL))
			die("no thread");
	for (int i = 0; i < count; i++)
		pthread_join(threads[i], NULL);
	printf("{\"seconds\": %.6f, \"cpu\": %.6f, \"requests\": %zu, \"failed\": %d}\n",
	       now() - begun, cpu() - used, request_count, atomic_load(&failed));
	return atomic_load(&failed) ? 1 : 0;
}
