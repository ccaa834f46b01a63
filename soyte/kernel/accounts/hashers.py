"""How passwords are kept."""

from __future__ import annotations

from django.contrib.auth.hashers import Argon2PasswordHasher

from soyte.kernel.text import nfc


class Argon2(Argon2PasswordHasher):
    """argon2id with 19 MiB, two passes, one lane: the OWASP minimum.

    Django's own default takes 100 MiB a sign-in, which a small server feels when a morning shift signs in at once.
    What is hashed is composed (NFC): keyboards and phones write "ế" as one, two or three characters.
    """

    memory_cost = 19 * 1024
    time_cost = 2
    parallelism = 1

    def encode(self, password: str, salt: str) -> str:
        return super().encode(nfc(password), salt)

    def verify(self, password: str, encoded: str) -> bool:
        return super().verify(nfc(password), encoded)
