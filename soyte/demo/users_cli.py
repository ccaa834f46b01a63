"""`soyte demo-users`: the accounts of the demo province."""

from __future__ import annotations

import argparse
import json
import sys

from django.conf import settings

from soyte.demo.accounts import USERS_FILE, DemoIncompleteError, demo_users

COULD_NOT_RUN = 2


def main(argv: list[str]) -> int:
    """Exit status 0, or 2 where the home holds no demo."""
    parser = argparse.ArgumentParser(prog="soyte demo-users", description="Các tài khoản của tỉnh minh hoạ.")
    parser.add_argument("--json", action="store_true", help="in một dòng JSON")
    arguments = parser.parse_args(argv)
    home = settings.SOYTE_HOME
    if not settings.SOYTE_DEMO and not (home / USERS_FILE).is_file():
        print("soyte demo-users: nơi này chưa có tỉnh minh hoạ. Chạy “soyte demo” trước.", file=sys.stderr)
        return COULD_NOT_RUN
    try:
        users = demo_users(home)
    except DemoIncompleteError as error:
        print(f"soyte demo-users: {error}", file=sys.stderr)
        return COULD_NOT_RUN
    if arguments.json:
        print(json.dumps({"users": users}, ensure_ascii=False))
        return 0
    for user in users:
        print(f"{user['role']:<25} {user['username']:<14} {user['password']:<16} {user['unit']}")
    return 0
