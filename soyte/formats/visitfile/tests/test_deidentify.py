"""People are gone and the faults are still there."""

import base64
import gzip
import re

import pytest

from soyte.formats import visitfile
from soyte.formats.visitfile import Style, spec, write_check_in, write_file
from soyte.formats.visitfile.deidentify import NotDeidentifiable, deidentify
from soyte.formats.visitfile.tests.files import document, envelope, hoso, part, read, summary, survey, visit

KEY = bytes(16)
PERSON = {
    "HO_TEN": "Nguyễn Thị Hồng Đào",
    "SO_CCCD": "075185012345",
    "MA_THE_BHYT": "DN4757512345678",
    "DIEN_THOAI": "0912345678",
    "DIA_CHI": "Số 12 đường Hùng Vương, phường Bình Phước",
    "MA_BN": "BN00123",
    "NGAY_SINH": "198505120000",
    "CHAN_DOAN_RV": "Viêm họng, chị Đào hẹn thứ Hai",
}


def found_in(content):
    """Everything that the codec says of a file, without the values themselves."""
    survey_, visits = read(content)
    findings = [*survey_.findings, *([survey_.fatal] if survey_.fatal else [])]
    findings += [finding for one in visits for finding in one.findings]
    places = ("text_line", "column", "hint", "offset")
    return [
        (
            finding.code,
            finding.table,
            finding.line,
            finding.field,
            {k: v for k, v in finding.params.items() if k in places},
        )
        for finding in findings
    ]


def words_of_people(content):
    """Words of at least four characters that stand only in fields that point at somebody, as far as they can be read."""
    words = {True: set(), False: set()}
    for one in read(content)[1]:
        for table, rows in one.tables.items():
            for name, value in (item for row in rows for item in row.values.items()):
                subject = spec.judged_by(table, one.generations[table])[name].identifies
                words[bool(subject) and subject != "birth"] |= set(re.findall(r"\w{4,}", value))
    return {word for word in words[True] - words[False] if word.strip("0")}


def readable_text(content):
    """The file with its base64 opened, as one text."""
    text = content.decode("utf-8", errors="replace")
    opened = [
        base64.b64decode(part).decode("utf-8", errors="replace")
        for part in re.findall(r">([A-Za-z0-9+/=\s]{24,})<", text)
    ]
    return text + "".join(opened)


def test_every_sample_keeps_its_faults_and_loses_its_people(test_data):
    for path in sorted((test_data / "xml130").rglob("*.xml")):
        content = path.read_bytes()
        if not content.lstrip(b"\xef\xbb\xbf\xff\xfe \r\n").startswith(b"<"):
            continue
        masked = deidentify(content, key=KEY)
        assert len(masked) == len(content), path.name
        assert found_in(masked) == found_in(content), path.name
        if path.name != "09_utf16le_with_bom.xml":
            text = re.sub(r"xmlns\S+", "", readable_text(masked))
            left = {word for word in words_of_people(content) if re.search(rf"\b{re.escape(word)}\b", text)}
            assert not left, path.name


@pytest.mark.parametrize(
    "style",
    [Style(), Style(content="inline"), Style(content="cdata"), Style(content="escaped"), Style(wrap=64, bom=True)],
)
def test_a_person_is_gone_in_every_way_of_writing(style):
    content = write_file(
        [{"XML1": [{**visit()["XML1"][0], **PERSON}]}], facility_code="70001", made_on="20260930", style=style
    )
    masked = deidentify(content, key=KEY)
    text = readable_text(masked)
    for value in PERSON.values():
        assert value not in text
    survey_, (one,) = read(masked)
    values = one.summary.values
    assert survey_.fatal is None and one.readable
    assert values["MA_THE_BHYT"][:5] == "DN475" and values["MA_THE_BHYT"][5:] != "7512345678"
    assert (values["SO_CCCD"][:6], values["DIEN_THOAI"][0]) == ("075185", "0")
    assert values["NGAY_SINH"] == "198501010000"
    assert (values["MA_BENH_CHINH"], values["NGAY_VAO"], values["MA_CSKCB"]) == ("J02.9", "202609010800", "70001")
    assert re.fullmatch(r"\w{6} \w{3} \w{4} \w{3}", values["HO_TEN"])
    assert re.fullmatch(r"\w{4} \w{4}, \w{3} \w{3} \w{3} \w{3} \w{3}", values["CHAN_DOAN_RV"])


def test_equal_values_stay_equal_and_different_ones_differ():
    visits = [
        visit("L1", XML7=[{"MA_LK": "L1", "HO_TEN_ME": "Lê Thị Lan"}]),
        visit(
            "70001L1",
            XML7=[
                {"MA_LK": "L1", "HO_TEN_ME": "LÊ THỊ LAN"},
            ][:1],
        ),
    ]
    _, (one, other) = read(deidentify(write_file(visits, facility_code="70001", made_on="20260930"), key=KEY))
    assert one.code == one.tables["XML7"][0].values["MA_LK"] != other.code
    assert other.code.endswith(one.code)  # a facility code before the visit's code is a fault that must show
    assert (
        one.tables["XML7"][0].values["HO_TEN_ME"].casefold() == other.tables["XML7"][0].values["HO_TEN_ME"].casefold()
    )
    assert one.summary.values["HO_TEN"] == other.summary.values["HO_TEN"]


