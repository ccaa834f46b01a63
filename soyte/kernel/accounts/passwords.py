"""Which passwords are taken, which are handed out, and the form in which gateways carry theirs."""

from __future__ import annotations

import hashlib
import re
import secrets
from functools import lru_cache

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.utils.translation import gettext_lazy as _

from soyte.kernel.errors import DomainError
from soyte.kernel.text import fold, nfc

SHORTEST = 10
LONGEST = 256  # argon2 reads all of it: a longer one is an attack on the processor
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # without letters that read like another when dictated by telephone
_MD5_FORM = re.compile(r"[0-9A-F]{32}")


class PasswordTooShort(DomainError):
    code = "accounts.password_too_short"
    message = _("Mật khẩu cần ít nhất %(shortest)s ký tự. Một câu dài dễ nhớ cũng được.")


class PasswordTooLong(DomainError):
    code = "accounts.password_too_long"
    message = _("Mật khẩu dài quá %(longest)s ký tự. Chọn mật khẩu ngắn hơn.")


class PasswordTooCommon(DomainError):
    code = "accounts.password_too_common"
    message = _("Mật khẩu này nằm trong danh sách hay bị đoán. Chọn mật khẩu khác.")


class PasswordHoldsName(DomainError):
    code = "accounts.password_holds_name"
    message = _("Mật khẩu chứa tên đăng nhập hoặc chỉ có tên của bạn nên dễ bị đoán. Chọn mật khẩu khác.")


class GatewayFormWrong(DomainError):
    code = "accounts.gateway_form"
    message = _("Mật khẩu cổng phải ở dạng MD5 gồm 32 chữ số thập lục phân.")


@lru_cache(maxsize=1)
def _common() -> CommonPasswordValidator:
    return CommonPasswordValidator()


def check_strength(password: str, *, username: str, display_name: str = "") -> None:
    """Length and guesses only, no rules of composition (NIST SP 800-63B). Raises one of the errors above."""
    if len(password) < SHORTEST:
        raise PasswordTooShort(shortest=SHORTEST)
    if len(password) > LONGEST:
        raise PasswordTooLong(longest=LONGEST)
    if password.lower().strip() in _common().passwords:
        raise PasswordTooCommon()
    plain = fold(password).replace(" ", "")
    if username in password.lower() or (display_name and plain == fold(display_name).replace(" ", "")):
        raise PasswordHoldsName()


def one_time_password() -> str:
    """Three groups of four letters, about 59 bits: "kx7m-3pqr-w9td"."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(3))


def citizen_username() -> str:
    """The name under which a citizen signs in, "nd4829-1537": short enough to copy from a slip, and no number of his."""
    digits = "".join(secrets.choice("0123456789") for _ in range(8))
    return f"nd{digits[:4]}-{digits[4:]}"


def gateway_form(password: str) -> str:
    """The upper-case hex MD5 that the insurer's API sends in place of a password (letter 1245/BHXH-CNTT)."""
    return hashlib.md5(nfc(password).encode(), usedforsecurity=False).hexdigest().upper()


def as_gateway_form(text: str) -> str:
    """A received MD5 form in upper case. Raises GatewayFormWrong."""
    upper = text.strip().upper()
    if not _MD5_FORM.fullmatch(upper):
        raise GatewayFormWrong()
    return upper
