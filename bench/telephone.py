"""The line over a real Asterisk: 1 and 4 telephones at once, from the caller's last sound to the line's first.

Callers ask, and interrupt the answers with the next question, all in real time by SIP and RTP. Turn gaps by stage come
from the line's own traces; silence after an interruption, holes and answering times from the packets that the
telephones got. Last what AudioSocket alone costs: calls between two processes, without Asterisk and without a model.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from itertools import accumulate, pairwise
from pathlib import Path
from uuid import UUID, uuid4

import numpy as np
from report import Figure, Table, machine, ratio, save, spread

from tests.telephony.bed import HOME, Asterisk, LineProcess, free_ports
from tests.telephony.evening import Talked, evening, fixture
from tests.telephony.far_end import barge_ins_ms, of_the_line, underruns_ms
from voice.audio.pcm import cut
from voice.events import AnyEvent
from voice.line import FRAME_MS, CallRequest, Line, Sound
from voice.transports import audiosocket_wire as wire
from voice.transports.audiosocket_server import AudioSocketServer
from voice.transports.pbx import Announced, Neighbours
from voice.transports.recorded import CallerTurn, RecordedCaller

LEVELS = (1, 4)
INTERRUPTIONS = 8
ASKING = ("interrupts_answer", "thanks_after_no", "documents_abroad")  # the first words of each
OVER_THE_LINE_MS = 1_500
ALONE_CALLS, ALONE_S = 10, 10.0
CONNECTED_S = 3.0  # by then the callers' process has begun, and it goes on as long after the measure
STAGES = (
    "speech_end->endpoint",
    "endpoint->final",
    "final->intent",
    "intent->first_sound_made",
    "first_sound_made->first_sound_sent",
)


def interrupting() -> RecordedCaller:
    """Asks about one thing and another, each time over the answer."""
    asking = [fixture(name) for name in ASKING]
    sound = np.concatenate([cut(one.sound, one.rate_hz, one.turns[0].from_ms, one.turns[0].to_ms) for one in asking])
    ends_ms = list(accumulate(one.turns[0].to_ms - one.turns[0].from_ms for one in asking))
    spans = list(pairwise([0, *ends_ms]))
    first = CallerTurn("line_silent", 600, *spans[0])
    over = [CallerTurn("line_speaks", OVER_THE_LINE_MS, *spans[n % len(spans)]) for n in range(1, INTERRUPTIONS + 1)]
    hangs_up = CallerTurn("line_speaks", OVER_THE_LINE_MS, hang_up=True)
    return replace(asking[0], sound=sound, turns=(first, *over, hangs_up))


def by_telephone(level: int, sound: str) -> list[Talked]:
    with tempfile.TemporaryDirectory(prefix="telephone-") as folder:
        run, ports = Path(folder), free_ports(2)
        asterisk = Asterisk(HOME, run / "asterisk", *ports, site=f"LINIYA_SOUND={sound}\n")
        line = LineProcess(run / "data", *ports)
        asterisk.run.mkdir()
        try:
            asterisk.start()
            line.start()
            return list(evening(asterisk, line.data, {f"{n}": interrupting() for n in range(level)}).values())
        finally:
            line.stop()
            asterisk.stop()


def stages_ms(calls: list[Talked]) -> dict[str, list[float]]:
    """Every reply's times by stage; `gap` is the whole."""
    told = [trace for call in calls for trace in call.record.traces if trace.gap_ms is not None]
    found = {stage: [trace.stages_ms[stage] for trace in told if stage in trace.stages_ms] for stage in STAGES}
    return {"gap": [trace.gap_ms for trace in told if trace.gap_ms is not None], **found}


def alone() -> float:
    """Share of a core, %, that a call costs this process: AudioSocket both ways and nothing else."""
    announced = Announced(lambda: 0.0)  # a call that is announced here is never too late
    calls = [uuid4() for _ in range(ALONE_CALLS)]
    for call in calls:
        announced.announce(call, line="88005553535", caller="")

    async def echo(line: Line, request: CallRequest, *, readers: tuple[Callable[[AnyEvent], None], ...]) -> None:
        async for item in line.inbound():
            if isinstance(item, Sound):
                await line.play(item.pcm)

    async def serve() -> float:
        server = AudioSocketServer(echo, announced, Neighbours("127.0.0.1"))
        port = await server.listen("127.0.0.1", 0)
        callers = multiprocessing.get_context("spawn").Process(target=place, args=(port, calls))
        callers.start()
        await asyncio.sleep(CONNECTED_S)
        began_s, used_s = time.perf_counter(), time.process_time()
        await asyncio.sleep(ALONE_S)
        share = (time.process_time() - used_s) / (time.perf_counter() - began_s)
        await asyncio.to_thread(callers.join)
        server.close()
        return share * 100 / ALONE_CALLS

    return asyncio.run(serve())


def place(port: int, calls: list[UUID]) -> None:
    """In a process of its own: each call sends a frame every 20 ms and reads what comes."""

    async def one(call: UUID) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(wire.frame(wire.ID, call.bytes))
        frame = wire.sound_frame(np.ones(160, np.int16), 8_000)
        due_s = asyncio.get_running_loop().time()
        for _ in range(round((ALONE_S + 2 * CONNECTED_S) * 1000 / FRAME_MS)):
            writer.write(frame)
            await reader.read(1_000)
            due_s += FRAME_MS / 1000
            await asyncio.sleep(max(0.0, due_s - asyncio.get_running_loop().time()))
        writer.close()

    async def everybody() -> None:
        await asyncio.gather(*map(one, calls))

    asyncio.run(everybody())


def figures_of(calls: list[Talked]) -> dict[str, Figure]:
    packets = [of_the_line(list(call.packets)) for call in calls]
    told = {
        **stages_ms(calls),
        "barge-in": [ms for call in calls for ms in barge_ins_ms(call.spoken, list(call.packets))],
        "holes": [ms for one in packets for ms in underruns_ms(one)],
        "answered": [call.answered_ms for call in calls],
        "a sleeper was late": [call.busy_ms for call in calls],
    }
    return {name: spread(values, "ms") for name, values in told.items()}


def cell(figure: Figure) -> str:
    return f"{figure['p50']:.0f} / {figure['p95']:.0f} ({figure['n']})" if figure["n"] else "none"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--levels", type=int, nargs="+", default=LEVELS, help="telephones at once")
    parser.add_argument("--sound", default="audiosocket", help="LINIYA_SOUND of deploy/asterisk/liniya.conf")
    options = parser.parse_args()
    if not (HOME / "asterisk").exists():
        parser.exit(1, "there is no Asterisk here: `make telephony` brings one\n")
    head = machine()
    levels = {level: figures_of(by_telephone(level, options.sound)) for level in options.levels}
    table = Table(f"By telephone over {options.sound}, p50 / p95 (n) in ms ({head})", ["at once", *map(str, levels)])
    for name in next(iter(levels.values())):
        table.add(name, *(cell(told[name]) for told in levels.values()))
    table.print()
    cost = ratio(alone(), "% of a core for a call", ALONE_CALLS)
    print(f"AudioSocket alone, {ALONE_CALLS} calls: {float(cost['value']):.2f} % of a core for a call")
    figures = {f"{level} telephones: {name}": one for level, told in levels.items() for name, one in told.items()}
    print(f"written to {save(f'telephone_{options.sound}', figures | {'transport alone': cost})}")


if __name__ == "__main__":
    main()
