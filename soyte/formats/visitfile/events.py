"""Parsers of events whose handlers know the parser."""

from __future__ import annotations

from xml.parsers import expat

_HANDLERS = ("StartDoctypeDeclHandler", "StartElementHandler", "EndElementHandler", "CharacterDataHandler")


def release(parser: expat.XMLParserType) -> None:
    """Part a parser from its handlers when its document is read.

    They hold each other, and a parser holds buffers of some 100 KB that nobody counts: left to the search for circles,
    which comes after many thousands of objects, the buffers of thousands of files would wait for it.
    """
    for name in _HANDLERS:
        setattr(parser, name, None)
