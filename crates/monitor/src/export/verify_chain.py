"""Checks an export of the ledger, in its folder: python3 verify_chain.py [HASH], a hash that was kept elsewhere.

Nothing is believed but ledger.jsonl, whose lines hang together by their hashes: the files of each run are hashed here, each
against its own entry, and every table is made again from the entries. SHA256SUMS and README.txt are not looked at.
"""
import csv, hashlib, json, os, re, sys, unicodedata

ZEROS = "0" * 64
RUN_COLUMNS = """entry event as_of recorded_at actor host run_id status reason exit engine solver objective bound gap
certified_gap trades accounts assigned breaches warnings fallbacks problems repeats_entry folder hash""".split()
FILE_COLUMNS = ["entry", "file", "path_then", "sha256", "state"]
findings = []


def read(path):
    with open(path, "rb") as file:
        return file.read()


def parsed(text):
    def members(pairs):
        if len({name for name, _ in pairs}) < len(pairs):
            raise ValueError("a member stands twice")
        return dict(pairs)

    return json.loads(text, object_pairs_hook=members)


def entries_of(text):
    """The entries; the end of the program where one does not follow from the line before it."""
    entries = []
    lines = text.decode().split("\n")
    if lines.pop():
        sys.exit("the last line of ledger.jsonl was not finished")
    for line in lines:
        entry = parsed(line)
        seq, stated, previous = entry["seq"], entry["hash"], entry["previous"]
        # A line is in the canonical form of RFC 8785: without this member it is the canonical form of the rest.
        content = line.replace(f'"hash":"{stated}",', "", 1)
        is_next = seq == entries[-1]["seq"] + 1 and previous == entries[-1]["hash"] if entries else seq > 0
        if not is_next or hashlib.sha256((previous + content).encode()).hexdigest() != stated:
            sys.exit(f"entry {seq} does not hold")
        is_start = seq == 1 if previous == ZEROS else seq > 1 and re.fullmatch("[0-9a-f]{64}", previous)
        if not is_start or entry["schema"] != "pb-assign/ledger/1":
            sys.exit(f"entry {seq} is none of a ledger of this form")
        entries.append(entry)
    return entries


def plain_name(path):
    """The name of a file without its folders; what a file system could stumble over is an underline."""
    name = path.replace("\\", "/").split("/")[-1]
    name = "".join("_" if unicodedata.category(c) == "Cc" or c in '<>:"|?*' else c for c in name)
    return name if name.strip(".") else "file"


def laid_out(run):
    """Each file of a run with its path in the folder of the run; of two with one name the later has a number before it."""
    taken = set()
    config = [run["config"]] if run["config"] else []
    for part, files in [("config", config), ("inputs", run["inputs"]), ("outputs", run["outputs"])]:
        for number, file in enumerate(files, 1):
            name = plain_name(file["path"])
            path = f"{part}/{name}"
            while path.lower() in taken:
                path = f"{part}/{number}-{name}"
                number += 1
            taken.add(path.lower())
            yield path, file


def cell(value):
    """A text that a spreadsheet shows and never runs."""
    return f"'{value}" if value.startswith(tuple("=+-@\t\r\n＝＋－＠")) else value


def run_row(entry):
    run = entry if entry["event"] == "run" else {}
    objective, counts = run.get("objective") or {}, run.get("counts", {})
    names = ["trades", "accounts", "assigned", "breaches", "warnings"]
    row = [entry["seq"], entry["event"], entry.get("as_of"), entry["time"], cell(entry["actor"]), cell(entry["host"])]
    row += [entry.get("run_id"), cell(run.get("status", "")), cell(run.get("reason", "")), run.get("exit")]
    row += [cell(run.get("engine", "")), cell(run.get("solver", ""))]
    row += [objective.get(name) for name in ["value", "bound", "gap", "certified_gap"]]
    row += [counts.get(name) for name in names]
    row += [cell("; ".join(run.get("fallbacks", []))), run.get("problem_count"), entry.get("of")]
    row += [f"runs/{entry['seq']:06}" if run else None, entry["hash"]]
    return ["" if value is None else str(value) for value in row]


