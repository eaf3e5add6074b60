"""What a file becomes: formats, encodings, strictness, limits; and `convert`."""
import codecs
import json

from olx_campus import BROKEN_SRT, CampusTest, Course, sjson, srt

BAD_JSON = {
    "comma": b'{"start": [0], "end": [1], "text": ["a"],}',
    "trailing": b'{"start": [0], "end": [1], "text": ["a"]} x',
    "quotes": b"{'start': [0], 'end': [1], 'text': ['a']}",
    "nan": b'{"start": [NaN], "end": [1], "text": ["a"]}',
    "infinity": b'{"start": [0], "end": [Infinity], "text": ["a"]}',
    "huge": b'{"start": [0], "end": [1e999], "text": ["a"]}',
    "zero": b'{"start": [00], "end": [1], "text": ["a"]}',
    "plus": b'{"start": [+1], "end": [1], "text": ["a"]}',
    "dot": b'{"start": [1.], "end": [1], "text": ["a"]}',
    "control": b'{"start": [0], "end": [1], "text": ["a\tb"]}',
    "escape": b'{"start": [0], "end": [1], "text": ["\\x41"]}',
    "utf8": b'{"start": [0], "end": [1], "text": ["\xe9"]}',
    "twice": b'{"start": [0], "start": [0], "end": [1], "text": ["a"]}',
    "hidden": b'{"start": [0], "end": [1], "text": ["a"], "\\u0074ext": ["b"]}',
    "short": b'{"start": [0, 1], "end": [1], "text": ["a"]}',
    "missing": b'{"start": [0], "end": [1]}',
    "number": b'{"start": ["0"], "end": [1], "text": ["a"]}',
    "boolean": b'{"start": [true], "end": [1], "text": ["a"]}',
    "string": b'{"start": [0], "end": [1], "text": [1]}',
    "nested": b'{"start": [[0]], "end": [1], "text": ["a"]}',
    "object": b'{"start": {}, "end": {}, "text": {}}',
    "open": b'{"start": [0], "end": [1], "text": ["a"]',
    "comment": b'{"start": [0], /* */ "end": [1], "text": ["a"]}',
    "empty": b'{"start": [null], "end": [1], "text": ["a"]}',
}
GOOD_JSON = {
    "plain": b'{"start": [0], "end": [1], "text": ["a"]}',
    "spaces": b' \r\n\t{"text":\n["\\u00e9\\ud83d\\ude00"],"start":[ 0 ],"end":[1.5e3]}\n\n',
    "utf8": '{"start": [0], "end": [-0.5], "text": ["é字😀"]}'.encode(),
    "void": b'{"start": [0, 1], "end": [1, 2], "text": [null, "a"]}',
    "extra": b'{"speed": {"a": [1, {}], "b": true}, "start": [0], "end": [1], "text": ["a"]}',
    "extras": b'{"x": 1, "x": 2, "start": [0], "end": [1], "text": ["a"]}',
    "indent": json.dumps({"start": [0], "end": [1], "text": ["a"]}, indent=2).encode(),
}


