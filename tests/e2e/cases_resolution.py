"""Which transcript is it: branches, languages, candidate order, names of files, blocks."""
from olx_campus import (BROKEN_SRT, DEFAULT_YOUTUBE, EMPTY, CampusTest, Course, sjson, srt)


def named(data):
    """Files by name, each holding its own name as text."""
    return {name: sjson(name) if name.endswith(".sjson") else srt(name) for name in data}


class Branches(CampusTest):
    """The rows of the table of branches, in their order."""

    def test_language_in_one_branch_only_is_migrated(self):
        c = Course("B").static({"p.srt": srt("published"), "d.srt": srt("draft")})
        c.video("a", edx_video_id="a", transcripts={"es": "p.srt"},
                draft={"edx_video_id": "a", "transcripts": {"fr": "d.srt"}})
        self.migrated(c)
        self.assert_stored("a", "es", sjson("published"))
        self.assert_stored("a", "fr", sjson("draft"))
        self.assert_findings()

    def test_both_with_the_same_bytes_is_once_without_finding(self):
        c = Course("B").static({"p.srt": srt("same"), "copy.srt": srt("same"),
                                "w.srt": srt("été", encoding="cp1252"), "u.srt": srt("été"),
                                "j.srt": sjson("same")})
        c.video("name", edx_video_id="name", transcripts={"es": "p.srt"},
                draft={"edx_video_id": "name", "transcripts": {"es": "p.srt"}})
        c.video("file", edx_video_id="file", transcripts={"es": "p.srt"},
                draft={"edx_video_id": "file", "transcripts": {"es": "copy.srt"}})
        c.video("form", edx_video_id="form", transcripts={"es": "p.srt"},
                draft={"edx_video_id": "form", "transcripts": {"es": "j.srt"}})
        c.video("code", edx_video_id="code", transcripts={"es": "u.srt"},
                draft={"edx_video_id": "code", "transcripts": {"es": "w.srt"}})
        self.migrated(c)
        for block, text in (("name", "same"), ("file", "same"), ("form", "same"), ("code", "été")):
            self.assert_stored(block, "es", sjson(text))
        self.assert_findings(beside=("encoding-converted",))

    def test_other_bytes_or_a_bad_draft_is_the_published_one_with_a_notice(self):
        c = Course("B").static({"p.srt": srt("published"), "d.srt": srt("draft"),
                                "bad.srt": BROKEN_SRT, "no.srt": EMPTY, "bad.json": b'{"a": 1}'})
        for block, name in (("other", "d.srt"), ("gone", "gone.srt"), ("bad", "bad.srt"),
                            ("none", "no.srt"), ("json", "bad.json")):
            c.video(block, edx_video_id=block, transcripts={"es": "p.srt"},
                    draft={"edx_video_id": block, "transcripts": {"es": name}})
        self.migrated(c)
        for block in ("other", "gone", "bad", "none", "json"):
            self.assert_stored(block, "es", sjson("published"))
        self.assert_findings(*[("video@" + b, "es", "draft-differs", "notice")
                               for b in ("other", "gone", "bad", "none", "json")])

    def test_a_bad_published_one_stands_though_the_draft_is_readable(self):
        c = Course("B").static({"d.srt": srt("draft"), "bad.srt": BROKEN_SRT, "bad.json": b"{}"})
        for block, name in (("gone", "gone.srt"), ("bad", "bad.srt"), ("json", "bad.json")):
            c.video(block, edx_video_id=block, transcripts={"es": name},
                    draft={"edx_video_id": block, "transcripts": {"es": "d.srt"}})
        self.migrated(c, status=1)
        self.assertEqual(self.campus.rows(), {})
        self.assertEqual(self.campus.ids(), [])
        self.assert_findings(("video@bad", "es", "srt-invalid", "error"),
                             ("video@gone", "es", "asset-missing", "error"),
                             ("video@json", "es", "sjson-invalid", "error"),
                             beside=("draft-differs",))
        self.assertEqual(self.campus.course(c.key)["status"], "Failed")

    def test_published_without_cues_is_the_drafts(self):
        c = Course("B").static({"d.srt": srt("draft"), "no.srt": EMPTY, "no.json": sjson()})
        c.video("a", edx_video_id="a", transcripts={"es": "no.srt", "fr": "no.json"},
                draft={"edx_video_id": "a", "transcripts": {"es": "d.srt", "fr": "d.srt"}})
        c.video("b", edx_video_id="b", transcripts={"es": "no.srt"},
                draft={"edx_video_id": "b", "transcripts": {"es": "no.json"}})
        self.migrated(c)
        self.assert_stored("a", "es", sjson("draft"))
        self.assert_stored("a", "fr", sjson("draft"))
        self.assert_languages("b")
        self.assertEqual([f for f in self.campus.findings() if f[2] == "transcript-empty"],
                         [("video@b", "es", "transcript-empty", "warning")])
        row = self.campus.course(c.key)
        self.assertEqual((row["status"], row["expected"], row["in_val"]), ("Migrated", 2, 2))

    def test_explicit_in_one_comes_before_implicit_in_the_other(self):
        c = Course("B").static({"e.srt": srt("explicit"), "subs_yt.srt.sjson": sjson("implicit")})
        c.video("draft", edx_video_id="draft", youtube="yt",
                draft={"edx_video_id": "draft", "transcripts": {"en": "e.srt"}})
        c.video("published", edx_video_id="published", transcripts={"en": "e.srt"},
                draft={"edx_video_id": "published", "youtube": "yt"})
        self.migrated(c)
        self.assert_stored("draft", "en", sjson("explicit"))
        self.assert_stored("published", "en", sjson("explicit"))

    def test_an_id_in_one_branch_is_for_both(self):
        c = Course("B").static({"p.srt": srt("published"), "d.srt": srt("draft")})
        c.video("a", edx_video_id="idp", transcripts={"es": "p.srt"},
                draft={"transcripts": {"fr": "d.srt"}})
        c.video("b", transcripts={"es": "p.srt"},
                draft={"edx_video_id": "idd", "transcripts": {"fr": "d.srt"}})
        self.migrated(c)
        for val_id in ("idp", "idd"):
            self.assert_stored(val_id, "es", sjson("published"))
            self.assert_stored(val_id, "fr", sjson("draft"))
        self.assertEqual(self.campus.ids(), ["idd", "idp"])

    def test_two_ids_are_the_published_one_with_a_warning(self):
        c = Course("B").static({"p.srt": srt("published"), "d.srt": srt("draft")})
        c.video("a", edx_video_id="idp", transcripts={"es": "p.srt"},
                draft={"edx_video_id": "idd", "transcripts": {"fr": "d.srt"}})
        self.migrated(c)
        self.assert_stored("idp", "es", sjson("published"))
        self.assert_stored("idp", "fr", sjson("draft"))
        self.assertEqual(self.campus.ids(), ["idp"])
        self.assert_findings(("video@a", "-", "draft-id-differs", "warning"), beside=())

    def test_ids_equal_but_for_blanks_are_one(self):
        c = Course("B").static({"p.srt": srt("published")})
        c.video("a", edx_video_id=" idp", transcripts={"es": "p.srt"},
                draft={"edx_video_id": "idp\t ", "transcripts": {"es": "p.srt"}})
        self.migrated(c)
        self.assert_stored("idp", "es", sjson("published"))
        self.assert_findings(beside=())


