"""The vosk recogniser behind the port; the only importer of vosk.

Traps that shape this file: SetGrammar inside an utterance aborts the process, so a grammar is a recogniser of its own
(0.5 ms to make); vosk's JSON reader does not know \\u escapes, so a grammar is written with ensure_ascii=False; words
the model lacks vanish from a grammar unsaid, and it spells ё; a recogniser adapts to its speaker until FinalResult, so
an engine goes back to the pool only after one; vosk's own end of utterance is ignored: ours decides; a recogniser that
gives alternatives gives no confidences. Some of the model's settings are ours, see `_view`.
"""

from __future__ import annotations

import json
import logging
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from statistics import fmean
from tempfile import TemporaryDirectory
from threading import Lock

import numpy as np
import vosk

from voice.asr.port import Recognised
from voice.audio.pcm import silence, to_bytes, to_int16
from voice.errors import EngineFailed, ModelCorrupt, ModelMissing
from voice.events import Word
from voice.line import HEARING_HZ, Pcm16

log = logging.getLogger(__name__)

UNKNOWN = "[unk]"  # how sound outside a closed grammar appears in a text
WORN_OUT = 3600 * HEARING_HZ  # samples: what an engine caches while it works, and its float clock, end with it
NEEDED = ("am/final.mdl", "conf/mfcc.conf", "conf/model.conf", "graph/phones/word_boundary.int")
GRAPHS = (("graph/HCLr.fst", "graph/Gr.fst", "graph/disambig_tid.int"), ("graph/HCLG.fst",))
IVECTOR = ("final.dubm", "final.ie", "final.mat", "global_cmvn.stats", "online_cmvn.conf", "splice.conf")

YE, YO = "е", "ё"
MOST_GRAMMARS = 1000  # spelled phrase lists remembered; a line has some dozens
_HALF_A_SECOND = silence(500, HEARING_HZ)

Grammar = tuple[str, ...]  # phrases as the model spells them; empty: the full vocabulary


# Frames of 10 ms that are decoded at once, a multiple of the model's subsampling, 3: fewer show words earlier and cost
# more. docs/recognition.md has the measurements; Kaldi's own default is 20.
CHUNK_FRAMES = 12
# For hearing without haste: more is kept in mind while an utterance is decoded. Kaldi's own usual values.
THOROUGH = ("--beam=13.0", "--max-active=7000", "--lattice-beam=6.0")
_DITHER = np.random.default_rng(0).normal(0.0, 1.0, HEARING_HZ).round().astype(np.int16)  # as strong as Kaldi's own


def _dithered(pcm: Pcm16, at: int) -> Pcm16:
    """`pcm` with the noise that belongs to its place in the utterance."""
    noise = np.take(_DITHER, np.arange(at, at + len(pcm)), mode="wrap")
    return to_int16(pcm.astype(np.float32) + noise)


def _view(model_dir: Path, view: Path, *, thorough: bool) -> Path:
    """The model as a directory of links, but for some settings; it is read whole when it is loaded.

    Kaldi's own noise is off, since hard words came out differently each time; `_dithered` adds ours instead.
    """
    for path in model_dir.resolve().iterdir():
        if path.name != "conf":
            (view / path.name).symlink_to(path)
    (view / "conf").mkdir()
    for path in (model_dir / "conf").iterdir():
        (view / "conf" / path.name).write_bytes(path.read_bytes())
    decoding = (f"--frames-per-chunk={CHUNK_FRAMES}", *(THOROUGH if thorough else ()))
    for name, added in (("mfcc.conf", ("--dither=0",)), ("model.conf", decoding)):
        with (view / "conf" / name).open("a", encoding="utf-8") as settings:
            settings.write("\n" + "\n".join(added) + "\n")
    return view


