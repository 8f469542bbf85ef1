"""A person's name, said or spelled: «Иванова Мария», «и, вэ, а, эн, о, вэ», «Николай Ольга Роман Анна по буквам».

A name is never sure: no list could vouch for it, so it is spelled back.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from voice.nlu.documents import State, Taken
from voice.nlu.number_words import NUMBER_WORDS

_LETTERS = {
    "а": "а",
    "б": "бэ бе",
    "в": "вэ ве",
    "г": "гэ ге",
    "д": "дэ де",
    "е": "е",
    "ё": "ё йо",
    "ж": "жэ же",
    "з": "зэ зе",
    "и": "и",
    "й": "и краткое",
    "к": "ка",
    "л": "эль эл",
    "м": "эм",
    "н": "эн",
    "о": "о",
    "п": "пэ пе",
    "р": "эр",
    "с": "эс",
    "т": "тэ те",
    "у": "у",
    "ф": "эф",
    "х": "ха хэ",
    "ц": "цэ це",
    "ч": "че",
    "ш": "ша",
    "щ": "ща",
    "ъ": "твёрдый знак",
    "ы": "ы",
    "ь": "мягкий знак",
    "э": "э",
    "ю": "ю",
    "я": "я",
}
_SIGNS = {"твердый": "ъ", "твёрдый": "ъ", "мягкий": "ь"}
_BY_NAME = {
    **{name: letter for letter, names in _LETTERS.items() if letter not in "йъь" for name in names.split()},
    **{letter: letter for letter in _LETTERS},
}
_ALPHABET = """
    анна борис василий виктор григорий галина дмитрий дарья елена евгений жанна женя жук зинаида зоя
    иван ирина константин кирилл леонид людмила михаил мария николай надежда наталья ольга олег павел петр пётр роман
    руслан раиса семен семён сергей светлана тамара татьяна тимофей ульяна устин федор фёдор харитон цапля центр
    человек чайка шура щука эмма эхо юрий юлия яков яна"""
_TELEPHONE = frozenset(_ALPHABET.split())
_OPENINGS = frozenset(("зовут", "зовите", "фамилия", "имя", "отчество", "фамилию"))
_AROUND = """
    меня просто моя мое моё мой мою это я на по буквам буква букву буквы пишите запишите запишу пишется пишу диктую
    говорю произношу так вот ну э эм а значит да хорошо пожалуйста здравствуйте потом дальше затем там и как
    будет мягкое повторяю записывайте полностью краткое конце алло добрый день"""
_BESIDE = frozenset(_AROUND.split())
_OTHER_TALK = """
    не нет хочу хотел хотела могу можно надо нужно что где когда зачем почему вы вам вас мне у вопрос скажу
    буду знаю для чего к с в звоню узнать почему-то уже еще ещё раз сказал сказала анонимно вообще такое"""
_NO_NAME = frozenset(_OTHER_TALK.split())
_WORD = re.compile(r"[а-яёa-z]+(?:-[а-яёa-z]+)*", re.IGNORECASE)
_MOST_WORDS = 4
_SPELLED_BY_NAME = 3  # so many names of letters in a row are a spelling
_SPELLED_BY_WORDS = 4  # so many words of the telephone alphabet, fewer where spelling is announced
_ALIKE = 0.5


def take(text: str, before: str = "") -> Taken:
    """The name with capital letters; what is spelled goes before what sounds like it.

    before: a name begun in an earlier answer. NONE when the text is no name («не скажу», a sentence).
    """
    said = [word.lower() for word in _WORD.findall(text)]
    spelled, rest = _spelled(said)
    named = _named(rest)
    if spelled and named:
        alike = [SequenceMatcher(a=spelled, b=word).ratio() for word in named]
        best = max(range(len(named)), key=lambda i: alike[i])
        named = [*named[:best], spelled, *named[best + 1 :]] if alike[best] >= _ALIKE else [*named, spelled]
    elif spelled:
        named = [spelled]
    if not named or re.search(r"\d", text):
        return Taken(State.NONE, before, (before,) if before else ())
    name = " ".join([*before.split(), *map(_capital, named)])
    return Taken(State.COMPLETE, name, tuple(name.split()), (name,))


def show(name: str) -> str:
    """The name and, for the ear, the letters of its first word: «Иванов: и, вэ, а, эн, о, вэ»."""
    first = name.split()[0].lower() if name.split() else ""
    letters = [_spoken(letter) for letter in first if letter in _LETTERS]
    return f"{name}: {', '.join(letters)}" if letters else name


def repair(name: str, text: str) -> str | None:
    """«третья буква эн», «не эн, а эм», «последняя буква а»: the mended name; None when no place is named."""
    said = [word.lower() for word in _WORD.findall(text)]
    first, *others = name.lower().split()
    mended = _mended(first, said)
    return " ".join(map(_capital, (mended, *others))) if mended and mended != first else None


def _spoken(letter: str) -> str:
    names = _LETTERS[letter]
    return names if letter in "йъь" else names.split()[0]


def _capital(word: str) -> str:
    return "-".join(part.capitalize() for part in word.split("-"))


def _spelled(said: Sequence[str]) -> tuple[str, list[str]]:
    """The longest spelling in the row, and the words around it."""
    announced = "буквам" in said
    best: tuple[str, int, int] = ("", 0, 0)
    for start in range(len(said)):
        letters, by_word, end = _letters_from(said, start)
        enough = _SPELLED_BY_WORDS if by_word and not announced else _SPELLED_BY_NAME - announced
        if len(letters) >= enough and len(letters) > len(best[0]):
            best = (letters, start, end)
    return best[0], [*said[: best[1]], *said[best[2] :]]


def _letters_from(said: Sequence[str], start: int) -> tuple[str, int, int]:
    """Letters spelled from word `start` on, how many of them by words, and the word behind the last one."""
    letters, by_word, i = "", 0, start
    while i < len(said):
        word = said[i]
        follow = said[i + 1] if i + 1 < len(said) else ""
        if word in ("и", "иван") and follow.startswith("кратк"):
            letters, i = letters + "й", i + 2
        elif word in _SIGNS and follow == "знак":
            letters, i = letters + _SIGNS[word], i + 2
        elif letters and follow in _BY_NAME and word in ("два", "две", "двойная", "двойное"):
            letters, i = letters + _BY_NAME[follow] * 2, i + 2
        elif word in _BY_NAME:
            letters, i = letters + _BY_NAME[word], i + 1
        elif letters and word == "как" and follow:
            i += 2  # «эн как Николай»
        elif word in _TELEPHONE:
            letters, by_word, i = letters + word[0], by_word + 1, i + 1
        elif letters and word in ("буква", "потом", "дальше", "затем"):
            i += 1
        else:
            break
    return letters, by_word, i


def _named(said: Sequence[str]) -> list[str]:
    """The words that are the name; an empty list when the row is something else."""
    opened = next((i for i, word in enumerate(said) if word in _OPENINGS), -1)
    if any(word not in _BESIDE and word not in _NO_NAME for word in said[: max(opened, 0)]):
        opened = -1  # «Смирнова Ольга, фамилия по буквам ...»
    told = said[max(opened, 0) :]
    found: list[str] = []
    for word in told:
        if word in _NO_NAME:
            return found if opened >= 0 else []
        if word not in _BESIDE and word not in _OPENINGS and len(word) > 1:
            found.append(word)
    if len(found) > _MOST_WORDS:
        return found[: _MOST_WORDS - 1] if opened >= 0 else []
    return found


def _mended(name: str, said: Sequence[str]) -> str | None:
    """One letter of `name` changed as told."""
    for i, word in enumerate(said):
        number = NUMBER_WORDS.get(word.replace("ё", "е"))
        follow = said[i + 1] if i + 1 < len(said) else ""
        if word == "не" and "а" in said[i + 2 : i + 4]:
            but = said.index("а", i + 2)
            wrong, right = _letters_from(said[i + 1 : but], 0)[0], _letters_from(said[but + 1 :], 0)[0]
            if len(wrong) == 1 and right and name.count(wrong) == 1:
                return name.replace(wrong, right)
        if not follow.startswith("букв"):
            continue
        nth = number.value - 1 if number and number.ordinal else len(name) - 1 if word.startswith("последн") else -1
        told = [other for other in said[i + 2 :] if other not in ("это", "должна", "быть", "будет", "не")]
        if "а" in told[1:]:
            told = told[told.index("а", 1) + 1 :]
        letter = _letters_from(told, 0)[0]
        if 0 <= nth < len(name) and len(letter) == 1:
            return name[:nth] + letter + name[nth + 1 :]
    return None
