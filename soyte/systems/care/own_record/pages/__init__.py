"""A record in the words of its owner. Reads no table: gets rows and turns them into what templates draw."""
