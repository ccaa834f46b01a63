"""Sealing with a label's key: AES-256-GCM, bound to the label. A joined label is sealed once for each of its parts."""

from __future__ import annotations

import os
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Container

from cryptography.exceptions import InvalidTag
from django.utils.translation import gettext_lazy as _

from soyte.kernel.errors import DomainError
from soyte.kernel.labels.classes import parts
from soyte.kernel.labels.keys import ID_BYTES, cipher, key_id, opening_key, sealing_key

NONCE_BYTES = 12
PREFIX = "enc:v1:"
_TOKEN = re.compile(rf"{PREFIX}([a-z][a-z0-9_+]*):([A-Za-z0-9_=-]+)")


class SealBroken(DomainError):
    code = "labels.seal_broken"
    message = _(
        "Nội dung đã mã hoá của nhãn %(label)s bị hỏng hoặc bị sửa nên không mở được. "
        "Hãy khôi phục dòng dữ liệu này từ bản sao lưu."
    )


def seal_bytes(plain: bytes, label: str) -> bytes:
    """Key id, nonce and ciphertext. `label` may be several joined by "+"."""
    sealed = plain
    for part in parts(label):
        key, nonce = sealing_key(part), os.urandom(NONCE_BYTES)
        sealed = key_id(key) + nonce + cipher(key).encrypt(nonce, sealed, part.encode())
    return sealed


def open_bytes(sealed: bytes, label: str) -> bytes:
    """The plain bytes. Raises KeyMissing, or SealBroken if the bytes are not what was sealed under `label`."""
    plain = sealed
    for part in reversed(parts(label)):
        wanted, nonce, body = (
            plain[:ID_BYTES],
            plain[ID_BYTES : ID_BYTES + NONCE_BYTES],
            plain[ID_BYTES + NONCE_BYTES :],
        )
        if len(body) == 0:
            raise SealBroken(label=label)
        try:
            plain = cipher(opening_key(part, wanted)).decrypt(nonce, body, part.encode())
        except InvalidTag:
            raise SealBroken(label=label) from None
    return plain


def seal(text: str, label: str) -> str:
    """A text as "enc:v1:<label>:<base64>"; nothing stays nothing, because an empty field tells nothing."""
    return f"{PREFIX}{label}:{urlsafe_b64encode(seal_bytes(text.encode(), label)).decode()}" if text else ""


def sealed_label(text: str) -> str | None:
    """The label under which a text is sealed; None for a plain text."""
    token = _TOKEN.fullmatch(text)
    return token[1] if token else None


def may_open(label: str, granted: Container[str]) -> bool:
    return all(part in granted for part in parts(label))


def unseal(text: str, granted: Container[str]) -> str | None:
    """The plain text; None for whoever lacks the grant of one of its labels. A plain text comes back as it is.

    Raises KeyMissing or SealBroken.
    """
    token = _TOKEN.fullmatch(text)
    if token is None:
        return text
    label, sealed = token.groups()
    if not may_open(label, granted):
        return None
    try:
        return open_bytes(urlsafe_b64decode(sealed), label).decode()
    except NotBase64:
        raise SealBroken(label=label) from None
