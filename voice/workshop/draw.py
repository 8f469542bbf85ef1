"""The flows as pictures, drawn from the data: one SVG for each file of prompts/<language>/flows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from textwrap import shorten, wrap

from voice.dialog.script import Script, Step
from voice.workshop.flow_graph import Edge, edges
from voice.workshop.flow_layout import Link, columns_of, tops_of
from voice.workshop.places import Places

CARD_PX, BETWEEN_PX, MARGIN_PX, PADDING_PX = 330, 64, 30, 12
HEAD_PX, LINE_PX, ROW_PX, WAY_IN_PX = 26, 16, 20, 16
LETTERS, ROW_LETTERS = 43, 44  # that fit into a card's line
MOST_LINES = 3
FARTHEST = 1  # columns: what leads farther, back or to another flow is named instead of drawn
KINDS = {  # kind of step -> colour of its card's head
    "ask": "#1f5fa8",
    "say": "#5b6770",
    "look_up": "#8a5a00",
    "register": "#9c2f6b",
    "choose": "#5a4b9c",
    "transfer": "#a8321f",
    "end": "#2b2f33",
}
GAP = re.compile(r"\{(\w+)(?:\|[\w.]+)?\}")

STYLE = """
text { font: 12px 'DejaVu Sans', 'Segoe UI', Roboto, Arial, sans-serif; fill: #1b1f23 }
.id { font-weight: bold; fill: #fff } .kind { fill: #fff; opacity: .8; font-size: 11px }
.row { font-size: 11px } .out { font-size: 11px; fill: #5b6770 } .in { font-size: 11px; fill: #2b6e3f }
.card { fill: #fff; stroke: #c3cad1 } .edge { fill: none; stroke: #7d8a96; stroke-width: 1.4 }
.port { fill: #7d8a96 } .title { font-size: 18px; font-weight: bold }
"""


@dataclass
class Card:
    """A step on paper. `rows`: (what is said on the way on, the step it leads to)."""

    step: Step
    kind: str
    ways_in: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    rows: list[tuple[str, str]] = field(default_factory=list)

    @property
    def head_px(self) -> float:
        return len(self.ways_in) * WAY_IN_PX

    @property
    def height_px(self) -> float:
        text_px = len(self.lines) * LINE_PX + (10 if self.lines else 0)
        return self.head_px + HEAD_PX + text_px + len(self.rows) * ROW_PX + 8

    def port_px(self, row: int) -> float:
        return self.height_px - 8 - (len(self.rows) - row) * ROW_PX + ROW_PX / 2


def draw(script: Script, places: Places) -> dict[str, str]:
    """Name of each flow's file, without its suffix -> its SVG."""
    files: dict[str, list[str]] = {}
    for step in script.steps:
        files.setdefault(Path(places.step(step).file).stem, []).append(step)
    return {name: _picture(script, name, steps) for name, steps in sorted(files.items())}


def _picture(script: Script, name: str, steps: list[str]) -> str:
    cards = {step: _card(script, script.steps[step]) for step in steps}
    links = [
        Link(card.step.id, target, card.port_px(row))
        for card in cards.values()
        for row, (_, target) in enumerate(card.rows)
        if target in cards
    ]
    columns = columns_of(steps, links, [step for step, card in cards.items() if card.ways_in])
    links = [link for link in links if 1 <= columns[link.target] - columns[link.source] <= FARTHEST]
    tops = tops_of({step: card.height_px for step, card in cards.items()}, links, columns)
    at = {step: (MARGIN_PX + columns[step] * (CARD_PX + BETWEEN_PX), MARGIN_PX + 34 + tops[step]) for step in steps}
    linked = {(link.source, link.target) for link in links}
    width = max(x for x, _ in at.values()) + CARD_PX + MARGIN_PX
    height = max(at[step][1] + card.height_px for step, card in cards.items()) + MARGIN_PX
    body = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" '
        f'viewBox="0 0 {width:.0f} {height:.0f}" role="img" aria-label="{escape(name)}">',
        f"<style>{STYLE}</style>",
        '<rect width="100%" height="100%" fill="#f5f7f9"/>',
        f'<text class="title" x="{MARGIN_PX}" y="{MARGIN_PX + 6}">{escape(name)}</text>',
        *(_edge(link, at, cards[link.target]) for link in links),
        *(line for step, card in cards.items() for line in _drawn(card, *at[step], linked)),
        "</svg>",
    ]
    return "\n".join(body) + "\n"


def _card(script: Script, step: Step) -> Card:
    card = Card(step, _kind(step))
    card.ways_in = [f"{line.number}" for line in script.lines.values() if line.start == step.id]
    card.ways_in += [f"\u00bb {way.intent}" for way in script.everywhere if way.go == step.id]
    if step.id == script.operator:
        card.ways_in.append("\u00bb operator")
    key = step.ask or step.confirm or step.say
    if step.by:
        told = f"{key}.<{step.by}>"
    elif key:
        told = GAP.sub(lambda gap: f"<{gap[1]}>", script.texts.variants[key][0])
    else:
        told = step.look_up or step.register or f"{step.choose}?"
    card.lines = wrap(shorten(told, LETTERS * MOST_LINES - 10, placeholder=" \u2026"), LETTERS)
    card.rows = [(_on_the_way(script, step, edge), edge.target) for edge in edges(step)]
    if step.transfer:
        card.rows.append((f"\u2192 {step.transfer}", ""))
    return card


def _kind(step: Step) -> str:
    ways = (("transfer", step.transfer), ("end", step.end), ("register", step.register), ("look_up", step.look_up))
    known = (*ways, ("choose", step.choose), ("ask", step.ask))
    return next((kind for kind, given in known if given), "say")


def _on_the_way(script: Script, step: Step, edge: Edge) -> str:
    """What makes a call take this way."""
    if edge.option:
        said = script.texts.say(edge.option.label) if edge.option.label else edge.option.intent
        return f"{edge.option.key}  {said}"
    if edge.when == "go":
        return f"<{step.slot.name}>" if step.slot else ""
    return edge.when.replace("_", " ") or "unknown"


def _drawn(card: Card, x: float, y: float, linked: set[tuple[str, str]]) -> Iterator[str]:
    step, colour = card.step.id, KINDS[card.kind]
    yield f'<g data-step="{escape(step)}">'
    for i, way_in in enumerate(card.ways_in):
        yield f'<text class="in" x="{x:.0f}" y="{y + i * WAY_IN_PX + 11:.0f}">{escape(way_in)}</text>'
    y += card.head_px
    height = card.height_px - card.head_px
    yield f'<rect class="card" x="{x:.0f}" y="{y:.0f}" width="{CARD_PX}" height="{height:.0f}" rx="7"/>'
    yield f'<path fill="{colour}" d="{_head(x, y)}"/>'
    yield f'<text class="id" x="{x + PADDING_PX:.0f}" y="{y + 17:.0f}">{escape(step)}</text>'
    right = x + CARD_PX - PADDING_PX
    yield f'<text class="kind" x="{right:.0f}" y="{y + 17:.0f}" text-anchor="end">{card.kind.replace("_", " ")}</text>'
    for i, line in enumerate(card.lines):
        below = y + HEAD_PX + (i + 1) * LINE_PX
        yield f'<text x="{x + PADDING_PX:.0f}" y="{below:.0f}">{escape(line)}</text>'
    for i, (said, target) in enumerate(card.rows):
        middle = y - card.head_px + card.port_px(i)
        away = f"\u2192 {target}" if target and (step, target) not in linked else ""
        room = ROW_LETTERS - len(away)
        short = said if len(said) <= room else said[: max(room - 1, 0)].rstrip() + "\u2026"
        yield f'<text class="row" x="{x + PADDING_PX:.0f}" y="{middle + 4:.0f}">{escape(short)}</text>'
        if away:
            yield f'<text class="out" x="{right:.0f}" y="{middle + 4:.0f}" text-anchor="end">{escape(away)}</text>'
        elif target:
            yield f'<circle class="port" cx="{x + CARD_PX:.0f}" cy="{middle:.0f}" r="3.5"/>'
    yield "</g>"


def _head(x: float, y: float) -> str:
    """A bar whose upper corners are round."""
    return (
        f"M{x:.0f} {y + HEAD_PX:.0f}v-{HEAD_PX - 7}q0-7 7-7h{CARD_PX - 14}q7 0 7 7v{HEAD_PX - 7}z"  # as the card's rx
    )


def _edge(link: Link, at: Mapping[str, tuple[float, float]], target: Card) -> str:
    """From a card's port to the head of the next."""
    from_x, from_y = at[link.source][0] + CARD_PX, at[link.source][1] + link.port_px
    to_x, to_y = at[link.target][0], at[link.target][1] + target.head_px + HEAD_PX / 2
    bend = BETWEEN_PX / 2
    curve = f"{from_x + bend:.0f} {from_y:.0f} {to_x - bend:.0f} {to_y:.0f} {to_x:.0f} {to_y:.0f}"
    arrow = f"M{to_x - 7:.0f} {to_y - 4:.0f}l7 4l-7 4"
    return f'<path class="edge" d="M{from_x:.0f} {from_y:.0f}C{curve}{arrow}"/>'
