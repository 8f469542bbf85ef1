from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from fastapi.testclient import TestClient

from tests.web.desk_house import STORY, desk_app, record
from tests.web.signed import person_of, signed_client
from voice.archive.archive import Archive
from voice.archive.retention import Clocks, Retention
from voice.audio.files import read_channels
from voice.review.accesses import Accesses
from voice.review.aftercare import Aftercare

As = Callable[[str], TestClient]
ANSWERS = {
    "understood": "yes",
    "shortest_way": "no",
    "polite": "yes",
    "right_answer": "not_applicable",
    "reached_human": "not_applicable",
}
NAMED = "[ИМЯ]"


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    archive = Archive.open(f"sqlite:///{tmp_path / 'a.db'}", tmp_path / "sound")
    yield archive
    archive.close()


@pytest.fixture
def call(archive: Archive) -> str:
    return record(archive)


@pytest.fixture
def signed(archive: Archive) -> As:
    app = desk_app(archive)
    return lambda role: signed_client(app, archive, role)


def unmask(archive: Archive, call: str, role: str = "senior") -> None:
    Accesses(archive).add(person_of(archive, role), "unmask", call=call, reason="жалоба")


def test_a_call_is_shown_word_by_word(signed: As, call: str) -> None:
    page = signed("reviewer").get(f"/archive/{call}").text
    assert page.index("помочь?") < page.index(">пенсия<") < page.index(">СНИЛС,<") < page.index(">снился<")
    assert 'class="w poor"' in page and 'title="Уверенность 31 %"' in page
    assert "прервано через 1,0" in page
    assert "<script>alert" not in page and "&lt;script&gt;alert(1)" in page
    assert "Запись не изменена" not in page, "it is tied when it is tended"


def test_personal_data_is_nowhere_on_a_masked_page(signed: As, call: str) -> None:
    client = signed("reviewer")
    for path in ("", "/talk", "/captions.vtt"):
        told = client.get(f"/archive/{call}{path}").text
        assert "петров" not in told.lower() and NAMED.lower() in told.lower() and "79161234567" not in told, path


def test_who_unmasked_it_sees_and_hears_everything(archive: Archive, signed: As, call: str) -> None:
    senior = signed("senior")
    assert f'href="/archive/{call}/unmask"' in senior.get(f"/archive/{call}").text
    masked = senior.get(f"/archive/{call}/sound.flac").content
    unmask(archive, call)
    page = senior.get(f"/archive/{call}").text
    assert ">петров<" in page and "79161234567" in page and "Вы видите личные данные" in page
    assert senior.get(f"/archive/{call}/sound.flac").content == archive.sound_bytes(call) != masked
    assert "петров" not in signed("reviewer").get(f"/archive/{call}").text, "only he himself"


