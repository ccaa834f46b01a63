"""Builders: small content sets in a folder of their own."""

from pathlib import Path

from soyte.kernel.content.manifest import FoundSet, found_sets

MANIFEST = """code: {code}
title: Khoa
target: codes
file: {code}.csv
versions:
  current:
    document: QĐ 1/QĐ-BYT
    valid_from: 2020-01-01
    state: official
"""


def write_set(root: Path, rows: str, *, code: str = "ward", manifest: str = MANIFEST) -> Path:
    """A package folder `soyte` under `root` with one set in kernel/codes/content; gives the package's path."""
    package = root / "soyte"
    folder = package / "kernel" / "codes" / "content"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{code}.yaml").write_text(manifest.format(code=code), encoding="utf-8")
    (folder / f"{code}.csv").write_text(rows, encoding="utf-8")
    return package


def set_of(package: Path, code: str = "ward") -> FoundSet:
    found_sets.cache_clear()
    return found_sets(package)[code]
