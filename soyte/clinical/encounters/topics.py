"""What is told of visits through the outbox; the object is the encounter or check-in."""

RECORDED = "encounters.recorded"
WITHDRAWN = "encounters.withdrawn"
CHECKED_IN = "encounters.checked_in"
MOVED = "encounters.moved"  # by a decision it is another person's, or is again who it was
