"""What Python folds and sorts, the database folds and sorts alike."""

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from soyte.kernel.text import fold, vi_key
from soyte.kernel.text.tests.test_folding import IN_ORDER

VIETNAMESE = st.text(
    st.sampled_from(
        "aăâbcdđeêghiklmnoôơpqrstuưvxyAĂÂĐÊÔƠƯÐðøŁ àảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ"
        "ÀẢÃÁẠẰẲẴẮẶẦẨẪẤẬ\u0300\u0301\u0303\u0309\u0323\u0302\u0306\u031b\u00a0\u2009\u200b\t\n'-/.0123456789"
    ),
    max_size=40,
)
# PostgreSQL keeps no U+0000 and no lone surrogate; letters younger than Python's Unicode may decompose differently.
ANY = st.text(st.characters(exclude_categories=("Cs", "Cn"), exclude_characters="\0"), max_size=20)


def asked(function, text):
    with connection.cursor() as cursor:
        cursor.execute(f"select {function}(%s)", [text])
        return cursor.fetchone()[0]


@pytest.mark.django_db
@settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(VIETNAMESE | ANY)
def test_the_database_folds_as_python_does(text):
    assert asked("fold_vi", text) == fold(text)
    assert asked("vi_key", text) == vi_key(text)


@pytest.mark.django_db
def test_the_database_sorts_as_the_dictionary_does():
    with connection.cursor() as cursor:
        cursor.execute(
            'select word from unnest(%s::text[]) word order by vi_key(word) collate "C"', [list(reversed(IN_ORDER))]
        )
        assert [word for (word,) in cursor.fetchall()] == IN_ORDER


@pytest.mark.django_db
def test_both_functions_may_be_indexed():
    with connection.cursor() as cursor:
        cursor.execute(
            "select proname, provolatile::text, proparallel::text from pg_proc "
            "where proname in ('fold_vi', 'vi_key') order by 1"
        )
        assert cursor.fetchall() == [("fold_vi", "i", "s"), ("vi_key", "i", "s")]
