"""The synthetic province: people, their visits as real visit files, and the true answers beside the files.

Pure Python without Django. The same arguments give the same bytes: every draw comes from a `random.Random` seeded
with the province's seed and the name of the thing drawn, so that one person's visits do not depend on another's.
"""
