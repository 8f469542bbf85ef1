"""The person who took a caller over, as the call hears and tells him."""

from __future__ import annotations

from collections.abc import Callable

from voice.asr.port import Recogniser
from voice.audio.pcm import rms_dbfs
from voice.call.ears import Ears
from voice.call.played import Played
from voice.call.replies import Replies
from voice.call.workers import Workers
from voice.dialog.listening import Listening
from voice.events import AnyEvent, Final, Noted, OperatorSaid, OperatorSaying, Partial
from voice.line import FRAME_MS, Pcm16
from voice.vad.detector import Detector

UNEVEN_MS = 150  # the two sides come by roads of their own: while he speaks, so far may one be behind the other
SILENT_DBFS = -55.0


class Person:
    """Puts what the person says into the call's stream, on the call's clock. `run` recognises beside `hear`."""

    def __init__(
        self,
        *,
        hears_hz: int,
        detector: Detector,
        recogniser: Recogniser,
        workers: Workers,
        listening: Listening,
        publish: Callable[[AnyEvent], None],
        now_ms: Callable[[], int],
        sounded: Callable[[int, Pcm16], None],
    ) -> None:
        """now_ms: the caller's sound heard so far. sounded: takes where on that clock the person's sound stands, ms,
        and the sound, 16 000 Hz."""
        self._publish, self._now_ms, self._sounded = publish, now_ms, sounded
        self._due_ms = -UNEVEN_MS  # where his next frame stands if both sides go on evenly
        self._shown = 0  # the newest utterance of which anybody has read a part
        self._ears = Ears(
            hears_hz=hears_hz,
            detector=detector,
            recogniser=recogniser,
            workers=workers,
            publish=self._heard,
            record=self._record,
            played=Played(),
            replies=Replies(lambda stages: None),
            listening=listening,
        )

    @property
    def dropped_ms(self) -> int:
        """Of the person's sound, so much was not recognised, as Ears tell it."""
        return self._ears.dropped_ms

    def hear(self, pcm: Pcm16) -> None:
        """Take the person's sound, `hears_hz`, any length."""
        self._ears.hear(pcm)

    async def run(self) -> None:
        """Turn what was heard into words until cancelled."""
        await self._ears.run()

    def _record(self, frame: Pcm16) -> None:
        """Where the sides are uneven, the hole is made in his silence: none is torn into his words."""
        now_ms = self._now_ms()
        late_ms = now_ms - self._due_ms
        if abs(late_ms) > UNEVEN_MS or (late_ms > 0 and rms_dbfs(frame) < SILENT_DBFS):
            self._due_ms = now_ms
        self._sounded(self._due_ms, frame)
        self._due_ms += FRAME_MS

    def _heard(self, event: AnyEvent) -> None:
        match event:
            case Partial(utterance=utterance, stable=stable, rest=rest):
                self._shown = utterance
                self._publish(OperatorSaying(at_ms=self._now_ms(), utterance=utterance, stable=stable, rest=rest))
            case Final(utterance=utterance, text=text) if text or utterance == self._shown:
                self._publish(OperatorSaid(at_ms=self._now_ms(), utterance=utterance, text=text))
            case Noted(name=name, data=data):
                self._publish(Noted(at_ms=self._now_ms(), name=name, data=data))
