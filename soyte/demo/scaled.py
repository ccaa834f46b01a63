"""Population and planned beds of the demo's size, so that rates look like a province's; marked as invented."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from django.db import transaction

from soyte.demo.province import frame, people
from soyte.demo.province.generate import Province
from soyte.kernel.actors import Machine
from soyte.kernel.content.manifest import found_set
from soyte.kernel.content.rows import TextRow, read_texts
from soyte.kernel.content.services import apply_upload, upload_days
from soyte.kernel.organisations.models import Unit
from soyte.kernel.organisations.services import correct_unit
from soyte.kernel.places.models import Population, State

ILLUSTRATIVE = "Dữ liệu minh hoạ, không phải số thật"
ACTOR = Machine("soyte demo")
SMALL = 50  # facilities with fewer beds than this have none in a province of the demo's size


@transaction.atomic
def load(province: Province) -> None:
    """Put the demo's figures in place of the real ones; a second call changes nothing."""
    if not upload_days("population"):
        source = f"{ILLUSTRATIVE}: quy mô {province.people} người"
        apply_upload(
            "population",
            _population(province),
            province.start,
            source,
            filename="population.csv",
            uploaded_by=ACTOR.text,
        )
        Population.objects.filter(source=source).update(state=State.REVIEW)  # an upload passes for official otherwise
    _scale_units(province)


def _population(province: Province) -> list[TextRow]:
    """The synthetic people by commune, on the map before and since the merger; nobody in the province's other communes."""
    population = people.population(people.Maker(province.seed), size=province.people, on=province.start)
    counts: Counter[tuple[str, str]] = Counter()
    for day in (frame.MERGER - timedelta(days=1), frame.MERGER):
        counts.update((frame.address(person.home.commune, day).commune_code, f"{day}") for person in population)
    rows = {(row["place_code"], row["as_of"]): row["version"] for row in _shipped("population")}
    version = next(iter(found_set("population").manifest.versions))
    rows |= {place: version for place in counts if place not in rows}
    return [
        TextRow(line, {"version": rows[place], "place_code": place[0], "as_of": place[1], "people": str(counts[place])})
        for line, place in enumerate(sorted(rows), 2)
    ]


def _shipped(code: str) -> list[dict[str, str]]:
    return [text.cells for text in read_texts(found_set(code).rows_path)]


def _beds(beds: int, share: float) -> int:
    return max(1, round(beds * share)) if beds >= SMALL else 0


def _scale_units(province: Province) -> None:
    """Beds of the demo's size, and the invented software that each facility's files come from."""
    share = province.people / sum(commune.people for commune in frame.communes())
    shipped = {row["code"]: int(row["beds"] or 0) for row in _shipped("facilities")}
    for unit in Unit.objects.filter(facility_code__in=list(shipped), valid_to=None).order_by("pk"):
        code = str(unit.facility_code)
        treating = frame.facilities().get(code)
        facts = {"beds": _beds(shipped[code], share), "software": treating.vendor.name if treating else unit.software}
        if (unit.beds, unit.software) != (facts["beds"], facts["software"]):
            correct_unit(ACTOR, unit, **facts)
