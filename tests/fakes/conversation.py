"""A conversation with the pure dialog, and a back office that knows one application."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from voice.desk.backoffice import EmbeddedOffice
from voice.dialog.script import Script
from voice.workshop.rehearsal import Rehearsal

MAIN = "88005553535"
KNOWN = {
    "1234567890": {
        "service": "Замена паспорта",
        "stage": "review",
        "filed": "2026-10-22",
        "due": "2026-11-20",
        "office": "улица Советская, дом 8",
    }
}


class Conversation(Rehearsal):
    """facts: what is known, by number. given: what is given for whatever is registered.

    office: a real one, which answers instead of `facts` and `given`.
    """

    def __init__(
        self,
        script: Script,
        number: str = MAIN,
        *,
        start: bool = True,
        facts: Mapping[str, Mapping[str, str]] = KNOWN,
        given: Mapping[str, str] | None = None,
        office: EmbeddedOffice | None = None,
        today: date | None = None,
        known: Mapping[str, str] | None = None,
    ) -> None:
        self._facts, self._given, self._real = facts, given or {}, office
        self.registered: list[tuple[str, Mapping[str, str]]] = []
        super().__init__(script, number, self, start=start, today=today, known=known)

    def look_up(self, name: str, args: Mapping[str, str]) -> Mapping[str, str] | None:
        return self._real.look_up(name, args) if self._real else self._facts.get(args.get("number", ""))

    def register(self, name: str, args: Mapping[str, str], call: str = "") -> Mapping[str, str]:
        self.registered.append((name, args))
        return self._real.register(name, args) if self._real else self._given
