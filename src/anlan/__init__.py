"""Anlan: a city's protective security and emergency readiness."""
