"""The manifest is read strictly, and a model on disk is never taken for whole when it is not."""

import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice.asr import catalogue
from voice.errors import ModelCorrupt, ModelMissing, SetupError
from voice.settings import ROOT, SENTENCE_VECTORS, WORD_VECTORS, Settings

SHA = "0" * 64
GOOD = f"""
[[model]]
name = "tiny"
version = "1.0"
licence = "Apache-2.0"
language = "ru"
rate_hz = 16000
purpose = "tests"
optional = false
sources = [{{ url = "http://localhost/tiny.zip", inside = "tiny" }}]
files = [{{ path = "am/final.mdl", size = 3, sha256 = "{hashlib.sha256(b"abc").hexdigest()}" }}]
"""


def settings_with(tmp_path: Path, manifest: str) -> Settings:
    (tmp_path / catalogue.MANIFEST).write_text(manifest, encoding="utf-8")
    return Settings(models=tmp_path, model="tiny")


def put(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "tiny" / "am").mkdir(parents=True)
    (tmp_path / "tiny" / "am" / "final.mdl").write_bytes(data)


def test_the_manifest_of_the_repository_names_the_models_with_all_their_files() -> None:
    models = dict(catalogue.read_manifest(ROOT / "models" / catalogue.MANIFEST))
    words = models.pop(Path(WORD_VECTORS["ru"]).parent.name)
    assert words.optional
    assert [file.path for file in words.files] == [Path(WORD_VECTORS["ru"]).name]
    sentences = models.pop(SENTENCE_VECTORS["ru"])
    assert sentences.optional
    assert {file.path for file in sentences.files} == {"sp.model", "weights.npz"}
    russian = models["vosk-model-small-ru-0.22"]
    assert (russian.optional, russian.language, russian.rate_hz) == (False, "ru", 16_000)
    assert models["vosk-model-small-en-us-0.15"].optional
    for model in models.values():
        assert model.licence == "Apache-2.0"
        assert [type(source).__name__ for source in model.sources] == ["ArchiveSource", "WheelSource"]
        assert {"am/final.mdl", "conf/mfcc.conf", "graph/HCLr.fst", "ivector/final.ie"} <= {f.path for f in model.files}


def test_the_default_model_is_in_the_manifest() -> None:
    assert catalogue.model_named(Settings()).name == Settings().model


@pytest.mark.parametrize(
    ("was", "becomes", "told"),
    [
        ('name = "tiny"', 'name = "../tiny"', "name = '../tiny' is malformed"),
        ('name = "tiny"', "", "model number 1: name is missing"),
        ('version = "1.0"', "version = 1.0", "version = 1.0 must be of type str"),
        ("rate_hz = 16000", "rate_hz = true", "rate_hz = True must be of type int"),
        ("size = 3", "size = -3", "negative size"),
        ('path = "am/final.mdl"', 'path = "../../etc/passwd"', "not inside the model's folder"),
        ('path = "am/final.mdl"', 'path = "/etc/passwd"', "not inside the model's folder"),
        ("http://localhost", "file://localhost", "neither http nor https"),
        ('inside = "tiny"', 'inside = ".."', "not a folder of the archive"),
        ('url = "http://localhost/tiny.zip", ', "", "package is missing"),
        (hashlib.sha256(b"abc").hexdigest(), "beef", "sha256 = 'beef' is malformed"),
        ("files = [{", "files = [7, {", "7 must be a table"),
        ("[[model]]", "[[modell]]", "names no model"),
        ("[[model]]", "[[model", "Expected"),
    ],
)
def test_a_bad_manifest_is_refused_with_its_file_and_field(tmp_path: Path, was: str, becomes: str, told: str) -> None:
    assert was in GOOD
    settings = settings_with(tmp_path, GOOD.replace(was, becomes, 1))
    with pytest.raises(SetupError) as refused:
        catalogue.locate(settings)
    assert told in str(refused.value)
    assert str(tmp_path / catalogue.MANIFEST) in str(refused.value)


def test_a_missing_manifest_and_an_unknown_model_are_told(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="cannot be read"):
        catalogue.read_manifest(tmp_path / catalogue.MANIFEST)
    settings_with(tmp_path, GOOD)
    with pytest.raises(SetupError, match="knows no model 'huge', only tiny"):
        catalogue.locate(Settings(models=tmp_path, model="huge"))


def test_one_model_named_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="named twice"):
        catalogue.locate(settings_with(tmp_path, GOOD + GOOD))


def test_a_missing_model_says_what_to_run(tmp_path: Path) -> None:
    settings = settings_with(tmp_path, GOOD)
    for look in (catalogue.locate, catalogue.verify):
        with pytest.raises(ModelMissing, match="run: voice models fetch tiny"):
            look(settings)
    assert [listed.state for listed in catalogue.listing(settings)] == ["absent"]


def test_a_whole_model_is_found_and_verified(tmp_path: Path) -> None:
    settings = settings_with(tmp_path, GOOD)
    put(tmp_path, b"abc")
    read: list[int] = []
    assert catalogue.locate(settings) == catalogue.verify(settings, progress=read.append) == tmp_path / "tiny"
    assert sum(read) == 3
    assert [(listed.state, listed.chosen) for listed in catalogue.listing(settings)] == [("present", True)]


def test_a_shortened_file_is_noticed_at_start(tmp_path: Path) -> None:
    settings = settings_with(tmp_path, GOOD)
    put(tmp_path, b"ab")
    with pytest.raises(ModelCorrupt, match=r"am/final\.mdl: is 2 bytes, must be 3"):
        catalogue.locate(settings)
    assert [listed.state for listed in catalogue.listing(settings)] == ["corrupt"]


@given(data=st.binary(min_size=3, max_size=3).filter(lambda data: data != b"abc"))
def test_verify_notices_any_other_bytes_and_shows_both_hashes(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    tmp_path = tmp_path_factory.mktemp("models")
    settings = settings_with(tmp_path, GOOD)
    put(tmp_path, data)
    with pytest.raises(ModelCorrupt) as damaged:
        catalogue.verify(settings)
    for content in (data, b"abc"):
        assert hashlib.sha256(content).hexdigest() in str(damaged.value)


def test_a_folder_given_by_the_owner_is_taken_as_it_is(tmp_path: Path) -> None:
    put(tmp_path, b"any other vosk model")
    assert catalogue.locate(Settings(model_dir=str(tmp_path / "tiny"))) == tmp_path / "tiny"
    with pytest.raises(ModelMissing, match=r"has no am/final\.mdl"):
        catalogue.locate(Settings(model_dir=str(tmp_path)))


@given(path=st.text(st.sampled_from("./\\:ab"), min_size=1, max_size=8))
def test_a_path_that_counts_as_inside_never_leaves_its_folder(path: str) -> None:
    root = Path("/x/y")
    if catalogue.is_inside(path):
        resolved = Path(*[part for part in (root / path).parts if part != "."])
        assert resolved.is_relative_to(root) and ".." not in resolved.parts
    else:
        assert path.startswith("/") or ".." in path or "\\" in path or ":" in path or set(path) <= set("./")
