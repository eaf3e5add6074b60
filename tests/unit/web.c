#include "config.h"

#include "tests/unit/web.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

enum {
	MAX_HEAD = 64 * 1024,
	MAX_BODY = 64 * 1024 * 1024,
	SLOW_MS = 20,
};

struct connection {
	struct connection *next;
	struct web *web;
	pthread_t thread;
	int fd;	   /* -1 once closed; under the lock */
	bool over; /* its thread has nothing left to do; under the lock */
};

struct web {
	web_handler *handler;
	void *arg;
	int listener;
	char url[64];
	pthread_t thread;
	pthread_mutex_t turn; /* held while the handler runs; recursive, for web_requests() */
	int requests;	      /* under @turn */
	atomic_int accepted;

	pthread_mutex_t lock; /* guards what follows */
	pthread_cond_t end;   /* @stopping was set */
	bool stopping;
	struct connection *connections;
};

/* A thread has no test to fail: a server that cannot go on ends the program. */
static void need(bool fine, const char *what)
{
	if (fine)
		return;
	fprintf(stderr, "web: %s: %s\n", what, strerror(errno));
	abort();
}

/* ---- a connection's bytes ---- */

static bool stopping(struct web *web)
{
	bool answer;

	pthread_mutex_lock(&web->lock);
	answer = web->stopping;
	pthread_mutex_unlock(&web->lock);
	return answer;
}

/* Waits until web_stop(), or for @ms if that is not negative; true when stopped. */
static bool wait_for_end(struct web *web, int ms)
{
	struct timespec until;
	bool answer;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += (ms > 0 ? ms : 0) * 1000000L;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	pthread_mutex_lock(&web->lock);
	while (!web->stopping) {
		if (ms < 0)
			pthread_cond_wait(&web->end, &web->lock);
		else if (pthread_cond_timedwait(&web->end, &web->lock, &until) == ETIMEDOUT)
			break;
	}
	answer = web->stopping;
	pthread_mutex_unlock(&web->lock);
	return answer;
}

static bool send_all(int fd, const char *bytes, size_t len)
{
	while (len > 0) {
		ssize_t sent = send(fd, bytes, len, MSG_NOSIGNAL);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent <= 0)
			return false;
		bytes += sent;
		len -= (size_t)sent;
	}
	return true;
}

static bool send_slowly(struct web *web, int fd, const char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (wait_for_end(web, SLOW_MS) || !send_all(fd, bytes + i, 1))
			return false;
	return true;
}

static bool receive(int fd, struct buf *in)
{
	char part[16384];
	ssize_t got;

	do
		got = recv(fd, part, sizeof(part), 0);
	while (got < 0 && errno == EINTR);
	if (got <= 0)
		return false;
	buf_add(in, part, (size_t)got);
	need(!in->failed, "no memory");
	return true;
}

/* ---- a request ---- */

const char *web_header(const struct web_request *request, const char *name, char *out, size_t size)
{
	size_t len = strlen(name);

	for (const char *line = request->headers; *line; line = strchr(line, '\n') + 1) {
		if (strncasecmp(line, name, len) != 0 || strncmp(line + len, ": ", 2) != 0)
			continue;
		line += len + 2;
		snprintf(out, size, "%.*s", (int)strcspn(line, "\n"), line);
		return out;
	}
	return NULL;
}

/* "Name:  value\r\n" lines up to @end, cut by NULs, as "name: value\n" lines. */
static bool take_headers(char *line, const char *end, struct buf *out)
{
	while (line < end) {
		char *stop = strstr(line, "\r\n");
		char *colon;

		*stop = '\0';
		colon = strchr(line, ':');
		if (!colon)
			return false;
		for (char *at = line; at < colon; at++)
			*at = (char)tolower((unsigned char)*at);
		*colon = '\0';
		buf_printf(out, "%s: %s\n", line, colon + 1 + strspn(colon + 1, " \t"));
		line = stop + 2;
	}
	need(!out->failed, "no memory");
	return true;
}

