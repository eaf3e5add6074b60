#!/bin/sh
# JSON of the commands: each object has the names that programs read, all of them and in their order.
# Those of runs and of a comparison are in cli_runs.sh.
. "$(dirname "$0")/cli_lib.sh"
command -v python3 >/dev/null || { echo "skipped: no python3"; exit 77; }

"$program" --demo --demo-size 6 scan >/dev/null 2>err || { cat err; exit 99; }
mkdir olx && cp state/subferry/demo/courses/*.tar.gz olx/
cp state/subferry/demo/flag.db .
printf '[campus]\nname = m\nenvironment = test\nrelease = ginkgo\nstatus_db = m.db\n[source]\nkind = olx\npath = olx/*\n' >m.conf
printf '[val]\nkind = sqlite\npath = val.db\n[store]\nkind = directory\npath = store\n' >>m.conf
printf '[flag]\nkind = sqlite\npath = flag.db\n[engine]\nretry_delay = 50ms\n' >>m.conf

python3 - "$program" <<'PYTHON'
import json, os, shutil, subprocess, sys

COUNTERS = "expected in_val unknown extra differing errors warnings notices waived"
SUMMARY = "type mode run kind courses migrated failed paused videos registered expected in_val errors warnings interrupted"
NAMES = {
    "list": "type campus environment courses",
    "course": "type key name location status intent gone pass videos tried failed " + COUNTERS +
              " bytes problem begun changed verified level evidence stale flag",
    "failed_tasks": "type tasks",
    "findings": "type campus findings",
    "finding": "type course video language code severity text help seen waived reason who at",
    "finding of verify": "type course video language code severity text waived",
    "doctor": "type campus environment checks ok",
    "check": "type part ok text",
    "flag": "type campus environment kind global for_all courses",
    "course_flag": "type course effective own state evidence stale_on changed by note outcome text",
    "flag_boards": "type campus environment kind boards",
    "board": "type course green verdict state stale_on evidence at gates consequences",
    "gate": "type name color text",
    "tried": "type course video result registered text",
    "warning": "type looked gone text",
    "evidence": "type number state text level began at pass source_version source_assets expected in_val"
                " unknown extra differing errors warnings waived waivers stale stale_at",
    "summary of scan": "type found added gone back problems",
    "summary of dry run": SUMMARY.replace("registered", "registered untold"),
    "summary of migrate": SUMMARY,
    "summary of verify": "type level courses " + COUNTERS + " missing unread",
    "summary of why": "type course video language",
}
seen, wrong = set(), []


def look(value, of):
    if isinstance(value, dict):
        name = value.get("type", "none")
        name = f"{name} of {of}" if f"{name} of {of}" in NAMES else name
        if name in NAMES:
            seen.add(name)
            if list(value) != NAMES[name].split():
                wrong.append(f"{of}: {name}: {' '.join(value)}")
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        look(inner, of)


def run(status, of, *args):
    answer = subprocess.run([sys.argv[1], "-c", "m.conf", *args, "--json"], capture_output=True, text=True,
                            stdin=subprocess.DEVNULL)
    if answer.returncode != status:
        wrong.append(f"status {answer.returncode} instead of {status}: {args}: {answer.stderr}")
    try:
        objects = [json.loads(answer.stdout)]
    except ValueError:
        objects = [json.loads(line) for line in answer.stdout.splitlines()]
    for value in objects:
        look(value, of)
    return objects


run(0, "scan", "scan")
dry = run(1, "dry run", "migrate", "--all", "--dry-run")[-1]
mock = run(1, "migrate", "migrate", "--all")[-1]
assert (dry["mode"], dry["run"], dry["kind"]) == ("dry", 1, "dry"), dry
assert (mock["run"], mock["kind"], mock["untold"] if "untold" in mock else None) == (2, "mock", None), mock
courses = run(0, "list", "list")[0]["courses"]
good = next(c["key"] for c in courses if c["status"] == "Migrated" and not c["notices"])
run(0, "list", "list", "--failed-tasks")
run(1, "findings", "findings")
run(0, "doctor", "doctor")
run(1, "verify", "verify", "--all")
run(0, "why", "why", good)
run(0, "flag show", "flag", "show", "--all")
run(1, "flag board", "flag", "board", "--all")
on, = run(0, "flag on", "--word", good, "flag", "on", good)[0]["courses"]
assert (on["outcome"], on["state"], on["effective"], on["stale_on"]) == ("switched on", "on", "on", False), on
assert next(c["flag"] for c in run(0, "list", "list")[0]["courses"] if c["key"] == good) == "on"
off, = run(0, "flag off", "--word", good, "flag", "off", good)[0]["courses"]
assert (off["outcome"], off["state"], off["own"]) == ("switched off", "off", "off"), off
shutil.rmtree("store")
os.unlink("val.db")
run(1, "verify", "verify", good)
for of in NAMES.keys() - seen:
    wrong.append(f"never seen: {of}")
print("\n".join(f"FAILED: {line}" for line in wrong) or "ok")
sys.exit(bool(wrong))
PYTHON
