"""SubRip to sjson as the platform does it."""
import json

from pysrt import SubRipFile


def convert(text):
    cues = SubRipFile.from_string(text, error_handling=SubRipFile.ERROR_RAISE)
    out = {"start": [], "end": [], "text": []}
    for cue in cues:
        out["start"].append(cue.start.ordinal)
        out["end"].append(cue.end.ordinal)
        out["text"].append(cue.text.replace("\n", " "))
    return json.dumps(out).encode("ascii")
