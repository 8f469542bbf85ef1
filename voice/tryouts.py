"""What reviewers may try with a kept call on the running line, beside its calls: replay it, make a fixture of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from voice.archive.records import Record
from voice.clock import in_worker
from voice.dialog.script import Script
from voice.line import Pcm16
from voice.review.callers_side import callers_side
from voice.review.course import Course
from voice.review.fixture import Cleaned, NoFixture, cleaned, fixture
from voice.switchboard import Switchboard
from voice.workshop.fixtures import expect, say_anew
from voice.workshop.replay import replay_text


@dataclass(frozen=True)
class Tryouts:
    board: Switchboard

    def replay(self, call_id: str) -> tuple[Course, Course] | None:
        """How the call went and how its words go before the present flows; None when there is no such call, or no such
        line any more. Blocks for a moment. Raises RecordDamaged."""
        record = self.board.archive.call(call_id)
        if record is None or not record.events or record.call.line not in self.board.script.lines:
            return None
        replayed = replay_text(record, self.board.script, self._languages, {})
        return replayed.before, replayed.after

    async def fixture(self, call_id: str) -> tuple[str, bytes] | None:
        """The fixture's name and its two files as a zip; None when there is no such call. Raises NoFixture,
        RecordDamaged, VoiceMissing."""
        workers = self.board.workers
        found = await in_worker(workers, self._cleaned, call_id)
        if found is None:
            return None
        clean, pcm = found
        wanted, _ = await in_worker(workers, expect, clean, self.board.script, self._languages)
        made = fixture(clean, pcm, await say_anew(self.board.voice, clean.spoken))
        return made.name, await in_worker(workers, made.zipped, wanted)

    def _cleaned(self, call_id: str) -> tuple[Cleaned, Pcm16] | None:
        record: Record | None = self.board.archive.call(call_id)
        shown, pcm = self.board.archive.reading(call_id), callers_side(self.board.archive, call_id)
        if record is None or shown is None:
            return None
        if pcm is None or record.call.state == "open":
            raise NoFixture("the call runs, or its sound is not kept")
        return cleaned(record, shown), pcm

    @property
    def _languages(self) -> Mapping[str, Script]:
        return {name: second.flows.script for name, second in self.board.others.items()}
