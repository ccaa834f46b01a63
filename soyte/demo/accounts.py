"""Accounts of the demo: one per role for people to sign in with, one gateway per facility for the feeder.

Passwords are made anew for each home and kept in two files there that only its owner can read.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.db import transaction

from soyte.demo.citizens import make_citizen
from soyte.demo.province import frame
from soyte.kernel.access.models import Post
from soyte.kernel.access.roles import CITIZEN_ROLE
from soyte.kernel.access.services import give_post
from soyte.kernel.accounts.models import Account
from soyte.kernel.accounts.passwords import gateway_form, one_time_password
from soyte.kernel.accounts.services import create_account
from soyte.kernel.actors import Machine
from soyte.kernel.audit.services import Row, record_many
from soyte.kernel.organisations.models import Unit

ACTOR = Machine("soyte demo")
USERS_FILE = "demo-users.json"
FEEDER_FILE = "demo/feeder.json"
HOSPITAL, STATION, CDC = "70001", "70675", "70802"
REASON = "Tài khoản minh hoạ"


class DemoIncompleteError(Exception):
    """The content that the demo stands on is not there; the message says which."""


@dataclass(frozen=True, slots=True)
class Role:
    """One demo account; `at` is a facility code, or "" for the department."""

    role: str
    username: str
    display_name: str
    at: str


ROLES = (
    Role("it_officer", "cntt", "Trần Minh Quân (CNTT bệnh viện)", HOSPITAL),
    Role("doctor", "bacsi", "BS. Nguyễn Thị Hồng Vân", HOSPITAL),
    Role("hiv_doctor", "bacsi-hiv", "BS. Lê Quốc Khánh (HIV)", HOSPITAL),
    Role("desk_officer", "quay", "Ngô Thị Lan (quầy tiếp dân)", HOSPITAL),
    Role("data_officer", "dulieu", "Phạm Thu Hà (dữ liệu Sở)", ""),
    Role("director", "lanhdao", "Lê Hải (Ban Giám đốc Sở)", ""),
    Role("duty_officer", "trucban", "Bùi Quang Huy (trực điều hành)", ""),
    Role("planner", "kehoach", "Trần Mai An (kế hoạch Sở)", ""),
    Role("statistician", "thongke", "Đỗ Thị Thanh (thống kê Sở)", ""),
    Role("station_nurse", "tramyte", "Lê Thị Mai (trạm y tế)", STATION),
    Role("cdc_officer", "cdc", "Nguyễn Văn Phúc (CDC)", CDC),
    Role("cdc_confidential_officer", "cdc-hiv", "Trịnh Thu Hằng (CDC, HIV)", CDC),
    Role("administrator", "quantri", "Võ Đức Long (quản trị)", ""),
    Role("gateway", f"cong-{HOSPITAL}", "Cổng gửi tệp của Bệnh viện Đa khoa tỉnh", HOSPITAL),
)


def _private(path: Path, facts: dict[str, Any]) -> None:
    """Write a file that only its owner can read; never readable by others, not even for a moment."""
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_suffix(".new")
    half.unlink(missing_ok=True)
    descriptor = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        json.dump(facts, stream, ensure_ascii=False, indent=1)
    half.replace(path)


def _unit(code: str) -> Unit:
    units = Unit.objects.filter(valid_to=None)
    found = units.filter(facility_code=code) if code else units.filter(kind=Unit.Kind.DEPARTMENT)
    unit = found.order_by("pk").first()
    if unit is None:
        raise DemoIncompleteError(
            f"Chưa có đơn vị {code or 'Sở Y tế'} trong danh mục; chạy “soyte content load” trước."
        )
    return unit


def _account(*, username: str, display_name: str, kind: str, password: str) -> Account:
    """The account with this password: made, or given a new one where the file of passwords was lost."""
    known = Account.objects.filter(username=username).first()
    if known is None:
        return create_account(
            ACTOR, username=username, display_name=display_name, kind=kind, password=password, synthetic=True
        ).account
    known.set_password(password if kind == Account.Kind.PERSON else gateway_form(password))
    known.must_change_password = False
    known.save(update_fields=["password", "must_change_password"])
    record_many(
        ACTOR, [Row("accounts.manage", Account._meta.label_lower, str(known.pk), details={"act": "demo password"})]
    )
    return known


def _post(account: Account, role: str, unit: Unit) -> None:
    if not Post.objects.filter(account=account, role=role, unit=unit, valid_to=None).exists():
        give_post(ACTOR, account=account, role=role, unit=unit, reason=REASON)


@transaction.atomic
def _make_users(roles: Sequence[Role]) -> list[dict[str, str]]:
    users = []
    for role in roles:
        unit, password = _unit(role.at), one_time_password()
        kind = Account.Kind.GATEWAY if role.role == "gateway" else Account.Kind.PERSON
        account = _account(username=role.username, display_name=role.display_name, kind=kind, password=password)
        _post(account, role.role, unit)
        user = {"role": role.role, "username": role.username, "password": password, "unit": unit.name}
        users.append(user | {"facility": role.at} if role.role == "gateway" else user)
    return users


def demo_users(home: Path) -> list[dict[str, str]]:
    """The demo accounts: role, username, password, unit, and `facility` of the gateway. Those that the home lacks are made.

    Raises DemoOnly outside the demo, DemoIncompleteError where content is missing.
    """
    path = home / USERS_FILE
    users: list[dict[str, str]] = json.loads(path.read_text(encoding="utf-8"))["users"] if path.is_file() else []
    known = {user["role"] for user in users}
    made = _make_users([role for role in ROLES if role.role not in known])
    if CITIZEN_ROLE not in known and (citizen := make_citizen(HOSPITAL)):
        made.append(citizen)
    if made:
        users += made
        _private(path, {"users": users})
    return users


@dataclass(frozen=True, slots=True)
class FeederKeys:
    """What the feeder needs to pass the gateway's door: one password, and the account of each facility."""

    password: str
    accounts: dict[str, str]


def feeder_keys(home: Path) -> FeederKeys:
    """The feeder's gateway accounts, made where the home has none."""
    path = home / FEEDER_FILE
    if not path.is_file():
        _private(path, asdict(_make_feeder_accounts()))
    return FeederKeys(**json.loads(path.read_text(encoding="utf-8")))


@transaction.atomic
def _make_feeder_accounts() -> FeederKeys:
    """One gateway per facility. They share a password, and so its hash: made one by one they would take long."""
    password = one_time_password()
    units = {
        str(unit.facility_code): unit
        for unit in Unit.objects.filter(facility_code__in=list(frame.facilities()), valid_to=None)
    }
    names = {code: f"gui-{code}" for code in sorted(units)}
    model = Account(username="gui", kind=Account.Kind.GATEWAY)
    model.set_password(gateway_form(password))
    known = {account.username: account for account in Account.objects.filter(username__in=names.values())}
    fresh = [
        Account(
            username=username,
            display_name=f"Máy gửi tệp minh hoạ {code}",
            kind=Account.Kind.GATEWAY,
            synthetic=True,
            password=model.password,
        )
        for code, username in names.items()
        if username not in known
    ]
    Account.objects.filter(username__in=known).update(password=model.password)
    made = {account.username: account for account in [*Account.objects.bulk_create(fresh), *known.values()]}
    record_many(
        ACTOR,
        [
            Row(
                "accounts.manage",
                Account._meta.label_lower,
                str(account.pk),
                details={"act": "create", "kind": "gateway", "synthetic": True},
            )
            for account in made.values()
        ],
    )
    for code, username in names.items():
        _post(made[username], "gateway", units[code])
    return FeederKeys(password, names)