class Languages(CampusTest):
    def test_sub_is_english_and_empty_names_are_none(self):
        c = Course("L").static(named(["subs_s.srt.sjson", "e.srt"]))
        c.video("sub", edx_video_id="sub", sub="s")
        c.video("empty", edx_video_id="empty", transcripts={"en": "", "fr": ""})
        c.video("blank", edx_video_id="blank", sub="  ", transcripts={"es": "e.srt"})
        self.migrated(c)
        self.expect_sources({("sub", "en"): "subs_s.srt.sjson", ("blank", "es"): "e.srt"})
        self.assertEqual(sorted(self.campus.rows()), [("blank", "es"), ("sub", "en")])
        self.assert_findings()
        self.assertEqual(self.campus.course(c.key)["expected"], 2)

    def test_english_is_implicit_by_ids_the_block_sets(self):
        c = Course("L").static(named(["subs_yt1.srt.sjson", "yt2", "subs_h1.srt.sjson", "h2.x",
                                      "subs_yt5.srt.sjson"]))
        c.video("yt1", edx_video_id="yt1", youtube=" yt1 ")
        c.video("yt2", edx_video_id="yt2", youtube="yt2")
        c.video("h1", edx_video_id="h1", html5=["http://x/none.mp4", "http://x/y/h1.mp4?a=1"])
        c.video("h2", edx_video_id="h2", html5=["https://x/h2.x.mp4"])
        c.raw('<video url_name="list" edx_video_id="list" youtube="0.75:q,1.00:yt5,1.25:r"/>')
        c.video("map", edx_video_id="map", youtube="yt1", transcripts={"en": ""})
        c.video("none", edx_video_id="none", youtube="nothing", html5=["http://x/gone.mp4"])
        self.migrated(c)
        self.expect_sources({
            ("yt1", "en"): "subs_yt1.srt.sjson", ("yt2", "en"): "yt2",
            ("h1", "en"): "subs_h1.srt.sjson", ("h2", "en"): "h2.x",
            ("list", "en"): "subs_yt5.srt.sjson", ("map", "en"): "subs_yt1.srt.sjson"})
        self.assert_languages("none")
        self.assert_findings()
        self.assertEqual(self.campus.course(c.key)["expected"], 6)

    def test_default_youtube_ids_never_count(self):
        files = []
        c = Course("L")
        for n, video_id in enumerate(DEFAULT_YOUTUBE):
            files += ["subs_%s.srt.sjson" % video_id, video_id, "es_subs_%s.srt.sjson" % video_id]
            c.video("set%d" % n, edx_video_id="set%d" % n, youtube=video_id)
            c.raw('<video url_name="old%d" edx_video_id="old%d" youtube="1.00:%s"/>'
                  % (n, n, video_id))
            # also not as a later candidate of a language that is named
            c.video("sub%d" % n, edx_video_id="sub%d" % n, sub="gone", youtube=video_id)
            c.video("es%d" % n, edx_video_id="es%d" % n, youtube=video_id,
                    transcripts={"es": "gone.srt"})
        c.video("plain", edx_video_id="plain")
        c.static(named(files))
        self.migrated(c, status=1)
        self.assertEqual(self.campus.rows(), {})
        self.assert_findings(*[("video@%s%d" % (b, n), "en" if b == "sub" else "es",
                                "asset-missing") for b in ("sub", "es") for n in (0, 1)])

    def test_implicit_is_only_english(self):
        c = Course("L").static(named(["es_subs_yt.srt.sjson", "fr_subs_h.srt.sjson"]))
        c.video("a", edx_video_id="a", youtube="yt", html5=["http://x/h.mp4"])
        self.migrated(c)
        self.assertEqual(self.campus.rows(), {})
        self.assertEqual(self.campus.course(c.key)["expected"], 0)

    def test_language_of_video_asset_counts_if_its_file_exists(self):
        c = Course("L").static(named(["a-es.srt", "a-en.srt", "subs_yt.srt.sjson", "m.srt",
                                      "fr_subs_s.srt.sjson", "b-de.srt"]))
        c.video("a", edx_video_id="a", youtube="yt", video_asset=["en", "es", "fr"], html5=[
            "http://x/s.mp4"])
        # named in the map as well: the map's own order
        c.video("b", edx_video_id="b", transcripts={"de": "m.srt"}, video_asset=["de"])
        self.migrated(c)
        self.expect_sources({("a", "es"): "a-es.srt", ("a", "en"): "a-en.srt",
                             ("b", "de"): "m.srt"})
        self.assert_languages("a", "en", "es")
        self.assert_findings()
        self.assertEqual(self.campus.course(c.key)["expected"], 3)

    def test_broken_file_of_video_asset_is_an_error(self):
        c = Course("L").static({"a-es.srt": BROKEN_SRT})
        c.video("a", edx_video_id="a", video_asset=["es"])
        self.migrated(c, status=1)
        self.assert_findings(("video@a", "es", "srt-invalid", "error"))

    def test_faults_of_implicit_english_are_warnings_and_left_out(self):
        c = Course("L").static({
            "subs_bad.srt.sjson": b"{", "raw": BROKEN_SRT, "e.srt": srt("e"),
            "subs_none.srt.sjson": sjson()})
        c.video("json", edx_video_id="json", youtube="bad", transcripts={"es": "e.srt"})
        c.video("srt", edx_video_id="srt", youtube="raw")
        c.video("none", edx_video_id="none", youtube="none")
        self.migrated(c)
        self.assertEqual(list(self.campus.rows()), [("json", "es")])
        self.assert_findings(("video@json", "en", "sjson-invalid", "warning"),
                             ("video@srt", "en", "srt-invalid", "warning"),
                             ("video@none", "en", "transcript-empty", "warning"))
        row = self.campus.course(c.key)
        self.assertEqual((row["status"], row["expected"], row["in_val"]), ("Migrated", 1, 1))

    def test_transcripts_that_are_no_map_are_empty_with_a_warning(self):
        c = Course("L").static(named(["subs_s.srt.sjson"]))
        c.video("list", edx_video_id="list", transcripts='["a.srt"]', sub="s")
        c.video("void", edx_video_id="void", transcripts="null", sub="s")
        c.video("text", edx_video_id="text", transcripts="a.srt")
        self.migrated(c)
        self.assertEqual(sorted(self.campus.rows()), [("list", "en"), ("void", "en")])
        self.assertEqual([f for f in self.campus.findings() if f[0] != "video@void"], [
            ("video@list", "-", "transcripts-not-a-map", "warning"),
            ("video@text", "-", "transcripts-not-a-map", "warning")])

    def test_codes_of_languages_are_verbatim(self):
        c = Course("L").static(named(["a.srt", "zh-Hans_subs_h.srt.sjson",
                                      "zh_HANS_subs_h.srt.sjson"]))
        c.video("a", edx_video_id="a", html5=["http://x/h.mp4"],
                transcripts={"zh-Hans": "gone", "zh_HANS": "gone", "pt-BR": "a.srt"})
        self.migrated(c)
        self.expect_sources({("a", "zh-Hans"): "zh-Hans_subs_h.srt.sjson",
                             ("a", "zh_HANS"): "zh_HANS_subs_h.srt.sjson",
                             ("a", "pt-BR"): "a.srt"})

    def test_attribute_overrides_children(self):
        c = Course("L").static(named(["child.srt", "attribute.srt", "subs_c.srt.sjson",
                                      "subs_a.srt.sjson"]))
        c.raw('<video url_name="a" edx_video_id="a" transcripts="{&quot;es&quot;: '
              '&quot;attribute.srt&quot;}" html5_sources="[&quot;http://x/a.mp4&quot;]">'
              '<source src="http://x/c.mp4"/><transcript language="fr" src="child.srt"/></video>')
        self.migrated(c)
        self.expect_sources({("a", "es"): "attribute.srt", ("a", "en"): "subs_a.srt.sjson",
                             ("a", "fr"): None})


