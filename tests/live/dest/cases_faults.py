"""Every step of the transaction times every fault that can occur there.

A cell is a campus of its own that meets one fault at the first request of one step, and is then
migrated until it is done. What it meets must end in success after a retry, or in a finding that is
declared here; and in the end everything is as if nothing had been.
"""
import concurrent.futures
import os
import time
import unittest

from cell import STEPS, Cell
from dest_campus import KEYS, VAL_SECRET, CampusTest, Servers
from http_proxy import WORDS
from server import wait_for

TRANSPORT = ("refuse", "reset", "close", "halfopen", "slow", "cut", "repeat", "lost")
STATUSES = (301, 403, 404, 408, 409, 412, 429, 500, 502, 503, 504)
CONTENT = ("garble", "corrupt", "expired")
# What cannot occur: no body that could be another, no token that could expire.
IMPOSSIBLE = {("head", "garble"), ("put", "garble"), ("register", "garble"),
              ("head", "corrupt"), ("list", "corrupt"), ("video", "corrupt"),
              ("token", "expired")}
VAL_REFUSED, STORE_REFUSED = ("val-refused",), ("store-refused",)
# Where not said: success, with nothing open. A tuple: one of these, or the command did not start
# at all ("start"). Any: (step, "*"), (step, fault).
DECLARED = {
    ("*", 301): "refused", ("*", 403): "refused", ("*", 404): "refused", ("*", 409): "refused",
    ("*", 412): "refused",
    # The token's endpoint refuses before anything is begun.
    # Not there: a newer service has the list, an older one does not, and answers so.
    ("list", 404): (),
    # Not there: the video is made, and "exists" is then as good.
    ("video", 404): (),
    # Not there is what HEAD asks.
    ("head", 404): (),
    # Another writer was in between: asked again.
    ("put", 409): (),
    # There already, which HEAD then denies: asked again.
    ("put", 412): (),
    ("put", "expired"): STORE_REFUSED, ("head", "expired"): STORE_REFUSED,
}
FAULTS = TRANSPORT + CONTENT + STATUSES


def declared(step, fault):
    """The findings that may be open after the first run; () for none."""
    word = DECLARED.get((step, fault), DECLARED.get(("*", fault), ()))
    if word == "refused":
        return STORE_REFUSED if STEPS[step][0] == "s3" else VAL_REFUSED + ("start",)
    return word


def run_cell(step, fault, **how):
    """One cell; (what went wrong, "" for nothing; what it met, for the table)."""
    name = ("%s-%s" % (step, fault)) + how.pop("suffix", "")
    times = how.pop("times", 1)
    cell = Cell(name, **how)
    try:
        cell.campus.run("scan")
        for proxy in (cell.campus.val_proxy, cell.campus.s3_proxy):
            proxy.forget()
        rule = cell.on(step, fault, times=times)
        begun = time.monotonic()
        first = cell.campus.run("migrate", "--all")
        took = time.monotonic() - begun
        said = first.text() + first.err.decode("utf-8", "replace")
        codes = cell.findings()
        problems = []
        if not rule.hits:
            problems.append("the fault was never met")
        want = declared(step, fault)
        met = "start" if first.status == 3 else ",".join(codes)
        if first.status == 3:
            if "start" not in want:
                problems.append("did not start: " + said)
        elif tuple(codes) not in ((want,) if not want else [(w,) for w in want]):
            problems.append("open: %s, declared: %s\n%s\n%s" % (
                codes, want, said, cell.campus.run("findings").text()))
        elif bool(codes) != bool(first.status):
            problems.append("exit status %d\n%s" % (first.status, said))
        if want and isinstance(fault, int) and (codes or first.status == 3):
            words = said + cell.campus.run("findings").text()
            if step != "head" and WORDS % fault not in words:  # HEAD has no words
                problems.append("without the server's words: " + words)
        if cell.wrong(whole=False):
            problems.append("in between: " + cell.wrong(whole=False))
        for proxy in (cell.campus.val_proxy, cell.campus.s3_proxy):
            proxy.forget()
            proxy.open()
        last = cell.campus.run("migrate", "--all")
        if last.status or cell.findings():
            problems.append("again: %d %s\n%s%s" % (last.status, cell.findings(), last.text(),
                                                    last.err.decode("utf-8", "replace")))
        if cell.wrong():
            problems.append("in the end: " + cell.wrong())
        if cell.campus.leaked():
            problems.append("a secret is in: %s" % cell.campus.leaked())
        return "\n".join(problems), "%s %.1f s" % (met or "success", took)
    except Exception as error:  # a cell that breaks is a cell that fails
        return repr(error), "broken"
    finally:
        cell.remove()