class _Engine:
    """One KaldiRecognizer; between two streams it is always freshly finished."""

    def __init__(self, model: vosk.Model, grammar: Grammar, most: int = 0) -> None:
        """most: so many texts are given instead of one; 0: one, with the confidences of its words."""
        self.grammar, self.most = grammar, most
        self.heard = 0  # samples since it was made: where its clock stands
        self._fed = 0  # samples since the last finish
        self._running = False
        try:
            if grammar:
                phrases = json.dumps([*grammar, UNKNOWN], ensure_ascii=False)
                self._kaldi = vosk.KaldiRecognizer(model, HEARING_HZ, phrases)
            else:
                self._kaldi = vosk.KaldiRecognizer(model, HEARING_HZ)
        except Exception as error:  # vosk raises nothing finer
            raise EngineFailed(f"vosk cannot make a recogniser: {error}") from error
        self._kaldi.SetWords(True)
        self._kaldi.SetMaxAlternatives(most)

    def feed(self, pcm: Pcm16) -> str:
        if len(pcm):
            try:
                self._kaldi.AcceptWaveform(to_bytes(_dithered(pcm, self._fed)))
            except Exception as error:
                raise EngineFailed(f"vosk cannot hear: {error}") from error
            self.heard += len(pcm)
            self._fed += len(pcm)
            self._running = True
        return str(json.loads(self._kaldi.PartialResult()).get("partial", "")) if self._running else ""

    def finish(self) -> dict[str, object]:
        if not self._running:
            return {}
        self._running, self._fed = False, 0
        answer: dict[str, object] = json.loads(self._kaldi.FinalResult())
        return answer


class VoskStream:
    """An engine on loan. See `voice.asr.port.Stream`."""

    def __init__(self, owner: VoskRecogniser, engine: _Engine) -> None:
        self._owner, self._engine = owner, engine
        self._base = engine.heard
        self._lock, self._busy, self._closing, self._broken = Lock(), False, False, False

    def feed(self, pcm: Pcm16) -> str:
        with self._one_call():
            return self._engine.feed(pcm)

    def finish(self) -> Recognised:
        with self._one_call():
            answer = self._engine.finish()
        if self._engine.most:
            texts = [str(one["text"]) for one in answer.get("alternatives", ())]  # type: ignore[attr-defined]
            first, *others = [*dict.fromkeys(filter(None, texts))] or [""]
            return Recognised(first, alternatives=tuple(others))
        words = tuple(self._word(word) for word in answer.get("result", ()))  # type: ignore[attr-defined]
        confidence = fmean(word.confidence for word in words) if words else 0.0
        return Recognised(str(answer.get("text", "")), words, confidence)

    def close(self) -> None:
        """Also from another thread while a `feed` runs: the engine then goes back when that is done."""
        with self._lock:
            give_back = not self._busy and not self._closing
            self._closing = True
        if give_back:
            self._owner.take_back(self._engine, broken=self._broken)

    @contextmanager
    def _one_call(self) -> Iterator[None]:
        with self._lock:
            assert not self._busy, "two calls into one recogniser at once"
            if self._closing or self._broken:
                raise EngineFailed("this stream is closed")
            self._busy = True
        try:
            yield
        except EngineFailed:
            self._broken = True
            raise
        finally:
            with self._lock:
                self._busy, give_back = False, self._closing
            if give_back:
                self._owner.take_back(self._engine, broken=self._broken)

    def _word(self, word: dict[str, float | str]) -> Word:
        base_ms = self._base * 1000 / HEARING_HZ
        return Word(
            text=str(word["word"]),
            start_ms=max(0, round(float(word["start"]) * 1000 - base_ms)),
            end_ms=max(0, round(float(word["end"]) * 1000 - base_ms)),
            confidence=min(1.0, float(word["conf"])),
        )


