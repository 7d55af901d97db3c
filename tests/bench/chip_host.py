"""One resident's permit on a slot's contacts, in a process of its own: `… tests.bench.chip_host VPCD_URL PACE`.

Prints a line when it lies there and ends with its standard input. At a pace of 0 its chip takes no time to think.
"""

from __future__ import annotations

import sys

from assets import ASSETS
from drivers.permit_file.reader import load_permit_file
from drivers.simulators.activity import ActivityLog
from drivers.simulators.chip_keys import load_test_keys
from drivers.simulators.permit import PermitLocation, SimulatedPermit
from drivers.simulators.permit_face import RewritableFace
from drivers.simulators.residents import load_residents
from drivers.simulators.virtual_chip import VirtualChip
from drivers.simulators.vpcd_link import VpcdHost

PERMIT = "lin-yuzhen-shanghai"


def main() -> None:
    residents = load_residents()
    data = residents.permits[PERMIT]
    layout = load_permit_file(ASSETS / "permits" / f"{data.permit_file}.toml")
    chip = VirtualChip.from_permit(data, residents.holder_of(data), layout, load_test_keys())
    host = VpcdHost(sys.argv[1], ActivityLog(), float(sys.argv[2]))
    permit = SimulatedPermit(PERMIT, chip, RewritableFace())
    permit.move_to(PermitLocation.STATION)
    host.attach(permit)
    host.start()
    try:
        print("on the contacts", flush=True)
        sys.stdin.read()
    finally:
        host.stop()


if __name__ == "__main__":
    main()
