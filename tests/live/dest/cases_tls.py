"""TLS: HTTP/2 where it is offered."""
import collections
import shutil
import tempfile

from cell import Cell
from certificate import Certificate
from dest_campus import LOCATION, CampusTest, Servers
from val_server import ValOverHTTP2


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


del CampusTest, TLSTest
