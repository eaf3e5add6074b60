"""A Studio, and the LMS one logs in at, on loopback: what subferry's link = studio asks for.

As the fact sheet of the domain has it (8.4 and 9): a login form behind a CSRF token, a session,
and one URL a block whose metadata is read and saved; a save goes to the draft, and is published
only when it says so. Everything asked is kept in `asked`, for tests to look at.
"""
import http.server
import json
import threading
import urllib.parse

USER = "author@example.com"
PASSWORD = "it's \"open\" & 100% shut"
REFUSED = 'Email or password is incorrect.'
LOGIN = "/user_api/v1/account/login_session/"


class Block:
    """One video: its settings in two branches; `published` is None before its first publishing."""

    def __init__(self, draft=None, published=None):
        self.draft, self.published = dict(draft or {}), published


class Asked:
    def __init__(self, method, path, body):
        self.method, self.path, self.body, self.status = method, path, body, None

    def __repr__(self):
        return "%s %s %s" % (self.method, self.path, self.status)


class Studio:
    """The server; as a context manager it is stopped at the end. `lms` is where one logs in."""

    def __init__(self, form_only=False):
        self.lock = threading.RLock()
        self.blocks, self.asked = {}, []
        self.sessions, self.tokens = set(), set()
        self.counter = 0
        self.refuse = {}            # usage key: (method, status, body), answered instead
        self.forget_after = 0       # so many requests for blocks, and every session is gone, once
        self.stale_token_after = 0  # the same of the CSRF tokens
        self.before = None          # called with an Asked, before it is answered
        self.form_only = form_only  # an early release: a good login is answered with nothing
        self.servers, self.threads = [], []

    def __enter__(self):
        for _ in ("studio", "lms"):
            server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
            server.daemon_threads = True
            server.studio = self
            thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
            thread.start()
            self.servers.append(server)
            self.threads.append(thread)
        return self

    def __exit__(self, *_):
        for server, thread in zip(self.servers, self.threads):
            server.shutdown()
            server.server_close()
            thread.join()

    @property
    def url(self):
        return "http://127.0.0.1:%d" % self.servers[0].server_address[1]

    @property
    def lms(self):
        return "http://127.0.0.1:%d" % self.servers[1].server_address[1]

    # ---- for tests

    def add(self, key, draft=None, published=None):
        self.blocks[key] = Block(draft, published)
        return self.blocks[key]

    def of(self, method, path="/xblock/"):
        with self.lock:
            return [a for a in self.asked if a.method == method and a.path.startswith(path)]

    @property
    def logins(self):
        return sum(a.status == 200 for a in self.of("POST", LOGIN))

    # ---- who is it

    def new(self, kind):
        self.counter += 1
        name = "%s%d" % (kind, self.counter)
        (self.sessions if kind == "s" else self.tokens).add(name)
        return name


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):      # pylint: disable=arguments-differ
        pass

    @property
    def studio(self):
        return self.server.studio

    # ---- cookies, tokens

    def cookies(self):
        out = {}
        for part in (self.headers.get("Cookie") or "").split(";"):
            name, _, value = part.strip().partition("=")
            self.studio_fault(name in out, "a cookie sent twice: " + name)
            out[name] = value
        return out

    def studio_fault(self, broken, words):
        if broken:
            raise AssertionError(words)

    def has_session(self):
        return self.cookies().get("sessionid") in self.studio.sessions

    def has_token(self):
        """Django's check: cookie and header agree, the token is one of ours, the referer too."""
        token = self.cookies().get("csrftoken")
        return token in self.studio.tokens and token == self.headers.get("X-CSRFToken") and \
            (self.headers.get("Referer") or "").startswith("http://%s/" % self.headers["Host"])

    # ---- answers

    def answer(self, status, body="", kind="text/html; charset=utf-8", **headers):
        data = (json.dumps(body) if isinstance(body, (dict, list)) else body).encode("utf-8")
        if isinstance(body, (dict, list)):
            kind = "application/json"
        self.asked.status = status
        self.send_response(status)
        for name, value in [("Content-Type", kind), ("Content-Length", str(len(data)))] + [
                (name.replace("_", "-"), text) for name, value in headers.items()
                for text in (value if isinstance(value, list) else [value])]:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def no_csrf(self):
        self.answer(403, "<!DOCTYPE html><html><title>403 Forbidden</title><body><h1>Forbidden "
                    "<span>(403)</span></h1><p>CSRF verification failed. Request aborted.</p>"
                    "</body></html>")

    def to_login(self):
        self.answer(302, Location=self.studio.lms + "/login?next=" +
                    urllib.parse.quote(self.path, safe=""))

    # ---- requests

    def do_GET(self):               # pylint: disable=invalid-name
        self.serve("GET")

    def do_POST(self):              # pylint: disable=invalid-name
        self.serve("POST")

    def serve(self, method):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode("utf-8")
        path = urllib.parse.unquote(self.path)
        with self.studio.lock:
            self.asked = Asked(method, path, body)
            self.studio.asked.append(self.asked)
            if self.studio.before:
                self.studio.before(self.asked)
            if path.startswith("/xblock/") and self.server is self.studio.servers[0]:
                self.serve_block(method, path[len("/xblock/"):], body)
            elif self.server is self.studio.servers[1]:
                self.serve_lms(method, path, body)
            else:
                self.serve_page(path)

    def serve_lms(self, method, path, body):
        token = "csrftoken=%s; Path=/; Max-Age=31449600"
        if (method, path) == ("GET", "/login"):
            self.answer(200, "<html/>", Set_Cookie=token % self.studio.new("t"))
        elif (method, path) != ("POST", LOGIN):
            self.answer(404, "<html/>")
        elif not self.has_token():
            self.no_csrf()
        elif dict(urllib.parse.parse_qsl(body)) != {"email": USER, "password": PASSWORD}:
            self.answer(400, {"success": False, "value": REFUSED})
        else:
            cookies = ["sessionid=%s; HttpOnly; Path=/" % self.studio.new("s"),
                       token % self.studio.new("t"), "edxloggedin=true; Path=/"]
            self.answer(200, "" if self.studio.form_only else {"success": True},
                        Set_Cookie=cookies)

    def serve_page(self, path):
        if path == "/":
            self.answer(200, "<html/>")
        elif path != "/home/":
            self.answer(404, "<html/>")
        elif not self.has_session():
            self.to_login()
        else:
            self.answer(200, "<html/>", Set_Cookie="csrftoken=%s; Path=/" % self.studio.new("t"))

    def expire(self):
        studio = self.studio
        for name, kept in (("forget_after", studio.sessions), ("stale_token_after", studio.tokens)):
            left = getattr(studio, name)
            if left:
                setattr(studio, name, left - 1)
                if left == 1:
                    kept.clear()

    def serve_block(self, method, key, body):
        self.expire()
        refused = self.studio.refuse.get(key)
        if not self.has_session():
            self.to_login()
        elif method == "POST" and not self.has_token():
            self.no_csrf()
        elif self.headers.get("Accept") != "application/json":
            self.answer(406)
        elif key not in self.studio.blocks:
            self.answer(404, "<html><title>Page not found</title></html>")
        elif refused and refused[0] == method:
            self.answer(refused[1], refused[2])
        elif method == "GET":
            self.show(key)
        elif self.headers.get("Content-Type") != "application/json":
            self.answer(400, {"error": "no JSON"})
        else:
            self.save(key, json.loads(body))

    def show(self, key):
        block = self.studio.blocks[key]
        self.answer(200, {"id": key, "data": "", "metadata": block.draft})

    def save(self, key, wish):
        block = self.studio.blocks[key]
        for name, value in wish.get("metadata", {}).items():
            if value is None:
                block.draft.pop(name, None)
            else:
                block.draft[name] = value.strip()
        if wish.get("publish") == "make_public":
            block.published = dict(block.draft)
        self.show(key)
