"""Which voice is understood best by telephone: own sentences -> voice -> 8 kHz A-law -> the recogniser -> word errors.

Run: python -m tests.tts.measure_voices [VOICE...]; the figures stand in docs/voices.md.
"""

import asyncio
import sys

import jiwer
import numpy as np
import soxr
import vosk

from tests.tts.conftest import whole
from tests.tts.test_heard import heard, plain
from voice.audio.g711 import alaw_decode, alaw_encode
from voice.settings import Settings
from voice.tts.pool import Pool
from voice.tts.speech_text import for_speech
from voice.tts.voices import PooledVoice, available_voices, command

SENTENCES = (
    "Здравствуйте, вы позвонили на линию поддержки.",
    "Этот разговор записывается.",
    "Скажите, пожалуйста, чем я могу помочь.",
    "Назовите номер вашего заявления по цифрам.",
    "Я услышала номер 384 951 27 60, всё правильно?",
    "Заявление рассматривается ведомством.",
    "Ответ придёт до 14 декабря.",
    "Для замены паспорта нужны фотография и заявление.",
    "Приём граждан с 9:00 до 17:30, кроме воскресенья.",
    "Я не поняла, повторите ещё раз.",
    "Если хотите поговорить с оператором, скажите слово оператор.",
    "Соединяю вас со специалистом, оставайтесь на линии.",
    "Проверьте адрес электронной почты и пароль.",
    "Код подтверждения придёт в сообщении на ваш телефон.",
    "Вы можете получить справку в ближайшем отделении.",
    "Размер пособия составляет 18 400 рублей в месяц.",
    "Запись на приём отменена.",
    "Срок оказания услуги не больше 10 рабочих дней.",
    "Хотите узнать что-нибудь ещё?",
    "Спасибо за звонок, до свидания.",
)


def telephone(sound: np.ndarray, rate_hz: int) -> np.ndarray:
    """The sound after a telephone line: 8 kHz, A-law."""
    return alaw_decode(alaw_encode(soxr.resample(sound, rate_hz, 8_000)))


async def measure(spec, recogniser) -> tuple[float, float]:
    """Word and letter error rates of one voice."""
    pool = Pool(command(spec), size=1)
    voice = PooledVoice(spec.known, pool)
    pause = np.zeros(8_000 // 2, np.int16)
    texts = []
    for sentence in SENTENCES:
        line = telephone(await whole(voice.speak(sentence)), voice.rate_hz)
        texts.append(plain(heard(recogniser, np.concatenate((pause, line, pause)), 8_000)))
    await pool.close()
    wanted = [plain(for_speech(sentence)) for sentence in SENTENCES]
    return jiwer.wer(wanted, texts), jiwer.cer(wanted, texts)


def main(names: list[str]) -> None:
    settings = Settings.from_env()
    vosk.SetLogLevel(-1)
    model = vosk.Model(settings.model_dir or str(settings.models / settings.model))
    recogniser = vosk.KaldiRecognizer(model, 16_000)
    for spec in available_voices(settings.models.resolve()):
        if not names or spec.name in names:
            words, letters = asyncio.run(measure(spec, recogniser))
            print(f"{spec.name:13} words {words:6.1%}  letters {letters:6.1%}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
