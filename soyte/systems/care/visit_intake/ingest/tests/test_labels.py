"""A visit on a sensitive list is labelled from its first row: its words are sealed, its codes and sums are not."""

import pytest

from soyte.clinical.coverage.models import ChargeItem
from soyte.clinical.documents.models import Composition
from soyte.clinical.encounters.models import Encounter
from soyte.clinical.medications.models import MedicationRequest
from soyte.clinical.observations.models import Observation
from soyte.kernel.files.models import Blob
from soyte.kernel.labels import unseal
from soyte.systems.care.visit_intake.ingest.tests.files import file, send_one, visit
from soyte.systems.care.visit_intake.models import Receipt, ReceiptVisit
from soyte.systems.care.visit_intake.selectors import original, source_of, value_of, words_of

pytestmark = pytest.mark.django_db
SECRET = "nhiễm HIV"


@pytest.fixture(autouse=True)
def keys(settings, tmp_path):
    settings.SOYTE_KEYS = tmp_path / "keys"


def labelled(**summary: str) -> bytes:
    notes = {"XML5": [{"STT": "1", "DIEN_BIEN_LS": SECRET, "THOI_DIEM_DBLS": "202609010830"}]}
    return file(visit(MA_BENH_CHINH="B20.9", CHAN_DOAN_RV=SECRET, tables=notes, **summary))


def test_words_are_sealed_and_codes_are_not():
    send_one(labelled())
    encounter = Encounter.objects.get()
    assert encounter.labels == ["hiv"] and encounter.main_icd == "B20.9" and encounter.total_amount == 50_000
    assert encounter.discharge_diagnosis.startswith("enc:v1:hiv:")
    assert unseal(encounter.discharge_diagnosis, {"hiv"}) == SECRET
    assert unseal(encounter.discharge_diagnosis, set()) is None
    note = Composition.objects.get()
    assert unseal(note.sections["course"], {"hiv"}) == SECRET and note.sections["course"] != SECRET
    assert MedicationRequest.objects.get().name.startswith("enc:") and MedicationRequest.objects.get().code == "40.154"
    assert ChargeItem.objects.filter(name__startswith="enc:").count() == 2
    weight = Observation.objects.get()
    assert weight.value_number is None and unseal(weight.value_text, {"hiv"}) == "55"


def test_the_received_piece_is_sealed_and_whole_for_who_may_open_it():
    content = labelled()
    send_one(content)
    received = ReceiptVisit.objects.get()
    assert Blob.objects.get(pk=received.blob_id).label_key == "hiv"
    assert source_of(received, granted=()) is None
    assert source_of(received, granted={"hiv"}).summary.values["CHAN_DOAN_RV"] == SECRET
    receipt = Receipt.objects.get()
    assert original(receipt, granted=()) is None and original(receipt, granted={"hiv"}) == content


def test_no_plain_word_of_a_labelled_visit_is_in_any_table(django_db_blocker):
    from django.apps import apps
    from django.db import connection

    send_one(labelled(T_THUOC="7"))  # refused: its findings are sealed too
    send_one(labelled())
    for model in apps.get_models():
        if model._meta.app_label in {"visit_intake", "encounters", "coverage", "medications", "documents", "outbox"}:
            with connection.cursor() as cursor:
                cursor.execute(
                    f'select count(*) from "{model._meta.db_table}" t where t::text like %s', [f"%{SECRET}%"]
                )
                assert cursor.fetchone()[0] == 0, model


def test_the_sender_sees_rule_table_and_field_of_his_labelled_visit_but_not_its_words():
    send_one(labelled(MA_BENH_KT="Z99.99X"))
    unknown = ReceiptVisit.objects.get().findings.filter(field="MA_BENH_KT").first()
    assert unknown.table == "XML1" and unknown.value.startswith("enc:") and value_of(unknown, granted=()) is None
    assert "Z99.99X" not in words_of(unknown, granted=()).text
    assert "Z99.99X" in words_of(unknown, granted={"hiv"}).text


def test_xml6_and_an_ended_pregnancy_label_a_visit_whatever_its_codes():
    send_one(file(visit("LK001", tables={"XML6": [{"MA_CSKCB": "70001", "NGAYKD_HIV": "20240310"}]})))
    assert Encounter.objects.get().labels == ["hiv"]
    discharge = {"XML7": [{"SO_LUU_TRU": "1", "MA_DINH_CHI_THAI": "1", "NGAY_CT": "20260901"}]}
    send_one(file(visit("LK002", tables=discharge)))
    assert Encounter.objects.get(visit_code="LK002").labels == ["abortion"]


@pytest.mark.parametrize("field", ["MA_BENH_CHINH", "MA_BENH_KT", "MA_BENH_YHCT"])
def test_a_sensitive_code_labels_a_visit_in_whichever_field(field):
    send_one(file(visit(**{field: "F20.0"})))
    assert Encounter.objects.get().labels == ["mental"]


def test_an_ordinary_visit_carries_no_label():
    send_one(file(visit()))
    assert Encounter.objects.get().labels == [] and Encounter.objects.get().discharge_diagnosis == "Viêm họng"
