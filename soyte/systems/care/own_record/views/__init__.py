"""A citizen's pages, and those of the officers who serve and answer him."""
