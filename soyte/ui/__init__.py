"""What pages are built with: base page, components, list and form helpers. soyte/ui/README.md shows how."""
