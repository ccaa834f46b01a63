"""Pages of the intake, one module a subject."""
