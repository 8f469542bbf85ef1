from __future__ import annotations

import pytest

from voice.masking.years import year


@pytest.mark.parametrize(
    ("said", "worth"),
    [
        ("тысяча девятьсот сорок пятого", 1945),
        ("две тысячи пятнадцатого", 2015),
        ("две тысячи", 2000),
        ("двухтысячного", 2000),
        ("двенадцатого третьего пятьдесят восьмого", 58),
        ("ноль пять ноль три тысяча девятьсот шестьдесят два", 1962),
        ("девятнадцать десять шестьдесят четыре", 64),
        ("пятого марта", 0),
        ("5 марта 1952", 1952),
        ("12 5", 0),
        ("", 0),
    ],
)
def test_a_year_is_worth_what_its_last_words_say(said: str, worth: int) -> None:
    assert year(said.split()) == worth
