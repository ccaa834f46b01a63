"""Find a person, read the record, open it with a reason, go to a fact's source, print."""
