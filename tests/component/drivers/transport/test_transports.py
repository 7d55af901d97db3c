"""The transports on real terminals, sockets and files: what arrives, what a pulled plug looks like."""

from __future__ import annotations

import json
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from drivers.errors import LinkBusy, LinkLost, LinkTimeout, NoChip
from drivers.simulators.activity import ActivityLog
from drivers.simulators.pty_line import LineGone, PtyLine
from drivers.transport.base import ApduAnswer, ByteTransport
from drivers.transport.replay import ReplayMismatch, ReplayTransport, TraceUnusable
from drivers.transport.serial_port import SerialPort
from drivers.transport.tcp import TcpLink
from drivers.transport.urls import bytes_opener, open_bytes, open_coupler
from tests.waiting import FOR_EVER_S, LIMIT_S, eventually


def read_exactly(transport: ByteTransport, count: int, within_s: float = LIMIT_S) -> bytes:
    data, deadline = b"", time.monotonic() + within_s
    while len(data) < count and time.monotonic() < deadline:
        data += transport.read(count - len(data), 0.2)
    return data


class Echo:
    """A simulated device that sends back what it hears."""

    def __init__(self, run_dir: Path, pace: float = 0.0, baud: int = 115200) -> None:
        self.activity = ActivityLog()
        self.heard = b""
        self.line = PtyLine("echo", self.hear, self.activity, pace, run_dir / "echo", baud)

    def hear(self, data: bytes) -> None:
        self.heard += data
        self.line.send(data)


@pytest.fixture
def echo(tmp_path: Path) -> Iterator[Echo]:
    device = Echo(tmp_path)
    device.line.start()
    yield device
    device.line.stop()


# --- names from outside ----------------------------------------------------------------------------------------------

ODD = "a%41 #1? @[读＠"


def test_a_serial_line_and_a_trace_are_opened_whatever_characters_their_paths_have(tmp_path: Path) -> None:
    place = tmp_path / ODD
    place.mkdir()
    device = Echo(place)
    device.line.start()
    with closing(open_bytes(device.line.url)) as port:
        port.write(b"\x05")
        assert read_exactly(port, 1) == b"\x05"
    device.line.stop()
    trace(place / "t.jsonl", ("out", "05"), ("in", "06"))
    replay = open_bytes("replay://" + str(place / "t.jsonl").replace("%", "%25"))
    replay.write(b"\x05")
    assert replay.read(1, 0.0) == b"\x06"