/* One request into @in and @headers; false when no more comes, or it is none. */
static bool read_request(int fd, struct buf *in, struct buf *headers, struct web_request *request)
{
	char *head_end, *line_end, *blank;
	char length[32];
	size_t body_at;
	unsigned long body_len = 0;

	do {
		/* a TLS client's first byte: this server speaks plainly */
		if (in->len > MAX_HEAD || (in->len > 0 && in->data[0] == 0x16) || !receive(fd, in))
			return false;
	} while (!(head_end = strstr(in->data, "\r\n\r\n")));
	body_at = (size_t)(head_end + 4 - in->data);
	line_end = strstr(in->data, "\r\n");
	*line_end = '\0';
	if (!take_headers(line_end + 2, head_end, headers))
		return false;
	*request = (struct web_request){.headers = buf_text(headers)};
	if (web_header(request, "content-length", length, sizeof(length)))
		body_len = strtoul(length, NULL, 10);
	if (body_len > MAX_BODY || web_header(request, "transfer-encoding", length, sizeof(length)))
		return false;
	while (in->len < body_at + body_len)
		if (!receive(fd, in))
			return false;
	if (in->len > body_at + body_len)
		return false; /* pipelining: none of our clients does it */
	blank = strchr(in->data, ' ');
	if (!blank)
		return false;
	*blank = '\0';
	request->method = in->data;
	request->path = blank + 1;
	blank = strchr(blank + 1, ' ');
	if (!blank)
		return false;
	*blank = '\0';
	request->body = in->data + body_at;
	request->body_len = body_len;
	return true;
}

/* ---- its answer ---- */

/* The whole answer as it goes over the line; *@body_len of it is the body. */
static void write_answer(const struct web_request *request, const struct web_answer *answer,
			 struct buf *out, size_t *body_len)
{
	bool none = answer->status / 100 == 1 || answer->status == 204 || answer->status == 304;

	buf_printf(out, "HTTP/1.1 %d Said\r\n%s", answer->status, buf_text(&answer->headers));
	if (!none)
		buf_printf(out, "Content-Length: %zu\r\n", answer->body.len);
	buf_add_text(out, "\r\n");
	*body_len = none || strcmp(request->method, "HEAD") == 0 ? 0 : answer->body.len;
	buf_add(out, buf_text(&answer->body), *body_len);
	need(!out->failed, "no memory");
}

