"""A TCP proxy in front of a MongoDB server, which tells and disturbs what passes through it.

Understands the wire protocol as far as headers, OP_MSG and OP_QUERY: every request has a command
name and, where there is one, a collection. It runs in threads of the test's own process:

    with Proxy(server.address) as proxy:
        rule = proxy.on("find", "fs.chunks", "hold")    # the next such request is held
        ...
        rule.wait(); ...; rule.release()

Actions: hold (until released), before (the connection breaks, the server never sees it), after
(the server has done it, its answer is lost), cut (half of its answer comes), slow (by `seconds`),
answer (`reply` is answered, the server never sees it), late (the server has done it, its answer is
held), and the kinds of GARBAGE, which the server never sees either. A rule counts `times` requests down and is then spent; `skip` lets so many pass
first.

`batch`, where set, is put into every find and getMore as its batchSize.
"""
import collections
import socket
import ssl
import struct
import threading
import time

import bson

OP_REPLY, OP_QUERY, OP_COMPRESSED, OP_MSG = 1, 2004, 2012, 2013
# What a driver says of its own accord, in whatever number.
HOUSEKEEPING = ("hello", "isMaster", "ismaster", "ping", "endSessions", "killCursors", "saslStart",
                "saslContinue", "authenticate", "buildInfo", "buildinfo", "connectionStatus")


def frame(answers, body, length=None):
    return struct.pack("<iiii", length or 16 + len(body), 9, answers, OP_MSG) + body


# What a request numbered @answers is answered. Left out is what libmongoc 1.23 itself does not
# survive, whoever uses it: a whole OP_MSG with a section of no known kind, or with a document
# whose inside does not fit its length, and a cursor whose "ns" is no string.
GARBAGE = {
    "noise": lambda answers: b"HTTP/1.1 400 Bad Request\r\n\r\n" + b"\xfe" * 64,
    "huge": lambda answers: frame(answers, b"\0" * 64, 0x7fffffff),
    "tiny": lambda answers: frame(answers, b"", 3),
    "text": lambda answers: frame(answers, struct.pack("<IB", 0, 0) + bson.encode(
        {"ok": "yes", "cursor": "what"})),
    "cursor": lambda answers: frame(answers, struct.pack("<IB", 0, 0) + bson.encode(
        {"ok": 1.0, "cursor": {"id": 0, "ns": "a.b", "firstBatch": {"0": "a", "1": 7}}})),
    "empty": lambda answers: frame(answers, struct.pack("<IB", 0, 0) + bson.encode({})),
}

Seen = collections.namedtuple("Seen", "command collection document at")


def read_exactly(sock, count):
    data = bytearray()
    while len(data) < count:
        piece = sock.recv(min(count - len(data), 1 << 20))
        if not piece:
            return None
        data += piece
    return bytes(data)


def read_message(sock):
    """(header, body) or None at the end."""
    head = read_exactly(sock, 16)
    if head is None:
        return None
    body = read_exactly(sock, struct.unpack_from("<i", head)[0] - 16)
    return None if body is None else (struct.unpack("<iiii", head), body)


def sections(body):
    """The documents of an OP_MSG; a sequence of kind 1 comes as {identifier: count}."""
    at, end = 4, len(body) - (4 if struct.unpack_from("<I", body)[0] & 1 else 0)
    document = {}
    while at < end:
        kind, at = body[at], at + 1
        size = struct.unpack_from("<i", body, at)[0]
        if kind == 0:
            document = dict(bson.decode(body[at:at + size]), **document)
        else:
            name = body[at + 4:body.index(b"\0", at + 4)]
            inside = at + 4 + len(name) + 1
            items = []
            while inside < at + size:
                length = struct.unpack_from("<i", body, inside)[0]
                items.append(bson.decode(body[inside:inside + length]))
                inside += length
            document[name.decode()] = items
        at += size
    return document


def what_is_asked(opcode, body):
    """(command, collection, document) of a request."""
    if opcode == OP_MSG:
        document = sections(body)
        command = next(k for k in document if k not in ("documents", "updates", "deletes")) \
            if document else "?"
        name = document.get("collection") if command == "getMore" else document.get(command)
        return command, name if isinstance(name, str) else "", document
    if opcode == OP_QUERY:
        end = body.index(b"\0", 4)
        document = bson.decode(body[end + 9:end + 9 + struct.unpack_from("<i", body, end + 9)[0]])
        document = document.get("$query", document)
        return next(iter(document), "?"), "", document
    return "opcode %d" % opcode, "", {}


def rewrite(head, document):
    """The OP_MSG of @head with another document."""
    body = struct.pack("<IB", 0, 0) + bson.encode(document)
    return (16 + len(body), head[1], head[2], OP_MSG), body


def message(opcode, answers, document):
    data = bson.encode(document)
    body = struct.pack("<IB", 0, 0) + data if opcode == OP_MSG else \
        struct.pack("<iqii", 8, 0, 0, 1) + data
    kind = OP_MSG if opcode == OP_MSG else OP_REPLY
    return struct.pack("<iiii", 16 + len(body), 7, answers, kind) + body


class Rule:
    def __init__(self, command, collection, action, times, skip, seconds, reply, when):
        self.command, self.collection, self.action = command, collection, action
        self.times, self.skip, self.seconds, self.reply = times, skip, seconds, reply
        self.when = when
        self.hits = 0
        self.met, self.go = threading.Event(), threading.Event()

    def fits(self, command, collection, document):
        return self.command in (None, command) and \
            (self.collection is None or collection.endswith(self.collection)) and \
            (command not in HOUSEKEEPING or self.command == command) and \
            (self.when is None or self.when(document))

    def wait(self, seconds=30):
        """Until a request has met this rule."""
        if not self.met.wait(seconds):
            raise AssertionError("no %s of %s came within %s s" % (
                self.command or "request", self.collection or "anything", seconds))

    def release(self):
        self.go.set()


