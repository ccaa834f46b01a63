"""How passwords are kept."""

from __future__ import annotations

from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2(Argon2PasswordHasher):
    """argon2id with 19 MiB, two passes, one lane: the OWASP minimum.

    Django's own default takes 100 MiB a sign-in, which a small server feels when a morning shift signs in at once.
    """

    memory_cost = 19 * 1024
    time_cost = 2
    parallelism = 1
