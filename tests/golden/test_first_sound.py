"""«Да», «нет», «два»: the recogniser gets them from their first sound on, however the frames happen to fall."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import replace

import numpy as np
import pytest

from voice.asr.catalogue import locate
from voice.asr.vosk import VoskRecogniser
from voice.audio import g711
from voice.audio.pcm import gain, rms_dbfs, silence
from voice.audio.resample import Resampler, convert
from voice.call.ears import LOOK_BACK_MS, START_MS, START_OVER_LINE_MS
from voice.line import FRAME_MS, HEARING_HZ, Pcm16
from voice.settings import Settings
from voice.tts.voices import open_voice
from voice.vad.detector import WebRtcDetector
from voice.vad.endpointer import Endpointer, Rules, Started

VOICES = ("anna", "irina", "elena", "aleksandr", "aleksandr-hq")
WORDS = ("да", "нет", "два")
FRAME = HEARING_HZ * FRAME_MS // 1000
SILENT_MS = 3_000  # before the word: the detector knows the line's noise by then


@pytest.fixture(scope="module")
def recogniser() -> VoskRecogniser:
    return VoskRecogniser(locate(Settings.from_env()))


@pytest.fixture(scope="module")
def by_telephone(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Pcm16]:
    """(voice, word) -> 8 000 Hz A-law and back, soft as on a bad line, without silence before it."""

    async def speak() -> dict[tuple[str, str], Pcm16]:
        said = {}
        for name in VOICES:
            data = tmp_path_factory.mktemp("speech")
            voice = open_voice(replace(Settings.from_env(), voice=name, data=data, synthesisers=1))
            await voice.start()
            for word in WORDS:
                pcm = np.concatenate([piece async for piece in voice.speak(word)])
                narrow = gain(convert(pcm, voice.rate_hz, 8_000), -6)
                loud = np.flatnonzero(np.abs(narrow.astype(np.int32)) > np.abs(narrow.astype(np.int32)).max() / 50)
                said[name, word] = narrow[loud[0] :]
            await voice.close()
        return said

    return asyncio.run(speak())


def heard_by_ears(word: Pcm16, offset: int, start_ms: int) -> tuple[Pcm16, int]:
    """What the recogniser would get of `word`, and how much of it (ms from its first sample) came before that."""
    whole = np.concatenate([silence(SILENT_MS, 8_000), np.zeros(offset, np.int16), word, silence(800, 8_000)])
    line = g711.alaw_decode(g711.alaw_encode(whole))
    resampler = Resampler(8_000, HEARING_HZ)
    pcm = np.concatenate([resampler.push(line), resampler.flush()])
    detector, endpointer = WebRtcDetector(), Endpointer(Rules(start_ms=start_ms))
    look_back: deque[Pcm16] = deque(maxlen=LOOK_BACK_MS // FRAME_MS)
    got: list[Pcm16] = []
    begins_ms = 0
    for at in range(0, len(pcm) - FRAME + 1, FRAME):
        frame = pcm[at : at + FRAME]
        look_back.append(frame)
        if isinstance(endpointer.push(detector.is_speech(frame)), Started) and not got:
            begins_ms = (at + FRAME) * 1000 // HEARING_HZ - len(look_back) * FRAME_MS
            got = list(look_back)
        elif got:
            got.append(frame)
    onset_ms = SILENT_MS + offset * 1000 // 8_000
    return (np.concatenate(got) if got else silence(0, HEARING_HZ)), begins_ms - onset_ms


@pytest.mark.parametrize("start_ms", [START_MS, START_OVER_LINE_MS])
@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("voice", VOICES)
def test_a_short_word_keeps_its_first_sound(
    by_telephone: dict[tuple[str, str], Pcm16], recogniser: VoskRecogniser, voice: str, word: str, start_ms: int
) -> None:
    cuts = [heard_by_ears(by_telephone[voice, word], offset, start_ms) for offset in range(0, 160, 16)]  # 2 ms steps
    got, missing_ms = max(cuts, key=lambda cut: cut[1])
    assert all(len(pcm) for pcm, _ in cuts), "not noticed at all"
    assert missing_ms <= -FRAME_MS, f"the recogniser gets it from {missing_ms} ms after its begin on"
    assert rms_dbfs(got) > -50
    stream = recogniser.open(("да", "нет", "два", "один"))
    stream.feed(got)
    text = stream.finish().text
    stream.close()
    assert text == word
