"""One good answer for every kind, as a caller says it: what an automatic walk through the flows answers."""

from __future__ import annotations

from collections.abc import Mapping

SAMPLES: Mapping[str, str] = {
    "application_number": "сто двадцать три четыреста пятьдесят шесть семьдесят восемь девяносто",
    "appeal_number": "двенадцать тридцать четыре пятьдесят шесть семьдесят восемь",
    "snils": "сто двенадцать двести тридцать три четыреста сорок пять девяносто пять",
    "inn": "семьдесят семь ноль семь ноль восемьдесят три восемьсот девяносто три",
    "passport": "сорок пять ноль девять сто двадцать три четыреста пятьдесят шесть",
    "phone": "девятьсот двенадцать триста сорок пять шестьдесят семь восемьдесят девять",
    "date": "четырнадцатое мая",
    "time": "в десять утра",
    "error_code": "четыреста четыре",
    "name": "иван петров",
    "text": "на странице белый экран и больше ничего",
}
