"""The recorded callers of audio_fixtures/ against the whole line: what it must understand, say and keep."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from tests.golden.placed import FIXTURES, Placed, described
from voice.asr.catalogue import locate
from voice.asr.vosk import VoskRecogniser
from voice.audio.files import read
from voice.audio.pcm import rms_dbfs
from voice.audio.resample import convert
from voice.captions.labels import labels
from voice.events import Final, HungUp, Interrupted, Partial, Resumed, SayStarted, Understood
from voice.line import HEARING_HZ
from voice.nlu.normalise import words
from voice.settings import Settings

CALLERS = sorted(path.stem for path in FIXTURES.glob("*.flac"))
HEARD_ALOUD = ("status_pairs", "documents_abroad", "login_not_helped", "noise_20db")  # whose reply a recogniser checks

SOUNDS_ON_MS = 200  # of the line's last words may sound after the caller's last frame

Call = Callable[[str], Placed]
every_caller = pytest.mark.parametrize("caller", CALLERS)


def known_to_fail(name: str) -> pytest.MarkDecorator | tuple[()]:
    reason = described(name).get("known_failure")
    return pytest.mark.xfail(strict=True, reason=reason) if reason else ()


@pytest.mark.parametrize("caller", [pytest.param(name, marks=known_to_fail(name)) for name in CALLERS])
def test_the_line_does_what_the_caller_needs(placed: Call, caller: str) -> None:
    call, expect = placed(caller), described(caller)["expect"]
    understood = [one for one in call.of(Understood) if one.intent != "backchannel"]
    wanted = [one if isinstance(one, dict) else {"intent": one} for one in expect["understood"]]
    assert [one.intent or "none" for one in understood] == [one["intent"] for one in wanted], f"\n{call}"
    for have, want in zip(understood, wanted, strict=True):
        assert want.get("slots", {}).items() <= have.slots.items(), f"\n{call}"
    said = [one.text for one in call.of(SayStarted)]
    rest = "\n".join(said)
    for piece in expect["says"]:
        assert piece in rest, f"{piece!r} is not said, or not after its forerunner\n{call}"
        rest = rest.partition(piece)[2]
    assert not [text for text in said for piece in expect.get("never_says", ()) if piece in text], f"\n{call}"
    for kind, name in ((Interrupted, "interrupted"), (Resumed, "resumed")):
        assert len(call.of(kind)) == int(expect.get(name, len(call.of(kind)))), f"\n{call}"
    assert [call.of(HungUp)[-1].by, call.of(HungUp)[-1].reason] == expect["ends"], f"\n{call}"
    assert max(call.gaps_ms, default=0) <= float(expect.get("max_gap_ms", "inf")), f"\n{call}"


@every_caller
def test_the_line_is_heard(placed: Call, caller: str) -> None:
    """Every saying that was not cut short at once sounds at the level of a voice."""
    call = placed(caller)
    seconds = len(call.reply) / call.reply_hz
    frames = call.reply[: int(seconds * 50) * call.reply_hz // 50].reshape(-1, call.reply_hz // 50)
    loud = [frame for frame in frames if rms_dbfs(frame) > -45]
    assert len(loud) / 50 > 1.5  # the notice alone is longer
    assert -26 < rms_dbfs(np.concatenate(loud)) < -14


@every_caller
def test_the_record_is_whole(placed: Call, caller: str) -> None:
    call, told = placed(caller), described(caller)
    record = call.record
    assert (record.call.state, record.call.flaws, record.call.sound_lost_ms) == ("complete", (), 0)
    assert [record.call.ended_by, record.call.reason] == [call.of(HungUp)[-1].by, call.of(HungUp)[-1].reason]
    heard = [final.text for final in call.of(Final) if final.text]
    kept = [one for one in record.utterances if one.side == "caller" and one.source == "speech"]
    assert [one.text for one in kept] == heard
    assert [one.text for one in record.utterances if one.side == "line"] == [one.text for one in call.of(SayStarted)]
    for one in kept:
        assert [word.text for word in one.words] == one.text.split()
        assert all(
            before.end_ms <= after.start_ms + 30 for before, after in zip(one.words, one.words[1:], strict=False)
        )
    caller_side, line_side = call.sound[:, 0], call.sound[:, 1]
    assert abs(len(call.sound) * 1000 / HEARING_HZ - call.events[-1].at_ms) <= SOUNDS_ON_MS
    assert rms_dbfs(line_side) > -40
    speaks = any(not turn["says"].startswith("[") for turn in told["turns"] if "says" in turn)
    assert not speaks or np.abs(caller_side).max() > 1_000


@every_caller
def test_the_captions_are_what_was_said(placed: Call, caller: str) -> None:
    call = placed(caller)
    newest = {cue.seg: cue for cue in call.cues}
    shown = {who: [cue.text for cue in newest.values() if cue.who == who and cue.text] for who in ("line", "caller")}
    write = labels().writing
    assert shown["line"] == [write.said(one.text) for one in call.of(SayStarted)]
    spoken = [cue.text for cue in newest.values() if cue.kind == "speech" and cue.final and cue.text]
    asked, question = dict[int, str](), ""
    for event in call.events:
        match event:
            case SayStarted():
                question = event.text
            case Partial() | Final():
                asked.setdefault(event.utterance, question)
    assert spoken == [write.sentence(final.text, asked[final.utterance]) for final in call.of(Final) if final.text]
    assert all(cue.stable + cue.rest == cue.text for cue in call.cues)
    assert call.cues[-1].kind == "end"


@pytest.fixture(scope="session")
def recogniser() -> VoskRecogniser:
    return VoskRecogniser(locate(Settings.from_env()))


@pytest.mark.parametrize("caller", HEARD_ALOUD)
def test_a_listener_understands_the_line(placed: Call, recogniser: VoskRecogniser, caller: str) -> None:
    """The first words of the reply, by telephone, as a recogniser hears them: only the sound can tell."""
    call = placed(caller)
    stream = recogniser.open()
    stream.feed(convert(convert(call.reply[: 6 * call.reply_hz], call.reply_hz, 8_000), 8_000, HEARING_HZ))
    heard = set(stream.finish().text.split())
    stream.close()
    first = [word for one in call.of(SayStarted)[:2] for word in words(one.text)]
    assert len(heard & set(first)) >= 0.6 * len(set(first)), f"{sorted(heard)} of {first}"


def test_the_recordings_are_telephone_sound() -> None:
    total = 0
    for name in CALLERS:
        pcm, rate_hz = read(FIXTURES / f"{name}.flac")
        told = described(name)
        assert rate_hz == 8_000
        last_ms = max(
            int(span["to_ms"]) for span in (*filter(lambda turn: "to_ms" in turn, told["turns"]), told["room"])
        )
        assert last_ms <= len(pcm) * 1000 // rate_hz
        total += (FIXTURES / f"{name}.flac").stat().st_size
    assert len(CALLERS) >= 24
    assert total < 8_000_000


def test_few_callers_are_known_to_fail() -> None:
    failing = [name for name in CALLERS if "known_failure" in described(name)]
    assert len(failing) * 8 <= len(CALLERS), failing
