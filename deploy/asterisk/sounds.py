"""Makes Asterisk's own phrases from sounds.yaml with the line's voice.

Run it as `.venv/bin/python deploy/asterisk/sounds.py DIR`. DIR is a folder of Asterisk's Russian sounds, usually
/var/lib/asterisk/sounds/ru/liniya, or under /usr/share/asterisk with Debian's Asterisk. Files are WAV of 8 000 Hz,
which every Asterisk plays.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import yaml

from voice.audio.files import write
from voice.audio.resample import convert
from voice.settings import Settings
from voice.tts.voices import open_voice

RATE_HZ = 8_000
TEXTS = Path(__file__).with_name("sounds.yaml")


async def make(texts: dict[str, str], to: Path) -> None:
    with tempfile.TemporaryDirectory() as cache:
        voice = open_voice(replace(Settings.from_env(), data=Path(cache), synthesisers=1))
        await voice.start()
        try:
            for name, text in texts.items():
                pcm = np.concatenate([piece async for piece in voice.speak(text)])
                write(to / f"{name}.wav", convert(pcm, voice.rate_hz, RATE_HZ), RATE_HZ)
        finally:
            await voice.close()


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    asyncio.run(make(yaml.safe_load(TEXTS.read_text(encoding="utf-8")), folder))