def test_a_path_that_is_no_utf8_is_named_by_its_bytes(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xbb\xaa.jsonl"))
    trace(path, ("out", "05"), ("in", "06"))
    replay = open_bytes(f"replay://{tmp_path}/%BB%AA.jsonl")
    replay.write(b"\x05")
    assert replay.read(1, 0.0) == b"\x06"


# --- serial ports ---------------------------------------------------------------------------------------------------


def test_bytes_go_out_and_come_back_unchanged(echo: Echo) -> None:
    with closing(open_bytes(echo.line.url, "id_reader")) as port:
        sent = bytes(range(256)) * 20
        port.write(sent)
        assert read_exactly(port, len(sent)) == sent


def test_silence_ends_after_the_timeout_and_not_before(echo: Echo) -> None:
    with closing(open_bytes(echo.line.url)) as port:
        began = time.monotonic()
        assert port.read(10, 0.15) == b""
        assert time.monotonic() - began > 0.14
        assert port.read(10, 0.0) == b""


def test_a_read_gives_at_most_what_was_asked_for_and_keeps_the_rest(echo: Echo) -> None:
    with closing(open_bytes(echo.line.url)) as port:
        port.write(b"abcdef")
        eventually(lambda: echo.heard == b"abcdef")
        assert read_exactly(port, 4) == b"abcd"
        assert read_exactly(port, 2) == b"ef"


def test_a_pulled_plug_is_a_lost_link_for_reader_and_writer(echo: Echo) -> None:
    with closing(open_bytes(echo.line.url, "id_reader")) as port:
        echo.line.unplug()
        with pytest.raises(LinkLost) as raised:
            port.read(10, 1.0)
        assert raised.value.device == "id_reader"
        with pytest.raises(LinkLost):
            port.write(b"x")
    with pytest.raises(LinkLost, match="cannot open"):
        open_bytes(echo.line.url)


def test_a_plug_pulled_while_a_read_waits_ends_the_read(echo: Echo) -> None:
    with closing(open_bytes(echo.line.url)) as port:
        pull = threading.Timer(0.1, echo.line.unplug)
        pull.start()
        with pytest.raises(LinkLost):
            port.read(10, 5.0)
        pull.join()


def test_after_the_plug_is_back_the_same_url_works(echo: Echo) -> None:
    for _ in range(3):
        echo.line.unplug()
        echo.line.plug_in()
        with closing(open_bytes(echo.line.url)) as port:
            port.write(b"again")
            assert read_exactly(port, 5) == b"again"


def test_a_port_is_ours_alone(echo: Echo) -> None:
    with closing(open_bytes(echo.line.url)), pytest.raises(LinkBusy, match="another program holds the port"):
        open_bytes(echo.line.url)


def test_a_closed_port_is_a_lost_link_and_may_be_closed_again(echo: Echo) -> None:
    port = open_bytes(echo.line.url)
    port.close()
    port.close()
    with pytest.raises(LinkLost, match="is closed"):
        port.read(1, 0.0)
    with pytest.raises(LinkLost, match="is closed"):
        port.write(b"x")


def test_a_device_that_takes_nothing_is_a_timeout_and_not_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("drivers.transport.serial_port.WRITE_TIMEOUT_S", 0.2)
    deaf, host = os.openpty()
    try:
        with closing(SerialPort(os.ttyname(host), 9600, "permit_unit")) as port, pytest.raises(LinkTimeout):
            port.write(bytes(1_000_000))
    finally:
        os.close(deaf)
        os.close(host)


def test_hosts_and_devices_of_different_speeds_exchange_nonsense(echo: Echo) -> None:
    path = echo.line.url.removeprefix("serial://").split("?")[0]
    with closing(SerialPort(path, 9600)) as port:
        port.write(b"AAAA")
        assert read_exactly(port, 4) != b"AAAA"
        assert b"A" not in echo.heard
    with closing(SerialPort(path, 115200)) as port:
        assert echo.line.host_baud == 115200
        port.write(b"AAAA")
        assert read_exactly(port, 4) == b"AAAA"


def test_a_driver_may_choose_the_speed_of_a_url(echo: Echo) -> None:
    with closing(bytes_opener(echo.line.url)(38400)):
        assert echo.line.host_baud == 38400


# --- the simulated line's time --------------------------------------------------------------------------------------


def test_a_line_takes_at_least_ten_bit_times_a_byte_in_each_direction(tmp_path: Path) -> None:
    device = Echo(tmp_path, pace=1.0, baud=19200)
    with closing(open_bytes(device.line.start())) as port:
        began = time.monotonic()
        port.write(bytes(200))
        assert len(read_exactly(port, 200)) == 200
        took_s = time.monotonic() - began
    device.line.stop()
    one_way_s = 200 * 10 / 19200
    assert took_s > one_way_s
    busy = device.activity.drain()
    assert {(b.who, b.cause) for b in busy} == {("echo", "line")}
    heard_s = sum(b.ended - b.began for b in busy if b.doing == "request")
    assert heard_s > one_way_s * 0.99


def test_a_line_without_pace_takes_no_time_and_records_none(echo: Echo) -> None:
    with closing(open_bytes(echo.line.url)) as port:
        port.write(bytes(2000))
        assert len(read_exactly(port, 2000)) == 2000
    assert echo.activity.drain() == []


def test_an_unplugged_line_ends_what_the_device_was_doing(tmp_path: Path) -> None:
    begun, ended = threading.Event(), threading.Event()

    def think(data: bytes) -> None:
        try:
            begun.set()
            line.pause(FOR_EVER_S)
        except LineGone:
            ended.set()
            raise

    line = PtyLine("thinker", think, ActivityLog(), 0.0, tmp_path / "thinker")
    with closing(open_bytes(line.start())) as port:
        port.write(b"x")
        eventually(begun.is_set)
        line.unplug()
        eventually(ended.is_set)
    line.stop()
    line.stop()
    line.plug_in()
    assert not line.is_plugged_in
    assert not (tmp_path / "thinker").is_symlink()


# --- TCP ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def server() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(5.0)
        yield listening


def test_a_tcp_link_moves_bytes_and_notices_the_peer_leaving(server: socket.socket) -> None:
    port = server.getsockname()[1]
    with closing(open_bytes(f"tcp://127.0.0.1:{port}", "receipt_printer")) as link:
        peer, _ = server.accept()
        with peer:
            link.write(b"hello")
            assert peer.recv(10) == b"hello"
            peer.sendall(b"world")
            assert read_exactly(link, 5) == b"world"
            assert link.read(10, 0.05) == b""
        with pytest.raises(LinkLost) as raised:
            link.read(10, 1.0)
        assert raised.value.device == "receipt_printer"
        link.close()
        with pytest.raises(LinkLost, match="is closed"):
            link.write(b"x")


def test_a_peer_that_is_gone_without_a_word_is_looked_for(server: socket.socket) -> None:
    """A cable that was cut tells nobody: the kernel must ask. (Its probes are the kernel's; here they are ordered.)"""
    with closing(TcpLink("127.0.0.1", server.getsockname()[1])) as link:
        ordered = {
            option: link._socket.getsockopt(level, option)
            for level, option in (
                (socket.SOL_SOCKET, socket.SO_KEEPALIVE),
                (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE),
                (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL),
                (socket.IPPROTO_TCP, socket.TCP_KEEPCNT),
            )
        }
    assert ordered[socket.SO_KEEPALIVE] == 1
    silent_s = ordered[socket.TCP_KEEPIDLE] + ordered[socket.TCP_KEEPINTVL] * ordered[socket.TCP_KEEPCNT]
    assert silent_s <= 60


def test_a_refused_connection_is_a_lost_link(server: socket.socket) -> None:
    port = server.getsockname()[1]
    server.close()
    with pytest.raises(LinkLost, match="cannot connect"):
        TcpLink("127.0.0.1", port)


def test_a_peer_that_accepts_nothing_is_a_timeout() -> None:
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        with closing(TcpLink("127.0.0.1", full.getsockname()[1])), pytest.raises(LinkTimeout):
            TcpLink("127.0.0.1", full.getsockname()[1], connect_timeout_s=0.2)


# --- replays --------------------------------------------------------------------------------------------------------


def trace(path: Path, *entries: tuple[str, str]) -> Path:
    path.write_text("".join(json.dumps({"at": 0.0, "dir": d, "hex": h}) + "\n" for d, h in entries), encoding="utf-8")
    return path


def test_a_replay_answers_once_it_was_asked_as_recorded(tmp_path: Path) -> None:
    path = trace(tmp_path / "t.jsonl", ("out", "0102"), ("out", "03"), ("in", "aabb"), ("in", "cc"), ("out", "04"))
    replay = open_bytes(f"replay://{path}")
    assert replay.read(10, 0.01) == b""
    replay.write(b"\x01")
    replay.write(b"\x02\x03")
    assert replay.read(1, 0.0) == b"\xaa"
    assert (replay.read(10, 0.0), replay.read(10, 0.0), replay.read(10, 0.01)) == (b"\xbb", b"\xcc", b"")
    replay.write(b"\x04")
    with pytest.raises(ReplayMismatch, match="byte 4: 05 written, the trace has ended"):
        replay.write(b"\x05")
    replay.close()
    with pytest.raises(LinkLost):
        replay.read(1, 0.0)


def test_a_replay_says_which_byte_differs(tmp_path: Path) -> None:
    replay = ReplayTransport(trace(tmp_path / "t.jsonl", ("out", "0102"), ("in", "aa"), ("out", "030405")))
    replay.write(b"\x01\x02")
    with pytest.raises(ReplayMismatch, match=r"byte 3 \(trace line 3\): FF written, 04 recorded") as raised:
        replay.write(b"\x03\xff\x05")
    assert raised.value.offset == 3


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ('{"at": 0, "dir": "out", "bytes": 3}', "redacted trace cannot be played"),
        ("not json", "line 1: is no trace"),
        ('{"at": 0, "dir": "up", "hex": "00"}', "dir is 'up'"),
        ('{"at": 0, "dir": "in", "hex": "0"}', "line 1: hex"),
        ("[]", "line 1: is no trace"),
    ],
)
def test_a_file_that_is_no_trace_is_refused_with_its_line(tmp_path: Path, content: str, complaint: str) -> None:
    path = tmp_path / "t.jsonl"
    path.write_text(content + "\n", encoding="utf-8")
    with pytest.raises(TraceUnusable, match=complaint):
        ReplayTransport(path)
    with pytest.raises(TraceUnusable, match="cannot be read"):
        ReplayTransport(tmp_path / "missing.jsonl")


def test_a_chip_is_replayed_command_by_command(tmp_path: Path) -> None:
    path = trace(tmp_path / "c.jsonl", ("atr", "3b00"), ("out", "00b0"), ("in", "41429000"), ("out", "00b1"))
    coupler = open_coupler(f"replay://{path}")
    chip = coupler.connect(1.0)
    assert chip.atr == b"\x3b\x00"
    assert chip.transmit(b"\x00\xb0") == ApduAnswer(b"AB", 0x9000)
    with pytest.raises(LinkTimeout, match="command 1: no answer was recorded"):
        chip.transmit(b"\x00\xb1")
    with pytest.raises(ReplayMismatch, match="command 1: differs from the recorded one at byte 1"):
        chip.transmit(b"\x00\xb2")
    chip.close()
    coupler.close()


def test_a_trace_without_a_chip_has_none(tmp_path: Path) -> None:
    coupler = open_coupler(f"replay://{trace(tmp_path / 'c.jsonl', ('out', '00'))}")
    with pytest.raises(NoChip):
        coupler.connect(0.1)