class Order(CampusTest):
    """One video a candidate: all files from that candidate on exist, and that one decides."""

    def check(self, language, transcripts, candidates, beside=(), **fields):
        """@beside: files that are always there. A % stands for what tells the videos apart."""
        c = Course("O")
        expected = {}
        for first in range(len(candidates)):
            tag = "%s%d" % (language, first)
            local = {k: v.replace("%", tag) for k, v in fields.items()}
            c.static(named([name.replace("%", tag)
                            for name in candidates[first:] + list(beside)]))
            c.video(tag, edx_video_id=tag, html5=["http://x/h1%s.mp4" % tag, "/y/h2%s.webm" % tag],
                    transcripts={k: v.replace("%", tag) for k, v in transcripts.items()}, **local)
            expected[tag, language] = candidates[first].replace("%", tag)
        self.migrated(c)
        self.expect_sources(expected)
        self.assert_findings()

    def test_english_with_sub_and_map(self):
        self.check("en", {"en": "map%.srt"}, [
            "subs_sub%.srt.sjson", "sub%", "map%.srt", "subs_yt%.srt.sjson", "yt%",
            "subs_h1%.srt.sjson", "h1%", "subs_h2%.srt.sjson", "h2%"], sub="sub%", youtube="yt%")

    def test_english_with_map_alone(self):
        self.check("en", {"en": "map%.srt"}, [
            "map%.srt", "subs_yt%.srt.sjson", "yt%", "subs_h1%.srt.sjson", "h1%",
            "subs_h2%.srt.sjson", "h2%"], youtube="yt%")

    def test_english_with_sub_alone(self):
        self.check("en", {}, ["subs_sub%.srt.sjson", "sub%", "subs_yt%.srt.sjson", "yt%",
                              "subs_h1%.srt.sjson", "h1%"], sub="sub%", youtube="yt%")

    def test_english_implicit(self):
        self.check("en", {}, ["subs_yt%.srt.sjson", "yt%", "subs_h1%.srt.sjson", "h1%",
                              "subs_h2%.srt.sjson", "h2%"], youtube="yt%")

    def test_another_language(self):
        self.check("es", {"es": "map%.srt"}, [
            "map%.srt", "es_subs_sub%.srt.sjson", "es_subs_yt%.srt.sjson",
            "es_subs_h1%.srt.sjson", "es_subs_h2%.srt.sjson"],
            beside=["subs_sub%.srt.sjson", "sub%", "yt%"], sub="sub%", youtube="yt%")

    def test_names_that_are_no_candidates(self):
        """The raw ids of another language, subs_ of the map's file, ids of other speeds."""
        c = Course("O").static(named(["sub", "yt", "h1", "subs_m.srt.sjson",
                                      "subs_slow.srt.sjson", "subs_.srt.sjson",
                                      "subs_None.srt.sjson", "es_subs_None.srt.sjson"]))
        c.video("es", edx_video_id="es", youtube="yt", html5=["http://x/h1.mp4"],
                transcripts={"es": "gone.srt"})
        c.video("map", edx_video_id="map", transcripts={"en": "m"})
        c.video("speed", edx_video_id="speed", transcripts={"en": "gone"}, youtube_id_0_75="slow")
        self.migrated(c, status=1)
        self.assert_findings(*[("video@" + b, "es" if b == "es" else "en", "asset-missing")
                               for b in ("es", "map", "speed")], beside=())
        self.assertEqual(self.campus.rows(), {})

    def test_the_first_that_exists_decides_even_if_broken(self):
        c = Course("O").static({"subs_s.srt.sjson": b"{", "s": srt("raw"), "m.srt": srt("map"),
                                "es.srt": BROKEN_SRT, "es_subs_s.srt.sjson": sjson("later")})
        c.video("a", edx_video_id="a", sub="s", transcripts={"en": "m.srt"})
        c.video("b", edx_video_id="b", sub="", youtube="s", transcripts={"es": "es.srt"})
        self.migrated(c, status=1)
        self.assert_findings(("video@a", "en", "sjson-invalid"), ("video@b", "es", "srt-invalid"),
                             ("video@b", "en", "sjson-invalid"))
        self.assertEqual(self.campus.rows(), {})