class Matrix(CampusTest):
    def setUp(self):
        Servers.val.clear()

    def matrix(self, cells, **how):
        """Runs (step, fault)s beside each other: some wait most of the time."""
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            # The ones that wait longest go first.
            order = sorted(cells, key=lambda c: c[1] != "halfopen")
            done = dict(zip(order, pool.map(lambda c: run_cell(*c, **how), order)))
        if os.environ.get("SUBFERRY_LIVE_TABLE"):
            for cell in cells:
                print("%-10s %-9s %s" % (cell + (done[cell][1],)))
        for (step, fault), (problem, _) in done.items():
            with self.subTest(step=step, fault=fault):
                self.assertEqual(problem, "")

    @staticmethod
    def cells(*steps):
        return [(step, fault) for step in steps for fault in FAULTS
                if (step, fault) not in IMPOSSIBLE]

    def test_undisturbed_campus_is_what_the_cells_must_become(self):
        cell = Cell("undisturbed")
        self.addCleanup(cell.remove)
        cell.campus.run("scan")
        answer = cell.campus.run("migrate", "--all")
        self.assertEqual((answer.status, cell.findings()), (0, []), answer.text())
        self.assertEqual(cell.wrong(), "")
        for step in STEPS:
            self.assertGreater(cell.count(step), 0, "no request is a " + step)
        # One token for all workers, one list a course, no request that changes or deletes.
        self.assertEqual((cell.count("token"), cell.count("list")), (1, 1))
        self.assertEqual((cell.count("create"), cell.count("register"), cell.count("put")),
                         (2, 4, 4))
        for proxy in (cell.campus.val_proxy, cell.campus.s3_proxy):
            self.assertEqual(proxy.requests("PATCH|DELETE"), [])
        self.assertEqual(cell.campus.val_proxy.requests("PUT"), [])
        for put in cell.campus.s3_proxy.requests("PUT"):
            self.assertIn(("if-none-match", "*"), [(n.lower(), v) for n, v in put.headers])

    def test_tokens(self):
        self.matrix(self.cells("token"))

    def test_lookups(self):
        self.matrix(self.cells("list", "video"))

    def test_creating_and_registering(self):
        self.matrix(self.cells("create", "register"))

    def test_store(self):
        self.matrix(self.cells("head", "put"))

    def test_the_real_delay_is_kept_before_each_server_is_asked_again(self):
        for step in ("register", "put"):
            cell = Cell("real-" + step, engine={"retry_delay": "2s"})
            self.addCleanup(cell.remove)
            cell.campus.run("scan")
            rule = cell.on(step, 500)
            begun = time.monotonic()
            self.assertEqual(cell.campus.run("migrate", "--all").status, 0)
            self.assertEqual(rule.hits, 1)
            self.assertGreaterEqual(time.monotonic() - begun, 2)
            self.assertEqual(cell.wrong(), "")


