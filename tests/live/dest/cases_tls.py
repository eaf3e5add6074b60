"""TLS to both ends: HTTP/2 where it is offered, buckets in the host's name, session tokens."""
import collections
import os
import shutil
import tempfile

from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from cell import Cell
from certificate import Certificate
from dest_campus import KEYS, LOCATION, CampusTest, Servers
from s3_server import REGION
from val_server import ValOverHTTP2


def signature(seen, url, key, secret, token):
    """What botocore, another's code than the program's, signs a request with; and the names of
    the headers that the request says are signed."""
    headers = {n.lower(): v for n, v in seen.headers}
    told = dict(part.strip().split("=", 1) for part in
                headers["authorization"].partition(" ")[2].split(","))
    signed = told["SignedHeaders"].split(";")
    request = AWSRequest(method=seen.method, url=url + seen.path, data=seen.body,
                         headers={n: headers[n] for n in signed})
    request.context["timestamp"] = headers["x-amz-date"]
    auth = S3SigV4Auth(Credentials(key, secret, token), "s3", REGION)
    canonical = auth.canonical_request(request)
    return told["Signature"], auth.signature(auth.string_to_sign(request, canonical),
                                             request), signed


class TLSTest(CampusTest):
    """With servers of its own, whose certificate only the test's authority vouches for."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="subferry-tls-")
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.tls = Certificate(cls.folder)

    @classmethod
    def entered(cls, server):
        server.__enter__()  # pylint: disable=unnecessary-dunder-call
        cls.addClassCleanup(server.__exit__)
        return server

    def setUp(self):
        Servers.clear()

    def cell(self, name, **how):
        cell = Cell(name, **how)
        self.addCleanup(cell.remove)
        return cell

    def told(self, answer, status=0):
        text = answer.text() + answer.err.decode()
        self.assertEqual(answer.status, status, text)
        return text

    def migrated(self, cell):
        """Scanned and migrated, and all is there."""
        self.told(cell.campus.run("scan"))
        self.told(cell.campus.run("migrate", "--all"))
        # An edxval that has no list cannot tell what it has; what is in the bucket is seen here.
        self.assertEqual((cell.wrong(), cell.findings()), ("", ["val-unread"]))
        self.assertEqual(cell.campus.leaked(), [])

    def untold(self, cell, *names):
        """Without the authority's certificate nothing begins, and the reason is told."""
        for keys, name in names:
            kept = keys.pop("ca_file")
            answer = cell.campus.run("doctor")
            self.assertNotEqual(answer.status, 0, name)
            self.assertRegex(answer.text() + answer.err.decode(), "(?i)TLS.*certificate", name)
            keys["ca_file"] = kept


class HTTP2(TLSTest):
    """edxval behind a server that offers HTTP/2."""

    def val(self, most):
        return self.entered(ValOverHTTP2(Servers.val.python, Servers.s3.as_storage(LOCATION),
                                         self.tls, most))

    def over(self, val, name, **how):
        cell = self.cell(name, val=val, **how)
        cell.campus.val_keys.update(url=val.url, ca_file=self.tls.authority)
        return cell

    def test_val_is_spoken_to_in_HTTP_2_on_few_connections(self):
        val = self.val(1000)
        cell = self.over(val, "h2", extra=40, engine={"workers": "4"})
        self.told(cell.campus.run("scan"))
        self.untold(cell, (cell.campus.val_keys, "val"))
        val.served()
        self.told(cell.campus.run("migrate", "--all"))
        served = val.served()
        self.assertEqual((cell.wrong(), cell.findings()), ("", []))
        # As the server saw it: nothing but HTTP/2, and a connection for many requests.
        self.assertEqual({s.version for s in served}, {"2"})
        self.assertGreater(len(served), 100)
        self.assertLess(10 * len({s.client for s in served}), len(served))
        # The one that is not offered HTTP/2 gets none.
        self.assertEqual((self.tls.spoken(val.address, "h2", "http/1.1"),
                          self.tls.spoken(val.address, "http/1.1")), ("h2", "http/1.1"))
        self.told(cell.campus.run("verify", "--all", "--level", "bytes"))
        self.assertEqual(cell.campus.leaked(), [])

    def test_connections_that_end_in_the_middle_of_a_request_end_in_the_same(self):
        """GOAWAY after a few requests; the one that comes with it is done, its answer is lost."""
        val = self.val(9)
        cell = self.over(val, "goaway", extra=20,
                         engine={"workers": "2", "max_retries": "6", "retry_delay": "20ms"})
        self.told(cell.campus.run("scan"))
        val.served()
        for _ in range(5):
            answer = cell.campus.run("migrate", "--all")
            self.assertEqual(cell.wrong(whole=False), "")
            if answer.status == 0:
                break
        self.told(answer)
        self.assertEqual((cell.wrong(), cell.findings()), ("", []))
        self.assertEqual(cell.campus.leaked(), [])
        served = val.served()
        self.assertEqual({s.version for s in served}, {"2"})
        # Nine requests and the lost one, and this more than once.
        counts = collections.Counter(s.client for s in served)
        self.assertEqual([n for _, n in counts.most_common(4)], [10] * 4)


