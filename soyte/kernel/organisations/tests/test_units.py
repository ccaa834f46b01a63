import datetime as dt
import threading

import pytest
from django.db import connection

from soyte.kernel.access.policy import Refused
from soyte.kernel.access.tests.people import actor, unit
from soyte.kernel.actors import Machine
from soyte.kernel.audit.models import AuditEvent
from soyte.kernel.organisations import selectors, services
from soyte.kernel.organisations.models import Unit, UnitName, UnitSuccession

DAY = dt.date(2026, 3, 1)
MACHINE = Machine("test")


def made(**facts):
    return services.make_unit(
        MACHINE, **{"kind": "hospital", "name": "Bệnh viện A", "valid_from": dt.date(2020, 1, 1)} | facts
    )


@pytest.mark.django_db
def test_a_unit_keeps_its_name_as_written_and_is_found_without_accents():
    hospital = made(name="  Bệnh viện   Đa khoa ")
    assert hospital.name == "Bệnh viện Đa khoa"
    assert list(selectors.units(on=DAY, text="benh vien da")) == [hospital]


@pytest.mark.django_db
def test_a_facility_code_has_one_unit_at_a_time():
    first = made(facility_code="70001")
    with pytest.raises(services.FacilityCodeTaken) as refused:
        made(name="Bệnh viện B", facility_code="70001", valid_from=dt.date(2025, 1, 1))
    assert "70001" in str(refused.value)
    services.end_unit(MACHINE, first, on=dt.date(2025, 1, 1))
    second = made(name="Bệnh viện B", facility_code="70001", valid_from=dt.date(2025, 1, 1))
    assert selectors.facility("70001", dt.date(2024, 12, 31)) == first
    assert selectors.facility("70001", dt.date(2025, 1, 1)) == second
    assert selectors.facilities_by_code(["70001", "99999"], dt.date(2024, 6, 1)) == {"70001": first}
    assert selectors.facilities_by_code(["70001"]) == {"70001": second}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "facts, error",
    [
        ({"name": " "}, services.NameMissing),
        ({"facility_code": "7001"}, services.FacilityCodeForm),
        ({"facility_code": "70o01"}, services.FacilityCodeForm),
    ],
)
def test_a_unit_that_is_not_well_formed_is_refused(facts, error):
    with pytest.raises(error):
        made(**facts)
    assert not Unit.objects.exists()


@pytest.mark.django_db
def test_a_renamed_unit_keeps_its_earlier_name_for_the_days_before():
    hospital = made(name="Bệnh viện tỉnh Bình Phước")
    services.rename(MACHINE, hospital, name="Bệnh viện Bình Phước", on=dt.date(2025, 7, 1), decision="QĐ 1")
    renamed = Unit.objects.get(pk=hospital.pk)
    assert renamed.name == "Bệnh viện Bình Phước"
    assert selectors.name_on(renamed, dt.date(2025, 6, 30)) == "Bệnh viện tỉnh Bình Phước"
    assert selectors.name_on(renamed, dt.date(2025, 7, 1)) == "Bệnh viện Bình Phước"
    with pytest.raises(services.DateOrder):
        services.rename(MACHINE, hospital, name="C", on=dt.date(2025, 7, 1))
    assert UnitName.objects.count() == 2


@pytest.mark.django_db
def test_an_ended_unit_is_changed_no_more():
    hospital = made()
    services.end_unit(MACHINE, hospital, on=DAY)
    with pytest.raises(services.UnitEnded):
        services.rename(MACHINE, hospital, name="B", on=DAY)
    assert not selectors.units(on=DAY).exists()


@pytest.mark.django_db
def test_only_a_holder_of_the_right_makes_units():
    hospital = made()
    doctor, administrator = actor("doctor", hospital), actor("administrator", hospital)
    with pytest.raises(Refused):
        services.make_unit(doctor, kind="office", name="Phòng B", valid_from=DAY, parent=hospital)
    office = services.make_unit(administrator, kind="office", name="Phòng B", valid_from=DAY, parent=hospital)
    done = AuditEvent.objects.get(outcome="done", account=administrator.account, object_id=str(office.pk))
    assert (done.action, done.unit_id, done.details["name"]) == ("units.manage", hospital.pk, "Phòng B")


