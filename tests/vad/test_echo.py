"""Voices here are made of noise with a voice's rhythm: what matters is that two of them are independent."""

import numpy as np
import pytest

from voice.vad.echo import EARLY, EchoGuard

RATE = 16_000


def voice(seed: int, seconds: float = 3.0) -> np.ndarray:
    """Syllables of coloured noise, four a second."""
    rng = np.random.default_rng(seed)
    n = int(RATE * seconds)
    sound = np.convolve(rng.standard_normal(n), np.hanning(12), "same")
    loudness = np.repeat(rng.uniform(0.2, 1.0, int(seconds * 4) + 1), RATE // 4)[:n]
    return sound * loudness * 1500


def room(seed: int, delay_ms: int, direct_db: float = 3.0) -> np.ndarray:
    """A delay, the direct sound, and 0.3 s of decaying noise that is `direct_db` softer in all."""
    rng = np.random.default_rng(seed)
    n = int(RATE * 0.3)
    tail = rng.standard_normal(n) * 10 ** (-3 * np.arange(n) / n)
    tail *= 10 ** (-direct_db / 20) / np.sqrt(np.sum(tail**2))
    tail[0] += 1
    return np.concatenate([np.zeros(delay_ms * RATE // 1000), tail])


def verdicts(heard: np.ndarray, played: np.ndarray) -> list[bool]:
    """Frame by frame: does the guard say echo?"""
    guard, said = EchoGuard(), []
    heard, played = (np.clip(sound, -32768, 32767).astype(np.int16) for sound in (heard, played))
    played = np.concatenate([played, np.zeros(EARLY, np.int16)])
    for at in range(0, len(heard) - 319, 320):
        now = at + 320
        guard.push(heard[at:now], played[at:now], played[now : now + EARLY])
        said.append(guard.is_echo)
    return said


def share_of_echo(heard: np.ndarray, played: np.ndarray) -> float:
    """In what share of the frames after the first second the guard says echo."""
    return float(np.mean(verdicts(heard, played)[RATE // 320 + 1 :]))


@pytest.mark.parametrize("delay_ms", [0, 20, 150, 400, 460])
@pytest.mark.parametrize("gain_db", [-6, -18, -30])
def test_our_own_voice_from_a_loudspeaker(delay_ms, gain_db):
    played = voice(1)
    heard = np.convolve(played, room(2, delay_ms))[: len(played)] * 10 ** (gain_db / 20)
    heard += np.random.default_rng(3).standard_normal(len(heard)) * 10
    assert share_of_echo(heard, played) > 0.9


@pytest.mark.parametrize(("gain_db", "noise"), [(-12, 8), (-20, 8), (-30, 45)])
def test_an_echo_is_known_before_it_is_long_enough_to_interrupt(gain_db, noise):
    played = np.concatenate([np.zeros(RATE), voice(1)])
    heard = np.convolve(played, room(2, 160))[: len(played)] * 10 ** (gain_db / 20)
    heard += np.random.default_rng(3).standard_normal(len(heard)) * noise
    known = verdicts(heard[: RATE * 3 // 2], played)
    sounds = (RATE + RATE * 160 // 1000) // 320
    assert all(known[sounds + 3 :]), "by its fourth frame"
    assert not any(known[:sounds])


@pytest.mark.parametrize("early_ms", [20, 55])
def test_an_echo_may_come_before_the_line_reckons_that_it_sounds(early_ms):
    played = voice(1)
    heard = np.concatenate([played[early_ms * RATE // 1000 :], np.zeros(early_ms * RATE // 1000)]) * 10 ** (-18 / 20)
    assert share_of_echo(heard, played) > 0.9


def test_a_reverberant_room_is_learned_while_the_line_speaks():
    played = voice(1, seconds=6.0)
    heard = np.convolve(played, room(2, 160, direct_db=-8.0))[: len(played)] * 10 ** (-18 / 20)
    said = verdicts(heard, played)
    assert np.mean(said[25:75]) < 0.5, "no single delay explains this room"
    assert np.mean(said[-100:]) > 0.85


def test_a_caller_over_a_learned_echo_is_the_caller():
    played, caller = voice(1, seconds=6.0), voice(5, seconds=6.0)
    heard = np.convolve(played, room(2, 160))[: len(played)] * 10 ** (-18 / 20)
    heard[4 * RATE :] += caller[4 * RATE :] * 10 ** (-6 / 20)  # 12 dB over it
    said = verdicts(heard, played)
    assert np.mean(said[100:200]) > 0.95
    assert np.mean(said[210:]) < 0.05


def test_somebody_else_is_no_echo():
    assert share_of_echo(voice(1), voice(2)) == 0


def test_a_caller_louder_than_the_echo_is_the_caller():
    played, caller = voice(1), voice(2)
    echo = np.convolve(played, room(4, 120))[: len(played)] * 10 ** (-10 / 20)
    assert share_of_echo(caller + echo, played) < 0.05


def test_who_speaks_without_a_pause_is_not_taken_for_the_lines_noise():
    def tireless(seed: int) -> np.ndarray:
        return voice(seed) / np.maximum(np.abs(voice(seed)), 1) * 300

    assert share_of_echo(tireless(1), voice(2)) == 0


def test_silence_on_either_side_is_no_echo():
    sound = voice(1)
    assert share_of_echo(sound * 0, sound) == share_of_echo(sound, sound * 0) == 0


def test_reset_forgets():
    guard, sound = EchoGuard(), voice(1).astype(np.int16)
    for at in range(0, RATE * 2, 320):
        guard.push(sound[at : at + 320], sound[at : at + 320], sound[:EARLY] * 0)
    assert guard.is_echo
    guard.reset()
    assert not guard.is_echo
