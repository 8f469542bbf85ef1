"""Kept calls in which callers say who they are, made by the dialog as it is, for tests of who may read that.

Everybody in them is the same person: NAME, who lives at ADDRESS.
"""

from __future__ import annotations

import re
from uuid import uuid4

import numpy as np

from tests.web.small_line import tone
from tests.workshop.kept_calls import Kept
from voice.archive.archive import Archive
from voice.audio.pcm import silence
from voice.dialog.script import Script
from voice.events import (
    AnyEvent,
    CallStarted,
    Final,
    HungUp,
    Key,
    OperatorSaid,
    PersonCame,
    SayStarted,
    SpeechEnded,
    SpeechStarted,
    Typed,
    Word,
)
from voice.line import HEARING_HZ
from voice.office import Office

LINE = "88005553535"
PHONE, SNILS = "79162058341", "14025836939"
SPOKEN_PHONE = "девятьсот шестнадцать двести пять восемьдесят три сорок один"
SPOKEN_SNILS = "сто сорок двести пятьдесят восемь триста шестьдесят девять тридцать девять"
NAME, ADDRESS = "неповторимов аристарх", "сиреневая улица дом восемь квартира сорок один"
MISHEARD = "меня зовут не повторимов аристарх спрошу про здвление"
REALLY = "меня зовут Неповторимов Аристарх спрошу про заявление"
WORD_MS = 300

# No letter case, sign or space: so they are looked for.
PERSONAL_DIGITS = ("9162058341", "14025836939", "140258", "258369", "162058", "2058341")
PERSONAL = (
    *("неповторимов", "аристарх", "сиренев", "квартирасорокодин", "кв41"),
    *("стосорок", "двестипять", "тристашестьдесятдевять", "тридцатьдевять", "восемьдесяттри"),
)
# Grouped as people write numbers, and no piece of an id or of a time.
WRITTEN_NUMBER = re.compile(r"(?<![0-9a-f.:])\d(?:[ ()+-]{0,2}\d)*(?![0-9a-f])")


def personal_in(text: str) -> list[str]:
    """What of it stands there, however it is written and escaped."""
    plain = re.sub(r"\\u([0-9a-f]{4})", lambda code: chr(int(code[1], 16)), text).lower()
    letters = re.sub(r"[\W_]+", "", plain)
    numbers = [re.sub(r"\D", "", number) for number in WRITTEN_NUMBER.findall(plain)]
    found = [one for one in PERSONAL_DIGITS if any(one in number for number in numbers)]
    return found + [one for one in PERSONAL if one in letters]


class Told(Kept):
    """A call with the times of all that is said; the caller's side sounds while he speaks, and only then."""

    def feed(self, event: AnyEvent) -> None:
        super().feed(event)
        self.at_ms += {Key: 200, Typed: 1_000}.get(type(event), 0)

    def hear_one(self) -> None:
        if self._waiting:
            say = self._waiting[0]
            self.stream.append(SayStarted(at_ms=self.at_ms, say=say.say, text=say.text))
            self.at_ms += 1_000
        super().hear_one()

    def speak(self, text: str, *, confidence: float = 0.9) -> str:
        self._utterance += 1
        number, began_ms, spoken = self._utterance, self.at_ms + 500, text.split()
        self.at_ms = began_ms
        self.feed(SpeechStarted(at_ms=began_ms, utterance=number))
        words = tuple(
            Word(text=word, start_ms=began_ms + WORD_MS * n, end_ms=began_ms + WORD_MS * (n + 1), confidence=confidence)
            for n, word in enumerate(spoken)
        )
        self.at_ms = began_ms + WORD_MS * len(spoken)
        self.feed(SpeechEnded(at_ms=self.at_ms, utterance=number))
        self.feed(Final(at_ms=self.at_ms, utterance=number, text=text, words=words, confidence=confidence))
        return self.listen()

    def keep(self, archive: Archive, *operator: str, ends: bool = True) -> str:
        """Record it; operator: what a person says when he has taken over. Returns the call's number."""
        events = [event for event in self.stream if not isinstance(event, CallStarted)]
        at_ms = self.at_ms
        if operator:
            events.append(PersonCame(at_ms=at_ms))
        for n, text in enumerate(operator, 1):
            at_ms += 3_000
            events.append(OperatorSaid(at_ms=at_ms, utterance=n, text=text))
        call_id = uuid4().hex
        recorder = archive.begin(call_id, LINE, PHONE, "audiosocket")
        recorder.event(CallStarted(at_ms=0, line=LINE, caller=PHONE, transport="audiosocket"))
        for event in events:
            recorder.event(event)
        length_ms = at_ms + 1_000
        pcm = silence(length_ms, HEARING_HZ)
        for event in events:
            for word in getattr(event, "words", ()):
                first, last = word.start_ms * HEARING_HZ // 1_000, word.end_ms * HEARING_HZ // 1_000
                pcm[first:last] = tone(HEARING_HZ, WORD_MS)[: last - first]
        recorder.spoke(0, tone(HEARING_HZ, length_ms, hz=600) // 4)
        recorder.hear(np.asarray(pcm))
        if ends:
            recorder.event(HungUp(at_ms=length_ms, by="caller"))
            recorder.seal("caller")
        return call_id


def told_calls(archive: Archive, script: Script, office: Office) -> dict[str, str]:
    """Calls by what they are: spoken, handed over, keyed, typed, two misheard alike, and one that still runs."""

    def begun() -> Told:
        call = Told(script, LINE, office)
        call.listen()
        return call

    spoken = begun()
    spoken.speak(f"меня зовут {NAME} хочу чтобы мне перезвонили")
    for text in (SPOKEN_PHONE, "да", "завтра утром", "да", "оставить сообщение"):
        spoken.speak(text)
    spoken.speak(f"это {NAME} я живу {ADDRESS}")
    spoken.speak("да")
    handed = begun()
    handed.speak("пенсия")
    handed.speak("да")
    for text in (
        SPOKEN_SNILS,
        "да",
        f"мой снилс {SPOKEN_SNILS}",
        f"телефон {SPOKEN_PHONE} адрес {ADDRESS}",
        "оператор",
    ):
        handed.speak(text)
    keyed = begun()
    for text in ("пенсия", "да"):
        keyed.speak(text)
    keyed.press(SNILS)
    keyed.speak("да")
    typed = begun()
    typed.type("Хочу, чтобы мне перезвонили")
    typed.type("+7 (916) 205-83-41")
    typed.type("Неповторимов Аристарх Ильич, СНИЛС 140-258-369 39, Сиреневая ул., д. 8, кв. 41")
    found = {
        "spoken": spoken.keep(archive),
        "handed": handed.keep(
            archive,
            "как вас зовут",
            f"{NAME} верно снилс {SPOKEN_SNILS}",
            f"записываю {ADDRESS} телефон 8 916 205 83 41",
        ),
        "keyed": keyed.keep(archive),
        "typed": typed.keep(archive),
        "running": spoken.keep(archive, ends=False),
    }
    for name in ("misheard", "misheard again"):
        call = begun()
        call.speak(f"у меня труба течёт адрес {ADDRESS}")
        call.speak(MISHEARD)
        call.speak("узнать статус заявления")
        found[name] = call.keep(archive)
    return found
