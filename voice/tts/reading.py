"""How a text is read aloud, by language."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from voice.tts import speech_en, speech_text

Reading = Callable[[str], str]
READINGS: Mapping[str, Reading] = {"ru": speech_text.for_speech, "en": speech_en.for_speech}
