import pytest

from soyte.config import doctor
from soyte.config.home import HomeError


def test_a_good_machine_lacks_nothing(house):
    done = house.soyte("doctor")
    assert done.returncode == 0, done.stdout
    assert "THIẾU" not in done.stdout


def test_what_is_missing_is_named_with_its_mend(house):
    done = house.soyte("doctor", SOYTE_PGBIN="/nowhere", SOYTE_PORT="99999")
    assert done.returncode == 1
    assert "SOYTE_PGBIN" in done.stdout
    assert "SOYTE_PORT" in done.stdout
    assert done.stdout.count("THIẾU") == 2


def test_a_home_that_cannot_be_used_is_told_once(monkeypatch):
    def closed():
        raise HomeError("chmod a+x /srv")

    monkeypatch.setattr(doctor, "home", closed)
    told = [finding for finding in doctor.findings() if "chmod a+x /srv" in finding.mend]
    assert [finding.subject for finding in told] == ["SOYTE_HOME"]


@pytest.mark.parametrize("name, value, mend", [("FIRST_DISK_GB", 1e9, "đĩa"), ("LEAST_MEMORY_GB", 1e9, "bộ nhớ")])
def test_the_demo_is_refused_without_room(monkeypatch, name, value, mend):
    monkeypatch.setattr(doctor, name, value)
    monkeypatch.setattr(doctor, "LATER_DISK_GB", doctor.FIRST_DISK_GB)
    with pytest.raises(HomeError, match=mend):
        doctor.require_room()
