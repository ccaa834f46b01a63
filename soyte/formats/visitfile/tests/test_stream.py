"""Memory does not grow with the file."""

import gc
import io
import tracemalloc

from soyte.formats import visitfile
from soyte.formats.visitfile import faults, read_visit
from soyte.formats.visitfile.tests.files import envelope, hoso, part, read, summary

MB = 1 << 20


class Repeated(io.RawIOBase):
    """A file of `count` equal visits, made while it is read."""

    def __init__(self, count):
        self.visit = (hoso(part("XML1", summary(GHI_CHU="x" * 3000)), part("XML2", "")) + "\n").encode() * 100
        head, tail = envelope("@", count=count).split(b"@")
        self._pieces = iter([head, *([self.visit] * (count // 100)), tail])
        self._rest = b""

    def read(self, size=-1):
        while len(self._rest) < size and (piece := next(self._pieces, b"")):
            self._rest += piece
        taken, self._rest = self._rest[:size], self._rest[size:]
        return taken


def peak_of(action):
    tracemalloc.start()
    try:
        result = action()
        return result, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_a_large_file_is_surveyed_in_little_memory():
    found, peak = peak_of(lambda: visitfile.survey(Repeated(8_000)))
    assert found.fatal is None
    assert len(found.visits) == 8_000 and found.size > 30 * MB
    assert peak < 12 * MB


def test_a_text_over_the_limit_is_refused_before_it_is_held():
    class Endless(io.RawIOBase):
        read_bytes = 0

        def read(self, size=-1):
            self.read_bytes += size
            return b"<GIAMDINHHS><!-- " if self.read_bytes == size else b"A" * size

    stream = Endless()
    found, peak = peak_of(lambda: visitfile.survey(stream))
    assert found.fatal.code == "file.text_size"
    assert stream.read_bytes < faults.MAX_TEXT + 4 * MB
    assert peak < 64 * MB


def test_the_largest_table_is_read_and_a_larger_one_is_not():
    def sized(size):
        return envelope(hoso(part("XML1", summary()), part("XML16", "A" * size)))

    assert read(sized(9 * MB - 100))[1][0].readable
    assert read(sized(9 * MB + 100))[0].fatal.code == "file.text_size"


def test_a_deep_table_neither_recurses_nor_lingers():
    deep = b"<TONG_HOP>" + b"<a>" * 100_000 + b"</a>" * 100_000 + b"</TONG_HOP>"
    survey, (found,) = read(envelope(hoso(part("XML1", deep))))
    assert survey.fatal is None
    assert [finding.code for finding in found.findings] == ["table.depth"]


def test_a_piece_can_be_read_by_itself():
    content = envelope(hoso(part("XML1", summary())), hoso(part("XML1", summary(MA_LK="L2"))))
    found = visitfile.survey(io.BytesIO(content))
    start, end = found.visits[1]
    assert read_visit(content[start:end], index=2, survey=found).code == "L2"


def circles_left_by(action):
    gc.collect()
    gc.disable()
    try:
        action()
        return gc.collect()
    finally:
        gc.enable()


def test_a_file_that_was_read_leaves_no_parser_behind():
    # The parser of each file holds some 100 KB: thousands would pile up before anybody looks for circles.
    odd = hoso(part("XML1", summary()), part("XML2", "")).replace("<HOSO>", "<HOSO><!-- x -->")
    for content in (envelope(hoso(part("XML1", summary()))), envelope(odd), b"<GIAMDINHHS><x></GIAMDINHHS>"):
        visitfile.survey(io.BytesIO(content))  # what is made once, before the count
        assert circles_left_by(lambda content=content: visitfile.survey(io.BytesIO(content))) == 0
    read(envelope(odd))
    assert circles_left_by(lambda: read(envelope(odd))) == 0
