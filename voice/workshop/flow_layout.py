"""Where the cards of a flow's diagram stand: columns from left to right as a call goes, few crossings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

SWEEPS = 6  # of ordering the columns by their neighbours
GAP_PX = 26  # between two cards of a column


@dataclass(frozen=True, slots=True)
class Link:
    """From the card `source`, `port_px` below its top, to the card `target`."""

    source: str
    target: str
    port_px: float


def tops_of(heights_px: Mapping[str, float], links: Sequence[Link], columns: Mapping[str, int]) -> dict[str, float]:
    """The top of every card in px, the highest at 0: near the cards that lead to it, none over another."""
    order = {column: [card for card in heights_px if columns[card] == column] for column in set(columns.values())}
    top: dict[str, float] = {}
    for _ in range(SWEEPS):
        for column in sorted(order):
            wanted = {card: _wanted(card, links, columns, top) for card in order[column]}
            known = [y for y in wanted.values() if y is not None]
            middle = fmean(known) if known else 0.0
            order[column].sort(key=lambda card: middle if wanted[card] is None else wanted[card] or 0.0)
            top.update(_stacked(order[column], wanted, heights_px))
    least = min(top.values(), default=0.0)
    return {card: y - least for card, y in top.items()}


def columns_of(cards: Sequence[str], links: Sequence[Link], entrances: Sequence[str]) -> dict[str, int]:
    """The column of every card: right of all cards that lead to it, but for those that close a ring."""
    following: dict[str, list[str]] = {card: [] for card in cards}
    for link in links:
        following[link.source].append(link.target)
    led_to = {link.target for link in links if link.target != link.source}
    starts = sorted(cards, key=lambda card: (card in led_to, card not in entrances))
    forward: dict[str, list[str]] = {card: [] for card in cards}
    finished: list[str] = []
    for start in starts:
        _explore(start, following, forward, [], finished)
    columns = dict.fromkeys(cards, 0)
    for card in reversed(finished):
        for target in forward[card]:
            columns[target] = max(columns[target], columns[card] + 1)
    return columns


def _explore(
    card: str, following: Mapping[str, list[str]], forward: dict[str, list[str]], path: list[str], finished: list[str]
) -> None:
    """Depth first: keeps in `forward` the links that close no ring, and in `finished` the cards, the last first."""
    if card in finished or card in path:
        return
    path.append(card)
    for target in following[card]:
        if target not in path:
            forward[card].append(target)
            _explore(target, following, forward, path, finished)
    path.pop()
    finished.append(card)


def _wanted(card: str, links: Sequence[Link], columns: Mapping[str, int], top: Mapping[str, float]) -> float | None:
    """The height at which the card's way in would be straight; None when nothing is known yet."""
    before = [link for link in links if link.target == card and columns[link.source] < columns[card]]
    heights = [top[link.source] + link.port_px for link in before if link.source in top]
    return fmean(heights) - GAP_PX if heights else None


def _stacked(
    cards: Sequence[str], wanted: Mapping[str, float | None], heights_px: Mapping[str, float]
) -> dict[str, float]:
    """Tops near what is wanted, in this order, without overlaps."""
    tops: dict[str, float] = {}
    free = float("-inf")
    for card in cards:
        want = wanted[card]
        y = max(free, want) if want is not None else (0.0 if free == float("-inf") else free)
        tops[card] = y
        free = y + heights_px[card] + GAP_PX
    near = [want - tops[card] for card in cards if (want := wanted[card]) is not None]
    shift = fmean(near) if near else 0.0
    return {card: y + shift for card, y in tops.items()}
