import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soyte.kernel.text import accented_words, fold, initials, is_accented, last_four, masked, nfc, vi_key, words

# Each line is in the order of a Vietnamese dictionary: letters first, then huyền hỏi ngã sắc nặng.
IN_ORDER = [
    "A",
    "À",
    "Ả",
    "Ã",
    "Á",
    "Ạ",
    "Ai",
    "An",
    "Anh",
    "Ăn",
    "Ân",
    "Ấn",
    "Ba",
    "Bà",
    "Bả",
    "Bã",
    "Bá",
    "Bạ",
    "Băng",
    "Bê",
    "Bế",
    "Cam",
    "Dung",
    "Dũng",
    "Đan",
    "Đỗ An",
    "Đỗ Ân",
    "Eo",
    "Êm",
    "Nguyên",
    "Nguyễn",
    "Nguyễn An",
    "Nguyễn Ân",
    "Oai",
    "Ong",
    "Ông",
    "Ơn",
    "Uyên",
    "Ưng",
    "Xuân",
    "Yên",
    "Yến",
]


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("NGUYỄN  Thị Đặng Ếch", "nguyen thi dang ech"),
        ("\tBệnh \u00a0nhân\n", "benh nhan"),
        ("Ðỗ Văn Ðức", "do van duc"),  # eth, as old fonts wrote Đ
        ("Nguye\u0302\u0303n", "nguyen"),
        ("H’Hen Niê", "h’hen nie"),
        ("", ""),
        ("   ", ""),
    ],
)
def test_folding_leaves_bare_lower_case_words(written, folded):
    assert fold(written) == folded


def test_composed_and_decomposed_input_fold_alike():
    for text in ("Đỗ Thị Bệnh", "Ưng Hoàng Phúc", "Lưu Thuỷ Tiên"):
        assert fold(unicodedata.normalize("NFD", text)) == fold(text)
        assert nfc(unicodedata.normalize("NFD", text)) == text


def test_the_sort_key_gives_the_order_of_the_dictionary():
    assert sorted(set(IN_ORDER), key=vi_key) == IN_ORDER


def test_words_are_runs_of_letters_and_digits():
    assert words("H’Hen-Niê, 12/5") == ["h", "hen", "nie", "12", "5"]
    assert accented_words("ĐỖ Thị Bệnh".upper()) == ["đỗ", "thị", "bệnh"]
    assert is_accented("đỗ")
    assert not is_accented("do")


def test_initials_are_letters():
    assert initials("Nguyễn Thị Lan") == "NL"
    assert initials("BS. Đinh Hà (CNTT bệnh viện)") == "ĐH"
    assert initials("an") == "A"
    assert initials(" 12 ") == ""


def test_a_mask_shows_the_last_four_characters_only():
    assert masked("075197000008") == "••••••••0008"
    assert masked("123") == "•••"
    assert last_four("1234") == ""


@given(st.text())
def test_folding_twice_changes_nothing(text):
    assert fold(fold(text)) == fold(text)
