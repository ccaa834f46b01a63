"""`make reset` removes a demo's data and nothing else."""

from soyte.config.tests.houses import let_go


def reset(house):
    return house.run("-m", "soyte.config.reset")


def test_only_a_demo_is_removed_and_only_when_it_does_not_run(house):
    held = house.hold()
    refused = reset(house)
    assert refused.returncode == 2
    assert "minh hoạ" in refused.stderr
    (house.home / "demo-users.json").write_text("{}")
    refused = reset(house)
    assert refused.returncode == 2
    assert "đang chạy" in refused.stderr
    assert house.postmaster()
    let_go(held)
    assert reset(house).returncode == 0
    assert not house.home.exists()
    assert reset(house).returncode == 0  # nothing to remove