class Names(CampusTest):
    def test_prefix_static_is_dropped(self):
        c = Course("N").static(named(["a.srt", "b.srt"]))
        c.video("a", edx_video_id="a", transcripts={"es": "/static/a.srt", "fr": "static/b.srt"})
        self.migrated(c)
        self.expect_sources({("a", "es"): "a.srt", ("a", "fr"): "b.srt"})

    def test_names_are_never_decoded(self):
        odd = ["a b.srt", "a%20b.srt", "x+y.srt", "p@q.srt", "t:u.srt", "é~(1)&.srt", "字幕.srt"]
        c = Course("N").static(named(odd + ["only b.srt"]))
        for n, name in enumerate(odd):
            c.video("v%d" % n, edx_video_id="v%d" % n, transcripts={"es": name})
        c.video("gone", edx_video_id="gone", transcripts={"es": "only%20b.srt"})
        self.migrated(c, status=1)
        self.expect_sources({("v%d" % n, "es"): name for n, name in enumerate(odd)})
        self.assert_findings(("video@gone", "es", "asset-missing"))

    def test_names_in_archives_are_the_same(self):
        odd = ["a b.srt", "a%20b.srt", "x+y.srt", "p@q.srt", "t:u.srt", "é~(1)&.srt", "字幕.srt"]
        c = Course("N").static(named(odd))
        for n, name in enumerate(odd):
            c.video("v%d" % n, edx_video_id="v%d" % n, transcripts={"es": name})
        self.migrated(c, archive=True)
        self.expect_sources({("v%d" % n, "es"): name for n, name in enumerate(odd)})

    def test_cleaned_names_find_a_file_and_of_several_the_first(self):
        """Each of these names is cleaned to the other; of several files the first by name wins."""
        pairs = [("a_b.srt", "a b.srt"), ("c d.srt", "c_d.srt"), ("e~f.srt", "e(f.srt"),
                 ("g+h@i:j.srt", "g_h_i_j.srt"), ("sub_dir.srt", "sub/dir.srt"),
                 ("k%20l.srt", "k%20l.srt"), ("é_.srt", "é!.srt"), ("e\u0301.srt", "e_.srt")]
        c = Course("N").static(named([b for _, b in pairs] + ["m n.srt", "m+n.srt", "m@n.srt"]))
        for n, (name, _) in enumerate(pairs):
            c.video("v%d" % n, edx_video_id="v%d" % n, transcripts={"es": name})
        c.video("m", edx_video_id="m", transcripts={"es": "m_n.srt"})
        self.migrated(c)
        expected = {("v%d" % n, "es"): name for n, (_, name) in enumerate(pairs)}
        expected["m", "es"] = "m n.srt"
        self.expect_sources(expected)

    def test_exact_then_assets_json_then_cleaned(self):
        c = Course("N").static(named(["x_y.srt", "other.srt", "q r.srt", "folder/deep name.srt",
                                      "s t.srt", "s@t.srt"]))
        c.files["policies/assets.json"] = """{
            "x_y.srt": {"displayname": "other.srt", "import_path": null},
            "q_r.srt": {"displayname": "q r.srt", "contentType": "text/plain"},
            "my_name.srt": {"displayname": "deep name.srt", "import_path": "folder/deep_name.srt"},
            "s_t.srt": {"displayname": "s@t.srt"},
            "lost.srt": {"displayname": "nowhere.srt"}}"""
        c.video("exact", edx_video_id="exact", transcripts={"es": "x_y.srt"})
        c.video("asset", edx_video_id="asset", transcripts={"es": "q_r.srt"})
        c.video("path", edx_video_id="path", transcripts={"es": "my_name.srt"})
        c.video("first", edx_video_id="first", transcripts={"es": "s_t.srt"})
        c.video("clean", edx_video_id="clean", transcripts={"es": "q:r.srt"})
        self.migrated(c)
        self.expect_sources({("exact", "es"): "x_y.srt", ("asset", "es"): "q r.srt",
                             ("path", "es"): "folder/deep name.srt", ("first", "es"): "s@t.srt",
                             ("clean", "es"): "q r.srt"})

    def test_static_then_course_static_then_static_import(self):
        c = Course("N")
        for place, names in (("static/", ["a b.srt"]),
                             ("course/static/", ["a_b.srt", "c d.srt", "subs_s.srt.sjson"]),
                             ("static_import/", ["a_b.srt", "c_d.srt", "e.srt",
                                                 "subs_t.srt.sjson"])):
            for name in names:
                text = place + name
                c.files[place + name] = sjson(text) if name.endswith("n") else srt(text)
        c.static({"s": srt("static/s"), "t": srt("static/t")})
        c.video("a", edx_video_id="a", transcripts={"es": "a_b.srt"})
        c.video("c", edx_video_id="c", transcripts={"es": "c_d.srt"})
        c.video("e", edx_video_id="e", transcripts={"es": "e.srt"})
        # a place further down comes before a candidate further down
        c.video("s", edx_video_id="s", sub="s")
        c.video("t", edx_video_id="t", sub="t")
        self.migrated(c)
        self.expect_sources({
            ("a", "es"): "static/a b.srt", ("c", "es"): "course/static/c d.srt",
            ("e", "es"): "static_import/e.srt", ("s", "en"): "course/static/subs_s.srt.sjson",
            ("t", "en"): "static_import/subs_t.srt.sjson"})

    def test_names_do_not_lead_out_of_static(self):
        c = Course("N").static(named(["a.srt"]))
        c.files["outside.srt"] = srt("outside")
        with open(self.campus.path("far.srt"), "wb") as f:
            f.write(srt("far"))
        for n, name in enumerate(["../outside.srt", "/static/../outside.srt", "../../../far.srt",
                                  self.campus.path("far.srt")]):
            c.video("v%d" % n, edx_video_id="v%d" % n, transcripts={"es": name})
        self.migrated(c, status=1)
        self.assertEqual(self.campus.rows(), {})
        self.assert_findings(*[("video@v%d" % n, "es", "asset-missing") for n in range(4)])


