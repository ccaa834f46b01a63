"""Declarations: YAML files of content that each say one thing of the house, as an indicator or a plan."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeVar, cast

import yaml
from django.utils.translation import gettext_lazy, override
from pydantic import AfterValidator, BaseModel, ConfigDict, PlainSerializer, ValidationError


def _shown(text: str) -> str:
    return cast(str, gettext_lazy(text)) if text else text


def _written(text: str) -> str:
    with override(None):
        return str(text)


# A text of a declaration as pages show it: Vietnamese in the file, in the reader's language wherever it is rendered,
# as the file has it wherever the declaration is written down.
Shown = Annotated[str, AfterValidator(_shown), PlainSerializer(_written)]


class Declaration(BaseModel):
    """Base of their schemas: what a schema does not know is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Source(Declaration):
    """The document that a declaration was taken from, and where in it."""

    document: Shown
    place: Shown = ""


class BadDeclaration(Exception):
    """A file does not fit its schema; the message names the file."""


Schema = TypeVar("Schema", bound=Declaration)


def read_declaration(path: Path, schema: type[Schema]) -> Schema:
    """The file's declaration; one that has a `code` bears it as its file's name. Raises BadDeclaration."""
    try:
        read = schema.model_validate(yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader))
    except (yaml.YAMLError, ValidationError) as error:
        raise BadDeclaration(f"{path.name}: {error}") from error
    code = getattr(read, "code", path.stem)
    if code != path.stem:
        raise BadDeclaration(f"{path.name}: code {code!r} must be the file's name")
    return read
