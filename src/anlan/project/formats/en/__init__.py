"""How one language writes dates and numbers."""
