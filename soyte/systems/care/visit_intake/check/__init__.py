"""`soyte check`: the verdicts of the intake without a database, an account or a server.

Pure Python, no Django. `paths` (which files) and `result` (what is printed) are shared with `soyte ingest`.
"""
