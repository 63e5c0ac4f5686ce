"""Codes and names that stand for one thing only: somebody else may take one between looking and writing."""

from anlan.actions.turns import take_turn


class CodeTakenError(Exception):
    """Something else has this code already."""

    def __init__(self, code: str) -> None:
        super().__init__(f"The code “{code}” is taken.")
        self.code = code


def new_codes_in_turn(kind: str) -> None:
    """Wait until nobody else is giving out codes of this kind; what is looked up from here on stays true.

    To be called in the transaction that writes, before the codes in use are looked up.
    """
    take_turn(f"new-{kind}")
