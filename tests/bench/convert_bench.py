"""Times pysrt 1.1.2 plus json, and subferry, on the same generated SubRip files of about 12 kB.

Both work in memory on one core, after a round that warms up, and count CPU time; the fastest of
some rounds counts for either. What they make must be the same bytes.
"""
import hashlib
import os
import random
import subprocess
import sys
import time

sys.dont_write_bytecode = True

# pylint: disable=wrong-import-position
from pysrt_way import convert

TARGET = 30
ROUNDS = 3
SCRIPTS = {     # a word's letters, and how many files of ten are of this kind
    "English": ("abcdefghijklmnopqrstuvwxyz", 6),
    "French": ("abcdefghilmnopqrstuv" * 6 + "éèêàçô", 1),
    "Chinese": ("的一是不了人我在有他这中大来上国和说们为", 1),
    "Arabic": ("ابتثجحخدذرزسشصضطظعغفقكلمنهوي", 1),
    "Hindi": ("कखगघचछजझटठडढणतथदधनपफबभमयरलवशषसह", 1),
}


def stamp(ms):
    return "%02d:%02d:%02d,%03d" % (ms // 3600000, ms // 60000 % 60, ms // 1000 % 60, ms % 1000)


def words(rng, letters, length):
    out = []
    while length > 0:
        word = "".join(rng.choice(letters) for _ in range(rng.randrange(2, 9)))
        out.append(word)
        length -= len(word.encode()) + 1
    return " ".join(out)


def subrip(rng, letters, size):
    blocks, total, now, number = [], 0, 0, 1
    while total < size:
        end = now + rng.randrange(800, 5000)
        lines = "\n".join(words(rng, letters, rng.randrange(15, 60)) for _ in range(rng.choice([1, 2, 2])))
        text = "%d\n%s --> %s\n%s\n" % (number, stamp(now), stamp(end), lines)
        blocks.append(text)
        total += len(text.encode()) + 1
        now, number = end, number + 1
    return "\n".join(blocks).encode("utf-8")


def main():
    driver, scratch, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
    rng = random.Random(12)
    kinds = [letters for letters, share in SCRIPTS.values() for _ in range(share)]
    files, paths = [], []
    for i in range(count):
        files.append(subrip(rng, kinds[i % len(kinds)], rng.randrange(4000, 20000)))
        paths.append(os.path.join(scratch, "%06d.srt" % i))
        with open(paths[-1], "wb") as out:
            out.write(files[-1])
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})     # the driver inherits it
    digest = hashlib.sha256(b"".join(convert(data.decode("utf-8-sig")) for data in files)).hexdigest()
    theirs = None
    for _ in range(ROUNDS):
        begin = time.process_time()
        for data in files:
            convert(data.decode("utf-8-sig"))
        seconds = time.process_time() - begin
        theirs = seconds if theirs is None else min(theirs, seconds)
    ours, hexed = subprocess.run([driver, str(ROUNDS * 10), *paths], stdout=subprocess.PIPE, check=True,
                                 text=True).stdout.split()
    ours = float(ours)
    if hexed != digest:
        print("convert_bench: the two made different bytes")
        sys.exit(1)
    size = sum(map(len, files))
    print("convert_bench: %d files, %.1f kB on average, one core" % (count, size / count / 1000))
    print("  pysrt 1.1.2 + json  %8.1f us a file  %7.1f MB/s" % (theirs / count * 1e6, size / theirs / 1e6))
    print("  subferry            %8.1f us a file  %7.1f MB/s" % (ours / count * 1e6, size / ours / 1e6))
    print("  ratio               %8.0f  (wanted: at least %d)" % (theirs / ours, TARGET))
    sys.exit(0 if theirs / ours >= TARGET else 1)


main()
