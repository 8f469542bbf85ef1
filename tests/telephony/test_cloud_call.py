"""A recorded caller at a Twilio number, and a line as a user starts it; only Twilio itself is played."""

from __future__ import annotations

import asyncio
import json
from base64 import b64decode
from contextlib import suppress
from dataclasses import replace
from urllib.parse import urlsplit
from uuid import UUID
from xml.etree import ElementTree as xml

import httpx
import numpy as np
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosedOK

from tests.telephony.bed import TOKEN
from tests.telephony.caller import at_a_telephone
from tests.telephony.evening import FIXTURES, kept, new_number
from tests.telephony.lines import Lines
from tests.transports.test_twilio_wire import CONNECTED, media, start
from voice.audio.g711 import ulaw_decode, ulaw_encode
from voice.errors import CallerFault
from voice.events import Interrupted, from_json
from voice.line import FRAME_MS, Pressed, Sound
from voice.transports.recorded import RecordedCaller, RecordedLine
from voice.workshop.scenarios import read_scenarios
from voice.workshop.simulation import broken, told

RATE_HZ = 8_000
NAME = "interrupts_answer"


def test_a_caller_at_a_cloud_number_is_understood_and_may_interrupt(lines: Lines) -> None:
    line, number = lines.usual(), new_number()
    caller = at_a_telephone(FIXTURES / f"{NAME}.flac")
    answer = httpx.post(
        f"{line.url}/twilio/{TOKEN}/answer", data={"To": f"+7{caller.line[1:]}", "From": number}, trust_env=False
    )
    stream = xml.fromstring(answer.content).find("Connect/Stream")
    assert stream is not None
    call = stream[0].attrib["value"]
    asyncio.run(talk(f"ws://{urlsplit(line.url).netloc}/twilio/{TOKEN}/stream", call, caller))
    after = httpx.post(f"{line.url}/twilio/{TOKEN}/next/{call}", trust_env=False)
    record = asyncio.run(kept(line.data, [number]))[number]
    events = [from_json(event.json) for event in record.events]
    expected = next(one.expected for one in read_scenarios(FIXTURES / "scenarios.yaml").callers if one.name == NAME)
    assert not broken(replace(expected, max_gap_ms=None), events), "\n".join(told(events))
    assert any(isinstance(event, Interrupted) for event in events)
    assert (record.call.transport, record.call.state, record.call.id) == ("twilio", "complete", UUID(call).hex)
    assert xml.fromstring(after.content)[0].tag == "Hangup", "a person was promised, and there is no number of people"


async def talk(url: str, call: str, caller: RecordedCaller) -> None:
    """Be Twilio: play what comes, give marks back when they are reached or cleared, until the line hangs up."""
    here = RecordedLine(caller, plays_hz=RATE_HZ)
    async with asyncio.timeout(90), connect(url, compression=None, proxy=None) as socket:
        await socket.send(json.dumps(CONNECTED))
        await socket.send(json.dumps(start(customParameters={"call": call})))
        async with asyncio.TaskGroup() as group:
            group.create_task(play(socket, here))
            with suppress(ConnectionClosedOK):  # the line has hung up, perhaps between two frames
                async for deed in here.inbound():
                    if isinstance(deed, Sound):
                        await socket.send(json.dumps(media(ulaw_encode(deed.pcm))))
                    elif isinstance(deed, Pressed):
                        await socket.send(json.dumps({"event": "dtmf", "dtmf": {"digit": deed.digit}}))


async def play(socket: ClientConnection, here: RecordedLine) -> None:
    """What comes waits here until it is its turn."""
    waiting: list[np.ndarray | str] = []
    clock = asyncio.get_running_loop().time

    async def back(mark: str) -> None:
        await socket.send(json.dumps({"event": "mark", "mark": {"name": mark}}))

    async def sound() -> None:
        due_s = clock()
        while True:
            while waiting and isinstance(waiting[0], str):
                await back(waiting.pop(0))  # type: ignore[arg-type]
            if waiting:
                await here.play(waiting.pop(0))  # type: ignore[arg-type]
            due_s = max(due_s + FRAME_MS / 1000, clock())
            await asyncio.sleep(due_s - clock())

    sounding = asyncio.create_task(sound())
    async for message in socket:
        heard = json.loads(message)
        match heard["event"]:
            case "media":
                waiting.append(ulaw_decode(b64decode(heard["media"]["payload"])))
            case "mark":
                waiting.append(heard["mark"]["name"])
            case "clear":
                marks = [item for item in waiting if isinstance(item, str)]
                waiting.clear()
                await here.clear()
                for mark in marks:
                    await back(mark)
            case other:
                raise CallerFault(f"the line says {other}")
    sounding.cancel()
    await here.close()
