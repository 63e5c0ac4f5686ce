"""The outside world: sheets, maps, documents."""
