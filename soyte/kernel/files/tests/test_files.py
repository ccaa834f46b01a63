from hashlib import sha256

import pytest
from django.db import connection

from soyte.kernel.actors import EVERY_LABEL
from soyte.kernel.files.models import Blob
from soyte.kernel.files.selectors import BlobMissing, get, get_many
from soyte.kernel.files.services import put, put_many

pytestmark = pytest.mark.django_db
PIECE = "<HOSO>Nguyễn Thị Hoa, B20</HOSO>".encode() * 50


@pytest.fixture(autouse=True)
def keys(settings, tmp_path):
    settings.SOYTE_KEYS = tmp_path / "keys"


def kept(*pieces):
    with connection.cursor() as cursor:
        return put_many(cursor, pieces)


def test_bytes_come_back_by_their_hash_and_are_kept_once():
    [first], [again] = kept((PIECE, None)), kept((PIECE, None))
    assert first == again == sha256(PIECE).digest()
    assert get(first) == PIECE
    blob = Blob.objects.get()
    assert (blob.size, blob.encoding, blob.label_key) == (len(PIECE), "zstd", None)
    assert len(blob.content) < 100


def test_a_labelled_piece_is_sealed_and_opens_with_the_grant_only():
    [digest] = kept((PIECE, "hiv"))
    assert b"Hoa" not in bytes(Blob.objects.get().content)
    assert get(digest) is None
    assert get(digest, {"mental"}) is None
    assert get(digest, {"hiv"}) == get(digest, EVERY_LABEL) == PIECE


def test_a_piece_labelled_later_is_sealed_then_and_never_opened_again():
    [digest] = kept((PIECE, None))
    kept((PIECE, "hiv"))
    assert get(digest) is None
    kept((PIECE, None))
    kept((PIECE, "hiv+violence"))
    assert Blob.objects.get().label_key == "hiv+violence"
    kept((PIECE, "hiv"))
    assert get(digest, {"hiv"}) is None
    assert get(digest, {"hiv", "violence"}) == PIECE


def test_one_statement_keeps_all_pieces_in_their_order(django_assert_num_queries):
    pieces = [(f"mảnh {n}".encode(), "hiv" if n % 2 else None) for n in range(50)]
    with django_assert_num_queries(1):
        hashes = kept(*pieces, pieces[3], (pieces[4][0], "sti"))
    assert hashes[50] == hashes[3]
    with django_assert_num_queries(1):
        found = get_many(hashes, {"hiv"})
    assert [found[h] for h in hashes[:50]] == [None if n == 4 else plain for n, (plain, _label) in enumerate(pieces)]


def test_psycopgs_own_cursor_keeps_bytes_too():
    connection.ensure_connection()
    with connection.connection.cursor() as cursor:
        assert get(put(cursor, b"")) == b""
    assert kept() == []


def test_an_unknown_hash_is_told():
    with pytest.raises(BlobMissing):
        get(b"x" * 32)
    assert get_many([b"x" * 32]) == {}
