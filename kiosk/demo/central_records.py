"""Central's records of the invented residents."""

from __future__ import annotations

from typing import Any

from drivers.simulators.residents import Record, Residents


def central_records(residents: Residents) -> list[dict[str, Any]]:
    """Central's records of the invented permits, in the form that `central seed` reads."""
    records = []
    proofs = {name: _proofs_of(residents, name) for name in residents.people}
    for permit in residents.permits.values():
        if permit.chip != "permit":
            continue
        holder = residents.people[permit.holder]
        records.append(
            {
                "evidence": proofs.pop(permit.holder, []),  # once for each holder, however many permits there are
                "holder": {"name": holder.name, "id_number": holder.number},
                "permit_number": permit.permit_number,
                "chip_serial": permit.chip_serial.upper(),
                "permit_file": permit.permit_file,
                "region": permit.region,
                "issued_on": permit.issued_on.isoformat() if permit.issued_on else None,
                "content": {
                    "address": permit.address,
                    "issuing_authority": permit.issuing_authority,
                    "category": permit.category,
                    "valid_from": permit.valid_from.isoformat() if permit.valid_from else None,
                    "valid_to": permit.valid_to.isoformat() if permit.valid_to else None,
                    "endorsement_count": permit.endorsement_count,
                },
            }
        )
    return records


def _proofs_of(residents: Residents, person: str) -> list[dict[str, Any]]:
    """Central's proofs about a person: electronic licences by their codes, and those in its own records."""
    explained = {record.licence: record for record in residents.records.values() if record.licence}
    proofs = [
        {"key": licence.evidence, "licence_code": licence.code, **_proven(residents, explained.get(licence.id))}
        for licence in residents.licences.values()
        if licence.holder == person
    ]
    return proofs + [
        {"key": record.evidence, "licence_code": None, **_proven(residents, record)}
        for record in residents.records.values()
        if record.holder == person and not record.licence
    ]


def _proven(residents: Residents, record: Record | None) -> dict[str, str | None]:
    if record is None:
        return {}
    return {
        "address": record.address or None,
        "issuing_authority": record.issuing_authority or None,
        "agent_number": residents.people[record.agent].number if record.agent else None,
    }
