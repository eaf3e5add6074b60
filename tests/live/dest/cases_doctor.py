"""What doctor finds out of both ends, and what commands that only look may send."""
import re
import unittest

import s3_server
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from cell import Cell
from dest_campus import KEYS, LOCATION, CampusTest, DestTest, Servers, object_name
from olx_campus import Course, sjson, srt

PROBE = "subferry-probe"


def forgetful(method, path, headers, body):
    """Leaves the condition out, and signs what is left as the client could have signed it."""
    kept = {n: v for n, v in headers if n.lower() not in (
        "if-none-match", "authorization", "x-amz-date", "content-length", "accept")}
    host = next(v for n, v in headers if n.lower() == "host")
    request = AWSRequest(method=method, url="http://%s%s" % (host, path), data=body, headers=kept)
    S3SigV4Auth(Credentials(s3_server.KEY, s3_server.SECRET), "s3", s3_server.REGION).add_auth(
        request)
    return [(n, v) for n, v in request.headers.items() if n.lower() != "content-length"] + [
        (n, v) for n, v in headers if n.lower() == "content-length"]


class DestDoctorTest(CampusTest):
    def setUp(self):
        Servers.clear()

    def cell(self, name, **how):
        cell = Cell(name, **how)
        self.addCleanup(cell.remove)
        self.assertEqual(cell.campus.run("scan").status, 0)
        return cell

    def told(self, answer, status=0):
        text = answer.text() + answer.err.decode()
        self.assertEqual(answer.status, status, text)
        return text

    def quiet(self, cell):
        """Nothing was asked that could change anything."""
        for proxy in (cell.campus.val_proxy, cell.campus.s3_proxy):
            self.assertEqual([(s.method, s.path) for s in proxy.requests("PUT|POST|PATCH|DELETE")
                              if "access_token" not in s.path], [])

    def doctor_and_migrate(self, cell):
        text = self.told(cell.campus.run("doctor"))
        self.quiet(cell)
        # Only looking shows nothing: HEAD comes first.
        cell.campus.s3_proxy.forget()
        self.told(cell.campus.run("doctor", "--write"))
        probes = cell.campus.s3_proxy.requests("PUT", PROBE)
        self.assertEqual([p.path.rpartition("/")[2] for p in probes], [PROBE] * len(probes))
        self.assertGreaterEqual(len(probes), 2)
        self.assertEqual(probes[-1].status, 412)
        self.assertTrue(all(p.path.endswith(cell.campus.location + PROBE) for p in probes))
        cell.campus.s3_proxy.forget()
        self.told(cell.campus.run("migrate", "--all"))
        cell.objects[PROBE] = cell.campus.objects()[PROBE]
        self.assertEqual(cell.wrong(), "")
        return text

    def heads_before_puts(self, cell):
        """Names that were put, and those of them that were asked for before."""
        asked, before, put = set(), set(), set()
        for s in cell.campus.s3_proxy.requests():
            if s.method == "HEAD":
                asked.add(s.path)
            elif s.method == "PUT" and PROBE not in s.path:
                put.add(s.path)
                before |= {s.path} & asked
        return put, before

    def test_condition_that_the_probe_has_shown_saves_the_head(self):
        for server in filter(None, (Servers.s3, Servers.other_s3)):
            # A row whose object edxval's own storage lacks would break the list.
            cell = self.cell("holds-" + server.kind.lower(), s3=server, val=Servers.old_val)
            self.doctor_and_migrate(cell)
            put, before = self.heads_before_puts(cell)
            self.assertGreaterEqual(len(put), 4, server.kind)
            self.assertEqual(before, set(), server.kind)

    def test_condition_that_nobody_tried_costs_a_head(self):
        cell = self.cell("untried")
        self.told(cell.campus.run("migrate", "--all"))
        put, before = self.heads_before_puts(cell)
        self.assertEqual((len(put), before), (4, put))

    def test_condition_that_a_server_forgets_costs_a_head_and_a_warning(self):
        cell = self.cell("forgets")
        cell.campus.s3_proxy.rewrite = forgetful
        text = cell.campus.run("doctor", "--write")
        text = text.text() + text.err.decode()
        self.assertRegex(text, "If-None-Match|condition")
        self.assertIn(200, [s.status for s in cell.campus.s3_proxy.requests("PUT", PROBE)][1:])
        cell.campus.s3_proxy.forget()
        self.told(cell.campus.run("migrate", "--all"))
        put, before = self.heads_before_puts(cell)
        self.assertEqual((len(put), before), (4, put))
        cell.objects[PROBE] = cell.campus.objects()[PROBE]
        self.assertEqual(cell.wrong(), "")

    def test_missing_right_to_list_is_told_and_not_needed_once_the_condition_is_known(self):
        """S3 then answers 403 for a name that is not there, as it does for one that is refused."""
        cell = self.cell("nolist", engine={"max_retries": "0"})

        def hide():
            for method in ("HEAD", "GET"):
                for name in list(cell.objects) + [PROBE]:
                    if name != cell.kept_name:
                        cell.campus.s3_proxy.on(method, name, 403, times=1000)
        hide()
        answer = cell.campus.run("migrate", "--all")
        text = answer.text() + answer.err.decode() + cell.campus.run("findings").text()
        self.assertIn(answer.status, (1, 3), text)
        self.assertRegex(text, r"(?i)ListBucket|\blist")
        cell.forget()
        self.told(cell.campus.run("doctor", "--write"))
        hide()
        self.told(cell.campus.run("migrate", "--all"))
        cell.forget()
        cell.objects[PROBE] = cell.campus.objects()[PROBE]
        self.assertEqual(cell.wrong(), "")

    def test_doctor_tells_what_the_service_can_do(self):
        texts = [self.told(self.cell("can-" + v.version.replace(".", "-"), val=v)
                           .campus.run("doctor")) for v in (Servers.val, Servers.old_val)]
        self.assertNotEqual(*[[re.sub(r"\d+", "0", x) for x in t.splitlines() if "val" in x]
                              for t in texts])

    def test_doctor_tells_of_a_bucket_that_is_not_there(self):
        cell = self.cell("nobucket")
        cell.campus.store_keys["bucket"] = "no-such-bucket"
        self.assertNotEqual(cell.campus.run("doctor").status, 0)

    def test_doctor_tells_of_keys_that_nobody_knows(self):
        """SeaweedFS answers 403 to an unknown key, versitygw 404, as to a missing name."""
        for server in filter(None, (Servers.s3, Servers.other_s3)):
            cell = self.cell("nokey-" + server.kind.lower(), s3=server)
            cell.campus.environ[KEYS + "_ACCESS_KEY_ID"] = "nobodyskey"
            self.assertNotEqual(cell.campus.run("doctor").status, 0, server.kind)
            answer = cell.campus.run("migrate", "--all")
            self.assertIn(answer.status, (1, 3), server.kind)
            cell.campus.environ[KEYS + "_ACCESS_KEY_ID"] = s3_server.KEY
            self.told(cell.campus.run("migrate", "--all"))
            self.assertEqual(cell.wrong(), "")

    def test_doctor_tells_of_clocks_that_differ(self):
        for name, step in (("s3", "s3_proxy"), ("val", "val_proxy")):
            cell = self.cell("clock-" + name)
            getattr(cell.campus, step).date_shift = 1200
            answer = cell.campus.run("doctor")
            text = answer.text() + answer.err.decode()
            self.assertRegex(text, r"(?i)clock")
            getattr(cell.campus, step).date_shift = 0
            self.assertNotEqual(text, self.told(cell.campus.run("doctor")))

    def test_commands_that_look_change_nothing(self):
        cell = self.cell("looking")
        for command in (("scan",), ("doctor",), ("migrate", "--all", "--dry-run"),
                        ("verify", "--all", "--level", "bytes"), ("list",), ("findings",)):
            cell.campus.run(*command)
        self.quiet(cell)
        self.told(cell.campus.run("migrate", "--all"))
        for proxy in (cell.campus.val_proxy, cell.campus.s3_proxy):
            proxy.forget()
        for level in ("count", "size", "hash", "bytes", "cues"):
            self.told(cell.campus.run("verify", "--all", "--level", level))
        self.quiet(cell)
        self.assertEqual(cell.wrong(), "")

    def test_service_without_lists_ends_in_the_same(self):
        cell = self.cell("old", val=Servers.old_val)
        self.told(cell.campus.run("migrate", "--all"))
        self.assertEqual(cell.wrong(), "")
        cell.campus.lose("status.db")
        self.assertEqual(cell.campus.run("scan").status, 0)
        self.told(cell.campus.run("migrate", "--all"))
        self.assertEqual(cell.wrong(), "")

    def test_list_that_is_broken_is_told_and_the_rest_is_migrated(self):
        cell = self.cell("broken")
        other = "broken-other"
        Servers.val.add(other, cell.course.key, language="es", name="video-transcripts/gone.sjson")
        answer = cell.campus.run("migrate", "--all")
        self.assertIn("val-list-broken", cell.findings(), answer.text())
        rows, objects, _ = cell.state()
        self.assertEqual({k: v for k, v in rows.items() if k[0] != other}, cell.rows)
        self.assertEqual(objects, cell.objects)

    def test_row_that_somebody_else_makes_first_is_kept(self):
        cell = self.cell("first")
        key = cell.name + "-known", "es"
        held = cell.on("register", "hold", when=lambda _, body: b'"es"' in body and
                       key[0].encode() in body)
        running = cell.campus.begin("migrate", "--all")
        held.wait()
        theirs = "video-transcripts/%s.sjson" % ("f" * 32)
        cell.campus.put(theirs, sjson("theirs"))
        Servers.val.add(key[0], language=key[1], name=theirs)
        held.release()
        answer = cell.campus.done(running)
        self.assertIn(answer.status, (0, 1), answer.text())
        self.assertEqual(Servers.val.rows()[key][0], theirs)
        self.assertNotEqual(cell.findings(), [], answer.text())

    def test_row_that_is_overwritten_behind_our_back_is_told(self):
        """After it was registered, and before the course is closed."""
        cell = self.cell("overtaken", engine={"workers": "1"})
        key = cell.name + "-known", "fr"
        theirs = "video-transcripts/%s.sjson" % ("e" * 32)
        cell.campus.put(theirs, sjson("theirs"))
        held = cell.on("register", "hold", when=lambda _, body: b'"fr"' in body)
        running = cell.campus.begin("migrate", "--all")
        held.wait()
        back = cell.campus.val_proxy.on(action="hold")
        held.release()
        back.wait()
        self.assertEqual(Servers.val.rows()[key], cell.rows[key])
        Servers.val.sql("UPDATE edxval_videotranscript SET transcript = ? WHERE language_code = 'fr'"
                        " AND video_id = (SELECT id FROM edxval_video WHERE edx_video_id = ?)",
                        theirs, key[0])
        back.release()
        answer = cell.campus.done(running)
        self.assertIn("val-overtaken", cell.findings(), answer.text())
        self.assertEqual(Servers.val.rows()[key][0], theirs)


