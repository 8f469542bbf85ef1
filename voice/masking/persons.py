"""Words that are a person's name because they stand where one is due."""

from __future__ import annotations

from collections.abc import Sequence

from voice.masking.due import is_strange, is_usual
from voice.masking.name_words import LIKELY, is_first_name, is_patronymic, is_surname, may_be_name
from voice.masking.rules import rules
from voice.masking.tokens import Token
from voice.nlu.morphology import known, share, tags

_CASES = ("nomn", "gent", "datv", "accs", "ablt")
_NOMINAL = 0.4
_PERSON = 0.25  # of a word that no dictionary has
SYLLABLES = 3  # of a Korean name, the surname is one of them
_MOST_LETTERS = 5  # of a syllable and the ending behind it
_ALIKE = 3  # letters
_TWINS, _TWIN = 5, 0.25  # words between two forms of one surname, and how surely one of them is a surname
_OFFICIAL = 0.15  # a surname behind «судья»
_BACK = 2  # words between a name and «фамилия» behind it


def is_called_surname(said: Sequence[Token], i: int) -> bool:
    """Any noun in «Праздник фамилия такая»."""
    row = said[i + 1 : i + 3]
    surname = len(row) == 2 and row[0].word in rules().names.behind and row[1].word in rules().addresses.called_so
    return surname and share(said[i].word, "NOUN", "nomn", "sing") > 0 and not _is_role(said[i].word)


def may_be_persons(token: Token) -> bool:
    """May the word be a name where one is due?"""
    word, names = token.word, rules().names
    if not may_be_name(token) or is_usual(word) or token.is_filler:
        return False
    if _is_role(word) or word in names.sure or word in rules().addresses.street:
        return False
    return is_strange(token) or max(share(word, "NOUN"), share(word, "ADJF")) >= _NOMINAL


def _is_role(word: str) -> bool:
    """«брат», «судья»."""
    return word in rules().names.kin or word in rules().names.officials


def is_due(said: Sequence[Token], i: int) -> bool:
    """Is word `i` a name, whatever word it is: «у Тогжан», «Хасият сказала», «Мухаммадали это имя», «пристав Хомяк»?"""
    if begins_syllables(said, i) or _is_twin(said, i):
        return True
    return may_be_persons(said[i]) and (_is_named_behind(said, i) or _is_strangers(said, i) or _is_appositive(said, i))


def is_common_surname(said: Sequence[Token], i: int, first: int, last: int) -> bool:
    """A usual word beside a first name, in its case: «Паша Воробей», «Гусь Ирина», «Перец Зинаида Львовна»."""
    token, names = said[i], rules().names
    whole = last > first and any(is_patronymic(one.word) for one in said[first : last + 1])
    noun = share(token.word, "NOUN") >= _NOMINAL and not _is_role(token.word)
    usual = token.word in names.usual or (whole and i < first and may_be_name(token) and noun)
    if not (may_be_persons(token) or usual) or last - first > whole:
        return False
    given = [one.word for one in said[first : last + 1] if is_patronymic(one.word) or is_first_name(one.word, LIKELY)]
    if not given or not _agree(token.word, given[0]):
        return False
    if i > last:
        return i + 1 == len(said) or said[i + 1].breaks or not _is_nominal(said[i + 1]) or is_usual(said[i + 1].word)
    before = said[i - 1] if i and not token.breaks else None
    led = before and (before.word in names.kin or before.word in names.officials or before.word in names.soft)
    return before is None or bool(led) or whole or not _is_nominal(before)


def is_before_patronymic(said: Sequence[Token], i: int) -> bool:
    """A first name that no dictionary has, or has as another word: «Болот Ондарович», «Пал Палыч»."""
    if not is_patronymic(said[i + 1].word) or said[i + 1].breaks:
        return False
    return may_be_persons(said[i]) or (len(said[i].word) >= _ALIKE and said[i + 1].word.startswith(said[i].word))


def begins_syllables(said: Sequence[Token], i: int) -> bool:
    """«Ким Чер Су»: a Korean surname and two syllables."""
    row = said[i : i + SYLLABLES]
    if said[i].word in rules().names.never and not all(token.capital or not known(token.word) for token in row[1:]):
        return False  # a particle
    return len(row) == SYLLABLES and row[0].word in rules().names.short and all(map(is_syllable, row[1:]))