class Formats(CampusTest):
    def course(self, files, name="%s"):
        """One block a file, in Spanish, its id the file's key."""
        c = Course("F")
        for key, data in files.items():
            c.static({name % key: data})
            c.video(key, edx_video_id=key, transcripts={"es": name % key})
        return c

    def converted(self):
        """The encodings named by the notices encoding-converted."""
        found = self.campus.run("findings", "--json").document()["findings"]
        return {f["video"]: f["text"] for f in found if f["code"] == "encoding-converted"}

    def test_format_is_told_from_the_content(self):
        c = Course("F").static({"a.srt": sjson("a"), "b.srt.sjson": srt("b"), "c": srt("c")})
        for key, name in (("a", "a.srt"), ("b", "b.srt.sjson"), ("c", "c")):
            c.video(key, edx_video_id=key, transcripts={"es": name})
        self.migrated(c)
        for key in "abc":
            self.assert_stored(key, "es", sjson(key))

    def test_encodings_of_subrip(self):
        text = "été – «où» €"
        self.migrated(self.course({
            "utf8": srt("é字😀"), "bom": codecs.BOM_UTF8 + srt("é字😀"),
            "cp1252": srt(text, encoding="cp1252"), "latin1": srt("été «où»", encoding="latin-1"),
            "undefined": srt("aXb", encoding="ascii").replace(b"X", b"\x81\x8d\x8f\x90\x9d\x80"),
            "utf16le": codecs.BOM_UTF16_LE + srt("é字😀", encoding="utf-16-le"),
            "utf16be": codecs.BOM_UTF16_BE + srt("é字😀", encoding="utf-16-be"),
            "utf32le": codecs.BOM_UTF32_LE + srt("é字😀", encoding="utf-32-le"),
            "utf32be": codecs.BOM_UTF32_BE + srt("é字😀", encoding="utf-32-be"),
        }))
        for key in ("utf8", "bom", "utf16le", "utf16be", "utf32le", "utf32be"):
            self.assert_stored(key, "es", sjson("é字😀"))
        self.assert_stored("cp1252", "es", sjson(text))
        self.assert_stored("latin1", "es", sjson("été «où»"))
        self.assert_stored("undefined", "es", sjson("a\x81\x8d\x8f\x90\x9d€b"))
        notices = self.converted()
        self.assertEqual(sorted(notices), ["video@" + k for k in (
            "cp1252", "latin1", "undefined", "utf16be", "utf16le", "utf32be", "utf32le")])
        for key, word in (("cp1252", "1252"), ("undefined", "1252"), ("latin1", "latin"),
                          ("utf16le", "utf-16"), ("utf32be", "utf-32")):
            self.assertIn(word, notices["video@" + key].lower())

    def test_what_a_bom_cannot_read_is_invalid(self):
        self.migrated(self.course({
            "odd": codecs.BOM_UTF16_LE + srt("a", encoding="utf-16-le") + b"\n",
            "lone": codecs.BOM_UTF16_LE + srt("aXb", encoding="utf-16-le").replace(
                b"X\x00", b"\x00\xd8"),
            "far": codecs.BOM_UTF32_LE + srt("aXb", encoding="utf-32-le").replace(
                b"X\x00\x00\x00", b"\x00\x00\x11\x00"),
        }), status=1)
        self.assert_findings(*[("video@" + k, "es", "srt-invalid") for k in ("far", "lone", "odd")])
        self.assertEqual(self.campus.rows(), {})

    def test_strict_json(self):
        self.migrated(self.course(BAD_JSON), status=1)
        self.assert_findings(*[("video@" + k, "es", "sjson-invalid", "error") for k in BAD_JSON])
        self.assertEqual(self.campus.rows(), {})

    def test_good_json_passes_byte_for_byte(self):
        self.migrated(self.course(GOOD_JSON))
        for key, data in GOOD_JSON.items():
            self.assert_stored(key, "es", data)
        self.assert_findings()

    def test_bom_of_json(self):
        data = GOOD_JSON["utf8"]
        self.migrated(self.course({"bom": codecs.BOM_UTF8 + data}))
        self.assert_stored("bom", "es", data)
        self.assert_findings(("video@bom", "es", "encoding-converted", "notice"))

    def test_json_of_another_encoding_is_invalid(self):
        self.migrated(self.course({
            "utf16": codecs.BOM_UTF16_LE + GOOD_JSON["plain"].decode().encode("utf-16-le"),
            "array": b'[{"start": [0], "end": [1], "text": ["a"]}]'}), status=1)
        self.assertEqual([f[0] for f in self.campus.findings() if f[2].endswith("-invalid")],
                         ["video@array", "video@utf16"])
        self.assertEqual(self.campus.rows(), {})

    def test_without_cues_is_left_out(self):
        self.migrated(self.course({
            "empty": b"", "blank": b" \r\n\n\t\n", "bom": codecs.BOM_UTF8,
            "json": b'{"start": [], "end": [], "text": []}', "some": srt("a")}))
        self.assert_findings(*[("video@" + k, "es", "transcript-empty", "warning")
                               for k in ("empty", "blank", "bom", "json")])
        self.assertEqual(list(self.campus.rows()), [("some", "es")])
        self.assertEqual(self.campus.ids(), ["some"])
        row = self.campus.course("course-v1:Org+F+R")
        self.assertEqual((row["status"], row["expected"]), ("Migrated", 1))

    def test_a_malformed_block_names_its_line(self):
        good = "1\n00:00:01,000 --> 00:00:02,000\na\n\n"
        for newline in ("\n", "\r\n", "\r"):
            text = (good + good + "\n3\n00:00 --> 00:01\nb\n").replace("\n", newline)
            with open(self.campus.path("x.srt"), "wb") as f:
                f.write(text.encode())
            answer = self.campus.plain("convert", self.campus.path("x.srt"))
            self.assertEqual((answer.status, answer.out), (1, b""))
            self.assertRegex(answer.err.decode(), r"\b(line )?(10|11)\b")
        c = self.course({"x": text.encode()})
        self.migrated(c, status=1)
        found = self.campus.run("findings", "--json").document()["findings"]
        self.assertRegex(found[0]["text"], r"\b(10|11)\b")

    def test_one_failure_stops_all_languages_of_its_video(self):
        c = Course("F").static({"a.srt": srt("a"), "bad.srt": BROKEN_SRT})
        c.video("a", edx_video_id="a", transcripts={"de": "a.srt", "es": "bad.srt", "fr": "a.srt"})
        c.video("b", edx_video_id="b", transcripts={"de": "a.srt"})
        self.migrated(c, status=1)
        self.assertEqual(list(self.campus.rows()), [("b", "de")])
        self.assertEqual(self.campus.ids(), ["b"])
        self.assertEqual(len(self.campus.objects()), 1)
        row = self.campus.course(c.key)
        self.assertEqual((row["status"], row["failed"], row["expected"], row["in_val"]),
                         ("Failed", 1, 4, 1))