class VoskRecogniser:
    """One model, and warm engines for whoever needs one: `voice.asr.port.Recogniser`, safe to use from many threads."""

    def __init__(self, model_dir: Path, *, keep_full: int = 8, keep_closed: int = 64, thorough: bool = False) -> None:
        """Load the model (about a second) and try it.

        thorough: without haste, see THOROUGH.
        keep_full, keep_closed: how many idle engines stay warm (35 MB and 2 MB each); more is made when more is needed.
        Raises ModelMissing, ModelCorrupt.
        """
        check_files(model_dir)
        vosk.SetLogLevel(-1)
        try:
            with TemporaryDirectory() as view:
                self._model = vosk.Model(str(_view(model_dir, Path(view), thorough=thorough)))
        except Exception as error:
            raise ModelCorrupt(f"the model in {model_dir} cannot be loaded; fetch it again") from error
        self._lock = Lock()
        self._full: list[_Engine] = []
        self._closed: OrderedDict[int, _Engine] = OrderedDict()  # idle ones, the longest idle first
        self._keep_full, self._keep_closed = keep_full, keep_closed
        self._grammars: dict[tuple[str, ...], Grammar] = {}
        try:
            self.prewarm(1)
        except EngineFailed as error:
            raise ModelCorrupt(f"the model in {model_dir} loads but does not work; fetch it again") from error

    def prewarm(self, engines: int) -> None:
        """Have so many full-vocabulary engines idle, and keep as many from now on (40 ms each)."""
        self._keep_full = max(self._keep_full, engines)
        while len(self._full) < engines:
            engine = _Engine(self._model, ())
            engine.feed(_HALF_A_SECOND)
            self.take_back(engine)

    def open(self, phrases: tuple[str, ...] = ()) -> VoskStream:
        """A closed engine's text may hold UNKNOWN, and words of its phrases in any order: check the whole phrase."""
        grammar = self._grammar(phrases) if phrases else ()
        return VoskStream(self, self._lend(grammar) or _Engine(self._model, grammar))

    def open_n_best(self, most: int) -> VoskStream:
        return VoskStream(self, _Engine(self._model, (), most))

    def knows(self, word: str) -> bool:
        return bool(self._model.vosk_model_find_word(word) >= 0)

    def spelling(self, word: str) -> str | None:
        """How the model writes a word that may be given with е for ё (or the reverse); None when it lacks it."""
        for letters in product(*(_other_first(letter) for letter in word.lower())):
            if self.knows(candidate := "".join(letters)):
                return candidate
        return None

    def unknown_words(self, phrases: tuple[str, ...]) -> tuple[str, ...]:
        """Words the model lacks: a phrase with one of them can never be heard in a closed state."""
        words = dict.fromkeys(word for phrase in phrases for word in phrase.lower().split())
        return tuple(word for word in words if self.spelling(word) is None)

    def take_back(self, engine: _Engine, *, broken: bool = False) -> None:
        """End of a loan: finish what runs, keep the engine warm if there is room."""
        if broken or engine.most or engine.heard > WORN_OUT:
            return
        engine.finish()  # forgets the speaker
        with self._lock:
            if not engine.grammar:
                if len(self._full) < self._keep_full:
                    self._full.append(engine)
                return
            self._closed[id(engine)] = engine
            if len(self._closed) > self._keep_closed:
                self._closed.popitem(last=False)

    def _lend(self, grammar: Grammar) -> _Engine | None:
        with self._lock:
            if not grammar:
                return self._full.pop() if self._full else None
            idle = next((engine for engine in reversed(self._closed.values()) if engine.grammar == grammar), None)
            return self._closed.pop(id(idle)) if idle else None

    def _grammar(self, phrases: tuple[str, ...]) -> Grammar:
        with self._lock:
            known = self._grammars.get(phrases)
        if known is not None:
            return known
        spelled = {phrase: [self.spelling(word) for word in phrase.lower().split()] for phrase in phrases}
        if unknown := self.unknown_words(phrases):
            log.warning("the model lacks %s: phrases with these words are not listened for", ", ".join(unknown))
        whole = (" ".join(filter(None, words)) for words in spelled.values() if words and None not in words)
        grammar = tuple(dict.fromkeys(whole)) or (UNKNOWN,)
        with self._lock:
            if len(self._grammars) >= MOST_GRAMMARS:
                self._grammars.clear()
            self._grammars[phrases] = grammar
        return grammar


def _other_first(letter: str) -> str:
    """What may stand for a letter, itself first."""
    return {YE: YE + YO, YO: YO + YE}.get(letter, letter)


def check_files(model_dir: Path) -> None:
    """See that nothing a model needs is missing or empty: Kaldi hangs or aborts the process on some of these."""
    if not model_dir.is_dir():
        raise ModelMissing(f"no model in {model_dir}")
    graph = next((files for files in GRAPHS if (model_dir / files[0]).exists()), GRAPHS[0])
    ivector = tuple(f"ivector/{name}" for name in IVECTOR) if (model_dir / "ivector").exists() else ()
    for name in (*NEEDED, *graph, *ivector):
        file = model_dir / name
        if not file.is_file():
            raise ModelCorrupt(f"the model in {model_dir} lacks {name}; fetch it again")
        if not file.stat().st_size:
            raise ModelCorrupt(f"the model in {model_dir} has an empty {name}; fetch it again")
