"""The manual on the site: every page of both books, its links and pictures, without a sign-in."""

import re

import pytest
from django.urls import reverse

from soyte.web import manual

pytestmark = pytest.mark.django_db
BOOKS = [manual.ROLES, manual.ENGINEERS]


def pages(book):
    return [reverse(book.address), *(entry.url for entry in manual.entries(book))]


@pytest.mark.parametrize("book", BOOKS, ids=["roles", "engineers"])
def test_every_page_opens_for_anyone_and_its_links_lead_somewhere(client, book):
    for address in pages(book):
        told = client.get(address).content.decode()
        article = told[told.index("<article") : told.index("</article>")]
        for link in set(re.findall(r'(?:href|src)="(/[^"#]*)', article)):
            assert client.get(link).status_code == 200, f"{link} on {address}"
        assert ".md" not in "".join(re.findall(r'href="([^"]*)"', article)), address
        if title := re.search(r"<h1[^>]*>(.*?)</h1>", told, re.S):
            assert title[1].strip(), address


def test_every_file_of_the_manual_is_listed_in_its_index():
    listed = {entry.file for entry in manual.entries(manual.ROLES)}
    assert {file for file in manual.MANUAL.glob("*.md") if file.stem != manual.INDEX} == listed


def test_every_picture_that_a_page_shows_is_there():
    shown = {
        name for file in manual.MANUAL.glob("*.md") for name in re.findall(r"\]\(pictures/([^)]+)\)", file.read_text())
    }
    assert shown - {file.name for file in manual.PICTURES.iterdir()} == set()


def test_what_is_not_listed_is_not_served(client):
    for address in (
        "/huong-dan/khong-co/",
        "/huong-dan/README/",
        "/huong-dan/hinh/..%2FREADME.md",
        "/huong-dan/ky-thuat/NOTICE/",
    ):
        assert client.get(address).status_code == 404, address


def test_html_in_a_file_stays_text():
    assert "<script" not in manual._MARKDOWN.render("<script>alert(1)</script>")