class Blocks(CampusTest):
    def test_inline_videoalpha_and_colons(self):
        c = Course("K").static(named(["a.srt", "b.srt", "c.srt", "d.srt"]))
        c.video("in", inline=True, edx_video_id="in", transcripts={"es": "a.srt"})
        c.video("same", kind="video", transcripts={"es": "b.srt"})
        c.video("same", kind="videoalpha", transcripts={"es": "c.srt"})
        c.video("deep:name", transcripts={"es": "d.srt"})
        self.migrated(c)
        self.expect_sources({
            ("in", "es"): "a.srt", (c.uuid("same"), "es"): "b.srt",
            (c.uuid("same", "videoalpha"), "es"): "c.srt", (c.uuid("deep:name"), "es"): "d.srt"})

    def test_inline_without_url_name(self):
        c = Course("K").static(named(["a.srt", "b.srt", "c.srt"]))
        c.raw('<video slug="Slug" transcripts="{&quot;es&quot;: &quot;a.srt&quot;}"/>')
        c.raw('<video display_name="Shown" transcripts="{&quot;es&quot;: &quot;b.srt&quot;}"/>')
        c.raw('<video edx_video_id="none" transcripts="{&quot;es&quot;: &quot;c.srt&quot;}"/>')
        self.migrated(c)
        self.expect_sources({(c.uuid("Slug"), "es"): "a.srt", (c.uuid("Shown"), "es"): "b.srt"})
        self.assertEqual(len(self.campus.rows()), 2)
        found = [f for f in self.campus.findings() if f[2] != "link-pending"]
        self.assertEqual([f[1:] for f in found], [("-", "block-unnamed", "warning")])

    def test_orphans_are_left(self):
        c = Course("K").static(named(["a.srt"]))
        for place in ("video/orphan.xml", "drafts/video/lost.xml"):
            c.files[place] = ('<video url_name="%s" edx_video_id="orphan"><transcript'
                              ' language="es" src="a.srt"/></video>' % place[-10:-4])
        c.files["vertical/alone.xml"] = '<vertical><video url_name="under"/></vertical>'
        c.files["video/under.xml"] = c.files["video/orphan.xml"]
        c.video("in", edx_video_id="in", transcripts={"es": "a.srt"})
        self.migrated(c)
        self.assertEqual(list(self.campus.rows()), [("in", "es")])
        self.assertEqual(self.campus.course(c.key)["videos"], 1)

    def test_a_block_reached_twice_is_one(self):
        c = Course("K").static(named(["a.srt"]))
        c.video("a", edx_video_id="a", transcripts={"es": "a.srt"})
        c.raw('<video url_name="a"/>')
        self.migrated(c)
        self.assertEqual(self.campus.course(c.key)["videos"], 1)

    def test_draft_only_blocks_are_migrated(self):
        c = Course("K").static(named(["a.srt", "b.srt"]))
        c.video("d", published=False, draft={"edx_video_id": "d", "transcripts": {"es": "a.srt"}})
        c.video("e", published=False, draft={"transcripts": {"es": "b.srt"}})
        c.files["drafts/vertical/dv.xml"] = (
            '<vertical display_name="n" parent_url="block-v1:Org+K+R+type@sequential+block@s"'
            ' index_in_children_list="1"><video url_name="f"/></vertical>')
        c.files["drafts/video/f.xml"] = (
            '<video url_name="f" edx_video_id="f"><transcript language="fr" src="b.srt"/></video>')
        self.migrated(c)
        self.expect_sources({("d", "es"): "a.srt", (c.uuid("e"), "es"): "b.srt",
                             ("f", "fr"): "b.srt"})

    def test_definition_file_is_a_definition_though_it_looks_like_a_pointer(self):
        c = Course("K").static(named(["subs_s.srt.sjson"]))
        c.video("a", edx_video_id="a", sub="s")
        c.files["drafts/video/a.xml"] = '<video url_name="a"/>'
        c.raw('<video url_name="b"/>')
        c.files["video/b.xml"] = '<video url_name="b"/>'
        c.raw('<video url_name="gone"/>')
        self.migrated(c)
        self.expect_sources({("a", "en"): "subs_s.srt.sjson"})

    def test_course_key_with_slashes(self):
        c = Course("K").static(named(["a.srt"]))
        c.video("a", transcripts={"es": "a.srt"})
        c.key = "Org/K/R"
        self.campus.source["key_form"] = "slash"
        self.migrated(c)
        self.expect_sources({(c.uuid("a"), "es"): "a.srt"})
        self.assertEqual(self.campus.course("Org/K/R")["status"], "Migrated")
