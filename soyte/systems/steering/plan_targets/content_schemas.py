"""Shape of the plan files: `content/plans/*.yaml`, one plan each, and `content/systems/*.yaml`."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import Field, model_validator

from soyte.kernel.content.declarations import Declaration, Shown, Source


class Period(Declaration):
    """Both days included."""

    from_: date = Field(alias="from")
    to: date


class Goal(Declaration):
    """What the plan promises: a share in percent, a number of things, or that something exists."""

    kind: Literal["at_least", "more_than", "count", "yes"]
    percent: Decimal | None = None
    number: int | None = None

    @model_validator(mode="after")
    def _figure_fits_kind(self) -> Goal:
        if (self.percent is not None) != (self.kind in ("at_least", "more_than")):
            raise ValueError("percent stands with at_least and more_than only")
        if (self.number is not None) != (self.kind == "count"):
            raise ValueError("number stands with count only")
        return self


class Part(Declaration):
    """One line of a target's checklist: measured, or waiting for the systems that will measure it."""

    title: Shown
    measure: str = ""
    systems: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _has_source(self) -> Part:
        if not self.measure and not self.systems:
            raise ValueError("a part names its measure or the systems it waits for")
        return self


class Target(Declaration):
    """One target: its sentence, its formula, where its figure comes from. Without a measure it waits for its systems."""

    id: str = Field(pattern=r"^[A-Z]\d+[a-z]?$")
    section: str
    title: Shown
    goal: Goal
    numerator: Shown
    denominator: Shown = ""
    exclusions: Shown = ""
    rows: Shown
    systems: tuple[str, ...]
    evidence: Shown
    owner: Shown
    measure: str = ""
    parts: tuple[Part, ...] = ()
    waits_for: tuple[str, ...] = ()  # of `systems`, where not all of them are missing
    note: Shown = ""


class Task(Declaration):
    seed: str
    title: Shown
    systems: tuple[str, ...]
    seen: Shown


class Plan(Declaration):
    code: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: Shown
    source: Source
    state: Literal["official", "review"]
    period: Period
    sections: dict[str, Shown]
    bases: tuple[str, ...] = ()
    targets: tuple[Target, ...]
    tasks: tuple[Task, ...] = ()

    @model_validator(mode="after")
    def _targets_fit(self) -> Plan:
        ids = [target.id for target in self.targets]
        if len(ids) != len(set(ids)):
            raise ValueError("a target's id stands twice")
        if lost := {target.section for target in self.targets} - set(self.sections):
            raise ValueError(f"no such section: {sorted(lost)}")
        return self

    def target(self, id_: str) -> Target | None:
        return next((target for target in self.targets if target.id == id_), None)

    def over(self, day: date) -> bool:
        return day > self.period.to


class PlanSystem(Declaration):
    """A system as plans name it; `room` is the label of the system of ours that is it, or is a part of it."""

    title: Shown
    room: str = ""
    partial: bool = False


class SystemsFile(Declaration):
    source: Source
    systems: dict[str, PlanSystem]
