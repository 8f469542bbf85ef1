"""The words behind which a name is said: «зовут», «фамилия моя», «судья», «это»."""

from __future__ import annotations

from collections.abc import Sequence

from voice.masking.due import is_usual
from voice.masking.name_words import (
    LIKELY,
    USUAL,
    is_first_name,
    is_patronymic,
    is_surname,
    may_be_name,
    tells_a_person,
)
from voice.masking.rules import rules
from voice.masking.tokens import Token
from voice.nlu.morphology import known, share, tags

REACH = 3  # words between «фамилия» and the surname


def is_announced(said: Sequence[Token], i: int) -> bool:
    """Does a word stand before it behind which a name comes: «зовут», «фамилия моя», «это»?"""
    known_names = rules().names
    word = said[i].word
    if _is_called(said, i) or _introduces(said, i) or _may_be_surname(said, i):
        return True
    if i and said[i - 1].word in known_names.maiden and share(word, "NOUN") and not is_usual(word):
        return word not in known_names.sure
    for back in range(1, REACH + 1):
        if i - back < 0 or said[i - back + 1].breaks:
            return False
        cue = said[i - back].word
        if cue in known_names.sure:
            return _is_like_a_name(said[i])
        if cue in known_names.kin and back == 1 and not known(word) and not is_usual(word):
            return not (i > 1 and said[i - 2].word in known_names.having)
        if cue in known_names.kin and back == 1 and said[i].capital and not all(one.capital for one in said):
            return "NOUN" in tags(word)
        if (cue in known_names.soft or cue in known_names.kin) and back == 1:
            return (is_first_name(word) or is_surname(word)) and _more_than_a_word(said, i)
        if cue in known_names.weak and back == 1:
            return known(word) and tells_a_person(word)
        if cue not in known_names.between:
            return False
    return False


def announces_surname(said: Sequence[Token], i: int) -> bool:
    """Does «фамилия» stand before it, with nothing between but «моя» and the like?"""
    for back in range(1, min(REACH, i) + 1):
        if said[i - back].word in rules().names.surnames:
            return True
        if said[i - back].word not in rules().names.between or said[i - back].word in rules().names.turning:
            return False
    return False


def is_led(said: Sequence[Token], first: int) -> bool:
    """Does a name that begins at `first` begin what is said, or stand right behind «зовут», «это», «сын»?"""
    names = rules().names
    if first == 0 or said[first].breaks:
        return True
    if any(said[first - 1].word in words for words in (names.soft, names.kin, names.officials)):
        return True
    return any(token.word in names.sure for token in said[max(0, first - REACH) : first])


def _is_like_a_name(token: Token) -> bool:
    """May the word be a name where one is due?"""
    word = token.word
    if is_first_name(word) or is_surname(word):
        return True
    return not known(word) or (token.capital and "nomn" in tags(word)) or {"nomn", "sing", "anim"} <= tags(word)


def _may_be_surname(said: Sequence[Token], i: int) -> bool:
    """A usual word behind «фамилия»: «фамилия Мороз», «фамилия моя Преображенский»."""
    word = said[i].word
    cues = [token.word for token in said[max(0, i - REACH) : i]]
    sure = any(cue in rules().names.sure for cue in cues) or any(cue in rules().names.by_name for cue in cues)
    if not (sure and announces_surname(said, i)):
        return False
    if share(word, "ADJF", "masc", "nomn") >= USUAL:  # «фамилия Тихий»
        return word not in rules().names.never
    if "Apro" in tags(word) or ("Qual" in tags(word, LIKELY) and not _tells_maiden_name(said, i)):
        return False
    return max(share(word, "NOUN", "nomn", "sing"), share(word, "ADJF", "nomn", "sing")) >= USUAL


def _tells_maiden_name(said: Sequence[Token], i: int) -> bool:
    """«девичья фамилия ...»."""
    return any(token.word in rules().names.maiden for token in said[max(0, i - REACH) : i])


def _is_called(said: Sequence[Token], i: int) -> bool:
    """«меня Надеждой зовут»."""
    return i + 1 < len(said) and said[i + 1].word in rules().names.calling and is_first_name(said[i].word)


def _introduces(said: Sequence[Token], i: int) -> bool:
    """«я Роман», «это Слава», and nothing more, or «Сундуков я»: a usual word, too, is a name there."""
    if (i == 0 or said[i].breaks) and i + 1 < len(said) and said[i + 1].word in rules().names.myself:
        return rules().names.surname.fullmatch(said[i].word) is not None
    begins = (
        i > 0
        and said[i - 1].word in rules().names.myself
        and all(t.is_filler or t.word in rules().beside for t in said[:i])
    )
    return begins and i + 1 == len(said) and is_first_name(said[i].word)


def _more_than_a_word(said: Sequence[Token], i: int) -> bool:
    """A name that is a usual word, too («это любовь»), is one only with another part beside it."""
    word = said[i].word
    if tells_a_person(word):
        return True
    beside = [said[j] for j in (i - 1, i + 1) if 0 <= j < len(said)]
    return any(
        may_be_name(one) and (is_patronymic(one.word) or is_surname(one.word) or is_first_name(one.word, 0.25))
        for one in beside
    )
