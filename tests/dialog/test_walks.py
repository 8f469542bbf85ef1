"""Every flow walked as a conversation: the caller's words or keys in turn, and what the line says to each."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.fakes.conversation import Conversation
from voice.desk.backoffice import EmbeddedOffice
from voice.desk.schema import APPEAL_STAGES, PAYOUT_STAGES, STAGES
from voice.dialog import actions as act
from voice.dialog.question import SURE, Question
from voice.dialog.script import TARGETS, Script
from voice.events import CallStarted
from voice.nlu.data import load

TODAY = date(2026, 3, 10)
MAIN, LEGAL, DISABILITY, SIGNATURE = "88005553535", "88005553536", "88005553537", "88005553538"
INN = "семьдесят семь ноль один двадцать три сорок пять шестьдесят семь ноль три"
SNILS = "сто двенадцать двести тридцать три четыреста сорок пять девяносто пять"
PHONE = "девятьсот шестнадцать сто двадцать три сорок пять шестьдесят семь"
NUMBER = "сто двадцать три четыреста пятьдесят шесть семьдесят восемь девяносто"
MORE = "Чем ещё помочь"


@dataclass(frozen=True)
class Walk:
    name: str
    turns: tuple[tuple[str, str], ...]  # what the caller says, or presses when it is digits; a piece of the reply
    line: str = MAIN
    ended: str = ""  # the target of a transfer


def walk(name: str, *turns: tuple[str, str], line: str = MAIN, ended: str = "") -> Walk:
    return Walk(name, turns, line, ended)


WALKS = [
    walk("status", ("хочу узнать статус заявления", "десять цифр"), (NUMBER, "123 456 78 90"), ("да", "до 22 марта")),
    walk("status refused", ("статус заявления", "номер"), ("4000000007", "Верно"), ("да", "скажите «жалоба»")),
    walk("appeal status", ("статус обращения", "восемь цифр"), ("12345678", "12 34 56 78"),
         ("да", "Специалист работает")),
    walk("appeal not found", ("статус обращения", ""), ("99999999", ""), ("да", "не нашла"), ("да", "номер обращения")),
    walk("documents", ("какие нужны документы", "Какая услуга"), ("замена водительских прав", "медицинская справка")),
    walk("documents at once", ("какие документы нужны для загранпаспорта", "Для загранпаспорта")),
    walk("a service", ("запись к врачу", "нужен только полис")),
    walk("payment", ("оплата", "способы, реквизиты или сроки"), ("1", "в банке")),
    walk("payment ways", ("как оплатить пошлину", "Заплатить можно")),
    walk("payment details", ("реквизиты для оплаты", "Реквизиты"), ("нет", MORE)),
    walk("payment deadline", ("сроки оплаты", "Пошлину платят"), ("да", "ИНН"), (INN, "Верно"), ("да", "3450")),
    walk("change of data", ("изменить личные данные", "хотите изменить"), ("адрес", "новый адрес")),
    walk("change at once", ("поменять номер телефона", "код из сообщения")),
    walk("login", ("не могу войти в личный кабинет", "помогло"), ("3", "Что мешает"), ("1", "восстановите пароль")),
    walk("login helped", ("забыл пароль", "Это помогло"), ("да", MORE)),
    walk("login locked", ("учётная запись заблокирована", "на час"), ("нет", "Соединяю"), ended="operator"),
    walk("login mismatch", ("данные не совпадают", "Сверьте"), ("нет", "Соединяю"), ended="operator"),
    walk("login code", ("не приходит код", "новый код"), ("да", MORE)),
    walk("login rights", ("нет прав доступа", "организацию"), ("да", MORE)),
    walk("site", ("сайт не работает", "Что именно"), ("1", "Проверим вместе"), ("да", MORE)),
    walk("known outage", ("файл не загружается", "У вас то же самое"), ("да", "через час")),
    walk("not the known outage", ("файл не загружается", "У вас то же самое"), ("нет", "Проверим вместе")),
    walk("whole site", ("страница не открывается", "Проверим"), ("нет", "кэш"), ("нет", "Обновите"), ("нет", "совсем"),
         ("да", "аварийной"), ended="emergency"),
    walk("form, the error's code, text and day", ("форма выдаёт ошибку", "Проверим вместе"), ("нет", "кэш"),
         ("нет", "Обновите"), ("нет", "есть её код"), ("да", "Назовите код"), ("пятьсот четыре", "504. Верно"),
         ("да", "написано на экране"), ("неизвестная ошибка сервера", "Когда"), ("вчера", "9 марта"),
         ("да", "неизвестная ошибка сервера"), ("да", "до 13 марта")),
    walk("not sent, no code", ("заявление не отправляется", ""), ("нет", ""), ("нет", ""), ("нет", ""),
         ("нет", "экране"), ("1", "Когда"), ("1", "сегодня"), ("2", "ничего не отправила")),
    walk("mobile app", ("как скачать приложение", "в магазине вашего телефона")),
    walk("account", ("как зарегистрироваться на портале", "Учётную запись заводят")),
    walk("offices", ("где ближайшее отделение", "город или область"), ("казань", "МФЦ, Казань")),
    walk("offices at once", ("адрес мфц в туле", "МФЦ, Тула")),
    walk("pension", ("когда придёт пенсия", "по СНИЛС"), ("да", "одиннадцать цифр"), (SNILS, "Верно"), ("да", "21340")),
    walk("benefits", ("детские пособия", "Пособия"), ("нет", MORE)),
    walk("self-employed", ("как стать самозанятым", "Мой налог")),
    walk("small business", ("малый бизнес", "лицензия"), ("налоги", "Налоги и взносы")),
    walk("organisation", ("вопрос от юридических лиц", "Линия для организаций")),
    walk("special help", ("я инвалид первой группы", "оператором"), ("да", "как вам помочь"), ended="disability"),
    walk("signature", ("электронная подпись", "получить, продлить"), ("2", "другой разъём"), ("нет", "по электронной"),
         ended="signature"),
    walk("signature get", ("где получить электронную подпись", "Госключ")),
    walk("signature expired", ("закончился срок подписи", "не продлевают")),
    walk("signature trouble", ("подпись не работает", "другой разъём"), ("да", MORE)),
    walk("new appeal", ("хочу оставить обращение", "что случилось"), ("пропал черновик заявления", "телефон"),
         (PHONE, "Верно"), ("да", "пропал черновик заявления"), ("да", "до 13 марта")),
    walk("new appeal not sent", ("хочу оставить обращение", ""), ("ничего не понятно", ""), (PHONE, ""), ("да", ""),
         ("нет", "ничего не отправила")),
    walk("complaint", ("хочу подать жалобу", "не согласны"), ("отказали без причины", "отказали без причины"),
         ("да", "до 20 марта")),
    walk("complaint to the senior", ("хочу подать жалобу", ""), ("решение неверное", "Записать"), ("нет", "старшим"),
         ended="senior"),
    walk("senior", ("соедините со старшим специалистом", "старшим"), ended="senior"),
    walk("callback", ("перезвоните мне", "номер телефона"), (PHONE, "Верно"), ("да", "удобно"),
         ("завтра утром", "завтра утром"), ("да", "Записала")),
    walk("callback by keys", ("444", "подпись"), ("3", "обратный звонок"), ("1", "номер телефона"),
         ("9161234567", "Верно"), ("1", "удобно"), ("1", "в течение 15 минут"), ("1", "Записала")),
    walk("callback refused", ("перезвоните мне", ""), (PHONE, ""), ("да", ""), ("вечером", ""), ("нет", "не записала")),
    walk("voice message", ("голосовое сообщение", "Говорите"), ("передайте спасибо специалисту", "Передать"),
         ("да", "часа")),
    walk("about services", ("какие услуги у вас есть", "Я проверяю")),
    walk("about numbers", ("какие у вас номера телефонов", "Общая линия")),
    walk("about hours", ("когда вы работаете", "круглосуточно")),
    walk("about rules", ("как проходит разговор", "коротко")),
    walk("about languages", ("на каких языках вы говорите", "по-русски")),
    walk("about privacy", ("защита персональных данных", "защищены")),
    walk("about escalation", ("кто решает сложные вопросы", "старший специалист")),
    walk("goodbye", ("до свидания", "Всего доброго")),
    walk("legal line", ("1", "номер заявления"), ("оператор", "для организаций"), line=LEGAL, ended="legal"),
    walk("legal line pages", ("4", "подпись"), ("4", "сайт"), ("2", "Оплата"), line=LEGAL),
    walk("disability line", ("да", "Соединяю"), line=DISABILITY, ended="disability"),
    walk("disability line alone", ("нет", "Что вам нужно"), ("3", "пенси"), line=DISABILITY),
    walk("signature line", ("2", "помогло"), ("2", "по электронной подписи"), line=SIGNATURE, ended="signature"),
]  # fmt: skip


@pytest.fixture
def office(tmp_path: Path) -> EmbeddedOffice:
    return EmbeddedOffice(tmp_path / "office.db", today=lambda: TODAY)


@pytest.mark.parametrize("walk", WALKS, ids=lambda walk: walk.name)
def test_a_walk(script: Script, office: EmbeddedOffice, walk: Walk) -> None:
    call = Conversation(script, number=walk.line, office=office, today=TODAY)
    call.listen()
    for words, piece in walk.turns:
        said = call.press(words) if words.isdecimal() else call.speak(words)
        assert piece.lower() in said.lower(), (words, said)
    target = call.ended.target if isinstance(call.ended, act.Transfer) else ""
    assert target == walk.ended


WISHES = [walk.turns[0][0] for walk in WALKS if walk.line == MAIN and not walk.turns[0][0].isdecimal()]
ELSEWHERE = ["статус заявления", "не могу войти в личный кабинет", "где ближайшее отделение", "когда придёт пенсия"]


@pytest.mark.parametrize("wish", dict.fromkeys(WISHES))
def test_a_wish_leads_to_the_same_place_from_everywhere(script: Script, office: EmbeddedOffice, wish: str) -> None:
    places = set()
    for before in ("", *ELSEWHERE):
        call = Conversation(script, office=office, today=TODAY)
        call.listen()
        if before:
            call.speak(before)
        call.speak(wish)
        places.add(call.ended or call.dialog.question.step.id)
    assert len(places) == 1 and "main.welcome" not in places, places


def from_a_known_number(script: Script, office: EmbeddedOffice) -> Conversation:
    call = Conversation(script, start=False, office=office, today=TODAY)
    call.feed(CallStarted(at_ms=0, line=MAIN, caller="79161234567", transport="test"))
    call.listen()
    return call


def test_a_caller_whose_number_is_seen_need_not_say_it_for_an_answer(script: Script, office: EmbeddedOffice) -> None:
    call = from_a_known_number(script, office)
    call.speak("хочу оставить обращение")
    assert "с которого вы звоните" in call.speak("пропал черновик заявления")
    assert "принято" in call.speak("да")
    assert call.registered == [("new_appeal", {"problem": "пропал черновик заявления", "phone": "79161234567"})]


def test_a_caller_whose_number_is_seen_may_be_called_back_on_it_or_on_another(
    script: Script, office: EmbeddedOffice
) -> None:
    call = from_a_known_number(script, office)
    assert "с которого вы звоните" in call.speak("перезвоните мне")
    assert "другой" in call.speak("помощь")
    assert "удобно" in call.speak("да")
    call.press("2")
    call.speak("да")
    assert call.registered == [("callback", {"phone": "79161234567", "when": "утром"})]
    call.speak("перезвоните мне")
    assert "номер телефона" in call.speak("нет")


@pytest.mark.parametrize(
    ("turns", "target"),
    [
        (("статус заявления", NUMBER, "да"), "operator"),
        (("статус обращения", "12345678", "да"), "operator"),
        (("где ближайшее отделение", "казань"), "operator"),
        (("когда придёт пенсия", "да", SNILS, "да"), "operator"),
        (("сроки оплаты", "да", INN, "да"), "operator"),
        (("хочу оставить обращение", "пропал черновик", PHONE, "да", "да"), "operator"),
        (("хочу подать жалобу", "отказали без причины", "да"), "senior"),
        (("перезвоните мне", PHONE, "да", "утром", "да"), "operator"),
        (("голосовое сообщение", "передайте спасибо", "да"), "operator"),
    ],
)
def test_what_the_office_cannot_do_now_a_person_does(
    script: Script, tmp_path: Path, turns: tuple[str, ...], target: str
) -> None:
    office = EmbeddedOffice(tmp_path / "office.db")
    (tmp_path / "office.db").write_bytes(b"not a database at all" * 500)
    call = Conversation(script, office=office, today=TODAY)
    call.listen()
    for words in turns:
        said = call.press(words) if words.isdecimal() else call.speak(words)
    assert "Сейчас я не могу" in said
    assert call.ended == act.Transfer(target, "flow")


LISTS = {
    "documents.tell": ("services", "payout_services"),
    "change.tell": ("personal_data",),
    "business.tell": ("business_matters",),
}


def test_every_value_that_a_caller_may_name_has_its_text(script: Script) -> None:
    by_slot = {step.say for step in script.steps.values() if step.by}
    assert by_slot == LISTS.keys()
    for text, names in LISTS.items():
        for name in names:
            values = load(ROOT / "prompts" / "ru" / "lists" / f"{name}.yaml").fields()["values"].items()
            codes = [value.fields()["value"].text() for value in values]
            assert [code for code in codes if f"{text}.{code}" not in script.texts] == []


@pytest.mark.parametrize(
    ("table", "codes"), [("stages", STAGES), ("appeal_stages", APPEAL_STAGES), ("payout_stages", PAYOUT_STAGES)]
)
def test_every_stage_of_the_back_office_has_its_text(script: Script, table: str, codes: tuple[str, ...]) -> None:
    assert set(codes) <= script.texts.tables[table].keys()


def reached(script: Script, start: str) -> set[str]:
    """Steps to which keys alone lead."""
    seen, ahead = set(), [start]
    while ahead:
        step = script.steps[ahead.pop()]
        if step.id in seen:
            continue
        seen.add(step.id)
        targets = [getattr(step, name) for name in TARGETS] + [*step.cases.values()]
        ahead += filter(None, targets + [option.go for option in step.options if option.key])
    return seen


@pytest.mark.parametrize("line", [MAIN, LEGAL, DISABILITY, SIGNATURE])
def test_keys_alone_lead_to_every_topic(script: Script, line: str) -> None:
    there = reached(script, script.lines[line].start)
    assert [option.intent for option in script.topics if option.go not in there] == []


def test_an_option_said_as_it_was_offered_is_chosen(script: Script) -> None:
    """What the line offers aloud it understands, in the state that offers it."""
    wrong = []
    for step in script.steps.values():
        for option in step.options if not (step.slot and step.slot.kind) else ():
            label = script.texts.say(option.label)
            heard = Question(script, step).answer(label, "speech", 0)[0]
            meant = heard.intent == option.intent if option.intent else option.slots.items() <= heard.slots.items()
            if not meant or heard.confidence < SURE:
                wrong.append((step.id, label, heard.intent, heard.confidence))
    assert wrong == []


def test_every_topic_has_walks(script: Script, office: EmbeddedOffice) -> None:
    """What somebody adds to the topics is walked too."""
    met: set[str | None] = set()
    for each in WALKS:
        call = Conversation(script, number=each.line, office=office, today=TODAY)
        call.listen()
        for words, _ in each.turns:
            if call.ended is None:
                call.press(words) if words.isdecimal() else call.speak(words)
        met |= {understood.intent for understood in call.understood}
    assert {option.intent for option in script.topics} - met == set()