@pytest.mark.django_db
def test_rights_reach_what_was_merged_in_and_what_lies_below():
    centre, old, station = unit("Trung tâm"), unit("Bệnh viện cũ"), unit("Trạm", kind="station")
    Unit.objects.filter(pk=station.pk).update(parent=old)
    half = unit("Phần tách")
    UnitSuccession.objects.create(old=old, new=centre, on=dt.date(2025, 7, 1), relation="merge")
    UnitSuccession.objects.create(old=half, new=centre, on=dt.date(2025, 7, 1), relation="split")
    before = selectors.reach([centre.pk], on=dt.date(2025, 6, 30))[centre.pk]
    after = selectors.reach([centre.pk], on=dt.date(2025, 7, 1))[centre.pk]
    assert (before.own, before.subtree) == ({centre.pk}, {centre.pk})
    assert after.own == {centre.pk, old.pk}
    assert after.subtree == {centre.pk, old.pk, station.pk}
    assert selectors.descendants([old.pk]) == {old.pk, station.pk}


@pytest.mark.django_db
def test_a_circle_in_the_tree_ends_the_walk():
    one = unit("Một")
    two = unit("Hai", parent=one)
    Unit.objects.filter(pk=one.pk).update(parent=two)
    assert selectors.descendants([one.pk]) == {one.pk, two.pk}


@pytest.mark.django_db
def test_an_unknown_facility_waits_for_its_name(django_assert_num_queries):
    department = unit("Sở Y tế", kind="department")
    known = unit(facility_code="70001")
    with django_assert_num_queries(4):
        found = services.ensure_facilities(["70123", "70001", "x", "70123"], DAY)
    review = Unit.objects.get(facility_code="70123")
    assert found == {"70001": known.pk, "70123": review.pk}
    assert (review.state, review.parent) == ("review", department)
    assert list(selectors.units_to_review()) == [review]
    assert selectors.facility("70123", dt.date(2019, 1, 1)) == review
    with django_assert_num_queries(1):
        assert services.ensure_facilities(["70123", "70001"], DAY) == found
    named = services.accept_unit(MACHINE, review, name="Phòng khám C", kind="clinic")
    assert (named.pk, named.state, named.name_folded) == (review.pk, "official", "phong kham c")


@pytest.mark.django_db
def test_an_accepted_unit_stands_neither_below_itself_nor_below_its_own_part():
    review = unit("70123", state="review")
    for parent in (review, unit("Khoa", parent=review)):
        with pytest.raises(services.ParentBelow):
            services.accept_unit(MACHINE, review, name="Phòng khám C", kind="clinic", parent=parent)
    review.refresh_from_db()
    assert (review.parent, review.state) == (None, "review")


@pytest.mark.django_db
def test_a_visit_outside_the_registers_days_goes_to_the_nearest_unit():
    first = unit(facility_code="70001", valid_from=dt.date(2021, 1, 1), valid_to=dt.date(2023, 1, 1))
    second = unit(facility_code="70001", valid_from=dt.date(2024, 1, 1))
    days = {
        dt.date(2019, 5, 5): first,
        dt.date(2022, 5, 5): first,
        dt.date(2023, 2, 1): first,
        dt.date(2023, 12, 1): second,
        dt.date(2025, 5, 5): second,
    }
    assert {day: services.ensure_facilities(["70001"], day)["70001"] for day in days} == {
        d: u.pk for d, u in days.items()
    }


@pytest.mark.django_db(transaction=True)
def test_many_senders_of_one_new_facility_make_one_unit():
    found, start = [], threading.Barrier(6)

    def send():
        try:
            start.wait()
            found.append(services.ensure_facilities(["79999", "70123"], DAY))
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 6
    assert all(one == found[0] for one in found)
    assert Unit.objects.filter(facility_code__in=["79999", "70123"]).count() == 2


@pytest.mark.django_db
def test_facts_of_a_unit_are_corrected_and_the_shipped_list_lets_it_alone():
    department, hospital = made(kind="department", name="Sở Y tế"), made()
    services.correct_unit(MACHINE, hospital, software="HIS X", parent=department)
    hospital.refresh_from_db()
    assert (hospital.software, hospital.parent, hospital.origin) == ("HIS X", department, Unit.Origin.HAND)
    assert AuditEvent.objects.latest("id").details["before"] == {"software": "", "parent": None}
    with pytest.raises(services.ParentBelow):
        services.correct_unit(MACHINE, department, parent=hospital)
    with pytest.raises(services.ParentBelow):
        services.correct_unit(MACHINE, department, parent=department)
    services.end_unit(MACHINE, hospital, on=DAY)
    with pytest.raises(services.UnitEnded):
        services.correct_unit(MACHINE, hospital, beds=5)
