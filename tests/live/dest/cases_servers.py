"""The servers themselves: that they check what a test relies on, and are what is said of them."""
import base64
import datetime
import hashlib
import http.client
import threading
import time
import unittest
import urllib.error
import urllib.request

import botocore.auth
import s3_server
import val_server
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from dest_campus import Servers
from http_proxy import REASONS, S3, WORDS, Proxy


def ask(server, method, path, body=b"", key=s3_server.KEY, secret=s3_server.SECRET, shift=0,
        content=None, region=s3_server.REGION, **headers):
    """(status, headers) of a request signed by botocore, @shift seconds from now."""
    url = "%s/%s/%s" % (server.url, s3_server.BUCKET, path)
    headers = {n.replace("_", "-"): v for n, v in headers.items()}
    request = AWSRequest(method=method, url=url, data=body,
                         headers=dict({"Content-Type": "application/json"}, **headers))
    now = botocore.auth.get_current_datetime
    botocore.auth.get_current_datetime = lambda *a, **k: now(*a, **k) + datetime.timedelta(
        seconds=shift)
    try:
        S3SigV4Auth(Credentials(key, secret), "s3", region).add_auth(request)
    finally:
        botocore.auth.get_current_datetime = now
    plain = urllib.request.Request(url, content if content is not None else body or None,
                                   dict(request.headers), method=method)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(plain, timeout=30) as answer:
            return answer.status, {n.lower(): v for n, v in answer.headers.items()}
    except urllib.error.HTTPError as error:
        with error:
            return error.code, {n.lower(): v for n, v in error.headers.items()}


