"""The recogniser as the listener: what RHVoice says comes back as the same words."""

import asyncio
import json

import jiwer
import numpy as np
import pytest
import soxr
import vosk

from tests.tts.conftest import whole
from voice.settings import Settings
from voice.tts.pool import Pool
from voice.tts.speech_text import for_speech
from voice.tts.voices import PooledVoice, command

SAID = (
    "Здравствуйте! Вы позвонили на линию поддержки.",
    "Назовите, пожалуйста, номер заявления.",
    "Ваш номер 123 456 78 90. Всё верно?",
    "Заявление принято 22.11.2026, ответ придёт в течение 30 дней.",
    "Приходите с 9:00 до 18:00 на 3 этаж.",
    "Госпошлина 1 250 рублей.",
    "Позвоните по номеру 8-800-555-35-35.",
    "Соединяю с оператором, подождите, пожалуйста.",
)


@pytest.fixture(scope="module")
def recogniser():
    settings = Settings.from_env()
    vosk.SetLogLevel(-1)
    model = vosk.Model(settings.model_dir or str(settings.models / settings.model))
    return vosk.KaldiRecognizer(model, 16_000)


def plain(text: str) -> str:
    letters = "".join(letter if letter.isalpha() else " " for letter in text.lower().replace("ё", "е"))
    return " ".join(letters.split())


def heard(recogniser, sound: np.ndarray, rate_hz: int) -> str:
    pcm = soxr.resample(sound, rate_hz, 16_000)
    texts = []
    for start in range(0, len(pcm), 3_200):
        if recogniser.AcceptWaveform(pcm[start : start + 3_200].tobytes()):
            texts.append(json.loads(recogniser.Result())["text"])
    return " ".join([*texts, json.loads(recogniser.FinalResult())["text"]])


def test_rhvoice_is_understood(rhvoice_spec, recogniser):
    async def say_all():
        pool = Pool(command(rhvoice_spec), size=1)
        voice = PooledVoice(rhvoice_spec.known, pool)
        try:
            silence = np.zeros(voice.rate_hz // 2, np.int16)
            return [np.concatenate((silence, await whole(voice.speak(text)), silence)) for text in SAID]
        finally:
            await pool.close()

    texts = [heard(recogniser, sound, rhvoice_spec.known.rate_hz) for sound in asyncio.run(say_all())]
    wanted = [plain(for_speech(text)) for text in SAID]
    errors = jiwer.wer(wanted, [plain(text) for text in texts])
    assert errors <= 0.15, list(zip(wanted, texts, strict=True))