class StoreTLS(TLSTest):
    """S3 over TLS, by the path and by the host's name; SeaweedFS in HTTP/2, versitygw in 1.1."""

    def over(self, server, name, style):
        cell = self.cell(name, s3=server, val=Servers.old_val)
        cell.campus.store_keys.update(
            endpoint="https://%s:%d" % (self.tls.S3, server.tls_address[1]),
            path_style=style, ca_file=self.tls.authority)
        return cell

    def both_styles(self, server, protocol):
        self.assertEqual(self.tls.spoken(server.tls_address, "h2", "http/1.1"), protocol)
        for style in ("yes", "no"):
            server.empty(prefix=LOCATION)
            cell = self.over(server, "tls-%s-%s" % (server.kind.lower(), style), style)
            self.told(cell.campus.run("scan"))
            self.untold(cell, (cell.campus.store_keys, "store"))
            text = self.told(cell.campus.run("doctor"))
            self.assertIn("style: " + {"yes": "path", "no": "host"}[style], text)
            self.migrated(cell)
            self.assertEqual(cell.campus.s3_proxy.requests(), [])  # not beside TLS

    def test_seaweedfs_over_tls(self):
        self.both_styles(self.entered(type(Servers.s3)(Servers.s3.program, self.tls)), "h2")

    def test_versitygw_over_tls(self):
        if not Servers.other_s3:
            self.skipTest("there is no second S3 server here")
        self.both_styles(self.entered(type(Servers.other_s3)(Servers.other_s3.program, self.tls)),
                         None)


class Session(TLSTest):
    """Credentials of an hour, which SeaweedFS gives and proves; versitygw as it is started here
    knows none."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = cls.entered(type(Servers.s3)(Servers.s3.program, cls.tls))
        cls.key, cls.secret, cls.token = cls.server.session()

    def setUp(self):
        super().setUp()
        self.server.empty(prefix=LOCATION)

    def use(self, cell, **environ):
        cell.campus.environ.update({KEYS + "_" + name: value for name, value in dict(
            {"ACCESS_KEY_ID": self.key, "SECRET_ACCESS_KEY": self.secret,
             "SESSION_TOKEN": self.token}, **environ).items()})
        return cell

    def test_token_is_sent_and_signed(self):
        cell = self.use(self.cell("session", s3=self.server, val=Servers.old_val))
        self.migrated(cell)
        seen = cell.campus.s3_proxy.requests()
        self.assertEqual({s.method for s in seen}, {"HEAD", "PUT", "GET"})
        for request in seen:
            self.assertEqual([v for n, v in request.headers
                              if n.lower() == "x-amz-security-token"], [self.token])
            theirs, ours, signed = signature(request, cell.campus.s3_proxy.url, self.key,
                                             self.secret, self.token)
            self.assertIn("x-amz-security-token", signed)
            self.assertEqual(theirs, ours, (request.method, request.path))
        for folder, _, names in os.walk(cell.campus.folder):
            for name in names:
                with open(os.path.join(folder, name), "rb") as f:
                    data = f.read()
                for secret in (self.secret, self.token):
                    self.assertNotIn(secret.encode(), data, name)

    def test_token_in_a_file_over_tls_with_the_bucket_in_the_host(self):
        cell = self.cell("sessionfile", s3=self.server, val=Servers.old_val)
        path = cell.campus.path("credentials")
        with open(path, "w", encoding="utf-8", opener=lambda p, f: os.open(p, f, 0o600)) as f:
            f.write("[live]\naws_access_key_id = %s\naws_secret_access_key = %s\n"
                    "aws_session_token = %s\n" % (self.key, self.secret, self.token))
        del cell.campus.store_keys["credentials_env"]
        cell.campus.store_keys.update(
            credentials_file=path, credentials_profile="live", path_style="no",
            endpoint="https://%s:%d" % (self.tls.S3, self.server.tls_address[1]),
            ca_file=self.tls.authority)
        self.migrated(cell)

    def test_token_that_is_wrong_or_missing_is_told_and_shown_to_nobody(self):
        for name, token in (("wrong", self.token[:-6] + "AAAAAA"), ("missing", "")):
            self.server.empty(prefix=LOCATION)
            cell = self.use(self.cell("session-" + name, s3=self.server, val=Servers.old_val),
                            SESSION_TOKEN=token)
            answer = cell.campus.run("doctor")
            self.assertNotEqual(answer.status, 0, name)
            text = answer.text() + answer.err.decode()
            self.assertRegex(text, "40[03]|InvalidAccessKeyId|InvalidToken|AccessDenied", name)
            self.assertNotIn(self.token[:40], text)
            self.assertNotIn(self.secret, text)
            self.told(cell.campus.run("scan"))
            answer = cell.campus.run("migrate", "--all")
            self.assertIn(answer.status, (1, 3), answer.text())
            self.assertEqual(set(cell.campus.objects()), {cell.kept_name})
            self.use(cell)
            self.told(cell.campus.run("migrate", "--all"))
            self.assertEqual(cell.wrong(), "")


del CampusTest, TLSTest
