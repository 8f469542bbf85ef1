"""A recorded caller at a telephone: what he does stands in audio_fixtures, when he does it depends on what he hears."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from tests.telephony.phone import FRAME, RATE_HZ, Packet, Phone, silence
from voice.audio.pcm import gain
from voice.audio.resample import convert
from voice.line import Pcm16, Pressed, Sound
from voice.transports.recorded import RecordedCaller, RecordedLine, read_caller

LOUD = 60.0  # mean amplitude; a telephone's silence is 8
BREATH_S = 0.3  # a pause between words is no silence yet
HELD_PACKETS = 8  # between the network and the loudspeaker, two of which the line sends early
BUFFERED = 5  # packets that a telephone holds back: uneven arrival is no pause


def loud(pcm: Pcm16) -> bool:
    return float(np.abs(pcm.astype(np.int32)).mean()) > LOUD


@dataclass(frozen=True)
class Habits:
    """Of a telephone. echo_db: how loud what it plays comes back into its microphone; None: not at all.
    held_packets: before it plays them. sends_silence: it sends packets while its caller is silent."""

    echo_db: float | None = None
    held_packets: int = HELD_PACKETS
    sends_silence: bool = True


USUAL = Habits()


@dataclass
class Spoken:
    """What the caller did: his frames and when each was sent, his keys and when each was pressed."""

    frames: list[tuple[float, Pcm16]] = field(default_factory=list)
    keys: list[tuple[float, str]] = field(default_factory=list)


def at_a_telephone(path: Path) -> RecordedCaller:
    caller = read_caller(path, line="")
    return replace(
        caller,
        sound=convert(caller.sound, caller.rate_hz, RATE_HZ),
        room=convert(caller.room, caller.rate_hz, RATE_HZ),
        rate_hz=RATE_HZ,
    )


async def talk(phone: Phone, caller: RecordedCaller, habits: Habits = USUAL) -> Spoken:
    """Do all that the caller does, on a call that is answered; return when either side has hung up."""
    line, spoken = RecordedLine(caller, plays_hz=RATE_HZ), Spoken()
    loop = asyncio.get_running_loop()
    heard: list[Pcm16] = []
    last_loud_s = -1.0

    def hear(packet: Packet) -> None:
        nonlocal last_loud_s
        speaking = packet.at_s - last_loud_s < BREATH_S
        if loud(packet.pcm):
            last_loud_s = packet.at_s
            heard.extend([] if speaking else [silence()] * BUFFERED)
            speaking = True
        if speaking:
            heard.append(packet.pcm)

    phone.on_sound = hear
    echo = _sounding(phone, habits.held_packets)
    pressing: set[asyncio.Task[None]] = set()
    async for deed in line.inbound():
        if phone.ended.is_set():
            break
        while heard:
            await line.play(heard.pop(0))
        if isinstance(deed, Sound):
            spoken.frames.append((loop.time(), deed.pcm))
            # A telephone sends a key in the place of sound.
            if not pressing and (habits.sends_silence or loud(deed.pcm)):
                phone.say(deed.pcm if habits.echo_db is None else deed.pcm + gain(next(echo), habits.echo_db))
        elif isinstance(deed, Pressed):
            spoken.keys.append((loop.time(), deed.digit))
            task = asyncio.create_task(phone.press(deed.digit))
            pressing.add(task)
            task.add_done_callback(pressing.discard)
    else:
        phone.hang_up()
    return spoken


def _sounding(phone: Phone, held_packets: int) -> Iterator[Pcm16]:
    """What its loudspeaker plays, frame by frame: it holds packets back, and anew when it runs dry."""
    at, buffering = 0, True
    while True:
        waiting = len(phone.received) - at
        buffering = waiting < (held_packets if buffering else 1)
        if buffering:
            yield silence()
        else:
            yield phone.received[at].pcm
            at += 1


def played(packets: list[Packet]) -> Pcm16:
    """What came as one sound, each packet where its sender's clock puts it; a lost one is silence."""
    if not packets:
        return np.zeros(0, np.int16)
    first = packets[0].stamp
    at = [(packet.stamp - first) & 0xFFFFFFFF for packet in packets]
    sound = np.zeros(max(at) + FRAME, np.int16)
    for begin, packet in zip(at, packets, strict=True):
        sound[begin : begin + len(packet.pcm)] = packet.pcm
    return sound