def test_the_masked_sound_is_served_whole_and_in_parts(signed: As, archive: Archive, call: str) -> None:
    client = signed("auditor")
    whole = client.get(f"/archive/{call}/sound.flac")
    assert whole.status_code == 200 and whole.headers["content-type"] == "audio/flac"
    frames, rate_hz = read_channels(whole.content)
    name = slice(round(6.3 * rate_hz), round(6.9 * rate_hz))
    assert not np.any(frames[name, 0]) and np.any(frames[name, 1]) and np.any(frames[: name.start, 0])
    part = client.get(f"/archive/{call}/sound.flac", headers={"Range": "bytes=4-19"})
    assert part.status_code == 206 and part.content == whole.content[4:20]
    shape = client.get(f"/archive/{call}/shape.json").json()
    assert shape["length_ms"] == 30_000 and len(shape["sides"][0]) == -(-30_000 // shape["step_ms"])
    assert any(side == "caller" and from_ms <= 6_300 and to_ms >= 6_900 for side, from_ms, to_ms in shape["gaps"])


def test_a_call_that_runs_is_read_and_not_heard(signed: As, archive: Archive) -> None:
    running = record(archive, ends=False, story=STORY[:4])
    client = signed("reviewer")
    page = client.get(f"/archive/{running}").text
    assert "страница дополняется сама" in page and "<audio" not in page
    assert client.get(f"/archive/{running}/sound.flac").status_code == 404
    assert 'data-state="open"' in client.get(f"/archive/{running}/talk").text


@pytest.mark.parametrize("path", ["", "/sound.flac", "/shape.json", "/captions.vtt", "/talk"])
def test_what_is_not_there_is_said_in_russian(signed: As, path: str) -> None:
    answer = signed("reviewer").get(f"/archive/nothing{path}")
    assert answer.status_code == 404 and "Такого звонка нет" in answer.text


def test_a_correction_changes_its_row_and_is_told(signed: As, call: str) -> None:
    client = signed("reviewer")
    part = client.post(f"/archive/{call}/utterances/4/correction", data={"text": "не помню его снилс"})
    assert part.status_code == 200 and ">снилс<" in part.text and "не помню его снился" in part.text
    assert "Reviewer" in part.text and "исправлено высказывание 4" in part.text
    assert client.post(f"/archive/{call}/utterances/99/correction", data={"text": "да"}).status_code == 404


def test_a_mark_masks_and_only_who_sees_it_or_made_it_takes_it_back(archive: Archive, signed: As, call: str) -> None:
    reviewer, senior = signed("reviewer"), signed("senior")
    part = reviewer.post(f"/archive/{call}/utterances/4/marks", data={"begins": 3, "ends": 8, "kind": "address"})
    assert ">[АДРЕС]<" in part.text and 'data-unmark="1"' in part.text
    assert senior.post(f"/archive/{call}/marks/1/removal").status_code == 404
    unmask(archive, call)
    assert ">помню<" in senior.post(f"/archive/{call}/marks/1/removal").text
    assert reviewer.post(f"/archive/{call}/marks/1/removal").status_code == 404, "it stands no more"


@pytest.mark.parametrize("sent", [{"kind": "name"}, {"begins": 5, "ends": 3, "kind": "name"}, {"begins": 0, "ends": 3}])
def test_a_mark_that_is_none_changes_nothing(signed: As, call: str, sent: dict[str, str]) -> None:
    assert signed("reviewer").post(f"/archive/{call}/utterances/4/marks", data=sent).status_code == 422


def test_a_remark_is_shown_at_its_moment(signed: As, call: str) -> None:
    client = signed("reviewer")
    part = client.post(f"/archive/{call}/remarks", data={"at_ms": "10500", "text": "не понял СНИЛС"}).text
    assert "не понял СНИЛС" in part and 'data-hear-at="10500"' in part and "0:10" in part
    empty = client.post(f"/archive/{call}/remarks", data={"at_ms": "1", "text": " "})
    assert empty.status_code == 422 and "Напишите замечание" in empty.text


def test_the_second_reviewer_sees_nothing_of_the_first_until_he_is_done(signed: As, call: str) -> None:
    first, second = signed("reviewer"), signed("senior")
    first.post(f"/archive/{call}/remarks", data={"at_ms": "0", "text": "линия виновата"})
    first.post(f"/archive/{call}/utterances/4/correction", data={"text": "не помню его снилс"})
    done = first.post(f"/archive/{call}/review", data={**ANSWERS, "note": "тайна", "done": "yes"})
    assert done.status_code == 200 and "Второй проверяющий этот звонок ещё не оценил" in done.text
    page = second.get(f"/archive/{call}").text
    assert "Звонок уже оценивает другой проверяющий" in page
    assert not any(told in page for told in ("Reviewer", "тайна", "линия виновата", "Не применимо</td>"))
    both = second.post(f"/archive/{call}/review", data={**ANSWERS, "polite": "no", "done": "yes"}).text
    assert "Reviewer" in both and "тайна" in both and "линия виновата" in both and "Разошлись" in both
    agreement = signed("auditor").get("/reviews/agreement").text
    assert "Звонков, которые оценили двое: 1" in agreement and "80 %" in agreement


def test_a_judgement_is_whole_before_it_is_done_and_never_changed_after(signed: As, call: str) -> None:
    client = signed("reviewer")
    half = client.post(f"/archive/{call}/review", data={"understood": "yes", "done": "yes"})
    assert half.status_code == 422 and half.text.count("Ответьте на этот вопрос") == 4
    draft = client.post(f"/archive/{call}/review", data={"understood": "yes"})
    assert draft.status_code == 200 and "Черновик сохранён" in draft.text
    client.post(f"/archive/{call}/review", data={**ANSWERS, "done": "yes"})
    again = client.post(f"/archive/{call}/review", data={**ANSWERS, "polite": "no", "done": "yes"})
    assert again.status_code == 422 and "нельзя изменить" in again.text


@pytest.mark.parametrize(
    ("path", "role"),
    [
        ("utterances/4/correction", "auditor"),
        ("utterances/4/marks", "auditor"),
        ("marks/1/removal", "administrator"),
        ("remarks", "auditor"),
        ("review", "administrator"),
    ],
)
def test_who_may_not_does_not(signed: As, call: str, path: str, role: str) -> None:
    assert signed(role).post(f"/archive/{call}/{path}", data={"text": "да"}).status_code == 403
    page = signed(role).get(f"/archive/{call}").text
    assert "data-edit " not in page and 'id="marking"' not in page and "/remarks" not in page


def test_every_reading_and_every_work_is_logged_but_not_every_look_at_a_running_call(
    archive: Archive, signed: As, call: str
) -> None:
    client = signed("reviewer")
    for path in ("", "/talk", "/sound.flac"):
        client.get(f"/archive/{call}{path}")
    client.post(f"/archive/{call}/remarks", data={"at_ms": "0", "text": "да"})
    with archive.engine.connect() as connection:
        deeds = connection.exec_driver_sql("SELECT deed FROM accesses ORDER BY n").scalars().all()
    assert deeds == ["read", "listen", "remark"]


def test_what_was_changed_behind_its_back_shows_and_a_hold_is_told(archive: Archive, signed: As, call: str) -> None:
    Aftercare(archive).tend()
    Retention(archive, Clocks(0, 0, 0)).hold(call, by="administrator", reason="прокуратура")
    client = signed("reviewer")
    page = client.get(f"/archive/{call}").text
    assert "Удаление запрещено" in page and "Запись не изменена" in page
    with archive.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE words SET confidence = 1.0")
    assert "Запись изменена: слова и времена" in client.get(f"/archive/{call}").text
    with archive.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE utterances SET sealed = X'00'")
    damaged = client.get(f"/archive/{call}")
    assert damaged.status_code == 410 and "Запись звонка повреждена" in damaged.text


def test_of_a_call_whose_words_were_destroyed_nothing_is_heard(archive: Archive, signed: As, call: str) -> None:
    client = signed("reviewer")
    client.post(f"/archive/{call}/review", data={**ANSWERS, "note": "тайна", "done": "yes"})
    Retention(archive, Clocks(0, 0, 0)).erase_calls([call], by="administrator", reason="просьба")
    page = client.get(f"/archive/{call}")
    assert page.status_code == 200 and "уничтожены" in page.text and "<audio" not in page.text
    assert "тайна" not in page.text and "Не применимо" in page.text, "answers hold nobody's words"
    assert client.get(f"/archive/{call}/sound.flac").status_code == 404
    assert client.post(f"/archive/{call}/remarks", data={"at_ms": "0", "text": "да"}).status_code == 404