class Paths(DestTest):
    """Ways to the same bucket."""

    def small(self):
        c = Course("P").static({"a.srt": srt("a")})
        c.video("v", edx_video_id="P-1", transcripts={"es": "a.srt"})
        self.campus.add(c)
        self.ended(self.campus.run("scan"))
        self.ended(self.campus.run("migrate", "--all"))
        self.assert_stored("P-1", "es", sjson("a"))

    def test_credentials_from_a_profile(self):
        path = self.campus.path("credentials")
        with open(path, "w", encoding="utf-8") as f:
            f.write("[default]\naws_access_key_id = x\naws_secret_access_key = y\n[ferry]\n"
                    "aws_access_key_id = %s\naws_secret_access_key = %s\n" % (
                        s3_server.NARROW_KEY, "s3-narrow-" "s3cr3t"))
        import os
        os.chmod(path, 0o600)
        del self.campus.store_keys["credentials_env"]
        self.campus.store_keys.update(credentials_file="credentials", credentials_profile="ferry")
        self.small()
        os.unlink(path)

    def test_secret_of_val_from_a_file(self):
        import os
        import val_server
        path = self.campus.path("secret")
        with open(path, "w", encoding="utf-8") as f:
            f.write(val_server.SECRET + "\n")
        os.chmod(path, 0o600)
        del self.campus.val_keys["client_secret_env"]
        self.campus.val_keys["client_secret_file"] = "secret"
        self.small()
        os.unlink(path)

    def test_storage_class_goes_with_every_put(self):
        self.campus.store_keys["storage_class"] = "STANDARD_IA"
        self.small()
        for put in self.campus.s3_proxy.requests("PUT"):
            self.assertIn(("x-amz-storage-class", "STANDARD_IA"),
                          [(n.lower(), v) for n, v in put.headers])

    def test_encryption_goes_with_every_put(self):
        if not Servers.other_s3:
            self.skipTest("there is no second S3 server here; SeaweedFS has no keys to encrypt with")
        self.campus = self.new(s3=Servers.other_s3)
        self.campus.empty()
        self.campus.store_keys["sse"] = "AES256"
        self.small()
        for put in self.campus.s3_proxy.requests("PUT"):
            self.assertIn(("x-amz-server-side-encryption", "AES256"),
                          [(n.lower(), v) for n, v in put.headers])

    def test_location_may_be_none(self):
        self.campus = self.new(location="")
        self.campus.empty()
        self.small()
        self.campus.empty()


del CampusTest, DestTest
