"""Our RHVoice driver inside the real pyttsx3."""

import wave

import pytest

from voice.errors import EngineFailed, VoiceMissing
from voice.tts.catalogue import RHVOICE_NAMES
from voice.tts.engine import EspeakEngine, RhvoiceEngine
from voice.tts.rhvoice import Driver, Home, Synthesiser, unpacked

TEXT = "Назовите, пожалуйста, номер заявления по цифрам."


class FakeProxy:
    """pyttsx3's side, so that what the driver tells it can be looked at."""

    def __init__(self) -> None:
        self.told: list[tuple[str, dict]] = []
        self.busy: list[bool] = []
        self.on_audio = lambda: None

    def notify(self, topic, **kwargs):
        self.told.append((topic, kwargs))
        if topic == "audio":
            self.on_audio()

    def setBusy(self, busy):
        self.busy.append(busy)

    def topics(self):
        return [topic for topic, _ in self.told]


@pytest.fixture
def proxy():
    return FakeProxy()


@pytest.fixture
def driver(rhvoice_home, proxy):
    driver = Driver(proxy, rhvoice_home)
    yield driver
    driver.destroy()


def test_sound_streams_while_it_is_made(driver, proxy):
    driver.say(TEXT)
    topics = proxy.topics()
    assert topics[0] == "started-utterance" and topics[-1] == "finished-utterance" and topics.count("audio") > 10
    assert proxy.told[-1][1] == {"completed": True}
    assert proxy.busy == [True, False]
    assert {kwargs["rate_hz"] for topic, kwargs in proxy.told if topic == "audio"} == {24_000}


def test_stop_ends_the_synthesis_within_a_piece(driver, proxy):
    proxy.on_audio = driver.stop
    driver.say(TEXT * 5)
    assert proxy.topics().count("audio") == 1
    assert proxy.told[-1] == ("finished-utterance", {"completed": False})
    assert proxy.busy[-1] is False


def test_stop_without_speech_does_not_touch_the_next_phrase(driver, proxy):
    driver.stop()
    driver.say("да")
    assert proxy.told[-1] == ("finished-utterance", {"completed": True})


def test_a_wrong_voice_is_refused_and_nobody_speaks_instead(driver, proxy):
    with pytest.raises(VoiceMissing, match="anna"):
        driver.setProperty("voice", "tatiana")
    with pytest.raises(VoiceMissing):
        driver.say("да")
    assert "audio" not in proxy.topics() and proxy.busy[-1] is False


def test_only_licensed_voices_are_offered(driver):
    assert {voice.id for voice in driver.getProperty("voices")} <= RHVOICE_NAMES


def test_properties_are_kept_and_clipped(driver):
    driver.setProperty("voice", "elena")
    driver.setProperty("rate", 10_000)
    driver.setProperty("volume", 3)
    driver.setProperty("pitch", 60)
    assert [driver.getProperty(name) for name in ("voice", "rate", "volume", "pitch")] == ["elena", 800, 1.0, 60]
    for use in (lambda: driver.getProperty("colour"), lambda: driver.setProperty("colour", 1)):
        with pytest.raises(KeyError):
            use()


def test_rate_changes_the_length(driver, proxy):
    def seconds(rate):
        proxy.told.clear()
        driver.setProperty("rate", rate)
        driver.say(TEXT)
        return sum(len(kwargs["pcm"]) for topic, kwargs in proxy.told if topic == "audio") / 48_000

    assert seconds(150) > 1.15 * seconds(200) > 1.3 * seconds(280)


def test_a_file_holds_what_is_said(driver, proxy, tmp_path):
    driver.save_to_file(TEXT, str(tmp_path / "said.wav"))
    with wave.open(str(tmp_path / "said.wav")) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (24_000, 1, 2)
        assert file.getnframes() > 48_000


def test_an_external_loop_pumps_the_queue(driver, proxy):
    loop = driver.iterate()
    next(loop)
    next(loop)
    assert proxy.busy == [False, False]


def test_pyttsx3_runs_the_driver_again_and_again(rhvoice_home):
    engine = RhvoiceEngine(rhvoice_home, "anna")
    sizes = []
    for _ in range(3):
        pieces: list[bytes] = []
        engine.say("да", 1.0, lambda pcm, rate_hz, pieces=pieces: pieces.append(pcm) or True)
        sizes.append(sum(map(len, pieces)))
    assert sizes[0] > 4_000 and len(set(sizes)) == 1
    cut: list[bytes] = []
    engine.say(TEXT, 1.0, lambda pcm, rate_hz: bool(cut.append(pcm)))
    assert len(cut) == 1


def test_pyttsx3_hands_a_wrong_voice_back_as_an_error(rhvoice_home):
    with pytest.raises(VoiceMissing, match="no voice 'tatiana'"):
        RhvoiceEngine(rhvoice_home, "tatiana")


def test_espeak_through_pyttsx3_makes_every_phrase_whole():
    engine = EspeakEngine()
    for text in ("да", TEXT, "нет"):
        pieces: list[tuple[int, int]] = []
        engine.say(text, 1.0, lambda pcm, rate_hz, pieces=pieces: pieces.append((len(pcm), rate_hz)) or True)
        assert pieces[0][0] > 22_050 * len(text) / 40 and pieces[0][1] == 22_050


def test_a_directory_without_the_library_is_no_home(tmp_path):
    assert unpacked(tmp_path) is None


def test_a_home_without_data_says_so(rhvoice_home, tmp_path):
    (tmp_path / "data").mkdir()
    broken = Home(rhvoice_home.libraries, tmp_path / "data", tmp_path, unpacked=rhvoice_home.unpacked)
    assert broken.voices() == ()
    with pytest.raises(EngineFailed, match="does not accept the data"):
        Synthesiser(broken)
