"""The line over a real Asterisk, in real time by SIP and RTP, by each way that its sound may travel.

1. alone: what carrying the sound costs and how long it takes, without a model (telephone_alone.py).
2. turns: from a caller's last sound to the line's first, by stage, and silence when he interrupts (telephone_turns.py).
3. bridged: calls that a person took over while the line reads along (telephone_bridged.py).
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from line import talk
from report import Figure, Table, machine, save
from shown import shown_words
from telephone_alone import by_exchange, by_nothing
from telephone_bridged import bridged
from telephone_figures import Figures, by_stage, of_alone, of_bridged, of_turns, one_more
from telephone_turns import turns
from two_talk import Phrase, Talk, talk_of

from tests.telephony.bed import HOME, MEDIA_PATHS, Asterisk, LineProcess, free_ports
from voice.settings import Settings

PARTS = ("alone", "turns", "bridged")
SOUNDS = {path.sound: path.transport for path in MEDIA_PATHS}
CALLS = (1, 4)
BRIDGED_S = 60.0


@dataclass
class Bench:
    asterisk: Asterisk
    folder: Path
    calls: Sequence[int]
    alone: dict[str, Figures] = field(default_factory=dict)  # by transport
    turns: dict[tuple[str, int], Figures] = field(default_factory=dict)  # by transport and calls at once
    bridged: dict[tuple[str, int], Figures] = field(default_factory=dict)

    def measure_alone(self, sounds: Sequence[str]) -> None:
        self.alone["no transport"] = of_alone(by_nothing())
        for sound in sounds:
            self.asterisk.travel_by(sound)
            self.alone[SOUNDS[sound]] = of_alone(by_exchange(self.asterisk))

    def measure_turns(self, sound: str) -> None:
        self._with_line(sound, self.turns, lambda line, calls: of_turns(turns(self.asterisk, line, calls)))

    def measure_bridged(self, sound: str, said: Talk) -> None:
        self._with_line(sound, self.bridged, lambda line, calls: of_bridged(bridged(self.asterisk, line, said, calls)))

    def _with_line(
        self, sound: str, told: dict[tuple[str, int], Figures], measure: Callable[[LineProcess, int], Figures]
    ) -> None:
        """A line of its own each time: its memory is that of these calls."""
        self.asterisk.travel_by(sound)
        for calls in self.calls:
            with line_process(self.asterisk, Path(tempfile.mkdtemp(dir=self.folder))) as line:
                told[SOUNDS[sound], calls] = measure(line, calls)


@contextmanager
def line_process(asterisk: Asterisk, data: Path) -> Iterator[LineProcess]:
    settings = {"LINIYA_PUBLIC_HOST": "line.example.ru"}  # without one no captions are offered
    line = LineProcess(data, asterisk.http_port, asterisk.audiosocket_port, settings=settings)
    try:
        line.start()
        yield line
    finally:
        line.stop()


def phrases(folder: Path) -> list[Phrase]:
    """Those that callers say to open questions, of which every word's end is known."""
    rows = talk(Settings.from_env(), folder)
    told = next(row["phrases"] for row in rows if row["kind"] == "open")
    return [Phrase(np.load(one["sound"]), shown_words(one["words"])) for one in told if one["words"]]


def cell(figure: Figure) -> str:
    if "p50" in figure:
        return f"{figure['p50']:.0f} / {figure['p95']:.0f} ({figure['n']})"
    return f"{float(figure['value']):.3g} ({figure['n']})" if "value" in figure else "none"


def show(title: str, columns: dict[str, Figures]) -> None:
    table = Table(f"{title}, p50 / p95 (n) in ms, or one value (n)", ["", *columns])
    for name in next(iter(columns.values()), {}):
        table.add(name, *(cell(told[name]) for told in columns.values()))
    if columns:
        table.print()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--part", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--sound", nargs="+", choices=SOUNDS, default=list(SOUNDS), help="LINIYA_SOUND of liniya.conf")
    parser.add_argument("--calls", type=int, nargs="+", default=CALLS, help="at once, of turns and bridged")
    parser.add_argument("--seconds", type=float, default=BRIDGED_S, help="of a talk with a person")
    options = parser.parse_args()
    if not (HOME / "asterisk").exists():
        parser.exit(1, "there is no Asterisk here: `make telephony` brings one\n")
    head = machine()
    with tempfile.TemporaryDirectory(prefix="telephone-") as name:
        folder = Path(name)
        asterisk = Asterisk(HOME, folder / "asterisk", *free_ports(2), people=max(options.calls))
        asterisk.run.mkdir()
        bench = Bench(asterisk, folder, options.calls)
        said = talk_of(phrases(folder), options.seconds)
        try:
            asterisk.start()
            if "alone" in options.part:
                bench.measure_alone(options.sound)
            for sound in options.sound:
                if "turns" in options.part:
                    bench.measure_turns(sound)
                if "bridged" in options.part:
                    bench.measure_bridged(sound, said)
        finally:
            asterisk.stop()
    print(head)
    show("Transport alone", bench.alone)
    staged = {way: by_stage(told, bench.alone.get(way[0], {})) for way, told in bench.turns.items()}
    show("Turn gap by stage", {f"{transport}, {calls}": told for (transport, calls), told in staged.items()})
    show("With a person", {f"{transport}, {calls}": told for (transport, calls), told in bench.bridged.items()})
    figures = {
        f"{transport} alone: {name}": one for transport, told in bench.alone.items() for name, one in told.items()
    }
    for part, of_part in (("turns", staged), ("bridged", bench.bridged)):
        for (transport, calls), told in of_part.items():
            figures |= {f"{transport}, {calls} {part}: {name}": one for name, one in told.items()}
        for transport, more in one_more(of_part).items():
            print(f"One more call at once, {part} by {transport}: {float(more['value']):.0f} MiB")
            figures[f"{transport}, {part}: one more call"] = more
    print(f"written to {save('telephone', figures)}")


if __name__ == "__main__":
    main()
