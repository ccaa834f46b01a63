"""What a citizen and the officers who serve him may see."""
