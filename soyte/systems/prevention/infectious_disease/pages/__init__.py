"""Reports and outbreaks in the words of a page."""
