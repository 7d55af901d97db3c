"""The receipt printer's driver and its simulator over a real socket."""

from __future__ import annotations

import select
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import ImageChops

from assets import ASSETS
from drivers.errors import (
    CoverOpen,
    DeviceError,
    DriverError,
    FrameCorrupt,
    LinkLost,
    LinkTimeout,
    NeedsRepair,
    PaperOut,
)
from drivers.receipt_printer import device_file, encoding
from drivers.receipt_printer.commands import CommandDecoder, Raster, real_time_in
from drivers.receipt_printer.device import CLEAR_BUFFERS, ReceiptPrinter
from drivers.receipt_printer.document import LabelledValue, QrCode, ReceiptDocument, TextLine
from drivers.receipt_printer.document_file import load_document
from drivers.receipt_printer.layout import SetLine
from drivers.receipt_printer.paper import printed
from drivers.receipt_printer.status import PaperLevel, ask
from drivers.simulators.activity import ActivityLog
from drivers.simulators.receipt_printer_sim import ReceiptPrinterSim
from drivers.transport.tcp import TcpLink
from drivers.transport.urls import open_bytes
from drivers.typeface import Typeface
from tests.fakes.scripted_link import ScriptedLink
from tests.waiting import eventually

ROOT = Path(__file__).parents[4]
SAMPLE = ROOT / "tests" / "data" / "receipts" / "endorsed.toml"
ALL_MODELS = sorted(path.stem for path in (ASSETS / "devices").glob("escpos-*.toml"))
SHORT = ReceiptDocument((TextLine("居住证签注凭条"), LabelledValue("业务号", "QZ-1")))
NAMES = ("林䁞珍", "钱䁞", "龘龘龘", "示范路八十八弄六号四〇二室", "李国庆", "赵氏孤儿", "马到成功", "鑫森淼焱垚")
LONG = ReceiptDocument(tuple(TextLine(f"第 {n} 行") for n in range(20)))


@pytest.fixture(scope="module")
def typeface() -> Typeface:
    return Typeface.load(ASSETS / "fonts")


class Bench:
    """One printer with its driver."""

    def __init__(self, typeface: Typeface, model: str = "escpos-80-gb18030", pace: float = 0.0) -> None:
        self.activity = ActivityLog()
        self.file = replace(
            device_file.load(ASSETS / "devices" / f"{model}.toml"),
            answer_timeout_s=0.3,
            print_timeout_s=0.6,
            settle_s=0.2,
        )
        self.sim = ReceiptPrinterSim(self.activity, pace, self.file, typeface)
        self.url = self.sim.start()
        self.printer = ReceiptPrinter(lambda: open_bytes(self.url, "receipt_printer"), self.file, typeface)

    def close(self) -> None:
        self.printer.close()
        self.sim.stop()


@contextmanager
def bench_of(typeface: Typeface, model: str = "escpos-80-gb18030", pace: float = 0.0) -> Iterator[Bench]:
    bench = Bench(typeface, model, pace)
    try:
        yield bench
    finally:
        bench.close()


@pytest.fixture
def bench(typeface: Typeface) -> Iterator[Bench]:
    with bench_of(typeface) as bench:
        yield bench


def test_a_printer_in_order_says_so(bench: Bench) -> None:
    status = bench.printer.status()
    assert (status.online, status.cover_open, status.paper) == (True, False, PaperLevel.OK)


@pytest.mark.parametrize("model", ALL_MODELS)
def test_every_model_puts_the_same_words_on_paper(typeface: Typeface, model: str) -> None:
    with bench_of(typeface, model) as bench:
        bench.printer.print_receipt(SHORT)
        bench.sim.tear_off()
        assert [printout.text.split() for printout in bench.sim.printouts] == [["居住证签注凭条", "业务号", "QZ-1"]]


def test_the_receipt_on_paper_is_the_one_the_preview_draws(bench: Bench, typeface: Typeface) -> None:
    document = load_document(SAMPLE)
    bench.printer.print_receipt(document)
    [seen] = bench.sim.printouts
    [preview] = printed(encoding.receipt(document, bench.file, typeface), bench.file, typeface)
    assert seen.dots.size == preview.dots.size
    assert ImageChops.difference(seen.dots, preview.dots).getbbox() is None


