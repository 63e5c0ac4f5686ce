"""Which places of the board somebody sees: those within reach, of a district, and open at the moment."""

from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from anlan.engine.access import Reach
from anlan.models import Place
from anlan.queries.board_register import LoadedRegister
from anlan.queries.districts import with_parts
from anlan.queries.reach import within


def places_within(
    loaded: LoadedRegister, at: datetime | None, reach: Reach, district: str = ""
) -> NDArray[np.bool_]:
    """The places within reach, maybe of one district with its parts, that are open at `at` (None: ever).

    They are numbered as in the register.
    """
    register = loaded.register
    mine = np.ones(len(loaded.ids), dtype=bool)
    if at is not None:
        mine = (register.registered <= at.timestamp()) & (at.timestamp() < register.closed)
    if not reach.everywhere:
        codes = frozenset(within(reach, Place.objects.all()).values_list("code", flat=True))
        mine = mine & np.array([code in codes for code in register.codes], dtype=bool)
    if district:
        parts = with_parts(district)
        wanted = [number for number, code in enumerate(loaded.districts) if code in parts]
        mine = mine & np.isin(register.district, wanted)
    found: NDArray[np.bool_] = mine
    return found
