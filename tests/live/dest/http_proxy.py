"""An HTTP proxy in front of one server, which tells and disturbs what passes through it.

It runs in threads of the test's own process. The client takes the proxy for the server: the Host
header goes on as it came, so that what was signed stays signed.

    with Proxy(server.address, S3) as proxy:
        rule = proxy.on("PUT", "video-transcripts/", "lost")    # the next such request
        ...

Actions, each for the `times` requests that follow the first `skip` that fit:
  reset		the connection is reset, the server never sees the request
  close		the connection is closed in order, the server never sees the request
  refuse	as reset, and connections are refused for `seconds`
  halfopen	no answer ever comes, the connection stays; the server never sees the request
  slow		the answer comes in pieces, over `seconds`
  cut		half of the answer comes, then the end
  repeat	the server gets the request twice, its second answer comes
  lost		the server has done it, its answer is lost
  stall		the server has done it, its answer waits for release(); met once it is done
  garble	the answer's body is another of the same length
  corrupt	the request's body is another of the same length
  expired	the request's token is one that has expired; a server of which none is known answers
		as S3 does to one
  hold		waits for release(), then goes on as if nothing was
  301 ... 503	a status, with the words that this kind of server has for it; the server never sees
		the request
"""
import collections
import re
import socket
import struct
import threading
import time
from email.utils import formatdate

Seen = collections.namedtuple("Seen", "method path headers body at status")

REASONS = {301: "Moved Permanently", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden",
           404: "Not Found", 408: "Request Timeout", 409: "Conflict", 412: "Precondition Failed",
           429: "Too Many Requests", 500: "Internal Server Error", 502: "Bad Gateway",
           503: "Service Unavailable", 504: "Gateway Timeout"}
S3_CODES = {301: "PermanentRedirect", 400: "InvalidRequest", 401: "Unauthorized",
            403: "AccessDenied", 404: "NoSuchKey", 408: "RequestTimeout",
            409: "ConditionalRequestConflict", 412: "PreconditionFailed", 429: "TooManyRequests",
            500: "InternalError", 502: "BadGateway", 503: "SlowDown", 504: "GatewayTimeout"}
# What a server's words are recognised by where they must be shown, or kept from a terminal.
WORDS = "the proxy says %d"


def s3_answer(status):
    """(type, body) of an error as S3 words it."""
    return "application/xml", (
        '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>%s</Code><Message>%s</Message>'
        "<RequestId>4442587FB7D0A2F9</RequestId></Error>" % (S3_CODES[status], WORDS % status))


def val_answer(status):
    """The same as Django's REST framework, or the web server before it, words it."""
    if status in (301, 502, 503, 504):
        return "text/html", "<html><head><title>%s</title></head><body>%s</body></html>" % (
            REASONS[status], WORDS % status)
    return "application/json", '{"detail": "%s"}' % (WORDS % status)


S3, VAL = s3_answer, val_answer


class Closed(Exception):
    """The other side ended where no message may end."""


class Reader:
    """Reads HTTP/1.1 messages from a socket."""

    def __init__(self, sock):
        self.sock, self.data = sock, b""

    def more(self):
        piece = self.sock.recv(1 << 16)
        if not piece:
            raise Closed()
        self.data += piece

    def upto(self, end):
        while end not in self.data:
            self.more()
        at = self.data.index(end) + len(end)
        out, self.data = self.data[:at], self.data[at:]
        return out

    def exactly(self, count):
        while len(self.data) < count:
            self.more()
        out, self.data = self.data[:count], self.data[count:]
        return out

    def rest(self):
        try:
            while True:
                self.more()
        except Closed:
            out, self.data = self.data, b""
            return out

    def head(self):
        """(first line, [(name, value)])"""
        lines = self.upto(b"\r\n\r\n").decode("latin-1").split("\r\n")[:-2]
        return lines[0], [(n, v.strip()) for n, _, v in (x.partition(":") for x in lines[1:])]

    def body(self, headers, answer_to=None, status=0):
        """A body, with its framing taken off; for an answer, what it is to."""
        if answer_to == "HEAD" or status in (204, 304) or 100 <= status < 200:
            return b""
        if value(headers, "transfer-encoding", "").lower() == "chunked":
            out = b""
            while True:
                size = int(self.upto(b"\r\n").split(b";")[0], 16)
                piece = self.exactly(size + 2)[:-2]
                if not size:
                    return out
                out += piece
        length = value(headers, "content-length")
        if length is None:
            return self.rest() if answer_to else b""
        return self.exactly(int(length))


def value(headers, name, fallback=None):
    return next((v for n, v in headers if n.lower() == name), fallback)


