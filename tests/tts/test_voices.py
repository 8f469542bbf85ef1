import asyncio
import subprocess

import numpy as np
import pytest

from tests.tts.conftest import whole
from voice.errors import SetupError, VoiceMissing
from voice.settings import Settings
from voice.tts import fetch as fetching
from voice.tts.catalogue import RHVOICE_NAMES
from voice.tts.voices import available_voices, choose, fetch, installed, open_voice


def unpacked_tree(models, *names):
    """What a fetch leaves behind, without its weight."""
    home = models / "voices" / "rhvoice"
    for name in names:
        (home / "data" / "voices" / name).mkdir(parents=True)
    (home / "lib").mkdir()
    (home / "lib" / "libRHVoice.so.5").touch()
    (home / "installed.json").write_text('{"version": "1.14.0-2", "packages": {}}')


def test_a_machine_with_nothing_has_espeak(tmp_path, monkeypatch):
    monkeypatch.setattr("voice.tts.voices.system_wide", lambda: None)
    assert [voice.name for voice in available_voices(tmp_path)] == ["espeak"]
    assert choose("", tmp_path).name == "espeak"
    assert installed(tmp_path) is None
    assert choose("", tmp_path, "en").name == "espeak-en"
    with pytest.raises(VoiceMissing, match=r"no voice 'anna' on .*; there are espeak, espeak-en; `voice voices fetch`"):
        choose("anna", tmp_path)


def test_voices_whose_licence_forbids_are_not_offered(tmp_path):
    unpacked_tree(tmp_path, "elena", "tatiana", "arina", "aleksandr-hq")
    assert [voice.name for voice in available_voices(tmp_path)] == ["elena", "aleksandr-hq", "espeak"]
    assert installed(tmp_path) == "1.14.0-2"
    with pytest.raises(VoiceMissing, match=r"there are elena, aleksandr-hq, espeak, espeak-en$"):
        choose("tatiana", tmp_path)


def test_the_best_voice_is_the_default(tmp_path):
    unpacked_tree(tmp_path, *RHVOICE_NAMES)
    assert choose("", tmp_path).name == "anna"
    assert choose("", tmp_path, "en").name == "clb"
    assert choose("bdl", tmp_path).known.language == "en"
    assert choose("Elena", tmp_path).name == "elena"


@pytest.mark.parametrize("engine", ["rhvoice", "espeak"])
def test_an_open_voice_speaks_and_remembers(request, tmp_path, engine):
    name = request.getfixturevalue(f"{engine}_spec").name
    settings = Settings(models=Settings.from_env().models, voice=name, data=tmp_path, synthesisers=1)

    async def body():
        voice = open_voice(settings)
        await voice.start()
        try:
            made = await whole(voice.speak("Ваш номер 12. Спасибо!"))
            (pid,) = voice.pool.pids
            await voice.pool.close()
            kept = await whole(voice.speak("Ваш номер 12. Спасибо!"))
            assert voice.pool.pids == () and pid
        finally:
            await voice.close()
        return made, kept

    made, kept = asyncio.run(body())
    assert len(made) > 20_000 and np.array_equal(made, kept)


def test_a_machine_without_apt_is_told_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setattr(fetching.shutil, "which", lambda tool: None)
    with pytest.raises(SetupError, match="has no apt-get, apt-cache, dpkg-deb"):
        fetch(tmp_path / "voices", lambda step: None)


def test_a_machine_without_an_archive_is_told_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setattr(fetching.shutil, "which", lambda tool: tool)
    with pytest.raises(SetupError, match="names no archive of Debian or Ubuntu"):
        fetch(tmp_path / "voices", lambda step: None, etc_apt=tmp_path)
    assert list((tmp_path / "voices").iterdir()) == []


def test_a_failing_apt_says_its_own_words_and_leaves_nothing(tmp_path, monkeypatch):
    (tmp_path / "sources.list").write_text("deb http://mirror.example.org/debian bookworm main\n")
    monkeypatch.setattr(fetching.shutil, "which", lambda tool: tool)
    failed = subprocess.CompletedProcess([], 100, "", "W: a warning\nE: Failed to fetch the list\n")
    monkeypatch.setattr(fetching.subprocess, "run", lambda *args, **kwargs: failed)
    with pytest.raises(SetupError, match=r"is the network there.*\nE: Failed to fetch the list$"):
        fetch(tmp_path / "voices", lambda step: None, etc_apt=tmp_path)
    assert list((tmp_path / "voices").iterdir()) == []
