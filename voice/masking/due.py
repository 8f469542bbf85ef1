"""Words that stand where a name is due: whatever they are, but for the usual words of such talk."""

from __future__ import annotations

from collections.abc import Sequence

from voice.masking.places import NAME_WORDS, is_dedicated, is_house, is_ordinal, is_surely_name, of_place
from voice.masking.rules import rules
from voice.masking.tokens import Token
from voice.nlu.morphology import CASES, known, share, tags

_NOMINAL = 0.4
_MAINLY = 0.5
_SURELY = 0.8  # of a word that no dictionary has
_LETTERS = 3
_LINKS = frozenset({"PREP", "CONJ", "NPRO", "PRCL", "ADVB", "NUMR"})


def is_usual(word: str) -> bool:
    return word in rules().usual.words


def is_usual_adjective(word: str) -> bool:
    return word in rules().usual.adjectives


def is_strange(token: Token) -> bool:
    """A word that no dictionary has and that is none of the usual ones: in what is heard hardly anything but a name."""
    word = token.word
    return len(word) >= _LETTERS and word.isalpha() and not known(word) and not is_usual(word) and _is_nominal(word)


def may_be_due(token: Token) -> bool:
    """May it be a name where one is due?"""
    word, words = token.word, rules().addresses
    if is_dedicated(token):
        return True
    if not word.isalpha() or token.is_number or token.is_filler or is_usual(word):
        return False
    if (
        word in rules().names.kin
        or word in words.outside
        or word in words.office
        or word in words.flat
        or is_house(token)
        or of_place(token)
    ):
        return False
    return word in words.called or word in words.sizes or _is_nominal(word)


def may_be_any(token: Token) -> bool:
    """May it name a street right behind the word for one and before a number: «улица Перемоги сто»?"""
    return token.word.isalpha() and not is_usual(token.word) and not tags(token.word, _MAINLY) & _LINKS


def place_name(said: Sequence[Token], i: int, most: int = NAME_WORDS) -> int:
    """The last word of a place's name that begins at `i`, of whatever words; `i` - 1: none does.

    Of the words before a verb the last one with its adjectives is what the verb tells of: «в деревне Гусиные Лапки
    крыша течёт».
    """
    end = i
    while end < len(said) and end - i <= most + 1 and _continues(said, i, end):
        end += 1
    behind = next((token for token in said[end:] if not tags(token.word, _MAINLY) & {"ADVB"}), None)
    if any(token.breaks for token in said[end : end + 1]):
        behind = None
    words = rules().addresses
    goes_on = behind is None or behind.word in words.home or behind.word in words.called_so
    if behind and end > i and not goes_on and not is_surely_name(said[end - 1]):
        if _is_predicate(behind):
            end = _without_subject(said, i, end, denied=behind.word in rules().usual.denials)
        elif is_usual(behind.word):
            while end > i and _describes(said[end - 1].word, behind.word):
                end -= 1
    end = min(end, i + most)
    while end > i and not _may_end(said, end - 1):
        end -= 1
    return end - 1


def _may_end(said: Sequence[Token], j: int) -> bool:
    """May a name end with it? Usual adjectives do beside a number only: «третья Рабочая», «Школьная тридцать»."""
    if is_ordinal(said, j) or _is_joining(said, j):
        return False
    counted = (j > 0 and is_ordinal(said, j - 1)) or (j + 1 < len(said) and said[j + 1].is_plain_number)
    return counted or not is_usual_adjective(said[j].word)


def _continues(said: Sequence[Token], i: int, j: int) -> bool:
    if j > i and said[j].breaks:
        return False
    if may_be_due(said[j]) or is_ordinal(said, j) or said[j].word in rules().addresses.ranks:
        return True
    if i < j and is_ordinal(said, j - 1) and share(said[j].word, "ADJF"):  # «третья Рабочая»
        return True
    return (i < j and _is_joining(said, j)) or (i == j and said[j].word in rules().names.named_after)


def _is_joining(said: Sequence[Token], j: int) -> bool:
    """«Кирилла и Мефодия»."""
    return said[j].word in rules().names.joining


def _without_subject(said: Sequence[Token], i: int, end: int, *, denied: bool) -> int:
    last = said[end - 1].word if end > i else ""
    if not last or not known(last) or not (denied or share(last, "nomn") or share(last, "inan", "accs")):
        return end
    end -= 1
    while end > i and _describes(said[end - 1].word, last):
        end -= 1
    return end


def _describes(adjective: str, noun: str) -> bool:
    return any(
        share(adjective, "ADJF", case, form) > 0 and share(noun, case, form) > 0
        for case in CASES
        for form in ("masc", "femn", "neut", "plur")
    )


def _is_predicate(token: Token) -> bool:
    if token.word in rules().usual.asides:
        return False
    return token.word in rules().usual.denials or bool(
        tags(token.word, _MAINLY) & {"VERB", "PRED", "ADJS", "PRTS", "INFN"}
    )


def _is_nominal(word: str) -> bool:
    if "Apro" in tags(word, _MAINLY):
        return False
    if not known(word):
        return not tags(word, _SURELY) & {"VERB", "INFN", "GRND", "ADVB"}
    return sum(share(word, kind) for kind in ("NOUN", "ADJF", "PRTF")) >= _NOMINAL
