"""The quality of files over time, and running refused visits again."""

import datetime as dt
import io

import pytest
from django.utils import timezone
from python_calamine import CalamineWorkbook

from soyte.clinical.encounters.models import Encounter
from soyte.kernel.jobs.models import Job
from soyte.systems.care.visit_intake import quality, quality_counts
from soyte.systems.care.visit_intake.ingest.tests.files import file, visit
from soyte.systems.care.visit_intake.jobs import count_quality_again
from soyte.systems.care.visit_intake.models import QualityMonth, Receipt, ReceiptVisit, RuleMonth
from soyte.systems.care.visit_intake.rules import catalogue
from soyte.systems.care.visit_intake.tests.offices import bad, department, facility, good, main_of, sent, sign_in

pytestmark = pytest.mark.django_db
HOME = "/tep-kham-benh/chat-luong/"
RULE = "XML1.MA_LOAI_KCB.format"
AUTUMN = quality.Period(dt.date(2026, 8, 1), dt.date(2026, 10, 1))


@pytest.fixture(autouse=True)
def _plain(settings, tmp_path):
    settings.STORAGES = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
    settings.SOYTE_HOME = tmp_path
    settings.SOYTE_KEYS = tmp_path / "keys"


@pytest.fixture
def officer(client):
    return sign_in(client, "data_officer", department())


@pytest.fixture
def autumn():
    """Hospital A: 3 visits in September, 1 refused, 1 late; 1 refused in October. Hospital B: 1 visit, clean."""
    a, b = facility(software="HIS A"), facility("79026", "Bệnh viện khác", software="HIS B")
    sent(good("A1", made_on="20260901"), good("A2", made_on="20260930"),
         file(visit("A3", MA_LOAI_KCB="1"), made_on="20260901"), file(visit("A4", MA_LOAI_KCB="1"), made_on="20261001"), b"<hong", unit=a)  # fmt: skip
    sent(file(visit("B1", MA_CSKCB="79026"), facility="79026", made_on="20260902"), unit=b)
    counted()


def counted():
    """What the worker does every other minute, once the files are settled."""
    return quality_counts.count_new(timezone.now() + dt.timedelta(minutes=2))


def test_counts_are_those_of_the_files_by_month(officer, autumn):
    lines = {line.key: line for line in quality.facilities(officer, AUTUMN)}
    assert set(lines) == {"70001", "79026"}
    a = lines["70001"]
    assert [(m.visits, m.refused, m.late) for m in a.months] == [(0, 0, 0), (3, 1, 1), (1, 1, 1)]
    assert (a.whole.refused_share, a.trend[0]) == (0.5, None)
    assert lines["79026"].whole.refused == 0 and next(iter(lines)) == "70001"
    assert quality.total(lines.values()).visits == 5
    late = {line.key: line.whole.late for line in quality.facilities(officer, AUTUMN, late_days=30)}
    assert late == {"70001": 0, "79026": 0}


def test_a_file_that_could_not_be_read_counts_where_it_was_received(officer, autumn):
    now = dt.date.today().replace(day=1)  # noqa: DTZ011
    (line,) = [line for line in quality.facilities(officer, quality.Period(now, now)) if line.key == "70001"]
    assert (line.whole.files, line.whole.unreadable, line.whole.visits) == (1, 1, 0)


def test_programs_add_up_their_facilities(officer, autumn):
    lines = {line.name: line.whole for line in quality.programs(officer, AUTUMN)}
    assert {name: (c.visits, c.refused) for name, c in lines.items()} == {"HIS A": (4, 2), "HIS B": (1, 0)}


def test_rules_count_visits_once_whatever_their_lines(officer, autumn):
    found = {line.code: line for line in quality.rules(officer, AUTUMN)}
    assert (found[RULE].visits, found[RULE].facilities, list(found[RULE].months)) == (2, 1, [0, 1, 1])
    assert found["envelope.CHUKYDONVI.empty"].visits == 5  # files
    unit = quality.unit_of(officer, "79026")
    assert RULE not in {line.code for line in quality.rules(officer, AUTUMN, unit=unit)}


def test_few_visits_of_a_rule_that_speaks_of_a_label_are_not_counted_for_whoever_lacks_the_grant(client, officer):
    row = {"MA_CSKCB": "70001", "NGAYKD_HIV": "20240310"}
    sent(*(file(visit(f"H{number}", tables={"XML6": [row]})) for number in range(4)))
    counted()
    now = dt.date(2026, 9, 1)
    told = {line.code: line for line in quality.rules(officer, quality.Period(now, now))}
    of_hiv = [line for code, line in told.items() if code.startswith("XML6.")]
    assert of_hiv and all((line.visits, line.facilities, line.months) == (None, 0, ()) for line in of_hiv)
    assert told["envelope.CHUKYDONVI.empty"].visits == 4
    page = main_of(client.get(f"{HOME}loi/?tu=2026-09&den=2026-09"))
    assert of_hiv[0].code in page and "dưới 5" in page


