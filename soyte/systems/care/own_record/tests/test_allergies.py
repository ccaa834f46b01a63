"""Three questions: what was answered is shown to the doctor as told, what was not is unknown."""

import pytest
from django.urls import reverse

from soyte.clinical.allergies.models import AllergyStatement
from soyte.clinical.allergies.selectors import told
from soyte.kernel.access.policy import Refused
from soyte.kernel.people.models import Person
from soyte.systems.care.own_record.services.allergies import tell
from soyte.systems.care.own_record.tests.people import (
    admitted,
    browser,
    came,
    child,
    citizen,
    doctor,
    in_care,
    person,
    text,
)

pytestmark = pytest.mark.django_db
NO = dict.fromkeys(("medicine", "food", "other"), ("no", ""))


def record_page(who):
    """What a doctor who treats her reads."""
    return text(browser(doctor().account).get(reverse("health_record:record", args=[who.pk])))


@pytest.fixture
def who():
    made = person()
    came(made)
    return made


def test_unasked_is_unknown_to_both(who):
    assert "Dị ứng: chưa biết" in record_page(who)


def test_an_allergy_is_shown_as_told(who):
    form = {"medicine": "yes", "medicine_what": "Penicillin, nổi mẩn", "food": "no", "other": "unknown"}
    me = browser(admitted(who))
    page = text(me.post(reverse("own_record:allergies", args=[who.pk]), form, follow=True))
    assert "Penicillin, nổi mẩn" in page and "Chưa biết: thứ khác" in page
    doctors = record_page(who)
    assert (
        "Dị ứng: Penicillin, nổi mẩn" in doctors and "người dân tự khai" in doctors and "Chưa biết: thứ khác" in doctors
    )
    assert "Dị ứng: chưa biết" not in doctors


def test_three_times_no_is_none_as_told(who):
    tell(citizen(who), who, NO)
    doctors = record_page(who)
    assert "Dị ứng: không, theo lời khai" in doctors
    print_page = browser(doctor().account).get(reverse("health_record:print", args=[who.pk]))
    assert "Dị ứng: không, theo lời khai" in text(print_page)


def test_i_do_not_know_takes_an_answer_back(who):
    me = citizen(who)
    tell(me, who, NO)
    tell(me, who, dict.fromkeys(NO, ("unknown", "")))
    assert "Dị ứng: chưa biết" in record_page(who)
    assert AllergyStatement.objects.count() == 6  # nothing is forgotten


def test_told_twice_is_kept_once(who):
    me = citizen(who)
    tell(me, who, NO)
    assert tell(me, who, NO) == [] and AllergyStatement.objects.count() == 3


@pytest.mark.parametrize(("form", "says"), [({}, "Chọn một câu trả lời"), ({"medicine": "yes", "food": "no", "other": "no"}, "ghi dị ứng với gì")])  # fmt: skip
def test_a_question_left_open_is_no_answer(who, form, says):
    answer = browser(admitted(who)).post(reverse("own_record:allergies", args=[who.pk]), form)
    assert answer.status_code == 422 and says in text(answer) and not AllergyStatement.objects.exists()


def test_the_guardian_answers_for_the_child(who):
    kid = child()
    came(kid)
    in_care(who, kid)
    tell(citizen(who), kid, {**NO, "food": ("yes", "Tôm, sưng môi")})
    assert "người giám hộ khai" in record_page(kid)


def test_nobody_answers_for_somebody_else(who):
    with pytest.raises(Refused):
        tell(citizen(who), person("Lê Văn Nam"), NO)


def test_answers_follow_a_person_who_is_merged(who):
    stands = person("Trần Thị Hoà")
    tell(citizen(who), who, NO)
    Person.objects.filter(pk=who.pk).update(merged_into=stands)
    assert set(told([stands.pk, who.pk])) == set(NO)
    assert "Dị ứng: không, theo lời khai" in record_page(stands)
