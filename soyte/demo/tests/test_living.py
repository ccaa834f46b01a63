"""A home becomes a province, once; its accounts are private; later starts add the missing days."""

import json
import stat
from datetime import date, timedelta

import pytest
from django.contrib.auth.hashers import check_password

from soyte.clinical.encounters.models import Encounter
from soyte.demo import living, scaled, users_cli
from soyte.demo.accounts import ROLES, demo_users, feeder_keys
from soyte.demo.province.generate import Province
from soyte.kernel.access.models import Post
from soyte.kernel.accounts.models import Account
from soyte.kernel.accounts.passwords import gateway_form
from soyte.kernel.accounts.services import DemoOnly
from soyte.kernel.content.services import load_all
from soyte.kernel.organisations.models import Unit
from soyte.kernel.people.models import Person
from soyte.kernel.places.models import Population

DAY = date(2026, 9, 15)
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def province_of_content(settings):
    settings.SOYTE_DEMO = True
    load_all()


def test_demo_accounts_have_every_role_and_a_private_file(province_of_content, tmp_path):
    users = demo_users(tmp_path)
    assert {user["role"] for user in users} >= {"it_officer", "doctor", "data_officer", "administrator", "gateway"}
    path = tmp_path / "demo-users.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for user in users:
        account = Account.objects.get(username=user["username"])
        assert account.synthetic
        assert Post.objects.filter(account=account, role=user["role"], valid_to=None).exists()
        form = gateway_form(user["password"]) if user["role"] == "gateway" else user["password"]
        assert check_password(form, account.password)
    assert next(user for user in users if user["role"] == "gateway")["facility"] == "70001"


def test_accounts_are_made_once_and_renewed_when_the_file_is_lost(province_of_content, tmp_path):
    first = demo_users(tmp_path)
    assert demo_users(tmp_path) == first
    (tmp_path / "demo-users.json").unlink()
    second = demo_users(tmp_path)
    assert [user["username"] for user in second] == [user["username"] for user in first]
    assert all(one["password"] != other["password"] for one, other in zip(first, second, strict=True))
    assert Account.objects.filter(username__in=[role.username for role in ROLES]).count() == len(ROLES)


def test_demo_accounts_are_refused_outside_the_demo(province_of_content, settings, tmp_path):
    settings.SOYTE_DEMO = False
    with pytest.raises(DemoOnly):
        demo_users(tmp_path)
    assert not (tmp_path / "demo-users.json").exists()


def test_the_command_prints_the_accounts(province_of_content, settings, tmp_path, capsys):
    settings.SOYTE_HOME = tmp_path
    assert users_cli.main(["--json"]) == 0
    users = json.loads(capsys.readouterr().out)["users"]
    assert all({"role", "username", "password", "unit"} <= set(user) for user in users)


def test_the_command_refuses_a_home_without_a_demo(province_of_content, settings, tmp_path, capsys):
    settings.SOYTE_HOME, settings.SOYTE_DEMO = tmp_path, False
    assert users_cli.main(["--json"]) == 2
    assert "soyte demo" in capsys.readouterr().err


def test_every_facility_has_a_gateway_of_its_own(province_of_content, tmp_path):
    keys = feeder_keys(tmp_path)
    assert stat.S_IMODE((tmp_path / "demo" / "feeder.json").stat().st_mode) == 0o600
    assert len(keys.accounts) > 100
    account = Account.objects.get(username=keys.accounts["70002"])
    assert check_password(gateway_form(keys.password), account.password)
    assert Post.objects.get(account=account).unit.facility_code == "70002"


def test_population_and_beds_are_of_the_demo_s_size_and_marked(province_of_content):
    province = Province.of_years(people=500, years=1, until=DAY, seed="1", outbreaks=0)
    scaled.load(province)
    scaled.load(province)
    for day in (date(2025, 6, 30), date(2025, 7, 1)):
        rows = Population.objects.filter(as_of=day, withdrawn=False)
        assert sum(row.people for row in rows) == 500
        assert all(row.source.startswith("Dữ liệu minh hoạ") and row.state == "review" for row in rows)
    hospital = Unit.objects.get(facility_code="70001", valid_to=None)
    assert hospital.beds == 1
    assert hospital.software == "Phần mềm Mẫu Sao Mai"


@pytest.mark.slow
def test_a_home_is_filled_once_and_then_only_caught_up(province_of_content, tmp_path, capsys):
    living.prepare(tmp_path, people=60, years=1, day=DAY)
    visits, people = Encounter.objects.filter(in_force=True).count(), Person.objects.count()
    with (tmp_path / "demo" / "truth" / "totals.csv").open(encoding="utf-8") as lines:
        told = next(line for line in lines if line.startswith("visits,,,"))
    assert visits == int(told.rpartition(",")[2])
    assert Person.objects.filter(synthetic=True).count() == people
    assert "Sinh tỉnh minh hoạ" in capsys.readouterr().out
    living.prepare(tmp_path, day=DAY)
    assert Encounter.objects.filter(in_force=True).count() == visits
    assert capsys.readouterr().out == ""
    living.prepare(tmp_path, day=DAY + timedelta(days=30))
    assert Encounter.objects.filter(in_force=True).count() > visits
    assert living.read_state(tmp_path).covered_until == DAY + timedelta(days=29)
    assert not list((tmp_path / "demo").glob("files-*"))
