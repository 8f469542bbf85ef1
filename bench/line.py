"""The whole line under load: a real server, 1, 4, 8 and 16 callers at once over its WebSocket, in real time.

The callers are a process of their own (callers.py). Turn gaps by stage come from the server's own traces in its
archive; what a caller hears of them, from the callers. A word's true end comes from a recognition of the lone phrase
with a grammar that holds nothing but its words. Last the same with turns ended by silence alone, side by side, and how
often the line stops for sound that is no turn (false_stops.py).
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from false_stops import measure
from flows import endings, never_asking
from report import Figure, Table, machine, ratio, save, spread
from shown import plain
from watched import Watched

from voice.archive.archive import Archive
from voice.asr.catalogue import locate
from voice.asr.vosk import VoskRecogniser
from voice.audio import files
from voice.audio.pcm import rms_dbfs, silence
from voice.audio.resample import convert
from voice.captions.labels import labels
from voice.dialog.script import load_script
from voice.events import Noted, SayStarted, SpeechStarted, from_json
from voice.line import FRAME_MS, HEARING_HZ, Pcm16
from voice.nlu.normalise import words
from voice.settings import ROOT, Settings

HERE = Path(__file__).resolve().parent
FIXTURES = ROOT / "audio_fixtures"
LEVELS = (1, 4, 8, 16)
COMPARED_CALLERS = 4  # at once, for the comparison of two-step and one-step ends of turn
COMPARED = ("turn closed gap", "heard gap, closed", "turn open gap", "heard gap, number", "barge-in", "not answered")
STOPPED_S = 90.0  # calls that run may end first, for a minute
SOUNDING_DBFS = -45.0  # of a frame of a recorded caller: above it he speaks


class Server(Watched):
    def __init__(self, process: subprocess.Popen[str], port: int) -> None:
        super().__init__(process.pid)
        self.port = port


@contextmanager
def served(data: Path, prompts: Path, most: int) -> Iterator[Server]:
    data.mkdir(exist_ok=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    env = {
        **os.environ,
        "LINIYA_PORT": str(port),
        "LINIYA_HOST": "127.0.0.1",
        "LINIYA_DATA": str(data),
        "LINIYA_PROMPTS": str(prompts),
        "LINIYA_MAX_CALLS": str(most + 4),
        "PYTHONUNBUFFERED": "1",
    }
    with (data / "server.log").open("w", encoding="utf-8") as log:
        process = subprocess.Popen(
            [sys.executable, str(ROOT / "server.py")], env=env, stdout=subprocess.PIPE, stderr=log, text=True
        )
    assert process.stdout
    try:
        if not any("is ready" in line for line in process.stdout):
            raise SystemExit(f"the server did not start:\n{(data / 'server.log').read_text(encoding='utf-8')}")
        yield Server(process, port)
    finally:
        process.terminate()
        process.wait(STOPPED_S)


def phrase(recogniser: VoskRecogniser, name: str, says: str, folder: Path) -> dict[str, Any]:
    """One phrase for the callers: its file, its first and last sound, its words with the end of each."""
    told = yaml.load((FIXTURES / f"{name}.expect.yaml").read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    pcm, rate_hz = files.read(FIXTURES / f"{name}.flac")
    found = [turn for turn in told["turns"] if turn.get("says") == says]
    if not found:
        raise SystemExit(f"the caller {name} of audio_fixtures does not say: {says}")
    span = found[0]
    piece = pcm[int(span["from_ms"]) * rate_hz // 1000 : int(span["to_ms"]) * rate_hz // 1000]
    frame = rate_hz * FRAME_MS // 1000
    sounding = [
        at for at in range(len(piece) // frame) if rms_dbfs(piece[at * frame : (at + 1) * frame]) > SOUNDING_DBFS
    ]
    sound = folder / f"{name}-{span['from_ms']}.npy"
    np.save(sound, piece)
    return {
        "sound": str(sound),
        "onset_ms": sounding[0] * FRAME_MS,
        "end_ms": (sounding[-1] + 1) * FRAME_MS,
        "words": shown(ends(recogniser, convert(piece, rate_hz, HEARING_HZ), says)),
    }


def ends(recogniser: VoskRecogniser, pcm: Pcm16, says: str) -> list[tuple[str, int]]:
    """Each word of `says` with its end in ms; none when the recogniser does not find all of them."""
    text = " ".join(words(says))
    stream = recogniser.open((text,))
    stream.feed(np.concatenate([pcm, silence(300, HEARING_HZ)]))
    found = stream.finish().words
    stream.close()
    if [word.text.replace("ё", "е") for word in found] != text.split():
        return []
    return [(word.text.replace("ё", "е"), word.end_ms) for word in found]


def shown(said: list[tuple[str, int]]) -> list[dict[str, Any]]:
    """Each word as captions show it: its place among what is read, the forms it has there as the phrase goes on."""
    write = labels().writing.growing
    read = [plain("".join(write("", " ".join(word for word, _ in said[: at + 1])))).split() for at in range(len(said))]
    return [
        {
            "place": len(read[at]),
            "forms": sorted({later[len(read[at]) - 1] for later in read[at:] if len(later) >= len(read[at])}),
            "end_ms": end_ms,
        }
        for at, (_, end_ms) in enumerate(said)
    ]


def turn_gaps(archive: Archive, calls: dict[str, float], closed: list[str]) -> dict[str, list[float]]:
    """Every reply of these calls: `closed gap`, `open gap` and, of the closed ones, each stage; in ms."""
    times: dict[str, list[float]] = {}
    for call_id in calls:
        record = archive.call(call_id)
        question = asked = ""
        for event in map(from_json, (stored.json for stored in record.events) if record else ()):
            if isinstance(event, SayStarted):
                question = event.text
            elif isinstance(event, SpeechStarted):
                asked = question
            elif isinstance(event, Noted) and event.name == "reply" and "gap" in event.data:
                if event.data["gap"] > 4_000 or "intent" not in "".join(event.data):
                    continue  # the line asked again by itself, or went on: no reply
                kind = "closed" if any(asked.endswith(end) for end in closed) else "open"
                times.setdefault(f"{kind} gap", []).append(event.data["gap"])
                for stage, ms in event.data.items():
                    if stage != "gap":
                        times.setdefault(f"{kind} {stage}", []).append(ms)
    return times


def lost_ms(archive: Archive, calls: dict[str, float]) -> tuple[float, list[float]]:
    """Sound that the line dropped, and how much less of each call was heard than was sent (the last is under way)."""
    dropped, unheard = 0.0, []
    for call_id, sent_ms in calls.items():
        record = archive.call(call_id)
        if record and record.events:
            dropped += record.call.sound_lost_ms
            unheard.append(max(0.0, sent_ms - record.events[-1].at_ms))
    return dropped, unheard


def run(server: Server, archive: Archive, plan: dict[str, Any], folder: Path) -> dict[str, Figure]:
    """One level of load, as figures."""
    callers, path = plan["callers"], folder / "plan.json"
    path.write_text(json.dumps(plan), encoding="utf-8")
    with server.measured() as load:
        told = subprocess.run(
            [sys.executable, str(HERE / "callers.py"), str(path)], capture_output=True, text=True, check=False
        )
    if told.returncode:
        raise SystemExit(f"the callers failed:\n{told.stderr}")
    time.sleep(1.5)  # the last records are being sealed
    heard = json.loads(told.stdout)
    times, calls = heard["times"], heard["calls"]
    gaps = turn_gaps(archive, calls, next(row["asks"] for row in plan["talk"] if row["kind"] == "closed"))
    dropped, unheard = lost_ms(archive, calls)
    call_s, speech_s = sum(calls.values()) / 1000, sum(times.pop("spoken", [])) / 1000
    figures = {f"turn {name}": spread(ms, "ms") for name, ms in sorted(gaps.items())}
    figures |= {name: spread(ms, "ms") for name, ms in sorted(times.items())}
    figures |= {
        "share of time callers speak": ratio(speech_s / call_s, "1", len(calls)),
        "server CPU per second of speech": ratio(load.workers_s / speech_s, "CPU s / s, threads", len(calls)),
        "server CPU per second of call": ratio(load.workers_s / call_s, "CPU s / s, threads", len(calls)),
        "event loop CPU per second of call": ratio(load.loop_s / call_s, "CPU s / s", len(calls)),
        "synthesiser CPU per second of call": ratio(load.voices_s / call_s, "CPU s / s", len(calls)),
        "event loop busy": ratio(load.loop_s / heard["wall_s"], "1", 1),
        "memory": ratio(max(load.rss) / 2**20, "MiB", len(load.rss)),
        "sound dropped": ratio(dropped, "ms", len(calls)),
        "sent but not heard at the end of a call": spread(unheard, "ms"),
        "generator CPU": ratio(heard["cpu_share"], "cores", 1),
        "calls": ratio(len(calls), "", callers),
    }
    for name, count in heard["counts"].items():
        figures[name] = ratio(count, "", len(calls))
    return figures


def talk(settings: Settings, folder: Path) -> list[dict[str, Any]]:
    """What the callers say to what: the flows' questions by kind, the phrases of talk.yaml."""
    recogniser = VoskRecogniser(locate(settings))
    asks = endings(load_script(settings.prompts / settings.language, settings.learning))
    told = yaml.safe_load((HERE / "talk.yaml").read_text(encoding="utf-8"))
    return [
        {
            "kind": kind,
            "asks": asks[kind],
            "phrases": [phrase(recogniser, name, says, folder) for name, says in told[kind]],
        }
        for kind in ("closed", "number", "open")
    ]