def framed(first, headers, body, head_only=False):
    """The bytes of a message: the length is told, whatever told it before."""
    kept = [(n, v) for n, v in headers if n.lower() not in
            (("transfer-encoding",) if head_only else ("transfer-encoding", "content-length"))]
    if not head_only and not re.match(r"(GET|HEAD|DELETE) |HTTP/1.1 (204|304|1\d\d)", first):
        kept.append(("Content-Length", "%d" % len(body)))
    return ("\r\n".join([first] + ["%s: %s" % h for h in kept]) + "\r\n\r\n").encode("latin-1") + \
        (b"" if head_only else body)


class Rule:
    def __init__(self, method, path, action, times, skip, seconds, headers, when):
        self.method, self.path, self.action = re.compile(method or ""), re.compile(path or ""), action
        self.times, self.skip, self.seconds, self.when = times, skip, seconds, when
        self.headers = headers
        self.hits = 0
        self.met, self.go = threading.Event(), threading.Event()

    def fits(self, method, path, headers, body):
        return self.method.fullmatch(method) and self.path.search(path) and \
            (self.when is None or self.when(headers, body))

    def wait(self, seconds=30):
        """Until a request has met this rule."""
        if not self.met.wait(seconds):
            raise AssertionError("no %s of %s came within %s s" % (
                self.method.pattern or "request", self.path.pattern or "anything", seconds))

    def release(self):
        self.go.set()


