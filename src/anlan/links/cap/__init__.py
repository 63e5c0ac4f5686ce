"""Warnings as the world exchanges them: the Common Alerting Protocol 1.2 of OASIS, read, checked, written, signed."""
