import datetime as dt

import pytest
from pydantic import ValidationError

from soyte.kernel.actors import Machine
from soyte.kernel.content.rows import TextRow
from soyte.kernel.content.services import apply_upload, load_all, plan_upload
from soyte.kernel.organisations import selectors, services
from soyte.kernel.organisations.content_schemas import FacilityRow
from soyte.kernel.organisations.models import Unit, UnitName

MACHINE = Machine("test")
SINCE = dt.date(2026, 9, 1)
TODAY = dt.date(2026, 11, 1)


def load():
    load_all(only="departments", today=TODAY)
    return load_all(only="facilities", today=TODAY)[0].changes.counts()


def listed(*rows):
    return [
        TextRow(number, {"version": "known", "kind": "hospital_general"} | row) for number, row in enumerate(rows, 2)
    ]


def upload(*rows, since=SINCE):
    return apply_upload("facilities", listed(*rows), since, "QĐ 1", filename="a.xlsx", uploaded_by="qtv")


@pytest.mark.django_db
def test_the_shipped_lists_load_once_and_hang_together():
    counts = load()
    assert counts["new"] > 100
    assert load()["new"] == 0
    department = selectors.departments(TODAY).get()
    assert department.name == "Sở Y tế"
    assert selectors.descendants([department.pk]) == set(Unit.objects.values_list("pk", flat=True))
    hospital = selectors.facility("70001", TODAY)
    assert (hospital.kind, hospital.parent, hospital.origin, hospital.state) == (
        "hospital",
        department,
        "file",
        "review",
    )
    assert selectors.name_on(hospital, dt.date(2025, 6, 30)) == "Bệnh viện Đa khoa tỉnh Bình Phước"
    assert selectors.name_on(hospital, dt.date(2025, 7, 1)) == hospital.name == "Bệnh viện Đa khoa Bình Phước"
    assert not selectors.units_to_review().exists()
    assert selectors.open_facilities(SINCE, TODAY).count() > 100


@pytest.mark.django_db
def test_a_facility_known_from_its_files_becomes_the_listed_one():
    review = services.ensure_facilities(["70001"], dt.date(2024, 1, 1))["70001"]
    counts = load()
    unit = selectors.facility("70001", TODAY)
    assert (unit.pk, counts["changed"], unit.origin) == (review, 1, "file")
    assert unit.parent == selectors.departments(TODAY).get()


@pytest.mark.django_db
def test_an_uploaded_list_is_the_whole_list_from_its_day_on():
    load()
    kept = selectors.facility("70001", TODAY)
    gone = selectors.facility("70801", TODAY)
    by_file = services.ensure_facilities(["79999"], TODAY)["79999"]
    rows = ({"code": "70001", "name": "Bệnh viện Đa khoa Bình Phước số 1"}, {"code": "75111", "name": "Bệnh viện mới"})
    plan = plan_upload("facilities", listed(*rows), SINCE, "QĐ 1")
    assert (plan.changes.counts()["new"], plan.changes.counts()["changed"]) == (1, 1)
    upload(*rows)
    unit = Unit.objects.get(pk=kept.pk)
    assert (unit.name, unit.origin, unit.commune_code) == (
        "Bệnh viện Đa khoa Bình Phước số 1",
        "upload",
        kept.commune_code,
    )
    assert selectors.name_on(unit, SINCE - dt.timedelta(days=1)) == "Bệnh viện Đa khoa Bình Phước"
    assert Unit.objects.get(pk=gone.pk).valid_to == SINCE
    assert selectors.facility("75111", SINCE - dt.timedelta(days=1)) is None
    assert selectors.facility("75111", SINCE).parent == selectors.departments(TODAY).get()
    assert Unit.objects.get(pk=by_file).valid_to is None  # it goes on sending, so it goes on waiting for its name
    assert plan_upload("facilities", listed(*rows), SINCE, "QĐ 1").changes.counts()["changed"] == 0


@pytest.mark.django_db
def test_an_uploaded_list_names_a_facility_that_only_files_knew():
    review = services.ensure_facilities(["70777"], dt.date(2024, 1, 1))["70777"]
    upload({"code": "70777", "name": "Phòng khám Ba"})
    unit = Unit.objects.get(pk=review)
    assert (unit.name, unit.state, unit.valid_from) == ("Phòng khám Ba", "official", services.EVER)
    assert selectors.name_on(unit, dt.date(2024, 1, 1)) == "Phòng khám Ba"
    assert not UnitName.objects.exists()


@pytest.mark.django_db
def test_what_was_written_by_hand_is_not_overwritten_by_the_shipped_file():
    review = Unit.objects.get(pk=services.ensure_facilities(["70001"], TODAY)["70001"])
    services.accept_unit(MACHINE, review, name="Tên đúng", kind="hospital")
    counts = load()
    assert (counts["held"], Unit.objects.get(pk=review.pk).name) == (1, "Tên đúng")


@pytest.mark.parametrize(
    ("said", "kind", "ownership"),
    [
        ({"name": "Bệnh viện Đa khoa A"}, "hospital_general", ""),
        ({"name": "BỆNH VIỆN Y HỌC CỔ TRUYỀN"}, "hospital_traditional", ""),
        ({"name": "Trạm Y tế xã B", "ownership": "Công lập"}, "commune_station", "public"),
        ({"name": "Minh Tâm", "kind": "Phòng khám đa khoa", "ownership": "Ngoài công lập"}, "polyclinic", "private"),
        ({"name": "Minh Tâm", "kind": "polyclinic", "ownership": "Tư nhân"}, "polyclinic", "private"),
        (
            {"name": "Bệnh viện C", "kind": "district_health_centre", "ownership": "industry"},
            "district_health_centre",
            "industry",
        ),
    ],
)
def test_an_uploaded_list_says_kind_and_ownership_in_words(said, kind, ownership):
    row = FacilityRow.model_validate({"code": "70001", "kind": "", **said})
    assert (row.kind, row.ownership) == (kind, ownership)


def test_a_kind_that_nothing_tells_is_asked_for():
    with pytest.raises(ValidationError, match="kind"):
        FacilityRow.model_validate({"code": "70001", "name": "Minh Tâm"})