class S3Facts(unittest.TestCase):
    def servers(self):
        servers = [s for s in (Servers.s3, Servers.other_s3) if s]
        for server in servers:
            server.empty(prefix="facts/")
        return servers

    def test_a_signature_is_checked(self):
        for server in self.servers():
            self.assertEqual(ask(server, "PUT", "facts/a", b"x")[0], 200)
            self.assertEqual(ask(server, "GET", "facts/a", secret="wrong")[0], 403)
            self.assertEqual(ask(server, "PUT", "facts/a", b"x", secret="wrong")[0], 403)
            # 403 of S3 and SeaweedFS, 404 of versitygw.
            self.assertIn(ask(server, "GET", "facts/a", key="nobody")[0], (403, 404))
            # What was signed of the body is not checked by SeaweedFS, a checksum is.
            self.assertEqual(ask(server, "PUT", "facts/b", b"x", content=b"y")[0],
                             200 if server is Servers.s3 else 400, server.kind)

    def test_a_clock_may_be_wrong_by_a_quarter_of_an_hour(self):
        for server in self.servers():
            ask(server, "PUT", "facts/a", b"x")
            for shift, status in ((-800, 200), (800, 200), (-1000, 403), (1000, 403)):
                self.assertEqual(ask(server, "GET", "facts/a", shift=shift)[0], status, shift)

    def test_the_condition_holds_for_one_of_many(self):
        for server in self.servers():
            statuses = []
            threads = [threading.Thread(target=lambda n=n: statuses.append(ask(
                server, "PUT", "facts/race", b"%d" % n, If_None_Match="*")[0])) for n in range(6)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            self.assertEqual(sorted(statuses), [200] + [412] * 5)

    def test_checksums_and_etags(self):
        body = b"some bytes"
        checksum = base64.b64encode(hashlib.sha256(body).digest()).decode()
        for server in self.servers():
            status, headers = ask(server, "PUT", "facts/c", body, x_amz_checksum_sha256=checksum)
            self.assertEqual((status, headers.get("x-amz-checksum-sha256")), (200, checksum))
            self.assertEqual(headers["etag"].strip('"'), hashlib.md5(body).hexdigest())
            self.assertNotIn("x-amz-checksum-sha256", ask(server, "HEAD", "facts/c")[1])
            self.assertEqual(ask(server, "HEAD", "facts/c", x_amz_checksum_mode="ENABLED")[1][
                "x-amz-checksum-sha256"], checksum)
            self.assertEqual(ask(server, "PUT", "facts/d", b"other",
                                 x_amz_checksum_sha256=checksum)[0], 400)


class ProxyFacts(unittest.TestCase):
    """That every fault is what it says; with a client of few words of its own."""

    def setUp(self):
        Servers.s3.empty(prefix="facts/")
        self.proxy = Proxy(Servers.s3.address, S3)
        self.addCleanup(self.proxy.__exit__)

    def talk(self, method, seconds=1, body=b"the bytes", name="facts/p"):
        """(status, body), or a word for how it ended; signed for the proxy's host name."""
        path = "/%s/%s" % (s3_server.BUCKET, name)
        request = AWSRequest(method=method, url=self.proxy.url + path,
                             data=body if method == "PUT" else b"")
        S3SigV4Auth(Credentials(s3_server.KEY, s3_server.SECRET), "s3", s3_server.REGION).add_auth(
            request)
        connection = http.client.HTTPConnection("127.0.0.1", self.proxy.port, timeout=seconds)
        try:
            connection.request(method, path, body if method == "PUT" else None,
                               dict(request.headers))
            answer = connection.getresponse()
            return answer.status, answer.read()
        except http.client.IncompleteRead:
            return "cut"
        except http.client.RemoteDisconnected:
            return "closed"
        except (OSError, http.client.HTTPException) as error:
            return type(error).__name__
        finally:
            connection.close()

    def stored(self):
        return Servers.s3.objects(prefix="facts/").get("facts/p")

    def test_faults_are_what_they_say(self):
        self.assertEqual(self.talk("PUT"), (200, b""))
        for action, want in (
                (None, (200, b"the bytes")), ("reset", "ConnectionResetError"),
                ("close", "closed"), ("halfopen", "TimeoutError"), ("lost", "closed"),
                ("slow", (200, b"the bytes")), ("cut", "cut"), ("repeat", (200, b"the bytes")),
                ("garble", (200, b"\x1b[31m<>zz"))):
            if action:
                self.proxy.on("GET", action=action)
            self.assertEqual(self.talk("GET"), want, action)
        for status in REASONS:
            self.proxy.on("GET", action=status)
            got = self.talk("GET")
            self.assertEqual(got[0], status)
            self.assertIn(WORDS % status, got[1].decode())
            self.proxy.on("HEAD", action=status)
            self.assertEqual(self.talk("HEAD"), (status, b""))
        self.proxy.on("GET", action="refuse", seconds=.3)
        self.assertEqual(self.talk("GET"), "ConnectionResetError")
        self.assertEqual(self.talk("GET"), "ConnectionRefusedError")
        time.sleep(.4)
        self.assertEqual(self.talk("GET"), (200, b"the bytes"))

    def test_what_the_server_has_seen(self):
        for action, want in (("reset", None), ("halfopen", None), (503, None), (412, None),
                             ("lost", b"the bytes"), ("cut", b"the bytes"), ("repeat", b"the bytes"),
                             ("corrupt", bytes(b ^ 1 for b in b"the bytes"))):
            Servers.s3.empty(prefix="facts/")
            rule = self.proxy.on("PUT", "facts/", action)
            self.talk("PUT")
            rule.release()
            self.assertEqual((rule.hits, self.stored()), (1, want), action)

    def test_answers_of_several_on_one_connection_keep_their_order(self):
        self.talk("PUT")
        self.proxy.on("GET", action=404, skip=1)
        self.assertEqual([self.talk("GET")[0] for _ in range(3)], [200, 404, 200])
        self.assertEqual([s.status for s in self.proxy.requests("GET")], [200, 404, 200])


class ValFacts(unittest.TestCase):
    def test_versions_are_on_both_sides_of_the_lists(self):
        number = lambda v: tuple(map(int, v.version.split(".")[:3]))
        self.assertGreaterEqual(number(Servers.val), (4,))
        self.assertLess(number(Servers.old_val), (2, 4, 3))

    def test_tokens_are_checked(self):
        import json
        for server in (Servers.val, Servers.old_val):
            def call(path, token=None, data=None):
                headers = {"Authorization": "JWT " + token} if token else {}
                request = urllib.request.Request(server.url + path, data, headers)
                try:
                    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(
                            request) as answer:
                        return answer.status, answer.read()
                except urllib.error.HTTPError as error:
                    with error:
                        return error.code, error.read()
            form = "grant_type=client_credentials&client_id=%s&client_secret=%s&token_type=%s"
            token = lambda client, kind="jwt": json.loads(call(
                "/oauth2/access_token", data=(form % (client, val_server.SECRET, kind)).encode())[1])
            videos = "/api/val/v0/videos/"
            good = token(val_server.CLIENT)
            self.assertEqual((good["token_type"], good["expires_in"]), ("JWT", 3600))
            self.assertEqual(call(videos, good["access_token"])[0], 200)
            self.assertEqual(call(videos, server.expired)[0], 401)
            self.assertEqual(call(videos, good["access_token"][:-8] + "AAAAAAAA")[0], 401)
            self.assertEqual(call(videos)[0], 401)
            self.assertEqual(call(videos, token("powerless")["access_token"])[0], 403)
            opaque = token(val_server.CLIENT, "bearer")
            self.assertEqual(opaque["token_type"], "Bearer")
            self.assertEqual(call(videos, opaque["access_token"])[0], 401)
            self.assertEqual(call("/oauth2/access_token", data=(form % (
                val_server.CLIENT, "wrong", "jwt")).encode())[0], 401)