static void close_connection(struct connection *connection, bool reset)
{
	struct linger linger = {.l_onoff = 1, .l_linger = 0};

	pthread_mutex_lock(&connection->web->lock);
	if (connection->fd >= 0) {
		if (reset)
			setsockopt(connection->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
		close(connection->fd);
	}
	connection->fd = -1;
	pthread_mutex_unlock(&connection->web->lock);
}

/* True while the connection stays open. */
static bool give_answer(struct connection *connection, const struct web_request *request,
			const struct web_answer *answer)
{
	struct web *web = connection->web;
	int fd = connection->fd;
	struct buf out = BUF_INIT;
	size_t body_len;
	bool stays = false;

	write_answer(request, answer, &out, &body_len);
	switch (answer->mischief) {
	case WEB_NONE:
		stays = send_all(fd, out.data, out.len);
		break;
	case WEB_SLOW:
		stays = send_slowly(web, fd, out.data, out.len);
		break;
	case WEB_TRUNCATE:
		send_all(fd, out.data, out.len - (body_len + 1) / 2);
		break;
	case WEB_HALF:
		if (send_all(fd, out.data, out.len - (body_len + 1) / 2))
			wait_for_end(web, -1);
		break;
	case WEB_STALL:
		wait_for_end(web, -1);
		break;
	case WEB_RESET:
		close_connection(connection, true);
		break;
	case WEB_CLOSE:
		break;
	}
	buf_clear(&out);
	return stays && !strstr(buf_text(&answer->headers), "Connection: close");
}

static bool serve_one(struct connection *connection)
{
	struct web *web = connection->web;
	struct web_answer answer = {.status = 200};
	struct buf in = BUF_INIT, headers = BUF_INIT;
	struct web_request request;
	char value[32];
	bool stays = false;

	buf_init(&answer.headers);
	buf_init(&answer.body);
	if (read_request(connection->fd, &in, &headers, &request) && !stopping(web)) {
		pthread_mutex_lock(&web->turn);
		request.number = ++web->requests;
		web->handler(web->arg, &request, &answer);
		pthread_mutex_unlock(&web->turn);
		stays = give_answer(connection, &request, &answer) &&
			!(web_header(&request, "connection", value, sizeof(value)) &&
			  strcasecmp(value, "close") == 0);
	}
	buf_clear(&answer.headers);
	buf_clear(&answer.body);
	buf_clear(&headers);
	buf_clear(&in);
	return stays;
}

static void *connection_main(void *arg)
{
	struct connection *connection = arg;

	while (serve_one(connection))
		;
	close_connection(connection, false);
	pthread_mutex_lock(&connection->web->lock);
	connection->over = true;
	pthread_mutex_unlock(&connection->web->lock);
	return NULL;
}

/* ---- the server ---- */

/* Joins the threads of connections that are over, or of @all. */
static void reap(struct web *web, bool all)
{
	struct connection **at = &web->connections, *dead = NULL;

	pthread_mutex_lock(&web->lock);
	while (*at) {
		struct connection *connection = *at;

		if (!all && !connection->over) {
			at = &connection->next;
			continue;
		}
		if (connection->fd >= 0)
			shutdown(connection->fd, SHUT_RDWR);
		*at = connection->next;
		connection->next = dead;
		dead = connection;
	}
	pthread_mutex_unlock(&web->lock);
	while (dead) {
		struct connection *connection = dead;

		dead = connection->next;
		pthread_join(connection->thread, NULL);
		free(connection);
	}
}

static void *web_main(void *arg)
{
	struct web *web = arg;
	const int one = 1;

	while (!stopping(web)) {
		struct connection *connection;
		int fd = accept(web->listener, NULL, NULL);

		if (fd < 0)
			continue; /* stopping, or a client that has left already */
		atomic_fetch_add(&web->accepted, 1);
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
		reap(web, false);
		connection = calloc(1, sizeof(*connection));
		need(connection, "no memory");
		*connection = (struct connection){.web = web, .fd = fd};
		pthread_mutex_lock(&web->lock);
		need(pthread_create(&connection->thread, NULL, connection_main, connection) == 0,
		     "no thread");
		connection->next = web->connections;
		web->connections = connection;
		pthread_mutex_unlock(&web->lock);
	}
	return NULL;
}

struct web *web_start(web_handler *handler, void *arg)
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	socklen_t len = sizeof(address);
	struct web *web = calloc(1, sizeof(*web));
	pthread_mutexattr_t recursive;

	assert_non_null(web);
	setenv("no_proxy", "*", 1); /* whatever proxy this machine has, we are not behind it */
	web->handler = handler;
	web->arg = arg;
	pthread_mutexattr_init(&recursive);
	pthread_mutexattr_settype(&recursive, PTHREAD_MUTEX_RECURSIVE);
	pthread_mutex_init(&web->turn, &recursive);
	pthread_mutexattr_destroy(&recursive);
	pthread_mutex_init(&web->lock, NULL);
	pthread_cond_init(&web->end, NULL);
	web->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(web->listener >= 0);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(web->listener, (struct sockaddr *)&address, len), 0);
	assert_int_equal(listen(web->listener, 128), 0);
	assert_int_equal(getsockname(web->listener, (struct sockaddr *)&address, &len), 0);
	snprintf(web->url, sizeof(web->url), "http://127.0.0.1:%d", ntohs(address.sin_port));
	assert_int_equal(pthread_create(&web->thread, NULL, web_main, web), 0);
	return web;
}

const char *web_url(const struct web *web)
{
	return web->url;
}

int web_requests(struct web *web)
{
	int count;

	pthread_mutex_lock(&web->turn);
	count = web->requests;
	pthread_mutex_unlock(&web->turn);
	return count;
}

int web_connections(struct web *web)
{
	return atomic_load(&web->accepted);
}

void web_stop(struct web *web)
{
	pthread_mutex_lock(&web->lock);
	web->stopping = true;
	pthread_cond_broadcast(&web->end);
	pthread_mutex_unlock(&web->lock);
	shutdown(web->listener, SHUT_RDWR); /* accept() returns */
	pthread_join(web->thread, NULL);
	reap(web, true);
	close(web->listener);
	pthread_cond_destroy(&web->end);
	pthread_mutex_destroy(&web->lock);
	pthread_mutex_destroy(&web->turn);
	free(web);
}