class Lasting(CampusTest):
    """Faults that go on until they are taken away."""

    def setUp(self):
        Servers.val.clear()

    def cell(self, name, **how):
        cell = Cell(name, **how)
        self.addCleanup(cell.remove)
        cell.campus.run("scan")
        return cell

    def test_errors_that_go_on_end_in_a_finding_and_are_mended_later(self):
        for step, code in (("register", "val-unreachable"), ("put", "store-unreachable"),
                           ("create", "val-unreachable")):
            cell = self.cell("lasting-" + step, engine={"max_retries": "1"})
            cell.on(step, 500, times=1000)
            answer = cell.campus.run("migrate", "--all")
            self.assertEqual(answer.status, 1, answer.text())
            self.assertEqual(cell.findings(), [code], step)
            self.assertIn(WORDS % 500, answer.text() + cell.campus.run("findings").text())
            self.assertEqual(cell.wrong(whole=False), "")
            cell.proxy(step).forget()
            self.assertEqual(cell.campus.run("migrate", "--all").status, 0)
            self.assertEqual(cell.wrong(), "")

    def away(self, name, step, vanish, back):
        """The engine waits while a server is away, and goes on by itself."""
        cell = self.cell(name)
        held = cell.on(step, "hold")
        running = cell.campus.begin("migrate", "--all")
        held.wait()
        vanish(cell)
        held.release()
        wait_for(lambda: "unreachable" in cell.campus.said(running) or
                 "wait" in cell.campus.said(running) or "hold" in cell.campus.said(running), 60,
                 "a word about the hold")
        self.assertIsNone(running.poll(), cell.campus.said(running))
        back(cell)
        answer = cell.campus.done(running, 90)
        self.assertIn(answer.status, (0, 1), answer.text() + answer.err.decode())
        if answer.status:
            self.assertEqual(cell.campus.run("migrate", "--all").status, 0)
        self.assertEqual(cell.wrong(), "")

    def test_a_store_that_goes_away_is_waited_for(self):
        self.away("away-store", "put", lambda c: c.campus.s3_proxy.close(),
                  lambda c: c.campus.s3_proxy.open())

    def test_a_val_that_goes_away_is_waited_for(self):
        self.away("away-val", "register", lambda c: c.campus.val_proxy.close(),
                  lambda c: c.campus.val_proxy.open())

    def test_answers_that_only_slow_down_are_no_tries(self):
        """More of them than there are tries."""
        for step, fault, headers in (("put", 503, ()), ("put", 429, ()), ("register", 429, (
                ("Retry-After", "1"),)), ("video", 503, (("Retry-After", "1"),)), ("token", 429, (
                    ("Retry-After", "1"),))):
            cell = self.cell("slow-%s-%d" % (step, fault), engine={"max_retries": "0"})
            rule = cell.on(step, fault, times=3, headers=headers)
            begun = time.monotonic()
            answer = cell.campus.run("migrate", "--all")
            self.assertEqual((answer.status, cell.findings()), (0, []), (step, fault, answer.text()))
            self.assertEqual(rule.hits, 3)
            if headers:
                self.assertGreaterEqual(time.monotonic() - begun, 1)
            self.assertEqual(cell.wrong(), "")

    def test_a_server_that_only_slows_down_for_too_long_counts_as_unreachable(self):
        cell = self.cell("throttled", engine={"throttle_timeout": "1s"})
        rule = cell.on("put", 503, times=100000)
        running = cell.campus.begin("migrate", "--all")
        wait_for(lambda: cell.campus.said(running), 60, "a word about the hold")
        self.assertGreater(rule.hits, 1)
        rule.times = 0
        answer = cell.campus.done(running, 90)
        self.assertIn(answer.status, (0, 1), answer.text())
        cell.campus.run("migrate", "--all")
        self.assertEqual(cell.wrong(), "")


class Tokens(CampusTest):
    def setUp(self):
        Servers.val.clear()
        self.addCleanup(Servers.val.token_lifetime, None)

    def test_a_token_is_renewed_before_it_expires(self):
        """Tokens of two seconds, in a run that is slower than that: nobody ever sees a 401."""
        Servers.val.token_lifetime(2)
        cell = Cell("short-tokens")
        self.addCleanup(cell.remove)
        cell.campus.run("scan")
        cell.campus.val_proxy.forget()
        cell.on("register", "slow", times=100, seconds=1)
        answer = cell.campus.run("migrate", "--all")
        self.assertEqual((answer.status, cell.findings()), (0, []), answer.text())
        self.assertEqual(cell.wrong(), "")
        self.assertGreater(cell.count("token"), 1)

    def test_credentials_that_are_refused_are_told_without_being_told(self):
        cell = Cell("refused")
        self.addCleanup(cell.remove)
        cell.campus.run("scan")
        wrong = "n0t-the-s3cr3t"
        for name in (VAL_SECRET, KEYS + "_SECRET_ACCESS_KEY", KEYS + "_ACCESS_KEY_ID"):
            right, cell.campus.environ[name] = cell.campus.environ[name], wrong
            answer = cell.campus.run("migrate", "--all")
            said = answer.text() + answer.err.decode()
            self.assertIn(answer.status, (1, 3), said)
            if "SECRET" in name:
                self.assertNotIn(wrong, said + cell.campus.run("findings").text())
            cell.campus.environ[name] = right
        self.assertEqual(cell.wrong(whole=False), "")
        self.assertEqual(cell.campus.run("migrate", "--all").status, 0)
        self.assertEqual(cell.wrong(), "")

    def test_rights_that_are_missing_are_told_in_the_services_words(self):
        for client in ("powerless", "reader"):
            cell = Cell("client-" + client)
            self.addCleanup(cell.remove)
            cell.campus.run("scan")
            cell.campus.val_keys["client_id"] = client
            answer = cell.campus.run("migrate", "--all")
            said = answer.text() + answer.err.decode() + cell.campus.run("findings").text()
            self.assertIn(answer.status, (1, 3), said)
            self.assertIn("You do not have permission to perform this action", said)
            doctor = cell.campus.run("doctor")
            self.assertNotEqual(doctor.status, 0, doctor.text())
            cell.campus.val_keys["client_id"] = "subferry"
            self.assertEqual(cell.campus.run("migrate", "--all").status, 0)
            self.assertEqual(cell.wrong(), "")


del CampusTest