def test_double_byte_text_without_its_mode_comes_out_as_rubbish(typeface: Typeface) -> None:
    file = device_file.load(ASSETS / "devices" / "escpos-80-gb2312.toml")
    [printout] = printed(b"\x1b\x40" + "居住".encode("gb2312") + b"\n", file, typeface)
    assert "居住" not in printout.text


def test_a_rare_character_is_drawn_as_dots_in_the_printers_columns(bench: Bench, typeface: Typeface) -> None:
    bench.printer.print_receipt(ReceiptDocument((LabelledValue("姓名", "𠮷野"), LabelledValue("业务号", "QZ-1"))))
    [printout] = bench.sim.printouts
    assert printout.text.split() == ["业务号", "QZ-1"]
    wanted = typeface.draw("𠮷", 24).point(lambda grey: 0 if grey < 128 else 255)
    # the values begin after 姓名 and four spaces, which is column 8
    assert ImageChops.difference(printout.dots.crop((96, 0, 120, 31)), wanted).getbbox() is None


def test_uyghur_is_one_piece_that_fits_the_paper(typeface: Typeface) -> None:
    model = device_file.load(ASSETS / "devices" / "escpos-58-gb18030.toml")
    line = SetLine("ئۇيغۇر تىلى يېزىقى")
    drawn = encoding.raster_line(line, model, typeface)
    assert drawn.width == min(typeface.width(line.text, 24), 384)
    assert drawn.getextrema() == (0, 255)


def test_a_code_on_paper_has_the_size_that_was_asked_for(bench: Bench) -> None:
    bench.printer.print_receipt(ReceiptDocument((QrCode("QZ-1"),)))
    dots = bench.sim.printouts[0].dots.point(lambda grey: 255 - grey)
    left, top, right, bottom = dots.getbbox() or (0, 0, 0, 0)
    assert (right - left, bottom - top) == (21 * 6, 21 * 6)
    assert left == (576 - 126) // 2


def test_two_receipts_are_two_pieces_of_paper(bench: Bench) -> None:
    bench.printer.print_receipt(SHORT)
    bench.printer.print_receipt(SHORT)
    assert len(bench.sim.receipts) == 2
    assert bench.sim.receipt_is_hanging
    bench.sim.tear_off()
    assert not bench.sim.receipt_is_hanging


def test_what_is_cut_without_feeding_stays_in_the_printer_for_the_next_receipt(typeface: Typeface) -> None:
    file = device_file.load(ASSETS / "devices" / "escpos-80-gb18030.toml")
    printouts = printed(b"one\n\x1d\x56\x01" + b"two\n\x1b\x64\x06\x1d\x56\x01", file, typeface)
    assert [printout.text.split() for printout in printouts] == [["one", "two"]]


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("paper_out", PaperOut),
        ("cover_open", CoverOpen),
        ("cutter_failed", NeedsRepair),
        ("offline", DeviceError),
        ("silent", LinkTimeout),
        ("garbled_status", FrameCorrupt),
        ("unplugged", LinkLost),
    ],
)
def test_a_fault_before_printing_is_told_and_nothing_is_printed(
    bench: Bench,
    fault: str,
    error: type[DriverError],
) -> None:
    bench.printer.status()
    bench.sim.set_fault(fault)
    with pytest.raises(error) as raised:
        eventually(lambda: bench.printer.print_receipt(SHORT))
    assert raised.value.device == "receipt_printer"
    assert bench.sim.printouts == []


@pytest.mark.parametrize("fault", ["paper_out", "cover_open", "silent", "garbled_status", "unplugged"])
def test_after_a_fault_is_cleared_the_same_driver_prints_again(bench: Bench, fault: str) -> None:
    bench.sim.set_fault(fault)

    def prints_for_ever() -> bool:
        bench.printer.print_receipt(SHORT)
        return False

    with pytest.raises(DriverError):
        eventually(prints_for_ever)
    bench.sim.clear_faults()
    eventually(lambda: _prints(bench.printer))
    assert bench.sim.printouts[-1].text.split() == ["居住证签注凭条", "业务号", "QZ-1"]


