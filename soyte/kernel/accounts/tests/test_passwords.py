import hashlib

import pytest

from soyte.kernel.accounts import passwords


@pytest.mark.parametrize(
    "password, error",
    [
        ("ngắn quá", passwords.PasswordTooShort),
        ("a" * 300, passwords.PasswordTooLong),
        ("1234567890", passwords.PasswordTooCommon),
        ("Password123", passwords.PasswordTooCommon),
        ("bs.an-2026-abc", passwords.PasswordHoldsName),
        ("nguyen van an", passwords.PasswordHoldsName),
        ("Nguyễn Văn An", passwords.PasswordHoldsName),
    ],
)
def test_a_password_that_is_guessed_is_refused(password, error):
    with pytest.raises(error) as refused:
        passwords.check_strength(password, username="bs.an", display_name="Nguyễn Văn An")
    assert "%(" not in str(refused.value)


@pytest.mark.parametrize("password", ["mưa rơi trên mái tôn", "kx7m-3pqr-w9td"])
def test_a_long_sentence_is_a_password(password):
    passwords.check_strength(password, username="bs.an", display_name="Nguyễn Văn An")


def test_one_time_passwords_differ_and_can_be_read_out():
    issued = {passwords.one_time_password() for _ in range(200)}
    assert len(issued) == 200
    assert not set("".join(issued)) & set("01ilo")


def test_the_gateway_form_is_the_md5_in_upper_case():
    assert passwords.gateway_form("mật khẩu") == hashlib.md5("mật khẩu".encode()).hexdigest().upper()
    assert passwords.as_gateway_form(" " + "ab" * 16) == "AB" * 16
    with pytest.raises(passwords.GatewayFormWrong):
        passwords.as_gateway_form("AB" * 15 + "XY")