def under_load(
    settings: Settings, rows: list[dict[str, Any]], levels: tuple[int, ...], seconds: float, folder: Path
) -> dict[str, Figure]:
    """The line with these flows under each level of load: `N callers: figure`."""
    figures: dict[str, Figure] = {}
    with served(folder, settings.prompts, max(levels)) as server:
        archive = Archive.of(replace(settings, data=folder, database=""))
        plan = {"socket": f"ws://127.0.0.1:{server.port}/ws/call", "talk": rows}
        run(server, archive, {**plan, "callers": 1, "seconds": 12}, folder)  # warms all up
        for callers in levels:
            for name, value in run(server, archive, {**plan, "callers": callers, "seconds": seconds}, folder).items():
                figures[f"{callers} callers: {name}"] = value
            figures[f"{callers} callers: load of the machine"] = ratio(os.getloadavg()[0], "1", 1)
        archive.close()
    return figures


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--seconds", type=float, default=30, help="of each level")
    options.add_argument("--callers", type=int, action="append", help="at once; may be given several times")
    options.add_argument(
        "--two-step", choices=("on", "off", "both"), default="both", help="end of turn; both: compared"
    )
    given = options.parse_args()
    levels = tuple(given.callers or LEVELS)
    compared = min(levels, key=lambda callers: abs(callers - COMPARED_CALLERS))
    settings, head = Settings.from_env(), machine()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        one_step = replace(settings, prompts=never_asking(settings.prompts, folder / "prompts"))
        rows = talk(settings, folder)
        shown = one_step if given.two_step == "off" else settings
        figures = under_load(shown, rows, levels, given.seconds, folder / "first")
        sides = {given.two_step: figures | measure(shown)}
        if given.two_step == "both":
            other = under_load(one_step, rows, (compared,), given.seconds, folder / "second") | measure(one_step)
            sides = {"on": sides["both"], "off": other}
    first, last = (figures[f"{callers} callers: memory"] for callers in (min(levels), max(levels)))
    if max(levels) > min(levels):
        each = (float(last["value"]) - float(first["value"])) / (max(levels) - min(levels))
        figures["memory of one more call"] = ratio(each, "MiB", max(levels) - min(levels))
    show(figures, levels, head)
    print(f"written to {save('line', figures | compare(sides, compared))}")


