"""The real engine with the real model, on people's recordings."""

import threading
from pathlib import Path

import numpy as np
import pytest

from voice.asr.vosk import UNKNOWN, VoskRecogniser
from voice.audio import files
from voice.audio.resample import convert
from voice.errors import EngineFailed, ModelCorrupt, ModelMissing
from voice.line import HEARING_HZ
from voice.settings import Settings

SPEECH = Path(__file__).resolve().parents[3] / "shared" / "speech"
needs_speech = pytest.mark.skipif(not SPEECH.exists(), reason=f"no recordings of people in {SPEECH}")


def model_dir() -> Path:
    settings = Settings.from_env()
    return Path(settings.model_dir) if settings.model_dir else settings.models / settings.model


@pytest.fixture(scope="module")
def recogniser() -> VoskRecogniser:
    return VoskRecogniser(model_dir())


def clip(name: str) -> np.ndarray:
    pcm, rate_hz = files.read(SPEECH / name)
    return convert(pcm, rate_hz, HEARING_HZ)


@pytest.fixture(scope="module")
def woman() -> np.ndarray:
    return clip("asterisk/agent-user.flac")


@pytest.fixture(scope="module")
def man() -> np.ndarray:
    return clip("festvox/ru_0008.flac")


def hear(recogniser: VoskRecogniser, pcm: np.ndarray, phrases: tuple[str, ...] = (), piece: int = 3200):
    stream = recogniser.open(phrases)
    for at in range(0, len(pcm), piece):
        stream.feed(pcm[at : at + piece])
    result = stream.finish()
    stream.close()
    return result


@needs_speech
def test_it_tells_what_else_it_may_have_been(recogniser, woman):
    stream = recogniser.open_n_best(4)
    stream.feed(woman)
    result = stream.finish()
    stream.close()
    assert "регистрация оператора" in result.text
    assert 1 <= len(result.alternatives) <= 3
    assert len({result.text, *result.alternatives}) == 1 + len(result.alternatives)
    assert result.words == (), "vosk gives no confidences with alternatives"
    assert hear(recogniser, woman).words, "an engine that gives alternatives does not come back to the pool"


@needs_speech
def test_it_hears_words_with_times_and_confidence(recogniser, woman):
    result = hear(recogniser, woman)
    assert "регистрация оператора" in result.text
    assert result.text == " ".join(word.text for word in result.words)
    assert all(0 <= word.start_ms < word.end_ms <= len(woman) / 16 + 60 for word in result.words)
    assert all(0 <= word.confidence <= 1 for word in result.words)
    assert 0.5 < result.confidence <= 1


@needs_speech
def test_a_result_does_not_depend_on_who_used_the_engine_before(recogniser, woman, man):
    first = hear(recogniser, man)
    for _ in range(3):
        hear(recogniser, woman)
    abandoned = recogniser.open()
    abandoned.feed(woman[:20_000])
    abandoned.close()
    again = hear(recogniser, man)
    assert again.text == first.text
    assert [w.start_ms for w in again.words] == pytest.approx([w.start_ms for w in first.words], abs=2)
    assert [w.confidence for w in again.words] == pytest.approx([w.confidence for w in first.words], abs=0.01)


@needs_speech
def test_times_go_on_over_segments(recogniser, woman):
    stream = recogniser.open()
    stream.feed(woman)
    one = stream.finish()
    stream.feed(woman)
    two = stream.finish()
    stream.close()
    offset_ms = len(woman) / 16
    assert one.text == two.text
    assert [w.start_ms for w in two.words] == pytest.approx([w.start_ms + offset_ms for w in one.words], abs=5)


@needs_speech
def test_a_pause_inside_does_not_lose_what_stood_before(recogniser, woman):
    text = hear(recogniser, np.concatenate([woman, np.zeros(HEARING_HZ * 2, np.int16), woman])).text
    assert text.count("оператора введите номер") == 2


@needs_speech
def test_any_cut_is_heard(recogniser, woman):
    whole = hear(recogniser, woman, piece=len(woman)).text
    assert hear(recogniser, woman, piece=320).text == hear(recogniser, woman, piece=1601).text == whole


@needs_speech
def test_a_closed_engine_hears_its_phrases_and_nothing_else(recogniser, woman):
    phrases = ("регистрация оператора", "введите номер оператора и нажмите решётку", "да", "нет")
    assert hear(recogniser, woman[: int(1.8 * HEARING_HZ)], phrases).text == phrases[0]
    assert hear(recogniser, woman, ("четыре", "восемь")).text not in ("четыре", "восемь")


