"""The rules: who owes what, what is missing, what applies now."""
