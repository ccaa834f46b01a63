"""What a citizen says, and what an officer answers."""
