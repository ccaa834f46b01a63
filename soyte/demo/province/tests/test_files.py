"""The files of a small province: the same bytes again, readable by the codec, and as true as the truth beside them."""

import csv
import hashlib
import io
import os
import subprocess
import sys
from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from soyte.demo.province import content, files, frame, generate
from soyte.demo.province.cli import main
from soyte.demo.province.generate import Province
from soyte.formats.visitfile import read_check_in, read_visit, survey

ROOT = Path(__file__).parents[4]
UNTIL = date(2025, 9, 30)  # the period holds all generations of files and both maps
SMALL = Province.of_years(people=150, years=2, until=UNTIL, seed="7", outbreaks=1)
KIND_OF_4210 = {"1": "01", "2": "02", "3": "03"}
HABITS = {"table.order", "table.inline"}  # notes on how a software writes
STAYS = {"03", "04", "06", "09"}


@pytest.fixture(scope="module")
def province(tmp_path_factory):
    folder = tmp_path_factory.mktemp("province")
    generate.write(SMALL, folder)
    return folder


def fingerprint(folder):
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            digest.update(str(path.relative_to(folder)).encode() + path.read_bytes())
    return digest.hexdigest()


def truth(folder, name):
    with (folder / "truth" / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def read_back(folder):
    """(path, survey, visit) of every HOSO, in the order in which a folder is received."""
    for path in sorted(folder.rglob("*.xml")):
        data = path.read_bytes()
        found = survey(io.BytesIO(data))
        assert found.fatal is None, path
        for index, (start, end) in enumerate(found.visits, 1):
            yield path, found, read_visit(data[start:end], index=index, survey=found)


def in_force(folder):
    """The latest version of each visit among those that the planted faults do not refuse."""
    refused = {(row["file"], row["visit"]) for row in truth(folder, "faults") if row["verdict"] == "refused"}
    versions = {}
    for path, found, visit in read_back(folder):
        if (str(path.relative_to(folder)), visit.code) not in refused:
            versions[visit.facility_code, visit.code] = (found.made_on, visit)
    return [visit for _, visit in versions.values()]


def test_the_same_arguments_give_the_same_bytes(province, tmp_path):
    generate.write(SMALL, tmp_path / "again")
    assert fingerprint(tmp_path / "again") == fingerprint(province)


def test_another_seed_gives_another_province(province, tmp_path):
    generate.write(Province.of_years(people=150, years=2, until=UNTIL, seed="8", outbreaks=1), tmp_path / "other")
    assert fingerprint(tmp_path / "other") != fingerprint(province)


def test_every_file_is_read_whole_and_in_the_format_of_its_day(province):
    faulty = {row["visit"] for row in truth(province, "faults")}
    for path, _, visit in read_back(province):
        assert visit.readable, (path, visit.findings)
        assert visit.code in faulty or {finding.code for finding in visit.findings} <= HABITS
        ended = visit.summary.values["NGAY_RA"][:8]
        if ended < "20240701":
            assert visit.generation == "4210"
        else:
            assert visit.generation in ("130", "3176")
        assert not any(row.unknown for rows in visit.tables.values() for row in rows)


def test_all_generations_vendors_and_tables_appear(province):
    tables, generations = set(), set()
    for _, _, visit in read_back(province):
        tables |= set(visit.tables)
        generations.add(visit.generation)
    assert {"XML1", "XML2", "XML3", "XML4", "XML5", "XML7", "XML8", "XML14"} <= tables
    assert "4210" in generations
    senders = {frame.facilities()[path.parent.name].vendor.code for path in province.rglob("*.xml")}
    assert senders >= {"A", "B", "C", "E"}


def test_every_person_is_marked_as_invented(province):
    for path in province.rglob("*.xml"):
        assert "dữ liệu minh hoạ" in path.read_text(encoding="utf-8-sig")
    for _, _, visit in read_back(province):
        assert visit.generation == "4210" or visit.summary.values["DU_PHONG"] == "MINH HOẠ"


def test_sums_are_right_to_the_dong_where_no_fault_was_planted(province):
    faulty = {row["visit"] for row in truth(province, "faults")}
    checked = 0
    for _, _, visit in read_back(province):
        if visit.code in faulty:
            continue
        old = visit.generation == "4210"
        total = visit.summary.values
        lines = [row.values for table in ("XML2", "XML3") for row in visit.tables.get(table, [])]

        def sum_of(name, lines=lines):
            return sum((Decimal(line[name]) for line in lines), Decimal())

        charged = Decimal(total["T_TONGCHI" if old else "T_TONGCHI_BV"])
        assert charged == sum_of("THANH_TIEN" if old else "THANH_TIEN_BV")
        paid = sum(Decimal(total[name]) for name in ("T_BNTT", "T_BNCCT", "T_BHTT", "T_NGUONKHAC"))
        assert charged == paid
        for name in ("T_BNTT", "T_BNCCT", "T_BHTT"):
            assert Decimal(total[name]) == sum_of(name)
        if not old:
            assert Decimal(total["T_TONGCHI_BH"]) == sum_of("THANH_TIEN_BH")
        checked += 1
    assert checked > 300


def independent_figures(folder):
    figures, persons = defaultdict(Decimal), defaultdict(set)
    owners = {(row["facility"], row["visit"]): row["person"] for row in truth(folder, "persons")}
    for visit in in_force(folder):
        row, old = visit.summary.values, visit.generation == "4210"
        kind = KIND_OF_4210[row["MA_LOAI_KCB"]] if old else row["MA_LOAI_KCB"]
        icd10 = row["MA_BENH" if old else "MA_BENH_CHINH"]
        came = date(int(row["NGAY_VAO"][:4]), int(row["NGAY_VAO"][4:6]), int(row["NGAY_VAO"][6:8]))
        disease = content.disease(icd10, came)
        keys = {
            "": "",
            "facility": row["MA_CSKCB"],
            "month": f"{row['NGAY_RA'][:4]}-{row['NGAY_RA'][4:6]}",
            "kind": kind,
            "icd_chapter": content.chapter(icd10),
        }
        if not old:
            keys["commune"] = row["MAXA_CU_TRU"]
        values = {
            "visits": 1,
            "cost_total": Decimal(row["T_TONGCHI" if old else "T_TONGCHI_BV"]),
            "cost_insurer": Decimal(row["T_BHTT"]),
            "inpatient_days": int(row["SO_NGAY_DTRI"]) if kind in STAYS else 0,
            "notifiable_visits": 1 if disease else 0,
        }
        if disease:
            keys["disease"] = disease
        for dimension, key in keys.items():
            for figure, value in values.items():
                figures[figure, dimension, key] += value
            persons[dimension, key].add(owners[visit.facility_code, visit.code])
    for (dimension, key), found in persons.items():
        figures["persons", dimension, key] = Decimal(len(found))
    return {place: value for place, value in figures.items() if value}


def test_the_truth_equals_a_count_of_the_files(province):
    told = {
        (row["code"], row["dimension"], row["key"]): Decimal(row["value"])
        for row in truth(province, "totals")
        if row["dimension"] != "commune"
    }
    counted = {place: value for place, value in independent_figures(province).items() if place[1] != "commune"}
    assert counted == told


def test_a_refused_visit_counts_only_once_it_is_mended(province):
    told = {row["visit"]: row["in_force"] for row in truth(province, "persons")}
    refused = [row for row in truth(province, "faults") if row["verdict"] == "refused"]
    assert refused
    for row in refused:
        assert told[row["visit"]] == ("1" if row["mended_by"] else "0")
        assert not row["mended_by"] or (province / row["mended_by"]).is_file()


def test_check_ins_are_written_for_the_last_days_only(province):
    count = 0
    for path in province.rglob("*_den-kham.xml"):
        data = path.read_bytes()
        found = survey(io.BytesIO(data))
        assert found.kind == "check_in"
        rows = read_check_in(data).rows
        assert len(rows) == 1
        assert rows[0].values["NGAY_VAO"][:8] > f"{UNTIL - timedelta(days=31):%Y%m%d}"
        count += 1
    assert count > 3


def test_outbreak_cases_are_visits_of_people_of_the_commune(province):
    outbreak = truth(province, "outbreaks")[0]
    cases = truth(province, "outbreak_cases")
    assert int(outbreak["cases"]) == len(cases) >= 3
    files = {(visit.facility_code, visit.code): visit for _, _, visit in read_back(province)}
    for case in cases:
        visit = files[case["facility"], case["visit"]]
        assert outbreak["start"] <= case["day"] <= outbreak["end"]
        if visit.generation != "4210":
            assert visit.summary.values["MAXA_CU_TRU"] == outbreak["commune"]


def test_the_command_writes_only_into_a_folder_of_its_own(tmp_path, capsys):
    arguments = ["--people", "20", "--years", "1", "--until", "2025-09-30", "--out"]
    assert main([*arguments, str(tmp_path / "new")]) == 0
    before = fingerprint(tmp_path / "new")
    assert main([*arguments, str(tmp_path / "new")]) == 0
    assert fingerprint(tmp_path / "new") == before
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("keep")
    assert main([*arguments, str(tmp_path / "mine")]) == 2
    assert (tmp_path / "mine" / "letter.txt").read_text() == "keep"
    assert "thư mục trống" in capsys.readouterr().err


def test_days_after_the_province_go_on_with_the_same_lives(province, tmp_path):
    later = UNTIL + timedelta(days=20)
    generate.write_days(SMALL, tmp_path / "more", since=UNTIL + timedelta(days=1), until=later)
    longer = generate.plan(SMALL, until=later).visits
    shorter = generate.plan(SMALL).visits
    ended = {(visit.facility.code, visit.code) for visit in longer if visit.end.date() <= UNTIL}
    assert ended == {(visit.facility.code, visit.code) for visit in shorter if visit.end.date() <= UNTIL}
    new = {visit.code for _, _, visit in read_back(tmp_path / "more")}
    assert new == {visit.code for visit in longer if UNTIL < visit.end.date() <= later}


def test_day_by_day_gives_the_visits_of_the_day():
    day = UNTIL + timedelta(days=2)
    visits = list(generate.of_day(SMALL, day))
    assert Counter(visit.end.date() == day or visit.start.date() == day for visit in visits) == {True: len(visits)}


def test_bytes_do_not_depend_on_the_hash_seed_of_the_process(tmp_path):
    command = [
        sys.executable,
        "-c",
        "import sys; from soyte.demo.province.cli import main; sys.exit(main(sys.argv[1:]))",
        "--people",
        "40",
        "--years",
        "1",
        "--until",
        "2025-09-30",
        "--out",
    ]
    for hash_seed in ("1", "2"):
        subprocess.run(
            [*command, str(tmp_path / hash_seed)],
            check=True,
            capture_output=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(ROOT)},
        )
    assert fingerprint(tmp_path / "1") == fingerprint(tmp_path / "2")


def test_files_of_the_claims_era_hold_insured_visits_only(province):
    for _, _, visit in read_back(province):
        if visit.generation == "4210" and visit.summary.values["NGAY_SINH"] < "2023":
            assert visit.summary.values["MA_THE"]


@pytest.mark.parametrize(
    ("name", "sent"),
    [
        ("202609101432_MH7000126091012345678.xml", (10, 14, 32)),  # one visit, as it ended
        ("20260910_70601_2.xml", (10, 5, 30)),  # many visits of earlier days
        ("20260930_70601_2.xml", (30, 23, 50)),  # the province's last day: all that is left
    ],
)
def test_a_file_s_name_tells_when_it_was_sent(name, sent):
    zone = ZoneInfo("Asia/Ho_Chi_Minh")
    assert files.sent_at(name, zone, until=date(2026, 9, 30)) == datetime(2026, 9, *sent, tzinfo=zone)
