import pytest

from soyte.kernel.accounts.addresses import client_address


@pytest.mark.parametrize(
    "trusted, forwarded, address",
    [
        (False, "1.2.3.4", "10.0.0.1"),
        (True, "1.2.3.4", "1.2.3.4"),
        (True, "6.6.6.6, 1.2.3.4", "1.2.3.4"),  # the first entry is the sender's own word
        (True, "rubbish", "10.0.0.1"),
        (True, "", "10.0.0.1"),
        (True, "2001:db8::1", "2001:db8::1"),
    ],
)
def test_only_the_proxys_own_entry_is_believed(rf, settings, trusted, forwarded, address):
    settings.SOYTE_TRUST_PROXY = trusted
    headers = {"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {}
    assert client_address(rf.get("/", REMOTE_ADDR="10.0.0.1", **headers)) == address
