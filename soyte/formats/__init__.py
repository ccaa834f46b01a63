"""Codecs of the outside world: pure Python, no Django, no database."""
