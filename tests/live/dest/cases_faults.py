"""Every step of the transaction times every fault that can occur there.

A cell is a campus of its own that meets one fault at the first request of one step, and is then
migrated until it is done. What it meets must end in success after a retry, or in a finding that is
declared here; and in the end everything is as if nothing had been.
"""
import concurrent.futures
import os
import time
import traceback

from cell import STEPS, Cell
from dest_campus import KEYS, VAL_SECRET, CampusTest, Servers
from http_proxy import REASONS, WORDS
from server import wait_for

TRANSPORT = ("refuse", "reset", "halfopen", "slow", "cut", "repeat", "lost")
CONTENT = ("garble", "corrupt", "expired")
STATUSES = (301, 403, 404, 409, 412, 429, 500, 503)
FAULTS = TRANSPORT + CONTENT + STATUSES
# What cannot occur: no body that could be another, no token that could expire.
IMPOSSIBLE = {("head", "garble"), ("compare", "garble"), ("put", "garble"), ("register", "garble"),
              ("head", "corrupt"), ("compare", "corrupt"), ("list", "corrupt"),
              ("video", "corrupt"), ("token", "expired"), ("renewal", "expired")}
VAL, STORE, UNREAD = ("val-refused",), ("store-refused",), ("val-unread",)
START = ("start",)
# What a cell may end in, beside success; where not said, in nothing beside it. "start": the
# command did not begin. A row of one's own stands before that of the fault, and that before "*".
DECLARED = {
    # The tries may end before it does.
    "refuse": ("val-unreachable", "store-unreachable") + UNREAD,
    301: VAL + STORE, 403: VAL + STORE, 409: VAL + STORE, 412: VAL + STORE, 404: VAL + STORE,
    # Nothing is begun without a token, whatever stands in the way of the first.
    "token": START,
    # A list that fails is done without, and told.
    ("list", 500): ("val-list-broken",),
    # What is there already is compared if it can be, and told if it cannot.
    "compare": UNREAD + ("store-unreachable",),
    # Spoilt on its way, it is no JSON, and the service says so.
    ("create", "corrupt"): VAL, ("register", "corrupt"): VAL, ("renewal", "corrupt"): VAL,
    # An answer that is none.
    ("video", "garble"): VAL, ("renewal", "garble"): VAL,
    ("put", "expired"): STORE,
}
# Success, and nothing else: all that a retry mends, and what means something else here.
PLAIN = {
    ("list", 404),      # an older service, which has no lists
    ("video", 404),     # the video is made, and "exists" is then as good
    ("put", 409), ("put", 412),     # another writer, who then turns out to be none
    ("token", "slow"), ("token", "repeat"), ("token", 429), ("token", 500), ("token", 503),
    # HEAD has no words, so GET is asked for some, and has none to say.
    ("head", 301), ("head", 403), ("head", 404), ("head", 409), ("head", 412),
}
# Credentials that are not taken any more hold the campus, with the server's words, until they are.
HELD = {("renewal", status) for status in (301, 403, 404, 409, 412)}


def declared(step, fault):
    """The findings that may be open after the first run, () for none."""
    if (step, fault) in PLAIN | HELD:
        return ()
    end = {"val": "val-", "s3": "store-"}[STEPS[step][0]]
    found = DECLARED.get((step, fault), DECLARED.get(step, DECLARED.get(fault, ())))
    return [w for w in found if w in UNREAD + START or w.startswith(end)]


def run_cell(step, fault):
    """One cell; (what went wrong, "" for nothing; what it met, for the table)."""
    cell = Cell("%s-%s" % (step, fault))
    try:
        return examine(cell, step, fault)
    except Exception as error:  # a cell that breaks is a cell that fails
        return "%r\n%s" % (error, traceback.format_exc()), "broken"
    finally:
        cell.remove()


def examine(cell, step, fault):
    problems = []
    cell.campus.run("scan")
    cell.forget()
    rule = cell.on(step, fault)
    begun = time.monotonic()
    first = cell.campus.run("migrate", "--all")
    took = time.monotonic() - begun
    said = first.text() + first.err.decode("utf-8", "replace")
    open_now = [] if first.status == 3 else cell.severities()
    codes = ["start"] if first.status == 3 else [code for code, _ in open_now]
    want = declared(step, fault)
    told = said + cell.campus.run("findings").text() if codes else said
    if rule.hits != 1:
        problems.append("the fault was met %d times" % rule.hits)
    needed = isinstance(fault, int) and step != "compare"
    if not set(codes) <= set(want) or needed and want and not codes:
        problems.append("open: %s, declared: %s\n%s" % (codes, want, told))
    if first.status not in (3, int("error" in [severity for _, severity in open_now])):
        problems.append("exit status %d\n%s" % (first.status, said))
    # A page of HTML is no words; nor has HEAD any.
    words = [] if not isinstance(fault, int) else [WORDS % fault] if STEPS[step][0] == "s3" or \
        fault not in (301, 503) else ["127.0.0.1:9/elsewhere", REASONS[503]]
    refused = [c for c in codes if c.endswith("-refused") or c == "start"]
    if (refused or (step, fault) in HELD) and words and not any(w in told for w in words) and STEPS[step][1] != "HEAD":
        problems.append("without the server's words: " + told)
    if cell.wrong(whole=False):
        problems.append("in between: " + cell.wrong(whole=False))
    cell.forget()
    if first.status:
        last = cell.campus.run("migrate", "--all")
    if not first.status or not last.status and cell.findings():
        last = cell.campus.run("migrate", cell.course.key)  # planned anew
    if last.status or cell.findings():
        problems.append("again: %d %s\n%s%s" % (last.status, cell.findings(), last.text(),
                                                last.err.decode("utf-8", "replace")))
    if cell.wrong():
        problems.append("in the end: " + cell.wrong())
    if cell.campus.leaked():
        problems.append("a secret is in: %s" % cell.campus.leaked())
    return "\n".join(problems), "%s %.1f s" % (",".join(codes) or "success", took)


