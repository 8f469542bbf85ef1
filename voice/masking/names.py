"""Names of people: by a dictionary of Russian, by their endings, and by the words behind which a name is said."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from voice.masking.rules import rules
from voice.masking.tokens import Token
from voice.nlu.morphology import known, share, tags

_POSSIBLE = 0.02  # a word that is so rarely a name is one only behind a word that announces it
_LIKELY = 0.5  # a first name on its own
_SURELY = 0.7  # a surname on its own
_REACH = 3  # words between «фамилия» and the surname
_SPELLED = 3  # so many letters in a row, announced, are a name
_NEVER_NAMES = frozenset(
    {"VERB", "INFN", "GRND", "PRTF", "PRTS", "PREP", "CONJ", "PRCL", "NPRO", "ADVB", "PRED", "NUMR"}
)
_NEVER_NAMES |= {"INTJ", "COMP", "ADJS"}
_PART_OF_SPEECH = 0.3
_OFFICIAL = 0.15  # a surname behind «судья»
_INITIALS = 2
_CASES = ("nomn", "gent", "datv", "accs", "ablt", "loct")
_USUAL = 0.3  # a usual word that stands where a surname is due


def names(said: Sequence[Token]) -> Iterator[tuple[int, int]]:
    """First and last word of each name with all its parts."""
    behind = -1
    for seed in range(len(said)):
        if seed <= behind or not _begins(said, seed):
            continue
        first = last = seed
        while first - 1 > behind and _goes_on(said, first - 1, first, last):
            first -= 1
        while last + 1 < len(said) and _goes_on(said, last + 1, first, last):
            last += 1
        yield first, last
        behind = last
    yield from _spelled(said)


def is_patronymic(word: str) -> bool:
    return "Patr" in tags(word) if known(word) else bool(rules().names.patronymic.fullmatch(word))


def is_surname(word: str, likely: float = _POSSIBLE) -> bool:
    """By the dictionary; a word that it does not have by its ending."""
    return "Surn" in tags(word, likely) if known(word) else bool(rules().names.surname.fullmatch(word))


def is_first_name(word: str, likely: float = _POSSIBLE) -> bool:
    return known(word) and "Name" in tags(word, likely)


def tells_a_person(word: str) -> bool:
    """Is the word rather a name than a usual word, wherever it stands?"""
    return is_patronymic(word) or is_first_name(word, 0.25) or is_surname(word, 0.4)


def _begins(said: Sequence[Token], i: int) -> bool:
    """Is the word a name, whatever stands around it, or one that is announced?"""
    word = said[i].word
    if _is_place(said, i):
        return False
    if not _may_be(said[i]):
        return word in rules().names.usual and _announces_surname(said, i)
    if is_patronymic(word):
        return True
    if len(word) > 2 and is_first_name(word, _LIKELY):
        return True
    if known(word) and is_surname(word, _SURELY) and "Geox" not in tags(word):
        return True
    return _is_pair(said, i) or _announced(said, i)


def _is_pair(said: Sequence[Token], i: int) -> bool:
    """A surname and a first name that agree, though each may be a usual word, «Саркисян Роман», or two initials."""
    for initials in (said[max(0, i - _INITIALS) : i], said[i + 1 : i + 1 + _INITIALS]):
        if said[i].capital and len(initials) == _INITIALS and all(token.initial for token in initials):
            return True
    if i + 1 >= len(said) or said[i + 1].breaks or not _may_be(said[i + 1]):
        return False
    one, other = said[i].word, said[i + 1].word
    return _agree(one, other) or _agree(other, one)


def _agree(surname: str, first: str) -> bool:
    if not (is_surname(surname, 0.25) and is_first_name(first)):
        return False
    return any(
        share(surname, "Surn", case, gender) > 0 and share(first, "Name", case, gender) > 0
        for case in _CASES
        for gender in ("masc", "femn")
    )


def _announced(said: Sequence[Token], i: int) -> bool:
    """Does a word stand before it behind which a name comes: «зовут», «фамилия моя», «это»?"""
    known_names = rules().names
    word = said[i].word
    if _is_officials(said, i) or _is_called(said, i) or _introduces(said, i):
        return True
    for back in range(1, _REACH + 1):
        if i - back < 0 or said[i - back + 1].breaks:
            return False
        cue = said[i - back].word
        if cue in known_names.sure:
            return _is_like_a_name(said[i]) or (cue in known_names.surnames and _may_be_surname(said, i))
        if cue in known_names.kin and back == 1 and not known(word):
            return not (i > 1 and said[i - 2].word in known_names.having)
        if (cue in known_names.soft or cue in known_names.kin) and back == 1:
            return (is_first_name(word) or is_surname(word)) and _more_than_a_word(said, i)
        if cue in known_names.weak and back == 1:
            return known(word) and tells_a_person(word)
        if cue not in known_names.between:
            return False
    return False


def _is_like_a_name(token: Token) -> bool:
    """May the word be a name where one is due?"""
    word = token.word
    if is_first_name(word) or is_surname(word):
        return True
    return not known(word) or (token.capital and "nomn" in tags(word)) or {"nomn", "sing", "anim"} <= tags(word)


def _may_be_surname(said: Sequence[Token], i: int) -> bool:
    """A usual word behind «фамилия»: «фамилия Мороз», «фамилия моя Преображенский»."""
    word = said[i].word
    if not _announces_surname(said, i):
        return False
    if "Apro" in tags(word) or "Qual" in tags(word, _LIKELY):
        return False
    return max(share(word, "NOUN", "nomn", "sing"), share(word, "ADJF", "nomn", "sing")) >= _USUAL


def _announces_surname(said: Sequence[Token], i: int) -> bool:
    """Does «фамилия» stand before it, with nothing between but «моя» and the like?"""
    for back in range(1, min(_REACH, i) + 1):
        if said[i - back].word in rules().names.surnames:
            return True
        if said[i - back].word not in rules().names.between or said[i - back].word in rules().names.turning:
            return False
    return False


def _is_called(said: Sequence[Token], i: int) -> bool:
    """«меня Надеждой зовут»."""
    return i + 1 < len(said) and said[i + 1].word in rules().names.calling and is_first_name(said[i].word)


def _introduces(said: Sequence[Token], i: int) -> bool:
    """«я Роман», «это Слава», and nothing more: a usual word, too, is a name there."""
    begins = (
        i > 0
        and said[i - 1].word in rules().names.myself
        and all(t.is_filler or t.word in rules().beside for t in said[:i])
    )
    return begins and i + 1 == len(said) and is_first_name(said[i].word)


def _is_officials(said: Sequence[Token], i: int) -> bool:
    """«судья Белова», «глава администрации Попов»."""
    officials, word = rules().names.officials, said[i].word
    if i == 0 or said[i].breaks:
        return False
    near = said[i - 1].word in officials
    further = i > 1 and said[i - 2].word in officials and share(said[i - 1].word, "NOUN", "gent") > 0
    if not near and not further:
        return False
    return is_surname(word, _OFFICIAL) or is_first_name(word, _OFFICIAL) or (near and _guessed(word))


def _guessed(word: str) -> bool:
    """Has a word that no dictionary has the shape of a name?"""
    return not known(word) and (is_surname(word) or share(word, "Name") + share(word, "Surn") >= _USUAL)


def _more_than_a_word(said: Sequence[Token], i: int) -> bool:
    """A name that is a usual word, too («это любовь»), is one only with another part beside it."""
    word = said[i].word
    if tells_a_person(word):
        return True
    beside = [said[j] for j in (i - 1, i + 1) if 0 <= j < len(said)]
    return any(
        _may_be(one) and (is_patronymic(one.word) or is_surname(one.word) or is_first_name(one.word, 0.25))
        for one in beside
    )


def _goes_on(said: Sequence[Token], i: int, first: int, last: int) -> bool:
    """Is word `i` beside a name another part of it?"""
    token = said[i]
    later = token if i > last else said[first]
    if later.breaks:
        return False
    if token.initial or _is_initial(said, i, first, last):
        return True
    if token.word in rules().names.short:
        return any(is_patronymic(said[j].word) or is_first_name(said[j].word, 0.25) for j in range(first, last + 1))
    if not _may_be(token) or _is_place(said, i):
        return False
    word = token.word
    if is_patronymic(word) or is_first_name(word) or is_surname(word):
        return True
    if (
        not known(word)
        and len(word) > 2
        and (any(is_patronymic(said[j].word) for j in range(first, last + 1)) or _is_led(said, first))
    ):
        return True
    if _is_usual_surname(said, i, first, last):
        return True
    adjective = (
        "ADJF" in tags(word)
        and "Apro" not in tags(word)
        and "nomn" in tags(word)
        and bool(tags(word) & {"masc", "femn"})
    )
    return adjective and any(
        is_patronymic(said[j].word) or is_first_name(said[j].word, 0.25) for j in range(first, last + 1)
    )


def _is_initial(said: Sequence[Token], i: int, first: int, last: int) -> bool:
    """«Воробьёв д а»: two letters behind a surname, as they are heard."""
    base = last
    while base > first and len(said[base].word) == 1:
        base -= 1
    row = said[base + 1 : base + 1 + _INITIALS]
    letters = len(row) == _INITIALS and all(len(one.word) == 1 and one.word.isalpha() for one in row)
    return base < i <= base + _INITIALS and letters and is_surname(said[base].word, 0.25)


def _is_usual_surname(said: Sequence[Token], i: int, first: int, last: int) -> bool:
    """A usual word as the surname of a name with a patronymic: before it at the beginning, or at the very end."""
    names = rules().names
    span = [said[j].word for j in range(first, last + 1)]
    if len(span) != _INITIALS or not any(is_patronymic(word) for word in span):
        return False
    word = said[i].word
    if word in names.kin or word in names.soft or word in names.officials or word in names.sure:
        return False
    edge = (i == 0 or said[i].breaks or said[i - 1].word in names.soft) if i < first else i + 1 == len(said)
    return edge and share(word, "NOUN", "nomn", "sing") >= _USUAL and (i > last or "anim" in tags(word))


def _may_be(token: Token) -> bool:
    word = token.word
    if not word or word in rules().names.never or token.is_number or not word.isalpha():
        return False
    found = tags(word, _PART_OF_SPEECH)
    return bool(found & {"Name", "Patr", "Surn"}) or not found & _NEVER_NAMES or not known(word)


def _is_place(said: Sequence[Token], i: int) -> bool:
    """Is it a town («из Владимира») or what a street is named after («имени Гагарина», «улица Ленина»)?"""
    before = said[i - 1].word if i and not said[i - 1].initial else ""
    behind = said[i + 1].word if i + 1 < len(said) else ""
    streets = rules().addresses
    by_name = i > 1 and said[i - 2].word in rules().names.by_name  # «сотрудник по имени Денис»
    named_after = before in rules().names.named_after and not by_name
    if named_after or before in streets.street or behind in streets.street:
        return True
    if _at_office(said, i):
        return True
    place = "Geox" in tags(said[i].word, _POSSIBLE) and not is_patronymic(said[i].word)
    return place and (before in rules().names.places or behind in rules().names.places or before in streets.settlement)


def _at_office(said: Sequence[Token], i: int) -> bool:
    """«МФЦ на Ленина»: a street."""
    if i == 0 or said[i - 1].word not in rules().addresses.on:
        return False
    alone = i + 1 == len(said) or not tells_a_person(said[i + 1].word)
    return alone and "Surn" in tags(said[i].word) and any(token.word in rules().addresses.office for token in said)


def _is_led(said: Sequence[Token], first: int) -> bool:
    """Does a name that begins at `first` begin what is said, or stand right behind «зовут», «это», «сын»?"""
    names = rules().names
    if first == 0 or said[first].breaks or said[first - 1].word in names.soft or said[first - 1].word in names.kin:
        return True
    return any(token.word in names.sure for token in said[max(0, first - _REACH) : first])


def _spelled(said: Sequence[Token]) -> Iterator[tuple[int, int]]:
    """«фамилия по буквам: и, вэ, а, эн, о, вэ»."""
    letters = rules().mail.letters
    i = 0
    announced = False
    while i < len(said):
        announced = announced or said[i].word in rules().names.spelling
        end = i
        while end < len(said) and (said[end].word in letters or len(said[end].word) == 1):
            end += 1
        if announced and end - i >= _SPELLED:
            yield i, end - 1
        i = max(end, i + 1)
