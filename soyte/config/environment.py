"""Every environment variable that soyte reads, in one table: the code, `soyte doctor` and docs/settings.md read it."""

from __future__ import annotations

import os
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Variable:
    name: str
    default: str
    meaning: str

    def read(self) -> str:
        return os.environ.get(self.name, "") or self.default


VARIABLES = (
    Variable(
        "SOYTE_HOME",
        "",
        "Folder of all data: database, files, keys. Empty = .soyte in the checkout, "
        "or /var/lib/soyte when the database's user cannot reach the checkout.",
    ),
    Variable("SOYTE_PORT", "8000", "Port of the web server."),
    Variable("SOYTE_HOST", "127.0.0.1", "Address that the web server listens on."),
    Variable(
        "SOYTE_DATABASE_URL",
        "",
        "postgresql://user:password@host:port/name of an external server. "
        "Empty = the embedded server under SOYTE_HOME.",
    ),
    Variable(
        "SOYTE_PGBIN",
        "",
        "bin folder of the PostgreSQL (>= 15) to run as the embedded server. Empty = the wheel's PostgreSQL 18.",
    ),
    Variable(
        "SOYTE_PGUSER_OS", "nobody", "Operating-system user that the embedded server runs as when started by root."
    ),
    Variable("SOYTE_SECRET_KEY", "", "Key that signs sessions. Empty = made once and kept in SOYTE_HOME/secret_key."),
    Variable(
        "SOYTE_KEYS", "", "Folder of the label keys. Empty = SOYTE_HOME/keys. Back it up apart from the database."
    ),
    Variable("SOYTE_INBOX", "", "Watched folder for visit files. Empty = SOYTE_HOME/inbox."),
    Variable("SOYTE_DEMO", "", "1 = the demo province: synthetic accounts may sign in, pages say 'dữ liệu minh hoạ'."),
    Variable(
        "SOYTE_ALLOWED_HOSTS",
        "localhost,127.0.0.1,[::1]",
        "Host names that the web server answers to, comma separated.",
    ),
    Variable("SOYTE_TRUST_PROXY", "", "1 = a proxy in front ends TLS and sets X-Forwarded-Proto and X-Forwarded-For."),
    Variable("SOYTE_METRICS_TOKEN", "", "Bearer token for /metrics. Empty = only the machine itself may read it."),
    Variable("SOYTE_DEBUG", "", "1 = Django's debug pages. Never on a real installation."),
    Variable("SOYTE_LOG_LEVEL", "INFO", "DEBUG, INFO, WARNING or ERROR."),
    Variable(
        "SOYTE_PROCESSES",
        "",
        "Number of processes that check and write visit files. Empty = the machine's cores, at most 8.",
    ),
    Variable("SOYTE_TEST_DATA", "", "Folder of sample data for the tests. Empty = those tests are skipped and say so."),
    Variable("SOYTE_TEST_DB", "soyte", "Name of the test database, so that two test runs do not meet."),
)
_BY_NAME = {variable.name: variable for variable in VARIABLES}


def read(name: str) -> str:
    """The value of a declared variable; an undeclared name is a mistake of ours."""
    return _BY_NAME[name].read()


def flag(name: str) -> bool:
    return read(name).lower() in {"1", "true", "yes", "on"}