@pytest.mark.parametrize(
    ("first", "last", "months"),
    [
        (None, None, 6),
        (dt.date(2026, 9, 1), dt.date(2026, 10, 1), 2),
        (dt.date(2026, 10, 1), dt.date(2026, 9, 1), 6),
        (dt.date(2001, 1, 1), dt.date(2026, 10, 1), 37),
    ],
)
def test_a_period_is_whole_months_and_has_an_end(first, last, months):
    assert len(quality.asked_period(first, last, today=dt.date(2026, 11, 5)).months) == months


@pytest.mark.parametrize(("typed", "shown"), [("8/2026", "08/2026"), ("2026-08", "08/2026"), ("2026-13", "2026-13")])
def test_months_are_typed_and_shown_as_month_and_year(client, officer, autumn, typed, shown):
    page = client.get(HOME, {"tu": typed, "den": "2026-10"}).content.decode()
    assert f'value="{shown}"' in page and 'value="10/2026"' in page
    assert ("“2026-13” không phải là tháng" in page) == (shown == "2026-13")


def test_the_pages_show_and_drill(client, officer, autumn):
    query = "?tu=2026-08&den=2026-10"
    page = client.get(HOME + query).content.decode()
    assert "Bệnh viện Mẫu" in page and "50,0%" in page and f"{HOME}co-so/70001/" in page
    one = client.get(f"{HOME}co-so/70001/{query}").content.decode()
    assert "09/2026" in one and "Loại hình khám sai khuôn" in one and f"ma={RULE}&amp;co_so=70001" in one
    assert client.get(f"{HOME}co-so/99999/").status_code == 404
    assert "HIS A" in client.get(f"{HOME}phan-mem/{query}").content.decode()
    assert RULE in client.get(f"{HOME}loi/{query}").content.decode()
    sheet = CalamineWorkbook.from_filelike(
        io.BytesIO(b"".join(client.get(f"{HOME}bang.xlsx{query}").streaming_content))
    )
    assert sum("70001" in row for row in sheet.get_sheet_by_index(0).to_python()) == 2
    assert client.get(f"{HOME}?tu=2020-01&den=2020-02").status_code == 200


@pytest.mark.parametrize("role", ["it_officer", "doctor", "administrator"])
def test_quality_is_for_the_department(client, role, autumn):
    sign_in(client, role, facility())
    for url in ("", "loi/", "phan-mem/", "co-so/70001/", "bang.xlsx", "luot-bi-giu/", "chay-lai/"):
        assert client.get(HOME + url).status_code == 403, url
    assert client.post(f"{HOME}chay-lai/nhan/", {"luot": "1"}).status_code == 403


@pytest.mark.parametrize("url", ["", "loi/", "phan-mem/", "luot-bi-giu/", "chay-lai/"])
def test_pages_ask_as_often_for_many_facilities(client, officer, url, django_assert_max_num_queries):
    sent(bad("A"), unit=facility())
    counted()
    client.get(HOME + url)
    with django_assert_max_num_queries(40) as few:
        client.get(HOME + url)
    number = len(few.captured_queries)  # the next request empties the list
    for n in range(4):
        unit = facility(f"7902{n}", f"Bệnh viện {n}")
        sent(file(visit(f"B{n}", MA_CSKCB=f"7902{n}", MA_LOAI_KCB="1"), facility=f"7902{n}"), unit=unit)
    counted()
    client.get(HOME + url)  # asks again what is remembered for a minute, should it be over
    with django_assert_max_num_queries(number):
        client.get(HOME + url)


def test_the_list_of_refused_visits_shows_no_value(client, officer):
    sent(file(visit("A", MA_LOAI_KCB="LXX", HO_TEN="")), file(visit("H", MA_LOAI_KCB="LXX", MA_BENH_CHINH="B20.9")))
    page = main_of(client.get(f"{HOME}luot-bi-giu/"))
    assert ">A<" in page and ">H<" in page and "LXX" not in page and "B20" not in page and "NGUYỄN" not in page
    assert ">A<" not in main_of(client.get(f"{HOME}luot-bi-giu/?ma=khong.co"))
    assert ">A<" not in main_of(client.get(f"{HOME}luot-bi-giu/?co_so=79026"))
    assert ">A<" in main_of(client.get(f"{HOME}luot-bi-giu/?ma={RULE}&co_so=70001"))


