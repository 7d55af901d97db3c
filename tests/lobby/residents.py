"""Many invented residents with a permit in its window: a permit can be endorsed only once, and a bench wants many."""

from __future__ import annotations

import json
from pathlib import Path

SURNAMES = "苏蒋沈韩杨朱秦尤许吕施张孔曹严华金魏陶姜"
GIVEN = ("知远", "若岚", "景行", "云舒", "一诺", "怀瑾", "清和", "子衿")
DISTRICTS = ("浦东新区", "徐汇区", "长宁区", "静安区", "普陀区", "虹口区", "杨浦区", "闵行区", "宝山区", "嘉定区")
ROADS = ("示范路", "样板路", "试行路", "例证路", "模型路")


def write_residents(path: Path, count: int) -> list[tuple[str, str]]:
    """Write a residents file; the ids of each person and of that person's permit."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(_resident(number) for number in range(count)), encoding="utf-8")
    return [(f"bench-{number}", f"bench-{number}-permit") for number in range(count)]


def _resident(number: int) -> str:
    district, road = DISTRICTS[number % len(DISTRICTS)], ROADS[number % len(ROADS)]
    days = 5 + number % 20
    person: dict[str, str | int] = {
        "id": f"bench-{number}",
        "kind": "citizen",
        "name": SURNAMES[number % len(SURNAMES)] + GIVEN[number % len(GIVEN)],
        "sex": str(1 + number % 2),
        "ethnicity": "01",
        "birth": f"{1960 + number % 40}-0{1 + number % 9}-1{number % 10}",
        "address": f"安徽省宿城市望河县青石镇柳湾村{number + 1}号",
        "number": f"341399{{birth}}{number:03}{{check}}",
        "authority": "望河县公安局",
        "valid_from": "2019-06-20",
        "valid_to": "2039-06-20",
    }
    permit: dict[str, str | int] = {
        "id": f"bench-{number}-permit",
        "holder": f"bench-{number}",
        "permit_file": "reference",
        "region": "310000",
        "permit_number": f"3100002022{number:08}",
        "chip_serial": f"86003100B{number:07X}",
        "issued_on": f"today+{days}d-3y",
        "address": f"上海市{district}{road}{88 + number}弄{1 + number % 9}号{402 + number}室",
        "issuing_authority": f"上海市公安局{district.removesuffix('新区').removesuffix('区')}分局",
        "category": "standard",
        "valid_from": f"today+{days}d-1y",
        "valid_to": f"today+{days}d",
        "endorsement_count": 2,
    }
    return _table("people", person) + _table("permits", permit)


def _table(name: str, values: dict[str, str | int]) -> str:
    lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in values.items()]
    return "\n".join([f"[[{name}]]", *lines, "", ""])
