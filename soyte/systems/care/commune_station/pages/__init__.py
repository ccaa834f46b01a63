"""Rows as words for the pages."""
