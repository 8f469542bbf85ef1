"""Who may do what: one table. Nobody may do what is not in it.

A reviewer hears and judges, a senior also unmasks and hands on, an auditor sees everything masked and changes nothing,
an administrator keeps people and terms and does not listen: whoever gives rights away uses none of them in secret.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Deed(StrEnum):
    READ = "read"
    LISTEN = "listen"
    SEARCH = "search"
    UNMASK = "unmask"
    CORRECT = "correct"
    MASK = "mask"
    REVIEW = "review"
    REMARK = "remark"
    REPORT = "report"
    EXPORT = "export"
    PROPOSE = "propose"
    REPLAY = "replay"
    HOLD = "hold"
    ERASE = "erase"
    READ_LOG = "read_log"
    MANAGE_PEOPLE = "manage_people"


_LOOKING: Final = frozenset({Deed.SEARCH, Deed.READ, Deed.LISTEN})
_JUDGING: Final = _LOOKING | {Deed.CORRECT, Deed.MASK, Deed.REVIEW, Deed.REMARK}

RIGHTS: Final[dict[str, frozenset[Deed]]] = {
    "reviewer": _JUDGING,
    "senior": _JUDGING | {Deed.UNMASK, Deed.PROPOSE, Deed.REPLAY, Deed.EXPORT, Deed.REPORT},
    "auditor": _LOOKING | {Deed.REPORT, Deed.READ_LOG},
    "administrator": frozenset(
        {Deed.SEARCH, Deed.READ, Deed.HOLD, Deed.ERASE, Deed.EXPORT, Deed.READ_LOG, Deed.MANAGE_PEOPLE}
    ),
}


def may(role: str, deed: Deed) -> bool:
    """An unknown role may nothing."""
    return deed in RIGHTS.get(role, frozenset())
