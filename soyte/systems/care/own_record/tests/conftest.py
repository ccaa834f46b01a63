import pytest


@pytest.fixture(autouse=True)
def _plain_static(plain_static):
    """Every test of this room draws pages."""
