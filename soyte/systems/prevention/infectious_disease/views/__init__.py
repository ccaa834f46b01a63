"""Pages of reports and outbreaks."""