def test_a_grammar_may_be_written_with_e_or_yo(recogniser):
    assert recogniser.spelling("еще") == recogniser.spelling("ещё") == "ещё"
    assert recogniser.spelling("ёлка") is not None
    assert recogniser.knows("ещё")
    assert not recogniser.knows("еще")
    assert recogniser.unknown_words(("еще раз", "мой снилс", "четвертый")) == ("снилс",)


def test_a_phrase_with_an_unknown_word_is_dropped_and_said_so(recogniser, caplog):
    stream = recogniser.open(("мой снилс", "Еще раз"))
    assert stream._engine.grammar == ("ещё раз",)
    assert "снилс" in caplog.text
    stream.close()
    only = recogniser.open(("снилс",))
    assert only._engine.grammar == (UNKNOWN,)
    only.close()


def test_silence_is_an_empty_text(recogniser):
    result = hear(recogniser, np.zeros(HEARING_HZ, np.int16))
    assert (result.text, result.words, result.confidence) == ("", (), 0.0)
    assert hear(recogniser, np.zeros(0, np.int16)).text == ""


def test_engines_are_lent_warm_and_kept_bounded():
    recogniser = VoskRecogniser(model_dir(), keep_full=2, keep_closed=3)
    streams = [recogniser.open() for _ in range(4)]
    first = streams[0]._engine
    for stream in streams:
        stream.close()
        stream.close()
    assert len(recogniser._full) == 2
    assert recogniser.open()._engine in {stream._engine for stream in streams}
    assert first.grammar == ()
    for phrase in ("да", "нет", "один", "два"):
        recogniser.open((phrase,)).close()
    assert [engine.grammar[0] for engine in recogniser._closed.values()] == ["нет", "один", "два"]
    warm = recogniser._closed
    engine = next(reversed(warm.values()))
    assert recogniser.open(("два",))._engine is engine


def test_one_call_at_a_time_and_a_close_during_a_feed(recogniser):
    stream = recogniser.open(("да",))
    engine, inside, go = stream._engine, threading.Event(), threading.Event()

    class Slow:
        grammar, heard, most = engine.grammar, 0, 0

        def feed(self, pcm):
            inside.set()
            assert go.wait(5)
            return ""

        def finish(self):
            return {}

    stream._engine = Slow()
    worker = threading.Thread(target=stream.feed, args=(np.zeros(320, np.int16),))
    worker.start()
    assert inside.wait(5)
    with pytest.raises(AssertionError, match="two calls"):
        stream.feed(np.zeros(320, np.int16))
    stream.close()
    assert stream._engine not in recogniser._closed.values()
    go.set()
    worker.join()
    assert stream._engine in recogniser._closed.values()
    recogniser._closed.clear()
    with pytest.raises(EngineFailed, match="closed"):
        stream.feed(np.zeros(320, np.int16))


@needs_speech
def test_two_threads_hear_at_once(recogniser, woman, man):
    alone = [hear(recogniser, sound).text for sound in (woman, man)]
    heard: dict[int, str] = {}
    threads = [
        threading.Thread(target=lambda n=n, s=s: heard.update({n: hear(recogniser, s).text}))
        for n, s in enumerate((woman, man))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [heard[0], heard[1]] == alone


def copy_without(tmp_path: Path, name: str, content: bytes | None) -> Path:
    for file in (f for f in model_dir().resolve().rglob("*") if f.is_file()):
        link = tmp_path / file.relative_to(model_dir().resolve())
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(file)
    (tmp_path / name).unlink()
    if content is not None:
        (tmp_path / name).write_bytes(content)
    return tmp_path


@pytest.mark.parametrize("name", ["am/final.mdl", "conf/model.conf", "graph/Gr.fst", "ivector/final.ie"])
@pytest.mark.parametrize("content", [None, b""])
def test_a_broken_model_is_named_before_kaldi_sees_it(tmp_path, name, content):
    with pytest.raises(ModelCorrupt, match=name):
        VoskRecogniser(copy_without(tmp_path, name, content))


def test_a_torn_model_is_refused(tmp_path):
    half = (model_dir() / "am/final.mdl").read_bytes()[:5_000_000]
    with pytest.raises(ModelCorrupt, match="fetch it again"):
        VoskRecogniser(copy_without(tmp_path, "am/final.mdl", half))


def test_no_model_at_all(tmp_path):
    with pytest.raises(ModelMissing):
        VoskRecogniser(tmp_path / "none")