def check_table(path, columns, rows):
    try:
        with open(path, encoding="utf-8", newline="") as file:
            table = list(csv.reader(file, strict=True))
    except (OSError, ValueError, csv.Error):
        table = None
    if table != [columns] + rows:
        findings.append(f"{path} does not follow from ledger.jsonl")


def check_entry(path, entry):
    expected = {name: value for name, value in entry.items() if name not in ("seq", "previous", "hash")}
    try:
        # As text, in which 1, 1.0 and true differ.
        is_same = json.dumps(parsed(read(path)), sort_keys=True) == json.dumps(expected, sort_keys=True)
    except (OSError, ValueError):
        is_same = False
    if not is_same:
        findings.append(f"{path} does not follow from ledger.jsonl")


def check_files(entries):
    """Every file of the runs against its own entry; the paths that belong here, and the rows of files.csv."""
    paths, rows = [], []
    for entry in entries:
        folder = f"runs/{entry['seq']:06}"
        if entry["event"] != "run":
            continue
        check_entry(f"{folder}/entry.json", entry)
        paths.append(f"{folder}/entry.json")
        for path, file in laid_out(entry):
            path, then = f"{folder}/{path}", cell(file["path"])
            is_here = os.path.isfile(path)
            if not is_here:
                findings.append(f"entry {entry['seq']}: {path} is not here")
            elif hashlib.sha256(read(path)).hexdigest() != file["sha256"]:
                findings.append(f"entry {entry['seq']}: {path} is not what it was")
            paths.append(path)
            rows.append([str(entry["seq"]), path, then, file["sha256"], "here" if is_here else "lost"])
    return paths, rows


def check_nothing_else(paths):
    """That nothing lies here besides these: a copy of what was there before would look like evidence."""
    folders = {"/".join(path.split("/")[:depth]) for path in paths for depth in range(1, path.count("/") + 1)}
    known = folders.union(paths)
    for at, below, files in os.walk("."):
        for name in below + files:
            path = os.path.relpath(os.path.join(at, name)).replace(os.sep, "/")
            if path not in known or os.path.islink(path):
                findings.append(f"{path} does not belong to the export")


entries = entries_of(read("ledger.jsonl"))
span = parsed(read("span.json"))
if sorted(span) != ["from", "to"] or not all(re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", str(day)) for day in span.values()):
    sys.exit("span.json does not have two days")
about = [entry for entry in entries if span["from"] <= (entry.get("as_of") or entry["time"][:10]) <= span["to"]]
if entries and (not about or about[0] is not entries[0] or about[-1] is not entries[-1]):
    findings.append("the first and the last line of ledger.jsonl are not both about the days in span.json")
paths, rows = check_files(about)
fixed = ["README.txt", "SHA256SUMS", "files.csv", "ledger.jsonl", "runs.csv", "span.json", "verify_chain.py"]
check_nothing_else(paths + fixed)
check_table("runs.csv", RUN_COLUMNS, [run_row(entry) for entry in about])
check_table("files.csv", FILE_COLUMNS, rows)
hashes = [entry["hash"] for entry in entries]
wanted = [argument.strip().lower() for argument in sys.argv[1:]]
findings += [f"no entry has the hash {wanted}" for wanted in wanted if wanted not in hashes]
if findings:
    sys.exit("\n".join(findings))
runs = sum(entry["event"] == "run" for entry in about)
print(f"days                        {span['from']} to {span['to']}")
print(f"entries about these days    {len(about)}, of which runs: {runs}, with files: {len(rows)}")
print(f"lines that hang together    {len(entries)}" + (f", {entries[0]['seq']} to {entries[-1]['seq']}" if entries else ""))
print(f"hash before the first line  {entries[0]['previous'] if entries else 'none'}")
print(f"hash of the last line       {hashes[-1] if entries else 'none'}")
