from __future__ import annotations

from voice.captions.labels import labels
from voice.captions.take_away import Outcome, as_text, outcomes
from voice.events import AnyEvent, Final, HungUp, LookedUp, SayStarted, SpeechStarted

TOLD = "Заявление: Замена паспорта. Решение будет до 20 ноября."
CALL: list[AnyEvent] = [
    SayStarted(at_ms=0, say=1, text="Чем вам помочь?"),
    SpeechStarted(at_ms=1_000, utterance=1),
    Final(at_ms=2_000, utterance=1, text="узнать статус"),
    LookedUp(at_ms=2_100, name="application_status", facts={"number": "1234567890", "stage": "review"}),
    SayStarted(at_ms=2_200, say=2, text=TOLD),
    SayStarted(at_ms=5_000, say=3, text="Чем ещё помочь?"),
    LookedUp(at_ms=6_000, name="new_appeal", facts={"number": "12345678", "due": "2026-11-26"}),
    SayStarted(at_ms=6_100, say=4, text="Обращение принято. Номер 123 456 78. Ответ будет до 26 ноября."),
    LookedUp(at_ms=7_000, name="appeal_status", facts=None),
    SayStarted(at_ms=7_100, say=5, text="Такого обращения я не нашла."),
    LookedUp(at_ms=8_000, name="callback", facts=None, failed=True),
    SayStarted(at_ms=8_100, say=6, text="Сейчас я не могу это записать."),
    HungUp(at_ms=9_000, by="caller"),
]


def test_what_came_of_it_is_told_in_the_lines_own_words_with_the_number_once() -> None:
    assert outcomes(CALL) == [
        Outcome("123 456 78 90", TOLD),
        Outcome("", "Обращение принято. Номер 123 456 78. Ответ будет до 26 ноября."),
    ]
    assert outcomes([*CALL, *CALL]) == outcomes(CALL) and outcomes([]) == []


def test_the_text_has_it_on_top() -> None:
    assert as_text(CALL[:5], labels(), "Госуслуги, 22.11.2026, 10:00") == (
        "Госуслуги, 22.11.2026, 10:00\n"
        f"123 456 78 90: {TOLD}\n"
        "\n"
        "00:00 Линия: Чем вам помочь?\n"
        "00:01 Вы: Узнать статус.\n"
        f"00:02 Линия: {TOLD}\n"
    )
