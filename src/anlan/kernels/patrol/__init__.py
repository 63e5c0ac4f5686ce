"""Unpredictable patrols: what to cover how often against somebody who watches first, and how to draw from it."""