def _prints(printer: ReceiptPrinter) -> bool:
    try:
        printer.print_receipt(SHORT)
    except LinkLost:  # the simulator's port needs a moment to come back
        return False
    return True


ONLINE, OFFLINE, NOTHING, COVER = 0x12, 0x1A, 0x12, 0x16


@pytest.mark.parametrize(
    ("answers", "online", "cover_open"),
    [
        ([OFFLINE, NOTHING, NOTHING, NOTHING, ONLINE, NOTHING, NOTHING, NOTHING], True, False),
        ([OFFLINE, NOTHING, NOTHING, NOTHING, OFFLINE, COVER, NOTHING, NOTHING], False, True),
        ([OFFLINE, NOTHING, NOTHING, NOTHING, OFFLINE, NOTHING, NOTHING, NOTHING], False, False),
        ([OFFLINE, COVER, NOTHING, NOTHING], False, True),
        ([ONLINE, COVER, NOTHING, NOTHING], True, True),
    ],
)
def test_a_printer_that_gives_no_cause_is_asked_again(
    typeface: Typeface, answers: list[int], online: bool, cover_open: bool
) -> None:
    model = device_file.load(ASSETS / "devices" / "escpos-80-gb18030.toml")
    link = ScriptedLink(*(bytes([answer]) for answer in answers))
    status = ReceiptPrinter(lambda: link, model, typeface).status()
    assert (status.online, status.cover_open) == (online, cover_open)
    assert link.written == [ask(which) for which in (1, 2, 3, 4) * (len(answers) // 4)]


def test_paper_near_its_end_still_prints(bench: Bench) -> None:
    bench.sim.set_fault("paper_near_end")
    assert bench.printer.status().paper is PaperLevel.NEAR_END
    bench.printer.print_receipt(SHORT)
    assert len(bench.sim.printouts) == 1


@pytest.mark.parametrize("model", ["escpos-80-gb18030", "escpos-80-utf8", "escpos-58-gb18030"])
def test_paper_that_ends_during_printing_is_told_and_the_rest_is_wiped(typeface: Typeface, model: str) -> None:
    with bench_of(typeface, model) as bench:
        bench.sim.set_fault("paper_out_while_printing")
        with pytest.raises(PaperOut):
            bench.printer.print_receipt(LONG)
        bench.sim.load_paper()
        assert bench.sim.printouts == []
        assert bench.sim.scraps[0].text.split("\n")[0] == "第 0 行"
        bench.printer.print_receipt(SHORT)
        bench.sim.tear_off()
        assert [printout.text.split() for printout in bench.sim.printouts] == [["居住证签注凭条", "业务号", "QZ-1"]]


def test_a_printer_that_does_not_answer_the_wipe_is_told_with_the_paper(typeface: Typeface) -> None:
    with bench_of(typeface) as bench:
        mistaken = replace(bench.file, clears_in_real_time=True)  # this model does not know DLE DC4 8
        printer = ReceiptPrinter(lambda: open_bytes(bench.url, "receipt_printer"), mistaken, typeface)
        bench.sim.set_fault("paper_out_while_printing")
        with pytest.raises(PaperOut) as raised:
            printer.print_receipt(LONG)
        printer.close()
        assert raised.value.__notes__ == ["the printer's buffer could not be wiped: DLE DC4 8 was not answered"]


@pytest.mark.parametrize("model", ["escpos-80-gb18030", "escpos-80-utf8"])
def test_a_wipe_that_a_silent_printer_does_not_confirm_is_a_timeout(typeface: Typeface, model: str) -> None:
    with bench_of(typeface, model) as bench:
        bench.sim.set_fault("silent")
        with pytest.raises(LinkTimeout):
            bench.printer.clear()


def test_a_wipe_is_over_when_the_printer_says_so(typeface: Typeface) -> None:
    with bench_of(typeface, "escpos-80-utf8") as bench:
        bench.printer.clear()
        assert bench.printer.status().online  # the answer 37 25 00 was not taken for a status


def test_a_cover_opened_during_printing_is_told(typeface: Typeface) -> None:
    with bench_of(typeface, pace=1.0) as bench:
        opener = threading.Timer(0.05, bench.sim.open_cover)
        opener.start()
        with pytest.raises(CoverOpen):
            bench.printer.print_receipt(LONG)
        opener.join()


def test_a_printer_that_never_finishes_is_a_timeout(bench: Bench) -> None:
    bench.sim.set_fault("slow")
    with pytest.raises(LinkTimeout, match="not confirmed") as raised:
        bench.printer.print_receipt(LONG)
    assert raised.value.waited_s > 0.6


def test_a_printer_that_confirms_nothing_is_watched_for_a_while(typeface: Typeface) -> None:
    with bench_of(typeface) as bench:
        silent_about_it = replace(bench.file, confirms_by_gs_r=False)
        printer = ReceiptPrinter(lambda: open_bytes(bench.url, "receipt_printer"), silent_about_it, typeface)
        printer.print_receipt(SHORT)
        printer.close()
        assert len(bench.sim.printouts) == 1


def test_printing_takes_the_time_of_paper_and_knife(typeface: Typeface) -> None:
    with bench_of(typeface, pace=0.5) as bench:
        bench.printer.print_receipt(SHORT)
        eventually(lambda: bench.sim.is_idle)
    busy = bench.activity.drain()
    assert {(b.who, b.cause) for b in busy} == {("receipt_printer", "device")}
    # two lines and six fed at 150 mm/s, and the cut: 0.2 s + 0.4 s, at half the pace
    assert 0.25 < sum(b.ended - b.began for b in busy) < 0.6


def test_a_link_that_was_lost_between_receipts_is_opened_again(bench: Bench) -> None:
    bench.printer.print_receipt(SHORT)
    bench.sim.set_fault("unplugged")
    with pytest.raises(LinkLost):
        eventually(lambda: bench.printer.status() and None)
    bench.sim.clear_faults()
    eventually(lambda: _prints(bench.printer))
    assert len(bench.sim.printouts) == 2


# -- a connection that is dead without a word, answers that come late or to nothing ---------------------------------


def test_a_printer_that_was_restarted_silently_costs_no_receipt_and_prints_none_twice(bench: Bench) -> None:
    for number in range(1, 4):
        bench.printer.print_receipt(ReceiptDocument((TextLine(f"第 {number} 张"),)))
        bench.sim.restart_silently()
    assert [printout.text.split() for printout in bench.sim.printouts] == [["第", str(n), "张"] for n in range(1, 4)]


def test_a_printer_that_is_silent_on_a_fresh_connection_too_is_a_timeout(bench: Bench) -> None:
    bench.printer.print_receipt(SHORT)
    bench.sim.set_fault("silent")
    with pytest.raises(LinkTimeout):
        bench.printer.print_receipt(SHORT)
    assert len(bench.sim.printouts) == 1


def test_a_printer_that_is_slow_to_answer_while_it_prints_has_printed(typeface: Typeface) -> None:
    with bench_of(typeface, pace=1.0) as bench:
        patient = replace(bench.file, print_timeout_s=20.0)
        printer = ReceiptPrinter(lambda: open_bytes(bench.url, "receipt_printer"), patient, typeface)
        bench.sim.slow_answers_s = 2 * patient.answer_timeout_s
        printer.print_receipt(LONG)
        printer.close()
        assert len(bench.sim.printouts) == 1


def test_paper_that_ends_is_told_by_a_slow_printer_too(typeface: Typeface) -> None:
    with bench_of(typeface, pace=1.0) as bench:
        patient = replace(bench.file, print_timeout_s=20.0)
        printer = ReceiptPrinter(lambda: open_bytes(bench.url, "receipt_printer"), patient, typeface)
        bench.sim.slow_answers_s = 2 * patient.answer_timeout_s
        bench.sim.set_fault("paper_out_while_printing")
        with pytest.raises(PaperOut):
            printer.print_receipt(LONG)
        printer.close()


@pytest.mark.parametrize("stray", [b"\x1e", b"\x16\x16", b"\x1e\x12\x72\x1a\x16\x12\x12\x12"])
def test_answers_that_nobody_asked_for_are_not_taken_for_ours(bench: Bench, stray: bytes) -> None:
    """Paper near its end (1E), where the cover is asked for, reads as an open cover."""
    bench.printer.status()
    bench.sim.say(stray)
    eventually(lambda: _has_come(bench.printer))
    assert bench.printer.status().cover_open is False
    assert bench.printer.status().paper is PaperLevel.OK
    bench.printer.print_receipt(SHORT)
    assert len(bench.sim.printouts) == 1


def _has_come(printer: ReceiptPrinter) -> bool:
    """Whether bytes wait on the line; none is taken."""
    link = printer._line._link
    assert isinstance(link, TcpLink)
    return bool(select.select([link._socket], [], [], 0.05)[0])


# -- pictures -------------------------------------------------------------------------------------------------------


REAL_TIME = [bytes([0x10, 0x04, n]) for n in range(1, 5)] + [CLEAR_BUFFERS]


@pytest.mark.parametrize("hidden", REAL_TIME)
def test_a_printer_obeys_real_time_commands_in_the_dots_of_a_picture(typeface: Typeface, hidden: bytes) -> None:
    with bench_of(typeface, "escpos-80-gb2312") as bench, closing(open_bytes(bench.url, "receipt_printer")) as link:
        dots = (bytes(5) + hidden).ljust(48, b"\0")
        link.write(b"\x1d\x76\x30\x00" + bytes([24, 0, 2, 0]) + dots)
        assert link.read(1, 5.0) in ((b"\x12",) if hidden != CLEAR_BUFFERS else (b"\x37",))


def test_a_name_whose_dots_hold_real_time_bytes_is_printed_and_nothing_answers_in_between(
    typeface: Typeface, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = ReceiptDocument(tuple(TextLine(name) for name in NAMES))
    with bench_of(typeface) as bench:
        file = replace(bench.file, font="ascii", print_timeout_s=20.0)
        bench.sim.set_fault("paper_near_end")
        printer = ReceiptPrinter(lambda: open_bytes(bench.url, "receipt_printer"), file, typeface)
        printer.print_receipt(document)
        printer.close()
        assert len(bench.sim.printouts) == 1
    sent = encoding.receipt(document, file, typeface)
    monkeypatch.setattr(encoding, "without_real_time", lambda raster: raster)
    untouched = encoding.receipt(document, file, typeface)
    assert len(sent) == len(untouched)
    # As they were drawn they hold such bytes; as they are sent they do not, and differ by a dot for each.
    hidden = [command for raster in _rasters(untouched) for command in real_time_in(raster)]
    assert hidden != []
    assert [command for raster in _rasters(sent) for command in real_time_in(raster)] == []
    differing = [(a, b) for a, b in zip(sent, untouched, strict=True) if a != b]
    assert set(differing) == {(0x18, 0x10)}


def _rasters(job: bytes) -> list[bytes]:
    return [command.data for command in CommandDecoder().feed(job) if isinstance(command, Raster)]


def test_clearing_wipes_a_job_that_waits_for_paper(bench: Bench) -> None:
    bench.sim.set_fault("paper_out")
    link = open_bytes(bench.url, "receipt_printer")
    link.write("林玉珍\n".encode("gb18030"))
    link.close()
    eventually(lambda: not bench.sim.is_idle)
    eventually(lambda: _clears(bench))
    bench.sim.load_paper()
    bench.printer.print_receipt(SHORT)
    assert "林玉珍" not in bench.sim.printouts[0].text


def _clears(bench: Bench) -> bool:
    bench.printer.clear()
    bench.printer.status()
    return True


def test_an_unknown_fault_is_refused(bench: Bench) -> None:
    with pytest.raises(ValueError, match="knows no fault 'fire'"):
        bench.sim.set_fault("fire")
