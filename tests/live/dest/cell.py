"""One small campus whose every request is known, and what must be there in the end.

Four videos: one that val knows, with two languages to migrate; one that val does not know; one
without an id; and one whose transcript is in val already. Cells share the servers and run beside
each other: every cell has ids and a course of its own.
"""
from dest_campus import LOCATION, DestCampus, object_name
from olx_campus import Course, sjson, srt

# The requests of a migration, as (proxy, method, path).
STEPS = {
    "token": ("val", "POST", r"/oauth2/access_token"),
    "list": ("val", "GET", r"/videos/course-transcripts/"),
    "video": ("val", "GET", r"/videos/[-\w]+$"),
    "create": ("val", "POST", r"/videos/$"),
    "register": ("val", "POST", r"/video-transcripts/create/$"),
    "head": ("s3", "HEAD", r"\.sjson$"),
    "put": ("s3", "PUT", r"\.sjson$"),
    # The next token, when the first has expired in the middle.
    "renewal": ("val", "POST", r"/oauth2/access_token"),
    # The HEAD of what val has already.
    "compare": ("s3", "HEAD", r"\.sjson$"),
}


class Cell:
    """@name: letters, digits and dashes; unlike any other's."""

    def __init__(self, name, **how):
        engine = dict({"workers": "2", "retry_delay": "20ms", "max_retries": "2",
                       "throttle_timeout": "20s"}, **how.pop("engine", {}))
        self.name, extra = name, how.pop("extra", 0)
        self.campus = DestCampus(**engine, **how)
        known, lacking, kept = name + "-known", name + "-lacking", name + "-kept"
        c = self.course = Course(name)
        files = {n: srt("%s of %s" % (n, name), "— ü 日") for n in ("a", "b", "c", "d", "e")}
        c.static({n + ".srt": data for n, data in files.items()})
        c.video("known", edx_video_id=known, transcripts={"es": "a.srt", "fr": "b.srt"})
        c.video("lacking", edx_video_id=lacking, transcripts={"es": "c.srt"})
        c.video("noid", transcripts={"de": "d.srt"})
        c.video("kept", edx_video_id=kept, transcripts={"es": "e.srt"})
        pairs = {(known, "es"): "a", (known, "fr"): "b", (lacking, "es"): "c",
                 (c.uuid("noid"), "de"): "d"}
        external = "external", "external-video", 0.0, [c.key]
        self.videos = {known: ("file_complete", "a.mp4", 1.0, [c.key]), kept: (
            "file_complete", "a.mp4", 1.0, [c.key]), lacking: external, c.uuid("noid"): external}
        for n in range(extra):
            more = "%s-more-%d" % (name, n)
            c.video("more%d" % n, edx_video_id=more, transcripts={"es": "a.srt"})
            pairs[more, "es"], self.videos[more] = "a", external
        self.campus.add(c)
        self.campus.val.add(known, c.key)
        self.kept_name = object_name(kept, "es", self.bytes("e"))
        self.campus.val.add(kept, c.key, language="es", name=self.kept_name)
        self.campus.put(self.kept_name, self.bytes("e"))
        self.rows = {(i, l): (object_name(i, l, self.bytes(f)), "Custom", "sjson")
                     for (i, l), f in pairs.items()}
        self.objects = {self.rows[k][0]: self.bytes(f) for k, f in pairs.items()}
        self.rows[kept, "es"] = self.kept_name, "Cielo24", "sjson"
        self.objects[self.kept_name] = self.bytes("e")

    def bytes(self, name):
        return sjson("%s of %s" % (name, self.name), "— ü 日")

    def proxy(self, step):
        return self.campus.val_proxy if STEPS[step][0] == "val" else self.campus.s3_proxy

    def on(self, step, action, **how):
        """A rule for the first request of @step; for "renewal" also what makes one needed."""
        _, method, path = STEPS[step]
        if step == "renewal":
            self.on("list", "expired")
            how["skip"] = 1
        elif step == "compare":
            path = self.kept_name
        elif step == "head":
            path = "(?<!%s)$" % self.kept_name
        return self.proxy(step).on(method, path, action, **how)

    def forget(self):
        """No rule any more, and nothing seen; whoever was away is back."""
        for proxy in (self.campus.val_proxy, self.campus.s3_proxy):
            proxy.forget()
            proxy.open()

    def count(self, step):
        _, method, path = STEPS[step]
        return len(self.proxy(step).requests(method, path))

    def findings(self):
        """Codes of what is open, but for the link that nobody wants here."""
        return [code for code, _ in self.severities()]

    def severities(self):
        """(code, severity) of the same."""
        return sorted({f[2:] for f in self.campus.findings() if f[2] != "link-pending"})

    # ---- the end

    def state(self):
        """Rows, objects and videos of this cell; its objects are what it ever asked to put."""
        videos = {i: v for i, v in self.campus.val.videos().items()
                  if i in self.videos or self.course.key in v[3]}
        rows = {k: v for k, v in self.campus.val.rows().items() if k[0] in videos}
        names = {path.partition("/" + LOCATION)[2] for method, path in self.campus.s3_proxy.ever
                 if method == "PUT"} | set(self.objects) | {row[0] for row in rows.values()}
        return rows, self.campus.s3.some(LOCATION, names), videos

    def wrong(self, whole=True):
        """What is not as it must be, as a text; "" when all is well.

        Without @whole: in the middle, where something may be lacking and nothing may be wrong."""
        out = []
        for word, got, want in zip(("rows", "objects", "videos"), self.state(),
                                   (self.rows, self.objects, self.videos)):
            for key in sorted(set(got) | set(want), key=str):
                if got.get(key) != want.get(key) and (whole or key in got):
                    out.append("%s: %s: %r instead of %r" % (word, key, got.get(key),
                                                             want.get(key)))
        if not whole:  # nobody may see a row without its object
            out += ["row without object: %s" % (k,) for k, v in self.state()[0].items()
                    if v[0] not in self.state()[1]]
        return "\n".join(out)

    def remove(self):
        self.campus.remove()
