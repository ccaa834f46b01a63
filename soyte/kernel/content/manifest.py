"""Manifests of content sets: which rows, from which document, valid when, for which target. No Django, no database.

A set is a YAML file `content/<code>.yaml` of any room, beside it a CSV file with the rows:

    code: visit_kind
    title: Loại hình khám bệnh, chữa bệnh (MA_LOAI_KCB)
    target: codes                    # where the rows go: a name registered in some room's content_targets.py
    file: visit_kind.csv
    schema: VisitKindRow             # a class of the room's content_schemas.py; the target's own schema when absent
    versions:                        # a row names its version in the column `version` (needed only if there are several)
      qd_824:
        document: QĐ 824/QĐ-BYT năm 2023, phụ lục 1
        valid_from: 2023-02-15
        valid_to: 2026-08-01         # the first day on which it is no longer in force
        state: official              # or review: not checked against the official text, so it only warns
        verified: how far the rows were compared with the document

A row may have valid_from, valid_to, state and verified of its own. An empty date is open.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from soyte.kernel.content.faults import ContentError, Fault, schema_faults

PACKAGE = Path(__file__).resolve().parents[2]
_FOLDERS = ("*/*/content", "*/*/*/content")

State = Literal["official", "review"]

_CODE = re.compile(r"[a-z][a-z0-9_]{0,63}")


class Version(BaseModel):
    """One generation of a set: a document and its time."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    document: Annotated[str, Field(min_length=1)]
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    state: State
    verified: str = ""

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Version:
        if self.valid_from and self.valid_to and self.valid_to <= self.valid_from:
            raise ValueError("dates.order")
        return self


class Manifest(BaseModel):
    """What a set says of itself. `review_from`: from this day the document has a successor that we do not hold, so that
    the rows are shown as waiting for review. `headings`: the columns' names for people, also read in uploaded files."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    code: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    title: Annotated[str, Field(min_length=1)]
    target: Annotated[str, Field(min_length=1)]
    file: Annotated[str, Field(pattern=r"^[a-z0-9_]+\.csv$")]
    row_schema: Annotated[str, Field(alias="schema")] = ""
    review_from: dt.date | None = None
    headings: dict[str, str] = {}
    licence: str = ""
    versions: Annotated[dict[str, Version], Field(min_length=1)]

    @property
    def state(self) -> State:
        """`review` if any version is, or if the document has been replaced."""
        waiting = self.review_from is not None or any(v.state == "review" for v in self.versions.values())
        return "review" if waiting else "official"


class FoundSet(BaseModel):
    """A manifest and where it stands: `room` is the dotted package whose content it is."""

    model_config = ConfigDict(frozen=True)

    manifest: Manifest
    path: Path
    room: str

    @property
    def code(self) -> str:
        return self.manifest.code

    @property
    def rows_path(self) -> Path:
        return self.path.with_name(self.manifest.file)


def shown(path: Path) -> str:
    """The path as a person reads it: from the folder of the package."""
    return str(path.relative_to(PACKAGE.parent)) if path.is_relative_to(PACKAGE.parent) else str(path)


def content_folders(package: Path = PACKAGE) -> list[Path]:
    return sorted(folder for pattern in _FOLDERS for folder in package.glob(pattern) if folder.is_dir())


def _read_yaml(path: Path) -> tuple[Any, yaml.Node | None]:
    text = path.read_text(encoding="utf-8")
    try:
        return yaml.load(text, Loader=yaml.CSafeLoader), yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise ContentError([Fault(shown(path), line, "", "yaml", "", {"problem": str(error.problem)})]) from error


def _line_of(node: yaml.Node | None, place: str) -> int:
    """The line of a dotted place in a YAML text; that of the nearest enclosing key where the place itself is absent."""
    line = 1
    for part in place.split("."):
        if not isinstance(node, yaml.MappingNode):
            break
        match = next((pair for pair in node.value if str(pair[0].value) == part), None)
        if match is None:
            break
        line, node = match[0].start_mark.line + 1, match[1]
    return line


def read_yaml(path: Path, schema: type[BaseModel]) -> Any:
    """The file as an instance of `schema`. Raises ContentError with the line of every fault."""
    values, tree = _read_yaml(path)
    try:
        return schema.model_validate(values)
    except ValidationError as error:
        faults = schema_faults(error, path=shown(path), line=0)
        raise ContentError(
            [Fault(f.path, _line_of(tree, f.field), f.field, f.code, f.value, f.params) for f in faults]
        ) from error


def _is_manifest(path: Path) -> bool:
    """Rooms keep other YAML files too; a set's manifest is the one with rows beside it, or that names a target."""
    if path.with_suffix(".csv").exists():
        return True
    return any(line.startswith("target:") for line in path.read_text(encoding="utf-8").splitlines())


def _read(path: Path, package: Path) -> FoundSet:
    manifest = read_yaml(path, Manifest)
    if manifest.code != path.stem:
        raise ContentError([Fault(shown(path), 1, "code", "manifest.name", manifest.code, {"wanted": path.stem})])
    room = ".".join((package.name, *path.parent.parent.relative_to(package).parts))
    return FoundSet(manifest=manifest, path=path, room=room)


def manifest_paths(package: Path = PACKAGE) -> Iterator[Path]:
    for folder in content_folders(package):
        yield from (path for path in sorted(folder.glob("*.yaml")) if _is_manifest(path))


@lru_cache(maxsize=4)
def found_sets(package: Path = PACKAGE) -> dict[str, FoundSet]:
    """Every set by its code. Raises ContentError with all faults of all manifests, or if two sets share a code."""
    found: dict[str, FoundSet] = {}
    faults: list[Fault] = []
    for path in manifest_paths(package):
        try:
            one = _read(path, package)
        except ContentError as error:
            faults += error.faults
            continue
        if one.code in found:
            faults.append(
                Fault(shown(path), 1, "code", "manifest.twice", one.code, {"other": shown(found[one.code].path)})
            )
        found[one.code] = one
    if faults:
        raise ContentError(faults)
    return found


def found_set(code: str) -> FoundSet:
    """The set of this code, reading its manifest alone. Raises KeyError if no room has it."""
    if not _CODE.fullmatch(code):  # it comes from an address, and becomes a file's name
        raise KeyError(code)
    for pattern in _FOLDERS:
        for path in PACKAGE.glob(f"{pattern}/{code}.yaml"):
            if _is_manifest(path):
                return _read(path, PACKAGE)
    raise KeyError(code)
