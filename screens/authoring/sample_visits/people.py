"""Invented people, their cards and their permits, for the samples."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from kiosk.domain.applications import EvidenceResult
from kiosk.domain.documents import IdDocument, IdKind, Permit, PermitContent
from kiosk.domain.endorsement import Drawable
from kiosk.domain.identity_number import check_character, identity_number, permit_number
from kiosk.domain.personal import Personal
from kiosk.policy.region import Region
from kiosk.policy.terms import term_end

STARTS = date(2026, 3, 9)
"""The first day of everybody's permit."""

ADDRESS = Personal("上海市静安区梧桐里路88弄6号1203室")
LONG_ADDRESS = Personal("上海市浦东新区𠮷𪚥镇望江新村第三居民区桂花东路2688弄北区17号甲单元1906室（临）")
FAR_ADDRESS = Personal(
    "新疆维吾尔自治区乌鲁木齐市天山区和平南路𠮷祥社区桂花东巷第三居民小区2688号北区17栋甲单元1906室（临）"
)
OTHER_AUTHORITY = "上海市公安局浦东分局"
STATION = "海口市公安局蓝天派出所"

_LIVES_AT = {
    "shanghai": (ADDRESS, "上海市公安局静安分局"),
    "beijing": (Personal("北京市丰台区望园东里12号楼3单元502室"), "北京市公安局丰台分局"),
    "haikou": (Personal("海口市龙华区蓝天路18号1栋804房"), "海口市公安局龙华分局"),
    "xinjiang": (Personal("乌鲁木齐市天山区和平南路126号2单元301室"), "乌鲁木齐市公安局天山区分局"),
    "xuchang": (Personal("许昌市建安区新元大道57号院4号楼2单元601室"), "许昌市公安局建安分局"),
}


def _person(name: str, birth: date, order: str) -> IdDocument:
    number = f"340000{birth:%Y%m%d}{order}"
    return IdDocument(
        kind=IdKind.CITIZEN,
        name=Personal(name),
        number=Personal(identity_number(number + check_character(number))),
        birth=Personal(birth),
        address=Personal("安徽省黄山市歙县徽州路1号"),
        valid_from=date(2020, 1, 1),
        valid_to=None,
    )


ADULT = _person("林羽真", date(1990, 1, 1), "001")
CHILD = _person("林小禾", date(2015, 6, 1), "002")
OLD_PERSON = _person("周秀英", date(1950, 9, 3), "004")


@dataclass(frozen=True, slots=True)
class Party:
    """The people at the machine, and their visit. `yes`: questions answered with yes; `licence`: central's answer about
    every proof; `category`: the one chosen where there is a choice, None: the permit's own. The other fields are what
    central grants beside the new dates; None: unchanged.
    """

    holder: IdDocument = ADULT
    agent: IdDocument | None = None
    yes: frozenset[str] = frozenset()
    licence: EvidenceResult = EvidenceResult.VERIFIED
    category: str | None = None
    address: Personal[str] | None = None
    authority: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    drawable: Drawable = Drawable.WHOLE

    def becomes(self, old: PermitContent, valid_from: date | None, valid_to: date | None) -> PermitContent:
        """The content that central grants, with the dates of the rules."""
        return replace(
            old,
            address=self.address or old.address,
            issuing_authority=self.authority or old.issuing_authority,
            category=self.category or old.category,
            valid_from=self.valid_from or valid_from or old.valid_from,
            valid_to=self.valid_to or valid_to or old.valid_to,
            endorsement_count=old.endorsement_count + 1,
        )


ALONE = Party()
WITH_CHILD = Party(holder=CHILD, agent=ADULT)
WITH_OLD_PERSON = Party(holder=OLD_PERSON, agent=ADULT)


def permit_of(
    region: Region, holder: IdDocument, *, address: Personal[str] | None = None, category: str | None = None
) -> Permit:
    """A permit of this region in its first term."""
    kind = region.categories[category] if category else next(iter(region.categories.values()))
    area = region.area_prefixes[0].ljust(6, "0")
    home, authority = _LIVES_AT[region.code]
    content = PermitContent(
        address=address or home,
        issuing_authority=authority,
        category=kind.key,
        valid_from=STARTS,
        valid_to=term_end(STARTS, kind.months, region.term.end_date),
        endorsement_count=0,
    )
    return Permit(
        permit_file="reference",
        atr=b"\x3b\x00",
        chip_serial="00112233AABBCCDD",
        region=area,
        permit_number=Personal(permit_number(f"{area}000000000001")),
        holder_name=holder.name,
        holder_number=holder.number,
        issued_on=STARTS,
        content=content,
    )
