"""The schemas of the intake's own lists."""

from __future__ import annotations

from base64 import b64decode
from typing import Annotated

from cryptography import x509
from pydantic import AfterValidator

from soyte.kernel.codes.content_schemas import CodeRow


def _is_certificate(text: str) -> str:
    x509.load_der_x509_certificate(b64decode(text, validate=True))
    return text


class IssuerRow(CodeRow):
    """An issuer of signing certificates. `code`: serial number in hexadecimal; `certificate`: DER in base64."""

    certificate: Annotated[str, AfterValidator(_is_certificate)]
