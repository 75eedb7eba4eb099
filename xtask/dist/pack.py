"""What is shipped besides the wheel, made from the wheel, so that all of it holds the same program: an archive, a bill
of materials, and checksums. The same wheel gives the same bytes (SOURCE_DATE_EPOCH is the time of what is in them)."""

import argparse
import gzip
import hashlib
import io
import json
import os
import re
import subprocess
import tarfile
import tempfile
import zipfile
from pathlib import Path

# Shell, and what its completion script is called.
COMPLETIONS = [("bash", "pb-assign.bash"), ("fish", "pb-assign.fish"), ("zsh", "_pb-assign")]
CHECKSUMS = "SHA256SUMS"


def main():
    arguments = parse()
    out = Path(arguments.out)
    with zipfile.ZipFile(arguments.wheel) as wheel:
        program = read(wheel, r"\.data/scripts/pb-assign$")
        bill = json.loads(read(wheel, r"\.dist-info/sboms/.*\.json$"))
    version = Path(arguments.wheel).name.split("-")[1]
    name = f"pb-assign-{version}-{arguments.target}"

    files = [("pb-assign", program, 0o755)]
    files += [(Path(document).name, Path(document).read_bytes(), 0o644) for document in arguments.documents]
    files += [(f"completions/{file}", text, 0o644) for file, text in completions(program)]
    (out / f"{name}.tar.gz").write_bytes(archive(name, files, time_of_contents()))

    bill = complete(bill, version, json.loads(arguments.carried))
    problem = invalid(json.dumps(bill))
    if problem:
        raise SystemExit(f"error: the bill of materials is not valid CycloneDX {bill['specVersion']}: {problem}")
    (out / f"{name}.cdx.json").write_text(json.dumps(bill, indent=2, sort_keys=True) + "\n")

    shipped = sorted(path for path in out.iterdir() if path.name != CHECKSUMS and path.is_file())
    (out / CHECKSUMS).write_text(checksums(shipped))


def parse():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--wheel", required=True)
    parser.add_argument("--target", required=True, help="the platform in rustc's words")
    parser.add_argument("--carried", required=True, help="libraries inside packages of other names, as JSON")
    parser.add_argument("--out", required=True)
    parser.add_argument("documents", nargs="*")
    return parser.parse_args()


def read(wheel, pattern):
    """The one file of a wheel with such a name."""
    names = [name for name in wheel.namelist() if re.search(pattern, name)]
    if len(names) != 1:
        raise SystemExit(f"error: the wheel has {len(names)} files like {pattern}")
    return wheel.read(names[0])


def completions(program):
    """The completion scripts, from the program itself."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "pb-assign"
        path.write_bytes(program)
        path.chmod(0o755)
        for shell, file in COMPLETIONS:
            yield file, subprocess.run([path, "completions", shell], check=True, stdout=subprocess.PIPE).stdout


def time_of_contents():
    return int(os.environ.get("SOURCE_DATE_EPOCH", "0"))


def archive(name, files, time):
    """A tar.gz with everything in one folder, owned by nobody in particular."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for path, content, mode in sorted(files):
            entry = tarfile.TarInfo(f"{name}/{path}")
            entry.size, entry.mode, entry.mtime = len(content), mode, time
            tar.addfile(entry, io.BytesIO(content))
    return gzip.compress(packed.getvalue(), 9, mtime=0)


def complete(bill, version, carried):
    """The bill as maturin wrote it, with what it cannot know, and without where on this machine the sources are."""
    text = re.sub(r"path\+file://[^\"#]*/([^/\"#]+)#", r"path+file:///\1#", json.dumps(bill))
    text = re.sub(r"(\?download_url=file:)[^\"#&]*", r"\1//.", text)
    bill = json.loads(text)
    program = bill["metadata"]["component"]
    program.update(name="pb-assign", version=version, type="application")
    # Sources inside packages of other names, so that a search for faults finds each under its own.
    for library in carried:
        component = {
            "type": "library",
            "bom-ref": library["purl"],
            "name": library["name"],
            "version": library["version"],
            "scope": "required",
            "licenses": [{"license": {"id": library["license"]}}],
            "purl": library["purl"],
        }
        bill["components"].append(component)
        bill["dependencies"].append({"ref": component["bom-ref"], "dependsOn": []})
        holder = f"{library['package']}@"
        for dependency in bill["dependencies"]:
            if f"#{holder}" in dependency["ref"] or f"/{holder}" in dependency["ref"]:
                dependency["dependsOn"] = sorted([*dependency.get("dependsOn", []), component["bom-ref"]])
    return bill


def invalid(text):
    """What is wrong with a bill of materials by the schema of its version, or nothing."""
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    version = SchemaVersion.from_version(json.loads(text)["specVersion"])
    return JsonStrictValidator(version).validate_str(text)


def checksums(paths):
    """In the form that `sha256sum --check` reads."""
    return "".join(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in paths)


if __name__ == "__main__":
    main()
