"""The administrator's pages, one module a subject."""
