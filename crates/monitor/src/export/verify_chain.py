"""Checks the lines of ledger.jsonl: python3 verify_chain.py [HASH], a hash that was kept elsewhere and must be among them."""
import hashlib, json, os, sys

digests = {line.split()[0] for line in open("SHA256SUMS", encoding="utf-8")}
hashes = []
for line in open("ledger.jsonl", encoding="utf-8", newline="\n"):
    entry = json.loads(line)
    stated = entry["hash"]
    # A line is in the canonical form of RFC 8785: without this member it is the canonical form of the rest.
    hashed = line.rstrip("\n").replace(f'"hash":"{stated}",', "", 1)
    is_next = not hashes or entry["previous"] == hashes[-1]
    if not is_next or hashlib.sha256((entry["previous"] + hashed).encode()).hexdigest() != stated:
        sys.exit(f"entry {entry['seq']} does not hold")
    hashes.append(stated)
    if os.path.isdir(f"runs/{entry['seq']:06}"):
        for file in [entry["config"] or {}] + entry["inputs"] + entry["outputs"]:
            if file and file["sha256"] not in digests:
                sys.exit(f"entry {entry['seq']}: {file['path']} is not in this folder as it was")
if sys.argv[1:] and sys.argv[1] not in hashes:
    sys.exit(f"no entry has the hash {sys.argv[1]}")
print(f"{len(hashes)} entries hang together; the last has the hash {hashes[-1] if hashes else 'none'}")
