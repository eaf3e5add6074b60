"""Random and adversarial transcripts through the platform's own algorithm and through subferry.

The reference is what the platform runs: bytes decoded with utf-8-sig, pysrt 1.1.2 with
ERROR_RAISE, integer milliseconds, "\\n" in texts replaced by a space, json.dumps. For what is
not UTF-8, and for SJSON, it is the rule of subferry's own design written down a second time.
Accepted bytes must be equal; rejected blocks must be rejected at the same line.
"""
import json
import math
import random
import re
import struct
import subprocess
import sys

from pysrt import SubRipFile
from pysrt.srtexc import Error

BREAKS = ["\n", "\n", "\n", "\r\n", "\r", "\v", "\f", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029"]
SPACES = [" ", " ", "\t", "\x1f", "\xa0", "\u1680", "\u2003", "\u202f", "\u205f", "\u3000", "\x0b", "\x1c",
          "\u180e", "\u200b", "\ufeff"]
DIGITS = ["0", "1", "5", "9", "00", "07", "59", "500", "\u0663", "\u0967", "\uff11", "\U0001d7d8", "\xb2", "\u2167",
          "\u4e09", "1_0", "_1", "1_", "1__0", "+3", "-2", "--2", "+ 1", " 4 ", "\x1f4", "4\x1f", "\u30005", "1a", "a1",
          "", "0x1f", "1e3", "\0", "1\0", "9" * 12, "9" * 13, "9" * 18, "9" * 19, "-" + "9" * 25, "123456789" * 5,
          "-9223372036854", "\u0663_\u0664", "\u0663x", "\xa01\u2003", "1 2", "-0", "+", "-", "\u22121"]
MARKS = [":", ":", ",", ".", ";", "", ": ", "\uff1a"]
WORDS = ["word", "Hello, world", "<i>x</i>", "&amp;", "\"quoted\"", "back\\slash", "a/b", "tab\there", "\x00", "\x01\x1b[0m",
         "\x7f", "\x80", "\x9f", "caf\xe9", "\u4f60\u597d\u4e16\u754c", "\u0645\u0631\u062d\u0628\u0627",
         "\u0928\u092e\u0938\u094d\u0924\u0947", "\U0001f600", "\U0010ffff", "\ufffe", "\ud7ff", "\ue000", "{curly}", "42",
         "-->", "->", "--", "\u200b", "x" * 40, "long text " * 12, "\u0800", "\u07ff", "\uffff", "]]", "\u2027", "\u202a", "\x84",
         "\x86", "\xa1", "\xc2\x85"]


def some(rng, options, most=3):
    return "".join(rng.choice(options) for _ in range(rng.randrange(most + 1)))


def plain_time(rng):
    return "%02d:%02d:%02d,%03d" % (rng.randrange(30), rng.randrange(60), rng.randrange(60), rng.randrange(1000))


def odd_time(rng):
    if rng.random() < 0.15:
        return some(rng, DIGITS + MARKS, 6)
    if rng.random() < 0.004:
        return rng.choice(["%s:0:0,0", "0:0:0,%s", "0:%s:0.0"]) % rng.choice(
            ["1" * 4300, "1" * 4290, "1" * 4293, "1" * 4294, "1" * 4301, "0" * 4301, "-" + "1" * 4301, "+1_" + "2" * 4300,
             "7_" + "2" * 4300, "\u0661" * 4301, "1_" * 4300 + "1", "1_" * 4299 + "1", " " + "1" * 4301])
    parts = [rng.choice(DIGITS[:12] if rng.random() < 0.5 else DIGITS) for _ in range(4 if rng.random() < 0.93 else 3)]
    text = parts[0]
    for part in parts[1:]:
        text += (rng.choice(MARKS[:4]) if rng.random() < 0.95 else rng.choice(MARKS)) + part
    return text


def time(rng, oddness):
    return odd_time(rng) if rng.random() < oddness else plain_time(rng)


def times_line(rng, oddness):
    if rng.random() >= oddness:
        return "%s --> %s" % (time(rng, 0), time(rng, 0))
    arrow = rng.choice(["-->"] * 12 + ["->", "--->", "-->-->", "--> -->", "- ->", "\u2192"])
    line = some(rng, SPACES) + time(rng, oddness) + some(rng, SPACES) + arrow + some(rng, SPACES) + time(rng, oddness)
    if rng.random() < 0.3:
        line += rng.choice([" ", " ", "\t", "\u3000"]) + rng.choice(["X1:1 X2:2", "abc", "X1:1-->", "00:00:01,000", ""])
    return line + some(rng, SPACES, 2)


def block(rng, number, oddness, line_break):
    lines = []
    if rng.random() > oddness * 0.4:
        lines.append(str(number) if rng.random() > oddness else rng.choice(["", "x", " 7 ", "\ufeff1", "1" * 5000, "{1"]))
    if rng.random() < oddness * 0.05:
        lines.append("second")
    lines.append(times_line(rng, oddness))
    for _ in range(rng.choice([0, 1, 1, 1, 2, 2, 3])):
        text = "".join(rng.choice(WORDS) + rng.choice([" ", "", " "]) for _ in range(rng.randrange(1, 7)))
        lines.append(some(rng, SPACES, 1) + text + some(rng, SPACES, 2) if rng.random() < oddness else text)
    end = line_break if rng.random() > oddness * 0.3 else rng.choice(BREAKS)
    return end.join(lines) + end


def subrip(rng):
    oddness = rng.choice([0, 0, 0.02, 0.1, 0.4])
    line_break = rng.choice(BREAKS[:5] if rng.random() < 0.8 else BREAKS)
    text = some(rng, ["\ufeff", "\n", "\r\n", " \n", "\u3000\n"], 2)
    for number in range(rng.choice([0, 1, 1, 2, 3, 8, 20])):
        text += block(rng, number, oddness, line_break)
        text += line_break if rng.random() > oddness * 0.1 else some(rng, BREAKS + SPACES, 4)
    return text


def mutate(rng, text):
    pieces = BREAKS + SPACES + DIGITS + MARKS + WORDS
    for _ in range(rng.randrange(1, 4)):
        at = rng.randrange(len(text) + 1)
        kind = rng.randrange(4)
        if kind == 0:
            text = text[:at] + rng.choice(pieces) + text[at:]
        elif kind == 1:
            text = text[:at] + text[at + rng.randrange(1, 4):]
        elif kind == 2:
            text = text[:at]
        else:
            other = rng.randrange(len(text) + 1)
            text = text[:at] + text[min(at, other):max(at, other)] + text[at:]
    return text


def encode(rng, text):
    """Mostly UTF-8; the rest in every other way a file may be written, sometimes broken."""
    dice = rng.random()
    if dice < 0.8:
        data = text.encode("utf-8")
    elif dice < 0.88:
        data = text.encode(rng.choice(["cp1252", "latin-1"]), "replace")
    else:
        codec, bom = rng.choice([("utf-16-le", b"\xff\xfe"), ("utf-16-be", b"\xfe\xff"),
                                 ("utf-32-le", b"\xff\xfe\0\0"), ("utf-32-be", b"\0\0\xfe\xff")])
        data = bom + text.encode(codec)
    if rng.random() < 0.06 and data:
        at = rng.randrange(len(data))
        data = data[:at] + bytes([rng.choice([0, 0x80, 0x81, 0x92, 0xA0, 0xC0, 0xC2, 0xD8, 0xDC, 0xED, 0xFF])]) + data[at + rng.randrange(2):]
    if rng.random() < 0.1:
        data = b"\xef\xbb\xbf" + data
    return data


def number_text(rng):
    return rng.choice(["0", "-0", "1", "270", "2720.5", "1e3", "1E+2", "-1.5e-7", "1e308", "1e309", "-1e999", "1e-999", "01", ".5",
                       "1.", "+1", "0x10", "1e", "NaN", "Infinity", "-", "9" * 400, "9" * 308, "null", "true", "\"1\"", "[1]"]
                      if rng.random() < 0.2 else ["0", "270", "2720", "12.5", "1e3"])


def string_text(rng):
    if rng.random() < 0.1:
        return rng.choice(["null", "nul", "1", "\"\\x\"", "\"\\u12g4\"", "\"\\ud800\"", "\"\t\"", "\"a", "'a'", "{}", "\"\\u0000\""])
    return json.dumps(some(rng, WORDS, 4), ensure_ascii=rng.random() < 0.5)


def sjson(rng):
    keys = ["start", "end", "text"]
    rng.shuffle(keys)
    if rng.random() < 0.1:
        keys.append(rng.choice(keys))
    if rng.random() < 0.05:
        keys.pop(0)
    if rng.random() < 0.3:
        keys.insert(rng.randrange(len(keys) + 1), rng.choice(["speed", "starts", "st", "TEXT", "", "text\0"]))
    count = rng.choice([0, 1, 3, 10])
    members = []
    for key in keys:
        n = count if rng.random() > 0.05 else count + 1
        if key == "text":
            value = "[%s]" % ", ".join(string_text(rng) for _ in range(n))
        elif key in ("start", "end"):
            value = "[%s]" % ", ".join(number_text(rng) for _ in range(n))
        else:
            value = rng.choice(["1", "{\"a\": [1, {\"start\": []}], \"b\": {}}", "[[[]]]", "[1,]", "{1:2}", "[}", "1e999", "\"\\u00e9\""])
        if rng.random() < 0.1:
            name = "\"" + "".join("\\u%04x" % ord(c) if rng.random() < 0.5 else json.dumps(c)[1:-1] for c in key) + "\""
        else:
            name = json.dumps(key)
        members.append(name + rng.choice([":", ": ", " :\n"]) + value)
    text = rng.choice(["{", "{\n  ", " {"]) + rng.choice([", ", ",\n"]).join(members) + rng.choice(["}", "\n}", "}\n"])
    if rng.random() < 0.1:
        text += rng.choice([" x", "\0", "{}", "\u3000", ","])
    if rng.random() < 0.05:
        text = rng.choice(["\u3000", "\xa0", "\ufeff"]) + text
    return mutate(rng, text) if rng.random() < 0.2 else text


class Rejected(Exception):
    """line None: any line will do."""

    def __init__(self, line=None):
        super().__init__(line)
        self.line = line


class Number(str):
    pass


class Pairs(list):
    pass


def constant(_):
    raise ValueError


def check_sjson(text):
    try:
        top = json.loads(text, parse_int=Number, parse_float=Number, parse_constant=constant, object_pairs_hook=Pairs)
    except (ValueError, RecursionError):
        raise Rejected() from None
    if not isinstance(top, Pairs):
        raise Rejected()
    lengths = set()
    for key in ("start", "end", "text"):
        found = [value for name, value in top if name == key]
        if len(found) != 1 or not isinstance(found[0], list) or isinstance(found[0], Pairs):
            raise Rejected()
        lengths.add(len(found[0]))
        for value in found[0]:
            if key == "text":
                good = value is None or (isinstance(value, str) and not isinstance(value, Number))
            else:
                good = isinstance(value, Number) and math.isfinite(float(value))
            if not good:
                raise Rejected()
    if len(lengths) != 1:
        raise Rejected()


def decode(data):
    """(text, it is UTF-8)"""
    try:
        return data.decode("utf-8-sig"), True
    except UnicodeDecodeError:
        pass
    for bom, codec in ((b"\xff\xfe\0\0", "utf-32-le"), (b"\0\0\xfe\xff", "utf-32-be"), (b"\xff\xfe", "utf-16-le"),
                       (b"\xfe\xff", "utf-16-be"), (b"\xef\xbb\xbf", "utf-8")):
        if data.startswith(bom):
            try:
                return data[len(bom):].decode(codec), False
            except UnicodeDecodeError:
                raise Rejected(0) from None
    if any(0x80 <= c <= 0x9f for c in data):
        return "".join(bytes([c]).decode("latin-1" if c in b"\x81\x8d\x8f\x90\x9d" else "cp1252") for c in data), False
    return data.decode("latin-1"), False


def platform(text):
    try:
        subs = SubRipFile.from_string(text, error_handling=SubRipFile.ERROR_RAISE)
    except Error as error:
        index, source = error.args[0], error.args[-1]
        lines = text.splitlines(True)
        before = "".join(lines[:index - len(source.splitlines(True))])
        raise Rejected(1 + len(re.findall("\r\n|\r|\n", before))) from None
    except ValueError:      # Python's limit on the digits of integers
        raise Rejected() from None
    out = {"start": [], "end": [], "text": []}
    for sub in subs:
        out["start"].append(sub.start.ordinal)
        out["end"].append(sub.end.ordinal)
        out["text"].append(sub.text.replace("\n", " "))
    try:
        return json.dumps(out).encode("ascii")
    except ValueError:
        raise Rejected() from None


def expected(data):
    text, utf8 = decode(data)
    if text.lstrip().startswith("{"):
        if not utf8:
            raise Rejected()
        check_sjson(text)
        return data[3:] if data.startswith(b"\xef\xbb\xbf") else data
    return platform(text)


def make(rng):
    dice = rng.random()
    if dice < 0.2:
        return encode(rng, sjson(rng)) if rng.random() < 0.2 else sjson(rng).encode("utf-8")
    if dice < 0.25:
        return encode(rng, some(rng, BREAKS + SPACES + DIGITS + MARKS + WORDS, 30))
    text = subrip(rng)
    return encode(rng, mutate(rng, text) if rng.random() < 0.4 else text)


def read_answers(data):
    at = 0
    while at < len(data):
        (length,) = struct.unpack_from("<I", data, at)
        yield data[at + 4:at + 5], data[at + 5:at + 4 + length]
        at += 4 + length


def main():
    driver, count, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    rng = random.Random(seed)
    inputs = [make(rng) for _ in range(count)]
    feed = b"".join(struct.pack("<I", len(data)) + data for data in inputs)
    answers = list(read_answers(subprocess.run([driver], input=feed, stdout=subprocess.PIPE, check=True).stdout))
    assert len(answers) == count, "the driver answered %d of %d" % (len(answers), count)
    accepted = rejected = different = 0
    for data, (kind, got) in zip(inputs, answers):
        try:
            want = (b"A", expected(data))
            same = (kind, got) == want
            accepted += 1
        except Rejected as no:
            want = (b"R", no.line)
            same = kind == b"R" and (no.line is None or int(got.split(b" ", 1)[0]) == no.line)
            rejected += 1
        if not same:
            different += 1
            if different <= 5:
                print("input    %r\nplatform %r\nsubferry %r\n" % (data[:2000], want, (kind, got[:2000])))
    print("pysrt_differential: %d transcripts (seed %d): %d accepted, %d rejected by the reference, %d different"
          % (count, seed, accepted, rejected, different))
    sys.exit(1 if different else 0)


main()
