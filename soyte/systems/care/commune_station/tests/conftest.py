import pytest

from soyte.systems.care.commune_station.tests.people import BINH_PHUOC, DONG_XOAI, station


@pytest.fixture(autouse=True)
def _stations(db):
    for commune in (BINH_PHUOC, DONG_XOAI):
        station(commune)
