"""Declarations: YAML files of content that each say one thing of the house, as an indicator or a plan."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError


class Declaration(BaseModel):
    """Base of their schemas: what a schema does not know is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Source(Declaration):
    """The document that a declaration was taken from, and where in it."""

    document: str
    place: str = ""


class BadDeclaration(Exception):
    """A file does not fit its schema; the message names the file."""


Schema = TypeVar("Schema", bound=Declaration)


def read_declaration(path: Path, schema: type[Schema]) -> Schema:
    """The file's declaration; one that has a `code` bears it as its file's name. Raises BadDeclaration."""
    try:
        read = schema.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (yaml.YAMLError, ValidationError) as error:
        raise BadDeclaration(f"{path.name}: {error}") from error
    code = getattr(read, "code", path.stem)
    if code != path.stem:
        raise BadDeclaration(f"{path.name}: code {code!r} must be the file's name")
    return read
