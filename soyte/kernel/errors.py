"""Errors that a user can mend. Every other exception is a fault of ours: logged whole, shown as a number."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, ClassVar

from django.db import IntegrityError, transaction

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


class DomainError(Exception):
    """A refusal with a stable `code` (for tests and programs) and a Vietnamese sentence (for people).

    A subclass gives `code` and `message`; the message names its facts as %(name)s:

        class UnitEnded(DomainError):
            code = "organisations.unit_ended"
            message = _("Đơn vị %(name)s đã kết thúc ngày %(on)s.")

        raise UnitEnded(name=unit.name, on=unit.valid_to)
    """

    code: ClassVar[str]
    message: ClassVar[str | _StrPromise]

    def __init__(self, **facts: object) -> None:
        super().__init__(self.code)
        self.facts = facts

    def __str__(self) -> str:
        return str(self.message) % self.facts if self.facts else str(self.message)


@contextmanager
def refusing(**errors: DomainError) -> Iterator[None]:
    """Turn a broken constraint into the error that its name stands for: refusing(unit_name_once=NameTaken(...)).

    The block is a savepoint, so the transaction around it goes on.
    """
    try:
        with transaction.atomic():
            yield
    except IntegrityError as broken:
        diagnosis = getattr(broken.__cause__, "diag", None)
        error = errors.get(getattr(diagnosis, "constraint_name", None) or "")
        if error is None:
            raise
        raise error from broken
