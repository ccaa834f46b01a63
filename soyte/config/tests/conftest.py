import shutil

import pytest

from soyte.config.tests.houses import House, reachable_folder


@pytest.fixture
def house():
    made = House(reachable_folder() / "home")
    yield made
    made.close()
    shutil.rmtree(made.home.parent, ignore_errors=True)
