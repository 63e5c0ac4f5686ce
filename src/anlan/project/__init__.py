"""Settings and root addresses."""
