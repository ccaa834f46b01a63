import os
import stat
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from soyte.kernel.actors import EVERY_LABEL
from soyte.kernel.labels import (
    KeyMissing,
    KeyUnreadable,
    SealBroken,
    joined,
    open_bytes,
    rotate,
    seal,
    seal_bytes,
    sealed_label,
    title,
    unseal,
)
from soyte.kernel.labels.keys import sealing_key


@pytest.fixture(autouse=True)
def keys(settings, tmp_path):
    settings.SOYTE_KEYS = tmp_path / "keys"
    return settings.SOYTE_KEYS


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.text(st.characters(exclude_categories=("Cs",))))
def test_what_is_sealed_comes_back_for_whoever_has_the_grant(text):
    sealed = seal(text, "hiv")
    assert unseal(sealed, {"hiv"}) == unseal(sealed, EVERY_LABEL) == text
    assert unseal(sealed, {"mental"}) == (None if text else "")


def test_a_sealed_text_names_its_label_and_shows_nothing_else():
    sealed = seal("viêm phổi", "hiv")
    assert sealed.startswith("enc:v1:hiv:")
    assert sealed_label(sealed) == "hiv"
    assert sealed_label("viêm phổi") is None
    assert sealed != seal("viêm phổi", "hiv")
    assert unseal("viêm phổi", ()) == "viêm phổi"


def test_several_labels_need_every_grant_and_every_key(keys):
    both = joined(["violence", "hiv", "hiv"])
    assert both == "hiv+violence"
    sealed = seal("x", both)
    assert unseal(sealed, {"hiv", "violence"}) == "x"
    assert unseal(sealed, {"violence"}) is None
    (keys / "hiv.key").unlink()
    with pytest.raises(KeyMissing):
        unseal(sealed, EVERY_LABEL)


def test_a_key_is_a_file_that_only_its_owner_reads(keys):
    seal("x", "hiv")
    assert stat.S_IMODE((keys / "hiv.key").stat().st_mode) == 0o600
    assert stat.S_IMODE(keys.stat().st_mode) == 0o700
    assert [path.name for path in keys.iterdir()] == ["hiv.key"]


def test_many_first_users_at_once_get_one_key(keys):
    with ThreadPoolExecutor(16) as pool:
        sealed = list(pool.map(lambda n: seal(str(n), "hiv"), range(64)))
    assert [unseal(text, {"hiv"}) for text in sealed] == [str(n) for n in range(64)]
    assert os.listdir(keys) == ["hiv.key"]  # noqa: PTH208


def test_after_a_rotation_old_texts_open_and_new_ones_have_the_new_key(keys):
    before, old = seal("trước", "hiv"), sealing_key("hiv")
    rotate("hiv")
    after = seal("sau", "hiv")
    assert sealing_key("hiv") != old
    assert (unseal(before, {"hiv"}), unseal(after, {"hiv"})) == ("trước", "sau")
    next(keys.glob("hiv.*.key")).unlink()
    assert unseal(after, {"hiv"}) == "sau"
    with pytest.raises(KeyMissing):
        unseal(before, {"hiv"})


def test_a_lost_key_is_told_with_its_file_and_mend(keys):
    sealed = seal("x", "hiv")
    (keys / "hiv.key").unlink()
    with pytest.raises(KeyMissing) as caught:
        unseal(sealed, {"hiv"})
    assert "hiv.key" in str(caught.value)
    assert "bản sao lưu" in str(caught.value)


def test_another_key_in_its_place_is_told_as_the_missing_one(keys):
    sealed = seal("x", "hiv")
    (keys / "hiv.key").write_text("00" * 32)
    with pytest.raises(KeyMissing):
        unseal(sealed, {"hiv"})


def test_a_damaged_key_file_is_told(keys):
    sealed = seal("x", "hiv")
    (keys / "hiv.key").write_text("không phải khóa")
    with pytest.raises(KeyUnreadable):
        unseal(sealed, {"hiv"})


@pytest.mark.parametrize("damage", [lambda b: b[:-1], lambda b: b[:-1] + bytes([b[-1] ^ 1]), lambda b: b[:10]])
def test_altered_bytes_are_refused(damage):
    with pytest.raises(SealBroken):
        open_bytes(damage(seal_bytes(b"xyz", "hiv")), "hiv")


def test_a_text_moved_to_another_label_is_refused(keys):
    sealed = seal_bytes(b"xyz", "hiv")
    (keys / "sti.key").write_text((keys / "hiv.key").read_text())
    with pytest.raises(SealBroken):
        open_bytes(sealed, "sti")
    with pytest.raises(SealBroken):
        unseal("enc:v1:hiv:abc", {"hiv"})
    assert unseal("enc:v1:hiv: ghi chú", ()) == "enc:v1:hiv: ghi chú"


def test_a_label_never_becomes_another_file():
    with pytest.raises(ValueError, match="not a label"):
        seal("x", "../../etc/passwd")
    assert title("hiv") == "HIV/AIDS"
    assert title("nhan_moi") == "nhan_moi"