class Proxy:
    def __init__(self, server, kind, expired_token=None):
        self.server, self.kind, self.expired_token = server, kind, expired_token
        self.rewrite = None     # called with (method, path, headers, body), answers headers
        self.date_shift = 0     # seconds, added to the Date of every answer
        self.lock = threading.Lock()
        self.rules, self.seen, self.sockets = [], [], set()
        self.ever = set()       # (method, path) of all there ever was, whatever is forgotten
        self.listener, self.over = None, False
        self.timers = []
        # Keeps the port when nobody listens there: connections are then refused.
        self.holder = self.bound(0)
        self.port = self.holder.getsockname()[1]
        self.open()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.over = True
        for rule in self.rules:
            rule.release()
        for timer in self.timers:
            timer.cancel()
        self.close()
        self.holder.close()

    @staticmethod
    def bound(port):
        sock = socket.socket()
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        sock.bind(("127.0.0.1", port))
        return sock

    @property
    def url(self):
        return "http://127.0.0.1:%d" % self.port

    # ---- what a test does

    def on(self, method=None, path=None, action="hold", times=1, skip=0, seconds=0.3, headers=(),
           when=None):
        """Adds a rule. @method fits whole, @path anywhere, both as expressions. @when looks at the
        request's headers and body; @headers are added to a status."""
        rule = Rule(method or ".*", path, action, times, skip, seconds, headers, when)
        with self.lock:
            self.rules.append(rule)
        return rule

    def forget(self):
        with self.lock:
            for rule in self.rules:
                rule.release()
            self.rules, self.seen = [], []

    def requests(self, method=None, path=None):
        with self.lock:
            return [s for s in self.seen if (not method or re.fullmatch(method, s.method)) and
                    (not path or re.search(path, s.path))]

    def close(self, but=None):
        """Refuses connections from now on, and breaks those there are, but for @but."""
        with self.lock:
            listener, self.listener = self.listener, None
            sockets = [s for s in self.sockets if s is not but]
        if listener:
            self.break_off(listener)
            listener.close()
        for sock in sockets:
            self.break_off(sock)

    @staticmethod
    def break_off(sock):
        try:
            sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    def open(self):
        """Listens on the port it always had."""
        with self.lock:
            if self.listener or self.over:
                return
            listener = self.bound(self.port)
            listener.listen(64)
            self.listener = listener
        threading.Thread(target=self.accept, args=(listener,), daemon=True).start()

    # ---- threads

    def accept(self, listener):
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client):
        """One connection: a request goes forward, its answer comes back, and so on."""
        server = None
        try:
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self.lock:
                self.sockets.add(client)
            reader = Reader(client)
            while True:
                first, headers = reader.head()
                if value(headers, "expect"):
                    client.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
                server = self.exchange(client, server, first, headers, reader.body(headers))
                if value(headers, "connection", "").lower() == "close":
                    return
        except (OSError, ValueError, Closed, struct.error):
            pass
        finally:
            with self.lock:
                self.sockets.discard(client)
            for sock in (client, server):
                if sock:
                    sock.close()

    def rule_for(self, method, path, headers, body):
        """The rule, and where what it was answered is noted."""
        with self.lock:
            self.seen.append(Seen(method, path, headers, body, time.monotonic(), 0))
            at = self.seen, len(self.seen) - 1
            self.ever.add((method, path))
            for rule in self.rules:
                if rule.times and rule.fits(method, path, headers, body):
                    if rule.skip:
                        rule.skip -= 1
                        continue
                    rule.times -= 1
                    rule.hits += 1
                    return rule, at
        return None, at

    def exchange(self, client, server, first, headers, body):
        """Answers one request; the connection to the server to go on with."""
        method, path, _ = first.split(" ", 2)
        rule, noted = self.rule_for(method, path, headers, body)
        action = rule.action if rule else None
        if rule and action != "stall":
            rule.met.set()
        if action == "hold":
            rule.go.wait(60)
        elif action in ("reset", "close", "refuse"):
            if action == "refuse":
                self.refuse(rule.seconds, client)
            if action != "close":
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            raise Closed()
        elif action == "halfopen":
            rule.go.wait(600)
            raise Closed()
        elif isinstance(action, int):
            client.sendall(self.status(action, method, rule.headers))
            self.note(noted, action)
            return server
        elif action == "corrupt":
            body = bytes(b ^ 1 for b in body)
        elif action == "expired" and not self.expired_token:
            client.sendall(self.status(400, method, (), "ExpiredToken"))
            self.note(noted, 400)
            return server
        elif action == "expired":
            headers = [(n, "JWT " + self.expired_token if n.lower() == "authorization" else v)
                       for n, v in headers]
        if self.rewrite:
            headers = self.rewrite(method, path, headers, body)
        for _ in range(2 if action == "repeat" else 1):
            server, answer = self.ask(server, first, headers, body)
        self.note(noted, answer[0])
        if action == "stall":
            rule.met.set()
            rule.go.wait(60)
        if self.date_shift:
            answer = answer[:2] + ([(n, formatdate(time.time() + self.date_shift, usegmt=True)
                                     if n.lower() == "date" else v) for n, v in answer[2]],
                                   answer[3])
        self.answer(client, method, action, rule, answer)
        return server

    def refuse(self, seconds, own):
        """Nobody is let in for a while; whoever is in stays, but for @own."""
        self.close(but=own)
        timer = threading.Timer(seconds, self.open)
        timer.daemon = True
        self.timers.append(timer)
        timer.start()

    def note(self, noted, status):
        seen, at = noted
        with self.lock:
            seen[at] = seen[at]._replace(status=status)

    def ask(self, server, first, headers, body):
        """Sends a request on, by a new connection if the old one is no more."""
        for attempt in (0, 1):
            fresh = server is None
            try:
                if fresh:
                    server = socket.create_connection(self.server, 10)
                    server.settimeout(60)
                    server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                kept = [h for h in headers if h[0].lower() != "expect"]
                told = value(headers, "content-length") is not None or body
                server.sendall(framed(first, kept, body, head_only=not told))
                if told and first.startswith(("GET", "HEAD", "DELETE")):
                    server.sendall(body)
                reader = Reader(server)
                line, answered = reader.head()
                while line.split()[1] == "100":
                    line, answered = reader.head()
                status = int(line.split()[1])
                data = reader.body(answered, first.split()[0], status)
                if value(answered, "connection", "").lower() == "close":
                    server.close()
                    server = None
                return server, (status, line, answered, data)
            except (OSError, Closed):
                if server:
                    server.close()
                server = None
                if fresh or attempt:
                    raise
        raise Closed()

    def status(self, status, method, headers, code=None):
        kind, text = self.kind(status)
        if code:
            text = text.replace(S3_CODES[status], code)
        body = text.encode()
        lines = ["HTTP/1.1 %d %s" % (status, REASONS[status]), "Content-Type: " + kind,
                 "Content-Length: %d" % len(body)] + ["%s: %s" % h for h in headers]
        if status == 301:
            lines.append("Location: http://127.0.0.1:9/elsewhere")
        if status == 401:
            lines.append('WWW-Authenticate: JWT realm="api"')
        return ("\r\n".join(lines) + "\r\n\r\n").encode() + (b"" if method == "HEAD" else body)

    @staticmethod
    def answer(client, method, action, rule, answer):
        _, line, headers, body = answer
        if action == "lost":
            raise Closed()
        if action == "garble":
            body = b"\x1b[31m<>"[:len(body)].ljust(len(body), b"z")
        data = framed(line, [h for h in headers if h[0].lower() != "connection"], body,
                      head_only=method == "HEAD")
        if action == "cut":
            head = data.index(b"\r\n\r\n") + 4
            client.sendall(data[:head + (len(data) - head) // 2 if len(data) > head + 1 else head // 2])
            raise Closed()
        if action == "slow":
            step = max(1, len(data) // 20)
            for at in range(0, len(data), step):
                client.sendall(data[at:at + step])
                rule.go.wait(rule.seconds / 20)
            return
        client.sendall(data)