def test_a_number_is_the_same_wherever_it_stands():
    birth = {"MA_LK": "L1", "MA_BHXH_NND": "7512345678", "SO_CCCD_NND": "075185012345", "MA_THE_NND": "DN4757512345678"}
    mother = {
        **visit()["XML1"][0],
        "SO_CCCD": "075185012345",
        "MA_THE_BHYT": "DN4757512345678;TE1757512345678;0000000000",
    }
    content = write_file([{"XML1": [mother], "XML9": [birth]}], facility_code="70001", made_on="20260930")
    _, (one,) = read(deidentify(content, key=KEY))
    values, certificate = one.summary.values, one.tables["XML9"][0].values
    assert values["SO_CCCD"] == certificate["SO_CCCD_NND"] != "075185012345"
    cards = values["MA_THE_BHYT"].split(";")
    number = certificate["MA_BHXH_NND"]
    assert cards == [f"DN475{number}", f"TE175{number}", "0000000000"] and number != "7512345678"


def test_another_call_masks_otherwise():
    content = envelope(hoso(part("XML1", summary())))
    assert deidentify(content) != deidentify(content)
    assert deidentify(content, key=KEY) == deidentify(content, key=KEY)


@pytest.mark.parametrize(
    ("born", "masked"),
    [
        ("198505120000", "198501010000"),
        ("19850512", "19850101"),
        ("198505000000", "198501000000"),
        ("198500000000", "198500000000"),
        ("1968", "1968"),
        ("000000000000", "000000000000"),
        ("202608151230", "202608151230"),  # weeks old: the day decides rules
        ("198513450000", "198513450000"),  # no day at all
        ("12/05/1985", "33/33/3333"),
    ],
)
def test_a_birthday_keeps_its_form(born, masked):
    content = envelope(hoso(part("XML1", summary(NGAY_SINH=born))))
    assert read(deidentify(content, key=KEY))[1][0].summary.values["NGAY_SINH"] == masked


@pytest.mark.parametrize(
    "row",
    [
        "<MA_LK>L1</MA_LK><HO_TEN>Lê Thị < Thu Hằng</HO_TEN>",
        "<MA_LK>L1</MA_LK><HO_TEN Lê Thị Thu Hằng</HO_TEN>",
        "<MA_LK>L1</MA_LK><STT>1<HO_TEN Lê Thị Thu Hằng</HO_TEN>",
        "<MA_LK>L1</MA_LK><MA_KHOA>K01<Hằng></MA_KHOA>",
        "<MA_LK>L1</MA_LK><MA_KHOA>K01<Lê Thị Thu Hằng></MA_KHOA>",
        "<MA_LK>L1</MA_LK><NGUOI>Lê Thị Thu Hằng</NGUOI><GHI_CHU x='Thu Hằng'>1",
        "<MA_LK>L1</MA_LK><HO_TEN>L&#234; Th&#7883; Thu H&#7857;ng Hằng</HO_TEN>&",
        "<MA_LK>L1</MA_LK><!-- Lê Thị Thu Hằng --><NGAY_VAO>ngày Thu Hằng vào</NGAY_VAO>",
    ],
)
def test_a_broken_table_hides_no_person(row):
    content = envelope(hoso(part("XML1", f"<TONG_HOP>{row}".encode())))
    masked = deidentify(content, key=KEY)
    text = readable_text(masked)
    assert not any(word in text for word in ("Hằng", "Thu ", "Lê", "&#7883;", "&#7857;"))
    assert found_in(masked) == found_in(content)


def test_a_file_that_breaks_off_hides_no_person():
    content = envelope(hoso(part("XML1", summary(HO_TEN="Lê Thị Thu Hằng"))))
    for end in range(200, len(content), 41):
        masked = deidentify(content[:end], key=KEY)
        assert len(masked) == end
        assert found_in(masked) == found_in(content[:end])
        inside = re.search(rb"NOIDUNGFILE>([A-Za-z0-9+/]*)", masked)
        text = base64.b64decode(inside[1][: len(inside[1]) // 4 * 4]).decode(errors="replace") if inside else ""
        assert "Thu" not in text and "Hằng" not in text


def test_a_signature_says_no_names():
    content = envelope(
        hoso(part("XML1", summary())),
        signature="<ds:Signature xmlns:ds='urn:x'><KeyName>Lê Hằng</KeyName></ds:Signature>",
    )
    masked = deidentify(content, key=KEY)
    assert "Hằng" not in masked.decode() and survey(masked).signed


def test_unknown_parts_and_check_ins_are_masked():
    content = envelope(hoso(part("XML1", summary()), part("XML17", document("XML2", "<X>Lê Thị Thu Hằng</X>"))))
    assert "Hằng" not in readable_text(deidentify(content, key=KEY))
    masked = deidentify(
        write_check_in([{"MA_LK": "L1", "HO_TEN": "Lê Thị Thu Hằng", "TEN_DICH_VU": "Khám Nội"}]), key=KEY
    )
    assert "Hằng" not in masked.decode()
    assert visitfile.read_check_in(masked).rows[0].values["TEN_DICH_VU"] == "Khám Nội"


def test_what_is_no_text_is_emptied_or_refused():
    packed = gzip.compress(b"<TONG_HOP><HO_TEN>Thu Hang</HO_TEN></TONG_HOP>")
    content = envelope(hoso(part("XML1", packed)))
    masked = deidentify(content, key=KEY)
    assert found_in(masked) == found_in(content)
    assert base64.b64decode(re.search(rb"NOIDUNGFILE>([^<]*)", masked)[1])[6:].strip(b"\0") == b""
    with pytest.raises(NotDeidentifiable, match="compressed"):
        deidentify(gzip.compress(b"<a/>"))
    with pytest.raises(NotDeidentifiable, match="not_xml"):
        deidentify(b"%PDF-1.4")


def test_a_piece_in_utf16_is_masked_by_its_encoding():
    piece = hoso(part("XML1", summary().decode())).encode("utf-16-le")
    masked = deidentify(piece, encoding="utf-16-le", key=KEY)
    assert len(masked) == len(piece)
    assert "Thử" not in masked.decode("utf-16-le") and "J02.9" in masked.decode("utf-16-le")
