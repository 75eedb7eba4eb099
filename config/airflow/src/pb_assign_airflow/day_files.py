"""The files that arrive for one day: those of a desk's configuration whose path holds `{as_of}`.

This reads paths and nothing else of a configuration. Whether it is a right one is for `pb-assign` to say.
"""

import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

AS_OF = "{as_of}"


class NoDayFilesError(ValueError):
    """A configuration that names no file of a day, or cannot be read."""


def of_configuration(config: Path, as_of: str, replaced: Mapping[str, Path] | None = None) -> list[Path]:
    """The day's files in the order of the configuration, absolute.

    Args:
        config: The desk's configuration, YAML or JSON.
        as_of: The date, YYYY-MM-DD, that stands for `{as_of}`.
        replaced: Files given to the run instead of configured ones, by their key: `trades`, `positions`.
    """
    try:
        document = yaml.safe_load(config.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise NoDayFilesError(f"cannot read {config}: {error}") from error
    replaced = replaced or {}
    files = [
        replaced[key] if key in replaced else config.parent / path.replace(AS_OF, as_of)
        for key, path in _paths(document)
        if key in replaced or AS_OF in path
    ]
    if not files:
        raise NoDayFilesError(f"no input of {config} has {AS_OF} in its path, so no file of a day can be waited for")
    return [Path(file).absolute() for file in files]


def _paths(document: object) -> Iterator[tuple[str, str]]:
    """Every input with its path: a text, or a mapping that has it as `path`."""
    root = _mapping(document)
    plan = _mapping(_mapping(root.get("objective")).get("keep")).get("plan")
    for key, value in [*_mapping(root.get("inputs")).items(), ("plan", plan)]:
        path = _mapping(value).get("path") if isinstance(value, Mapping) else value
        if isinstance(path, str):
            yield key, path


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def marker(file: Path, pattern: str) -> Path:
    """The file that says that another one is complete. `{name}` in the pattern is the other one's name."""
    return file.parent / pattern.replace("{name}", file.name)


Look = tuple[tuple[int, int] | None, ...]
"""Size and time of change of each file, None where it is not there: two equal looks mean that nothing grows."""


def look(files: list[Path], done_marker: str | None) -> Look:
    """How the files are now; a file without its marker counts as not there."""
    return tuple(_state(file, done_marker) for file in files)


def _state(file: Path, done_marker: str | None) -> tuple[int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    is_marked = done_marker is None or marker(file, done_marker).exists()
    return (found.st_size, found.st_mtime_ns) if stat.S_ISREG(found.st_mode) and is_marked else None


def missing(files: list[Path], seen: Look) -> list[Path]:
    """Those that are not there yet."""
    return [file for file, state in zip(files, seen, strict=True) if state is None]