def is_syllable(token: Token) -> bool:
    word = token.word
    if not word.isalpha() or token.is_number or len(word) > _MOST_LETTERS or is_usual(word):
        return False
    return not tags(word, LIKELY) & {"VERB", "PREP", "CONJ", "PRCL", "NPRO", "ADVB", "INFN", "ADJF", "PRED"}


def _is_twin(said: Sequence[Token], i: int) -> bool:
    """A name that is put right: «Щука, не Щукина», «у вас Гречкина, а я Гречка»."""
    word = said[i].word
    near = (token.word for token in said[max(0, i - _TWINS) : i + 1 + _TWINS] if token.word != word)
    return (
        may_be_name(said[i])
        and len(word) > _ALIKE
        and any(
            (is_surname(other, _TWIN) and other.startswith(word[:-1]))
            or (
                is_surname(word, _TWIN) and word.startswith(other[:-1]) and len(other) > _ALIKE and share(other, "NOUN")
            )
            for other in near
        )
    )


def _is_named_behind(said: Sequence[Token], i: int) -> bool:
    """«Рахмонов моя фамилия», «Цырен-Доржо зовут», where nothing else is said to be called so."""
    names = rules().names
    for token in said[i + 1 : i + 2 + _BACK]:
        if token.breaks:
            return False
        if token.word in names.calling:
            return True
        if token.word in names.behind:
            before = said[i - 1].word if i else ""
            return before not in names.behind and not {"ADJF"} <= tags(said[i].word, LIKELY)
        if token.word not in names.linking:
            return False
    return False


def _is_strangers(said: Sequence[Token], i: int) -> bool:
    """A word that no dictionary has, behind a preposition or who it is, or before what only people do."""
    names, word = rules().names, said[i].word
    if not is_strange(said[i]) or names.trades.search(word):
        return False
    before = said[i - 1].word if i and not said[i].breaks else ""
    behind = said[i + 1].word if i + 1 < len(said) and not said[i + 1].breaks else ""
    if i > 1 and said[i - 2].word in names.having:
        return False
    whose = said[i - 2].word if i > 1 and "Apro" in tags(before) else before  # «девочку нашу Сарюну»
    if _is_role(whose) or whose in names.elder:
        return _agree(word, whose)
    if before in names.governs and not any(share(word, case) for case in names.governs[before]):
        return True
    if not tags(word, _PERSON) & {"anim", "UNKN"}:
        return False
    if share(whose, "NOUN", "anim") >= _NOMINAL and _agree(word, whose):
        return True
    return (
        any(before in words for words in (names.soft, names.weak, names.having, names.deeds)) or behind in names.deeds
    )


def _is_appositive(said: Sequence[Token], i: int) -> bool:
    """«судья Белова», «глава администрации Попов», and any noun between who it is and what he did: «пристав Хомяк»."""
    at = i - 1
    if at > 0 and said[at].word not in rules().names.officials and share(said[at].word, "gent"):
        at -= 1  # «начальник депо Шумный»
    if at < 0 or any(token.breaks for token in said[at + 1 : i + 1]) or said[at].word not in rules().names.officials:
        return False
    ends = i + 1 == len(said) or bool(tags(said[i + 1].word, LIKELY) & {"VERB", "PREP"})
    adjective = at < i - 1 and share(said[i].word, "ADJF", "masc", "nomn") > 0
    noun = at == i - 1 and share(said[i].word, "NOUN", "nomn", "sing") >= _NOMINAL / 2
    surname = is_surname(said[i].word, _OFFICIAL) or is_first_name(said[i].word, _OFFICIAL)
    return (surname or (ends and (noun or adjective))) and _agree(said[i].word, said[at].word)


def _agree(one: str, other: str) -> bool:
    return "UNKN" in tags(one) or any(
        share(one, case, "sing") > 0 and share(other, case, "sing") > 0 for case in _CASES
    )


def _is_nominal(token: Token) -> bool:
    found = tags(token.word, _NOMINAL)
    return not token.is_number and bool(found & {"NOUN", "ADJF"}) and "Apro" not in found