class Proxy:
    def __init__(self, server, pretend_set=None):
        self.server = server
        self.batch = 0
        self.tls = None                 # an ssl.SSLContext, where clients are to speak TLS
        self.pretend_set = pretend_set  # a replica set's name, put into every hello
        self.lock = threading.Lock()
        self.rules, self.seen, self.sockets, self.threads = [], [], set(), []
        self.listener = None
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.open()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for rule in self.rules:
            rule.release()
        self.close()
        for thread in self.threads:
            thread.join(10)

    @property
    def address(self):
        return "127.0.0.1:%d" % self.port

    def uri(self, options=""):
        return "mongodb://%s/%s" % (self.address, "?" + options if options else "")

    # ---- what a test does

    def on(self, command=None, collection=None, action="hold", times=1, skip=0, seconds=0, reply=None,
           when=None):
        """Adds a rule; @collection fits by its end. @when looks at the request's document."""
        rule = Rule(command, collection, action, times, skip, seconds, reply, when)
        with self.lock:
            self.rules.append(rule)
        return rule

    def forget(self):
        with self.lock:
            self.rules, self.seen = [], []

    def requests(self, housekeeping=False):
        with self.lock:
            return [s for s in self.seen if housekeeping or s.command not in HOUSEKEEPING]

    def trips(self):
        """{(command, collection): count}, without the driver's housekeeping."""
        return dict(collections.Counter((s.command, s.collection) for s in self.requests()))

    def close(self):
        """Refuses connections from now on, and breaks those there are."""
        with self.lock:
            listener, self.listener = self.listener, None
            sockets = list(self.sockets)
        if listener:
            self.break_off(listener)
            listener.close()
        for sock in sockets:
            self.break_off(sock)

    def open(self):
        """Listens on the port it always had."""
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self.port))
        listener.listen(64)
        with self.lock:
            self.listener = listener
        self.spawn(self.accept, listener)

    # ---- threads

    def spawn(self, run, *args):
        thread = threading.Thread(target=run, args=args, daemon=True)
        self.threads.append(thread)
        thread.start()

    @staticmethod
    def break_off(sock):
        try:
            sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    def accept(self, listener):
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            self.spawn(self.serve, client)

    def serve(self, client):
        """One connection: a request goes forward, its answers come back, and so on."""
        server = None
        try:
            if self.tls:
                client = self.tls.wrap_socket(client, server_side=True)
            server = socket.create_connection(self.server)
            for sock in (client, server):
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self.lock:
                self.sockets.update((client, server))
            while self.exchange(client, server):
                pass
        except (OSError, ValueError, struct.error, ssl.SSLError):
            pass
        finally:
            with self.lock:
                self.sockets -= {client, server}
            for sock in (client, server):
                if sock:
                    sock.close()

    def rule_for(self, command, collection, document):
        with self.lock:
            self.seen.append(Seen(command, collection, document, time.monotonic()))
            for rule in self.rules:
                if rule.times and rule.fits(command, collection, document):
                    if rule.skip:
                        rule.skip -= 1
                        continue
                    rule.times -= 1
                    rule.hits += 1
                    return rule
        return None

    def exchange(self, client, server):
        request = read_message(client)
        if request is None:
            return False
        head, body = request
        asked = what_is_asked(head[3], body)
        rule = self.rule_for(*asked)
        action = rule.action if rule else None
        if rule and action != "late":
            rule.met.set()
        if action == "hold":
            rule.go.wait()
        elif action == "slow":
            rule.go.wait(rule.seconds)
        elif action == "before":
            return False
        elif action in GARBAGE:
            client.sendall(GARBAGE[action](head[1]))
            return action in ("text", "cursor", "empty")
        elif action == "answer":
            client.sendall(message(head[3], head[1], rule.reply))
            return True
        if self.batch and asked[0] in ("find", "getMore") and head[3] == OP_MSG:
            head, body = rewrite(head, dict(sections(body), batchSize=self.batch))
        server.sendall(struct.pack("<iiii", *head) + body)
        if head[3] == OP_MSG and struct.unpack_from("<I", body)[0] & 2:
            return True  # it wants no answer
        return self.answer(client, server, asked[0], action, rule)

    def answer(self, client, server, command, action, rule):
        while True:
            reply = read_message(server)
            if reply is None or action == "after":
                return False
            head, body = reply
            if action == "late":
                rule.met.set()
                rule.go.wait()
            if action == "cut":
                client.sendall((struct.pack("<iiii", *head) + body)[:16 + len(body) // 2])
                return False
            if self.pretend_set and command.lower() in ("hello", "ismaster"):
                client.sendall(self.as_member(head, body))
            else:
                client.sendall(struct.pack("<iiii", *head) + body)
            if not (head[3] == OP_MSG and struct.unpack_from("<I", body)[0] & 2):
                return True

    def as_member(self, head, body):
        """The server's hello, as the primary of a replica set of one would say it."""
        document = sections(body) if head[3] == OP_MSG else bson.decode(body[20:])
        if not document.get("ok"):
            return struct.pack("<iiii", *head) + body
        document.update(setName=self.pretend_set, hosts=[self.address], me=self.address,
                        primary=self.address, secondary=False)
        return message(head[3] if head[3] == OP_MSG else OP_QUERY, head[2], document)