@pytest.fixture
def milder(monkeypatch):
    """The rule of the two digits only warns from today on."""
    weigh = catalogue.severity

    def change():
        monkeypatch.setattr(
            catalogue, "severity", lambda code, on: "warning" if "MA_LOAI_KCB" in code else weigh(code, on)
        )

    return change


def test_a_changed_rule_takes_what_it_had_refused_after_a_preview(client, officer, milder):
    sent(bad("A"), file(visit("B", MA_LOAI_KCB="1", NGAY_RA="202608010000")))
    assert "Không lượt nào được nhận thêm" in client.get(f"{HOME}chay-lai/").content.decode()
    milder()
    page = client.get(f"{HOME}chay-lai/").content.decode()
    assert "Nhận 1 lượt" in page and not Encounter.objects.exists()
    key = ReceiptVisit.objects.get(visit_code="A").pk
    assert f'value="{key}"' in page
    told = client.post(f"{HOME}chay-lai/nhan/", {"luot": str(key)}, follow=True).content.decode()
    assert "Đã nhận 1 lượt" in told and Encounter.objects.get().visit_code == "A"
    again = client.post(f"{HOME}chay-lai/nhan/", {"luot": str(key)}, follow=True).content.decode()
    assert "Không lượt nào được nhận thêm" in again and Encounter.objects.count() == 1
    assert ReceiptVisit.objects.get(visit_code="B").verdict == "refused"
    assert Receipt.objects.count() == 2


@pytest.mark.parametrize("keys", ["", "x", "999999", "1,2,x,-4", "9" * 30])
def test_odd_keys_take_nothing(client, officer, keys):
    assert client.post(f"{HOME}chay-lai/nhan/", {"luot": keys}, follow=True).status_code == 200


def test_a_rule_whose_words_depend_on_the_value_does_not_stop_the_page(client, officer):
    sent(file(visit("K1", T_THUOC="12,5"), made_on="20260930"), unit=facility())
    counted()
    page = client.get(f"{HOME}loi/?tu=2026-09&den=2026-09").content.decode()
    assert "XML1.T_THUOC.kind" in page and "Không phải số" in page


def sums():
    return list(
        QualityMonth.objects.order_by("month", "unit").values_list(
            "unit__facility_code", "month", "visits", "refused", "warned", "late_1"
        )
    )


def test_each_finished_file_is_counted_once_whenever_it_was_finished(autumn):
    before = sums()
    assert counted() == 0 and sums() == before
    sent(good("N1", made_on="20260930"), good("N2", made_on="20260930"))
    late = Receipt.objects.latest("id")
    Receipt.objects.filter(pk=late.pk).update(state="received")
    assert counted() == 1 and quality_counts.QualityProgress.objects.get().pending == [late.pk]
    Receipt.objects.filter(pk=late.pk).update(state="done")
    assert counted() == 1 and quality_counts.QualityProgress.objects.get().pending == []
    assert sum(row[2] for row in sums()) == sum(row[2] for row in before) + 2


def test_the_newest_files_wait_a_moment(autumn):
    sent(good("N1"))
    assert quality_counts.count_new() == 0 and counted() == 1


def test_counting_in_portions_gives_the_same(autumn, monkeypatch):
    before = sums()
    QualityMonth.objects.all().delete()
    RuleMonth.objects.all().delete()
    quality_counts.QualityProgress.objects.all().delete()
    monkeypatch.setattr(quality_counts, "PORTION", 2)
    assert counted() == 6 and sums() == before


def test_months_counted_anew_are_as_they_were_but_for_what_changed(autumn):
    before, rules_before = sums(), sorted(RuleMonth.objects.values_list("month", "code", "visits"))
    receipts = list(Receipt.objects.values_list("pk", flat=True))
    quality_counts.count_again(receipts)
    assert sums() == before and sorted(RuleMonth.objects.values_list("month", "code", "visits")) == rules_before
    ReceiptVisit.objects.filter(visit_code="A3").update(verdict="accepted")
    count_quality_again(receipts=receipts)
    assert sum(row[3] for row in sums()) == sum(row[3] for row in before) - 1


def test_a_replay_asks_for_its_months_to_be_counted_anew(client, officer, milder):
    sent(bad("A"))
    counted()
    milder()
    client.post(f"{HOME}chay-lai/nhan/", {"luot": str(ReceiptVisit.objects.get().pk)})
    (job,) = Job.objects.filter(kind="visit_intake.count_quality_again")
    count_quality_again(**job.args)
    (month,) = QualityMonth.objects.all()
    assert (month.visits, month.refused, month.warned) == (1, 0, 1)
