"""A record in the words and pieces of a page. Reads no table: gets rows and turns them into what templates draw."""
