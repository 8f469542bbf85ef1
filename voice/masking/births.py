"""Dates of birth: beside a word of being born, behind who was born, in an answer, or whole and long ago."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from voice.masking.name_words import tells_a_person
from voice.masking.places import is_ordinal
from voice.masking.rules import rules
from voice.masking.tokens import Token
from voice.masking.years import is_year_word, year
from voice.nlu.morphology import share, tags

_NEAR = 3  # words between the date and the word of being born
_OTHER = 5  # words between two dates of one birth
_SHORT = range(20, 100)  # years that are said by their last two digits
_AGO = range(30, 100)  # of those, a birth's and seldom another thing's
_LONG = range(1900, 2100)
_LATEST = 2012  # of a date by itself
_FAR = 99  # words behind a date
_DAYS = range(1, 32)
_CHILDREN = 5  # fewer may be which child it is
_BEFORE, _BEHIND = 4, 2  # words between a date and what it is of
_ALL = 3  # numbers of a date: its day, month and year


@dataclass(frozen=True, slots=True)
class _Date:
    """Words first..last. numbers: how many words are. year: as it was said, «пятьдесят восьмого» is 58; 0: none.
    called: with «год». full: in digits («05.03.1962»)."""

    first: int
    last: int
    numbers: int
    month: bool
    year: int
    called: bool
    full: bool


def dates_of_birth(said: Sequence[Token], *, asked: bool) -> Iterator[tuple[int, int]]:
    """First and last word of each. asked: a date alone is one."""
    cues = [i for i in range(len(said)) if _is_cue(said, i)]
    behind = -_FAR
    for date in _dates(said):
        near = any(0 < date.first - cue <= _NEAR + 1 or 0 < cue - date.last <= _NEAR for cue in cues)
        is_date = date.full or (date.month and date.numbers) or date.year in _LONG or (date.called and date.numbers)
        if asked:
            found = is_date or date.month or (date.numbers > 1 and not _counts(said, date))
            found = found or _is_alone(said, date) or _is_year(said, date, cues) or _is_day(said, date, cues)
        elif date.first - behind <= _NEAR or _is_instead(said, behind, date):  # «одиннадцатое, а не двенадцатое июня»
            found = date.full or (date.month and date.numbers) or _is_day(said, date, cues)
            found = found or _is_year(said, date, cues)
        else:
            found = near and (
                is_date or date.numbers >= _ALL or _is_year(said, date, cues) or _is_day(said, date, cues)
            )
        if found or _is_birthday(said, date) or _is_of_whom(said, date) or _is_long_ago(said, date):
            yield date.first, _with_cue(said, date.last)
            behind = date.last


def _is_instead(said: Sequence[Token], behind: int, date: _Date) -> bool:
    """«... сорок седьмого, а в паспорте сорок девятого»: another date of the same birth."""
    between = said[behind + 1 : date.first] if behind >= 0 else ()
    return len(between) <= _OTHER and any(token.word in rules().addresses.instead for token in between)


def _with_cue(said: Sequence[Token], last: int) -> int:
    """With the rest of «1962 г.р.», «шестьдесят второго года рождения»."""
    births = rules().births
    behind = said[last + 1].word if last + 1 < len(said) else ""
    goes_on = said[last].word in births.years and (behind in births.cues or (said[last].word, behind) in births.short)
    return last + goes_on


def _is_cue(said: Sequence[Token], i: int) -> bool:
    births = rules().births
    return said[i].word in births.cues or (i > 0 and (said[i - 1].word, said[i].word) in births.short)


def _dates(said: Sequence[Token]) -> Iterator[_Date]:
    """Rows of words that may make a date or a year."""
    births = rules().births
    i = 0
    while i < len(said):
        if not _dates_word(said[i]):
            i += 1
            continue
        end = i
        while end < len(said) and (_dates_word(said[end]) or said[end].word in births.years or _inside(said, end)):
            if said[end].is_number and said[end].dated != said[i].dated:  # «05.03.1962 112 ...»
                break
            end += 1
        row = said[i:end]
        yield _Date(
            first=i,
            last=end - 1,
            numbers=sum(token.is_number for token in row),
            month=any(token.word in births.months for token in row),
            year=year([token.word for token in row if token.word not in births.years]),
            called=any(token.word in births.years for token in row),
            full=any(token.dated for token in row),
        )
        i = end


def _is_year(said: Sequence[Token], date: _Date, cues: Sequence[int]) -> bool:
    """A year of two digits: «родилась в шестьдесят четвёртом», «год рождения шестьдесят пять»."""
    if date.year not in _SHORT or _counts(said, date):
        return False
    return is_year_word(said[date.last].word) or date.first - 1 in cues


def _is_day(said: Sequence[Token], date: _Date, cues: Sequence[int]) -> bool:
    """A day alone: «родилась я пятого», «рождения одиннадцатое»; no «рождения второго»."""
    word = said[date.last].word
    told = any({"VERB", "intr"} <= tags(said[cue].word) for cue in cues) or date.year >= _CHILDREN
    day = max(share(word, "neut", "nomn"), share(word, "masc", "gent") * told)
    thing = date.last + 1 < len(said) and "NOUN" in tags(said[date.last + 1].word)
    return date.year in _DAYS and is_year_word(word) and day > 0 and not thing


def _is_alone(said: Sequence[Token], date: _Date) -> bool:
    """Is it all that is said: «восьмое», «ну пятьдесят первый»?"""
    beside = rules().beside
    rest = [token for i, token in enumerate(said) if not date.first <= i <= date.last]
    return all(token.is_filler or token.word in beside for token in rest)


def _is_birthday(said: Sequence[Token], date: _Date) -> bool:
    """«пятого мая исполнится шестьдесят», «третьего июня будет три года»."""
    births = rules().births
    if not (date.month and date.numbers):
        return False
    for i in range(max(0, date.first - _NEAR - 1), min(len(said), date.last + _NEAR + 1)):
        if said[i].word in births.growing:
            return True
        if said[i].word in births.to_be and i + 1 < len(said) and said[i + 1].is_number:
            return True
    return False


def _is_of_whom(said: Sequence[Token], date: _Date) -> bool:
    """«я сорок седьмого года», «мама с тридцать девятого», «она двенадцатого мая восемнадцатого»."""
    births = rules().births
    year_of_two = date.year in _SHORT or (date.month and date.year in _DAYS and date.numbers > 1)
    if not (year_of_two or _LONG[0] <= date.year <= _LATEST + 10) or said[date.first].breaks:
        return False
    at = date.first - 1
    while at > 0 and said[at].word in births.since and said[at].word not in births.of_whom:
        at -= 1
    if at < 0 or not _is_somebody(said[at].word):
        return False
    since = said[date.first - 1].word in births.bounds
    ends = date.year in _AGO and date.last + 1 == len(said)
    whole = date.called or date.month or since or ends or date.year in _LONG or _is_of_ordinals(said, date)
    whole = date.full or (whole and is_year_word(said[_year_at(said, date)].word))
    return whole and not _is_elsewhere(said, date)


def _is_somebody(word: str) -> bool:
    births = rules().births
    return word in births.of_whom or word in births.children or word in rules().names.kin or tells_a_person(word)


def _is_of_ordinals(said: Sequence[Token], date: _Date) -> bool:
    """«седьмого одиннадцатого сорок девятого»."""
    return sum(is_ordinal(said, i) for i in range(date.first, date.last + 1)) == _ALL


def _year_at(said: Sequence[Token], date: _Date) -> int:
    """The word that its year ends with."""
    return date.last - 1 if said[date.last].word in rules().births.years else date.last


def _is_elsewhere(said: Sequence[Token], date: _Date) -> bool:
    """Is something near that a date is more often of: «подано», «выдан»?"""
    near = said[max(0, date.first - _BEFORE) : date.last + 1 + _BEHIND]
    return any(token.word in rules().births.elsewhere for token in near)


def _is_long_ago(said: Sequence[Token], date: _Date) -> bool:
    """A whole date of so many years ago that it is hardly of anything else, or one behind a name."""
    births = rules().births
    before = said[date.first - 1].word if date.first else ""
    behind_name = any(tells_a_person(token.word) for token in said[max(0, date.first - 2) : date.first])
    if before in births.bounds or (not (behind_name and date.full) and _is_elsewhere(said, date)):
        return False
    ago = date.year in _AGO or _LONG[0] <= date.year <= _LATEST
    if behind_name:
        ago = ago or date.year in _SHORT or date.year in _LONG
        return ago and (date.full or date.month or date.numbers >= _ALL or date.called)
    if ago and _is_of_ordinals(said, date):
        return True
    if date.numbers >= _ALL and is_year_word(said[date.last].word) and _is_alone(said, date):
        return ago
    return ago and (date.full or (date.month and date.numbers > 1 and not _counts(said, date)))


def _counts(said: Sequence[Token], date: _Date) -> bool:
    return date.last + 1 < len(said) and said[date.last + 1].word in rules().numbers.ends


def _dates_word(token: Token) -> bool:
    return token.is_number or token.word in rules().births.months or is_year_word(token.word)


def _inside(said: Sequence[Token], i: int) -> bool:
    return said[i].word in rules().births.inside and i + 1 < len(said) and _dates_word(said[i + 1])
