"""Builders of visit files for tests: each states only what its test is about."""

from __future__ import annotations

import base64
import io

from soyte.formats import visitfile
from soyte.formats.visitfile import Survey, Visit

SUMMARY = {
    "MA_LK": "L1",
    "STT": "1",
    "MA_BN": "BN1",
    "HO_TEN": "Nguyễn Thị Thử",
    "NGAY_SINH": "198505120000",
    "GIOI_TINH": "2",
    "MA_BENH_CHINH": "J02.9",
    "NGAY_VAO": "202609010800",
    "NGAY_RA": "202609010915",
    "MA_LOAI_KCB": "01",
    "MA_CSKCB": "70001",
}
OLD_SUMMARY = {
    "MA_LK": "L1",
    "HO_TEN": "Nguyễn Thị Thử",
    "NGAY_SINH": "1968",
    "MA_THE": "DN4702512345678",
    "MA_BENH": "J02.9",
    "MA_CSKCB": "70001",
}


def visit(code: str = "L1", **tables: list[dict[str, str]]) -> dict[str, list[dict[str, str]]]:
    return {"XML1": [{**SUMMARY, "MA_LK": code}], **tables}


def document(table: str, *rows: str, generation: str = "130") -> bytes:
    """The document of a table whose rows are given as XML, so that they may be wrong."""
    shape = visitfile.table(generation, table)
    if shape.single:
        return f"<{shape.root}>{rows[0]}</{shape.root}>".encode()
    lines = "".join(f"<{shape.row}>{row}</{shape.row}>" for row in rows)
    held = f"<{shape.list}>{lines}</{shape.list}>" if shape.list else lines
    return f"<{shape.root}>{held}</{shape.root}>".encode()


def part(kind: str, content: bytes | str) -> str:
    """A FILEHOSO: bytes are written as base64, text as it stands."""
    text = content if isinstance(content, str) else base64.b64encode(content).decode()
    return f"<FILEHOSO><LOAIHOSO>{kind}</LOAIHOSO><NOIDUNGFILE>{text}</NOIDUNGFILE></FILEHOSO>"


def hoso(*parts: str) -> str:
    return f"<HOSO>{''.join(parts)}</HOSO>"


def envelope(*visits: str, sender: str = "70001", count: int | None = None, signature: str = "") -> bytes:
    return (
        f"<GIAMDINHHS><THONGTINDONVI><MACSKCB>{sender}</MACSKCB></THONGTINDONVI><THONGTINHOSO>"
        f"<NGAYLAP>20260930</NGAYLAP><SOLUONGHOSO>{len(visits) if count is None else count}</SOLUONGHOSO>"
        f"<DANHSACHHOSO>{''.join(visits)}</DANHSACHHOSO></THONGTINHOSO><CHUKYDONVI>{signature}</CHUKYDONVI></GIAMDINHHS>"
    ).encode()


def summary(**values: str) -> bytes:
    """XML1 as a document; `MA_LK="X"` replaces a value, `HO_TEN=None` leaves the element out."""
    fields = {**SUMMARY, **values}
    return document("XML1", "".join(f"<{name}>{value}</{name}>" for name, value in fields.items() if value is not None))


def survey(content: bytes) -> Survey:
    return visitfile.survey(io.BytesIO(content))


def read(content: bytes) -> tuple[Survey, list[Visit]]:
    found = survey(content)
    pieces = [content[start:end] for start, end in found.visits]
    return found, [visitfile.read_visit(piece, index=at, survey=found) for at, piece in enumerate(pieces, start=1)]


def codes(findings) -> list[str]:
    return [finding.code for finding in findings]