class Limits(CampusTest):
    engine = {"max_transcript": "4KiB"}

    def test_size_limit_of_source_and_output(self):
        def sized(make, size):
            text = "x" * (size - len(make("")))
            data = make(text)
            self.assertEqual(len(data), size)
            return data

        grows = srt("é" * 700)          # 1.4 kB, of which 4.2 kB are made
        self.assertLess(len(grows), 4096)
        wide = "字" * 600                # with a BOM: 1.2 kB become 3.6 kB, within the limit
        files = {"exact": sized(sjson, 4096), "over": sized(sjson, 4097),
                 "srt": srt("x" * (4096 - len(sjson("")))), "large": sized(srt, 4097),
                 "last": srt("x" * (4097 - len(sjson("")))), "grows": grows,
                 "fits": codecs.BOM_UTF16_LE + srt(wide, encoding="utf-16-le"),
                 "full": srt("a").ljust(4096, b"\n"), "padded": srt("a").ljust(4097, b"\n")}
        c = Course("S")
        for key, data in files.items():
            c.static({key: data})
            c.video(key, edx_video_id=key, transcripts={"es": key})
        c.static({"subs_big.srt.sjson": sized(sjson, 4097)})
        c.video("implicit", edx_video_id="implicit", youtube="big", transcripts={"es": "exact"})
        self.migrated(c, status=1)
        code = "transcript-too-large"
        self.assert_findings(("video@over", "es", code, "error"),
                             ("video@large", "es", code, "error"),
                             ("video@grows", "es", code, "error"),
                             ("video@last", "es", code, "error"),
                             ("video@padded", "es", code, "error"),
                             ("video@implicit", "en", code, "warning"),
                             beside=("link-pending", "encoding-converted"))
        self.assert_stored("exact", "es", files["exact"])
        self.assert_stored("fits", "es", sjson(wide))
        self.assert_languages("implicit", "es")
        self.assertEqual(len(self.campus.stored("srt", "es")), 4096)
        self.assert_stored("full", "es", sjson("a"))
        self.campus.engine["max_transcript"] = "64KiB"
        self.assertEqual(self.campus.migrate(scan=False).status, 0)
        self.assert_stored("grows", "es", sjson("é" * 700))
        self.assertEqual(self.campus.course(c.key)["status"], "Migrated")