class Matrix(CampusTest):
    def setUp(self):
        Servers.clear()

    def test_undisturbed_campus_is_what_the_cells_must_become(self):
        cell = Cell("undisturbed")
        self.addCleanup(cell.remove)
        cell.campus.run("scan")
        answer = cell.campus.run("migrate", "--all")
        self.assertEqual((answer.status, cell.findings()), (0, []), answer.text())
        self.assertEqual(cell.wrong(), "")
        for step in STEPS:
            self.assertGreater(cell.count(step), 0, "no request is a " + step)
        # One token for all workers; two lists a course, when it is planned and, after the last
        # row was registered, when it is closed; no request that changes or deletes.
        self.assertEqual((cell.count("token"), cell.count("list")), (1, 2))
        self.assertEqual((cell.count("create"), cell.count("register"), cell.count("put")),
                         (2, 4, 4))
        for proxy in (cell.campus.val_proxy, cell.campus.s3_proxy):
            self.assertEqual(proxy.requests("PATCH|DELETE"), [])
        self.assertEqual(cell.campus.val_proxy.requests("PUT"), [])
        for put in cell.campus.s3_proxy.requests("PUT"):
            self.assertIn(("if-none-match", "*"), [(n.lower(), v) for n, v in put.headers])

    def test_every_step_meets_every_fault(self):
        """Beside each other: some wait most of the time, and those go first."""
        cells = [(step, fault) for step in STEPS for fault in FAULTS
                 if (step, fault) not in IMPOSSIBLE]
        order = sorted(cells, key=lambda c: c[1] != "halfopen")
        with concurrent.futures.ThreadPoolExecutor(12) as pool:
            done = dict(zip(order, pool.map(lambda c: run_cell(*c), order)))
        if os.environ.get("SUBFERRY_LIVE_TABLE"):
            for cell in cells:
                print("%-10s %-9s %s" % (cell + (done[cell][1],)))
        for step, fault in cells:
            with self.subTest(step=step, fault=fault):
                self.assertEqual(done[step, fault][0], "")
        self.assertGreater(len(cells), 120)

    def test_the_real_delay_is_kept_before_each_server_is_asked_again(self):
        for step in ("video", "put"):
            cell = Cell("real-" + step, engine={"retry_delay": "2s"})
            self.addCleanup(cell.remove)
            cell.campus.run("scan")
            rule = cell.on(step, 500)
            begun = time.monotonic()
            self.assertEqual(cell.campus.run("migrate", "--all").status, 0)
            self.assertEqual(rule.hits, 1)
            self.assertGreaterEqual(time.monotonic() - begun, 2, step)
            self.assertEqual(cell.wrong(), "")


class Lasting(CampusTest):
    """Faults that go on until they are taken away."""

    def setUp(self):
        Servers.clear()

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
        cell = self.cell(name, extra=12, engine={"workers": "1", "max_retries": "0"})
        held = cell.on(step, "hold")
        running = cell.campus.begin("migrate", "--all")
        held.wait()
        vanish(cell)
        held.release()
        time.sleep(2)   # of what is unreachable nothing is to end for lack of patience
        self.assertIsNone(running.poll(), cell.campus.said(running))
        back(cell)
        wait_for(lambda: "going on" in cell.campus.said(running), 30, "going on")
        answer = cell.campus.done(running, 90)
        # What was under way has failed by the rule, and nothing else.
        self.assertLess(answer.text().count("failed "), 4, answer.text())
        cell.campus.run("migrate", "--all")
        self.assertEqual((cell.findings(), cell.wrong()), ([], ""))

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
        cell = self.cell("throttled", extra=12, engine={
            "throttle_timeout": "1s", "workers": "1", "max_retries": "0"})
        rule = cell.on("put", 503, times=100000)
        running = cell.campus.begin("migrate", "--all")
        wait_for(lambda: "SlowDown" in cell.campus.said(running) or
                 "Slow Down" in cell.campus.said(running) or
                 "503" in cell.campus.said(running), 60, "a word about it")
        self.assertGreater(rule.hits, 1)
        self.assertIsNone(running.poll(), cell.campus.said(running))
        rule.times = 0
        cell.campus.done(running, 90)
        cell.campus.run("migrate", "--all")
        self.assertEqual((cell.findings(), cell.wrong()), ([], ""))


class Tokens(CampusTest):
    def setUp(self):
        Servers.clear()
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
            if client == "powerless":  # that one may not add is only seen when one does
                doctor = cell.campus.run("doctor")
                self.assertNotEqual(doctor.status, 0, doctor.text())
            cell.campus.val_keys["client_id"] = "subferry"
            self.assertEqual(cell.campus.run("migrate", "--all").status, 0)
            self.assertEqual(cell.wrong(), "")


del CampusTest
