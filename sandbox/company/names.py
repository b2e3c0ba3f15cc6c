"""Names of people and companies, in the scripts and with the marks that real lists hold."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate
from random import Random
from typing import NamedTuple

from sandbox.company.hours import TERRITORIES, territory_weights


class Country(NamedTuple):
    """Where a person works: its name in Salesforce, whose territory it is, and how people are called."""

    name: str
    territory: str
    weight: int
    given: tuple[str, ...]
    family: tuple[str, ...]


_ENGLISH = (
    tuple(
        "James Olivia Noah Emma Liam Ava Ethan Sophia Lucas Mia Owen Chloe Henry Grace Caleb Zoe Ruth".split()
    ),
    tuple("Walker Hughes Bennett Foster Reed Ward Carter Price Morgan Ellis Brooks O'Brien D'Souza".split()),
)
_SPANISH = (
    tuple("Lucía Mateo Sofía Andrés Inés José Camila Joaquín Belén Íñigo".split()),
    tuple("García Muñoz Peña Ibáñez Núñez Castellanos Gómez Zúñiga Ordóñez Vega".split()),
)
_GERMAN = (
    tuple("Jürgen Anke Björn Käthe Lukas Sabine Götz Mareike Tilman Uta".split()),
    tuple("Müller Schröder Weiß Köhler Jäger Vogt Hübner Krüger Lindner Groß".split()),
)
_FRENCH = (
    tuple("Élodie François Chloé Benoît Zoé Loïc Maëlle Gaël Inès Cédric".split()),
    tuple("Lefèvre Garçon L'Hôpital Dubois Moreau Noël Pâris Béranger Caron D'Alembert".split()),
)
_NORDIC = (
    tuple("Ingrid Åse Søren Bjørn Håkon Päivi Jón Sigríður Øystein Märta".split()),
    tuple("Solheim Ångström Sørensen Þórsdóttir Hämäläinen Bakke Nyström Grønn Kjær Öberg".split()),
)
_POLISH = (
    tuple("Małgorzata Łukasz Zofia Wojciech Bożena Jerzy Kinga Paweł".split()),
    tuple("Wiśniewska Kowalczyk Żak Dąbrowski Świątek Łęcki Górska Piątek".split()),
)
_CYRILLIC = (
    tuple("Оксана Дмитрий Ирина Богдан Елена Юрий Марина Тарас".split()),
    tuple("Коваленко Соколов Шевчук Лебедев Мельник Щербак Ильин Гринько".split()),
)
_GREEK = (
    tuple("Ελένη Γιώργος Κατερίνα Νίκος Δήμητρα Σταύρος".split()),
    tuple("Παπαδάκη Νικολάου Γεωργίου Αλεξίου Μακρής Δούκας".split()),
)
_ARABIC = (
    tuple("ليلى يوسف مريم خالد نور طارق سلمى زياد".split()),
    ("الخطيب", "حداد", "منصور", "بن صالح", "العلي", "قاسم"),
)
_HEBREW = (tuple("נועה איתן תמר יואב מאיה דוד".split()), tuple("לוי מזרחי פרץ ברק שמיר אלון".split()))
_CHINESE = (tuple("伟 芳 秀英 磊 静 洋 艳 杰".split()), tuple("王 李 张 刘 陈 杨 赵 黄".split()))
_JAPANESE = (tuple("陽菜 蓮 美咲 大翔 さくら 健一".split()), tuple("佐藤 鈴木 高橋 田中 渡辺 小林".split()))
_KOREAN = (tuple("서연 민준 지우 도윤 하은 준호".split()), tuple("김 이 박 최 정 강".split()))
_INDIAN = (
    tuple("Priya Arjun Ananya Rohan Kavya Vikram अनिता राहुल".split()),
    tuple("Nair Sharma Iyer Banerjee Reddy Menon शर्मा वर्मा".split()),
)
_TURKISH = (
    tuple("Elçin Çağlar Şule İbrahim Gökhan Işıl".split()),
    tuple("Yılmaz Öztürk Şahin Çelik Doğan Aksoy".split()),
)
_VIETNAMESE = (tuple("Hương Đức Ngọc Tuấn Thảo Quân".split()), tuple("Nguyễn Trần Lê Phạm Vũ Đặng".split()))

COUNTRIES = (
    Country("United States", "West", 30, *_ENGLISH),
    Country("United States", "East", 24, *_ENGLISH),
    Country("Canada", "East", 5, *_ENGLISH),
    Country("Mexico", "West", 3, *_SPANISH),
    Country("Japan", "West", 2, *_JAPANESE),
    Country("China", "West", 2, *_CHINESE),
    Country("South Korea", "West", 1, *_KOREAN),
    Country("Vietnam", "West", 1, *_VIETNAMESE),
    Country("Brazil", "East", 2, *_SPANISH),
    Country("United Kingdom", "EMEA", 7, *_ENGLISH),
    Country("Germany", "EMEA", 6, *_GERMAN),
    Country("France", "EMEA", 4, *_FRENCH),
    Country("Spain", "EMEA", 2, *_SPANISH),
    Country("Norway", "EMEA", 2, *_NORDIC),
    Country("Poland", "EMEA", 2, *_POLISH),
    Country("Ukraine", "EMEA", 1, *_CYRILLIC),
    Country("Greece", "EMEA", 1, *_GREEK),
    Country("Türkiye", "EMEA", 1, *_TURKISH),
    Country("United Arab Emirates", "EMEA", 1, *_ARABIC),
    Country("Israel", "EMEA", 1, *_HEBREW),
    Country("India", "EMEA", 2, *_INDIAN),
)
_BY_TERRITORY = tuple(
    tuple(country for country in COUNTRIES if country.territory == territory for _ in range(country.weight))
    for territory in TERRITORIES
)
_TERRITORY_BY_HOUR = tuple(tuple(accumulate(territory_weights(hour))) for hour in range(24))

TITLES = (
    "VP Operations", "Head of Procurement", "Plant Manager", "Director of IT", "Chief Financial Officer",
    "Operations Analyst", "Buyer", "Founder", "Head of Quality", "Maintenance Lead", "Project Manager",
    "Student", "Consultant", "Chief Technology Officer", "Supply Chain Manager",
)  # fmt: skip

_FIRST = tuple(
    "Fjord Lumen Harbor Granite Copper Maple Orbit Delta Willow Summit Cedar Falcon Prism Anchor Solstice "
    "Beacon Quarry Meadow Nimbus Cobalt Juniper Tundra Vector Ember Larch Pioneer Marlin Aurora Basalt "
    "Kestrel".split()
)
_SECOND = tuple(
    "tech Labs Works Foods Systems Logistics Robotics Textiles Energy Optics Packaging Instruments Motors "
    "Health Materials Marine Analytics Ceramics Tools Paper".split()
)
_FORM = ("Inc", "LLC", "GmbH", "AS", "Ltd", "S.A.", "AG", "Co", "B.V.", "& Sons", "Group", "Oy")

_COMBINATIONS = len(_FIRST) * len(_SECOND) * len(_FORM)
_STRIDE = 4027
"""Shares no factor with the number of combinations: neighbouring numbers get unlike names, and none comes twice."""

ODD_COMPANIES = (
    "=SUM(A1:A9) Analytics",
    "<b>Bold</b> Moves & Sons",
    'O\'Brien, Söhne "und" Töchter GmbH',
    "+1 Logistics",
    "@home Interiors",
    "-40 °C Storage",
    "Null & Void Ltd",
    "株式会社 光学",
    "شركة النور للصناعة",
    "ООО «Светлый путь»",
    "Ñandú & Çiçek Ltd.",
    "Robert'); DROP TABLE Leads;-- Co",
)
"""Companies whose names break careless programs: formulas, markup, quotes, every direction of writing."""


def draw_country(rng: Random, utc_hour: int) -> Country:
    """A country, in proportion to how many leads come from it at this hour of the day."""
    sums = _TERRITORY_BY_HOUR[utc_hour]
    countries = _BY_TERRITORY[min(bisect_right(sums, rng.random() * sums[-1]), len(sums) - 1)]
    return countries[int(rng.random() * len(countries))]


def company_name(number: int) -> str:
    """The name of company `number`: the same for ever, and different for different numbers."""
    if number % 97 == 13:
        odd = ODD_COMPANIES[number // 97 % len(ODD_COMPANIES)]
        again = number // 97 // len(ODD_COMPANIES)
        return odd if again == 0 else f"{odd} {again + 1}"
    again, place = divmod(number, _COMBINATIONS)
    rest, first = divmod(place * _STRIDE % _COMBINATIONS, len(_FIRST))
    form, second = divmod(rest, len(_SECOND))
    glue = "" if _SECOND[second][0].islower() else " "
    suffix = "" if again == 0 else f" {again + 1}"
    return f"{_FIRST[first]}{glue}{_SECOND[second]} {_FORM[form]}{suffix}"