def compare(sides: dict[str, dict[str, Figure]], callers: int) -> dict[str, Figure]:
    """Print how turns end with and without asking at a short silence; return the same: `two-step WAY: figure`."""
    table = Table(
        f"The end of a turn in two steps, {callers} callers, p50 / p90 / p95 (n) in ms, or one value (n)",
        ["figure", *(f"two-step {way}" for way in sides)],
    )
    loaded = [f"{callers} callers: {name}" for name in COMPARED]
    stops = [name for name in next(iter(sides.values())) if ": " not in name]
    for name in (*loaded, *stops):
        table.add(name.rpartition(": ")[2], *(cell(side.get(name, {})) for side in sides.values()))
    table.print()
    return {
        f"two-step {way}: {name}": side[name]
        for way, side in sides.items()
        for name in (*loaded, *stops)
        if name in side
    }


def cell(figure: Figure) -> str:
    if "p95" in figure:
        return " / ".join(f"{float(figure[p]):.0f}" for p in ("p50", "p90", "p95")) + f" ({figure['n']})"
    return f"{float(figure['value']):.3g}" if "value" in figure else ""


def show(figures: dict[str, Figure], levels: tuple[int, ...], head: str) -> None:
    names = dict.fromkeys(name.partition(": ")[2] for name in figures if ": " in name)
    table = Table(
        f"The line under load, p50 / p90 / p95 (n) in ms, or one value ({head})", ["figure", *map(str, levels)]
    )
    for name in names:
        table.add(name, *(cell(figures.get(f"{callers} callers: {name}", {})) for callers in levels))
    table.print()
    if each := figures.get("memory of one more call"):
        print(f"Memory of one more call: {float(each['value']):.1f} MiB")


if __name__ == "__main__":
    main()