class Convert(CampusTest):
    """The table of domain 6.3 for pysrt 1.1.2, through the command."""

    def convert(self, data):
        with open(self.campus.path("x.srt"), "wb") as f:
            f.write(data if isinstance(data, bytes) else data.encode("utf-8"))
        return self.campus.plain("convert", self.campus.path("x.srt"))

    def accept(self, data, *cues):
        start, end, text = ([c[n] for c in cues] for n in range(3))
        want = json.dumps({"start": start, "end": end, "text": text}).encode()
        answer = self.convert(data)
        self.assertEqual((answer.status, answer.out), (0, want), (data, answer.err))

    def refuse(self, data):
        answer = self.convert(data)
        self.assertEqual((answer.status, answer.out), (1, b""), data)
        self.assertRegex(answer.err.decode(), r"[0-9]")

    def test_table_of_accepted(self):
        one = (1000, 2000, "a")
        time = "00:00:01,000 --> 00:00:02,000\n"
        self.accept(time + "a\n", one)
        self.accept("some words\n" + time + "a", one)
        self.accept("\ufeff\ufeff1\n" + time + "a\n", one)
        self.accept("1\n" + time, (1000, 2000, ""))
        self.accept("1\n" + time + "a\n\u200b\nb\n", (1000, 2000, "a \u200b b"))
        self.accept(("1\n" + time + "a\n\n2\n" + time + "b").replace("\n", "\r\n"), one,
                    (1000, 2000, "b"))
        self.accept(("\n\n1\n" + time + "a\n\n").replace("\n", "\r"), one)
        for start, ms in (("00:00:6,500", 6500), ("00:00:01.000", 1000), ("00,00,02,000", 2000),
                          ("00:00:01:000", 1000), ("00:00:06,5", 6005), ("-00:00:01,000", 1000),
                          ("00:00:-1,000", -1000), ("00:00:1a,000", 1000), ("00::01,000", 1000),
                          ("00:00:1_0,000", 10000), ("00:75:00,1000", 75 * 60000 + 1000),
                          ("00:00:٣,000", 3000), ("", 0), ("99:00:00,000", 99 * 3600000)):
            self.accept("1\n%s --> 00:00:02,000\na" % start, (ms, 2000, "a"))
        self.accept("1\n00:00:01,000-->00:00:02,000\na", one)
        self.accept("1\n00:00:01,000 --> 00:00:02,000 X1:1 Y1.5\na", one)
        self.accept("1\n00:00:01,000 --> 00:00:02,000\tX\na", (1000, 2000, "a"))
        self.accept("1\n-->\nx", (0, 0, "x"))
        self.accept("1\n" + time + "a --> b\n  c  \n", (1000, 2000, "a --> b   c"))
        self.accept("1\n" + time + "a\u2028b\x0bc\x0cd\x1ce\x85f\n", (1000, 2000, "a b c d e f"))
        self.accept("1\n" + time + "a\x00\x01\x7f<i>\"\\/é😀\n",
                    (1000, 2000, "a\x00\x01\x7f<i>\"\\/é😀"))
        self.accept("2\n" + time + "b\n\n1\n00:00:00,000 --> 00:00:09,000\na\n",
                    (1000, 2000, "b"), (0, 9000, "a"))

    def test_table_of_refused(self):
        time = "00:00:01,000 --> 00:00:02,000\n"
        for data in ("1\n2\n" + time + "a", "1\n", time, "1\n" + time + "a\n\nb\n",
                     "1\n" + time + "a\n \u00a0\nb\n", "1\n00:00:06 --> 00:00:07,000\na",
                     "1\n00:06,500 --> 00:00:07,000\na", "1\n00:00:00:06,500 --> 00:00:07,000\na",
                     "1\n00:00:01,000 -> 00:00:02,000\na", "1\n00:00:01,000\n00:00:02,000\na",
                     "1\n00:00:01,000 --> 00:00:02,000 --> \na",
                     "1\n00:00:01,000 --> 00:00:02,000\tX1:1\na",
                     "WEBVTT\n\n1\n" + time + "a\n"):
            self.refuse(data)

    def test_json_and_files_without_cues(self):
        for data in GOOD_JSON.values():
            answer = self.convert(data)
            self.assertEqual((answer.status, answer.out), (0, data))
        for data in BAD_JSON.values():
            answer = self.convert(data)
            self.assertEqual((answer.status, answer.out), (1, b""), data)
        answer = self.convert(b"\n")
        self.assertEqual((answer.status, answer.out), (0, sjson()))
        self.assertTrue(answer.err)

    def test_exit_statuses(self):
        self.assertEqual(self.campus.plain("convert", self.campus.path("nothing")).status, 3)
        self.assertEqual(self.campus.plain("convert", self.campus.folder).status, 3)
        self.assertEqual(self.campus.plain("convert").status, 2)
        self.assertEqual(self.campus.plain("convert", "a", "b").status, 2)
        answer = self.campus.plain("convert", "-", stdin=srt("a"))
        self.assertEqual((answer.status, answer.out), (0, sjson("a")))
