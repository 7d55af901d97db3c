"""What a kiosk says goes through a queue: a reader that hangs, goes away or has no room costs lines, never time."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.runtime.log_output import MOST_CHARACTERS, MOST_LINES, LogOutput
from tests.waiting import LIMIT_S, eventually

ROOT = Path(__file__).parents[3]
MORE_THAN_A_PIPE_HOLDS = 70_000


class Pipe:
    """A pipe, and the output whose lines go into it."""

    def __init__(self) -> None:
        self.reading, self.writing = os.pipe()
        self.output = LogOutput(self.writing)

    def fill(self) -> None:
        """Nothing more goes in."""
        flags = fcntl.fcntl(self.writing, fcntl.F_GETFL)
        fcntl.fcntl(self.writing, fcntl.F_SETFL, flags | os.O_NONBLOCK)
        try:
            while os.write(self.writing, b"." * 4095 + b"\n"):
                continue
        except BlockingIOError:
            fcntl.fcntl(self.writing, fcntl.F_SETFL, flags)

    def read_lines(self, until: str) -> list[str]:
        """Everything up to a line that ends so, without what filled the pipe."""
        heard = b""
        while until.encode() + b"\n" not in heard:
            heard += os.read(self.reading, 65536)
        return [line for line in heard.decode().splitlines() if not line.startswith("..")]

    def close_reading(self) -> None:
        os.close(self.reading)
        self.reading = -1

    def close(self) -> None:
        if self.reading != -1:
            self.close_reading()  # a writer that waits fails then, and ends
        self.output.end(LIMIT_S)
        os.close(self.writing)


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    made = Pipe()
    yield made
    made.close()


def test_lines_come_out_whole_and_in_order_however_they_are_written(pipe: Pipe) -> None:
    print("one", "line", file=pipe.output)
    pipe.output.write("two in\none piece\nand a beg")
    pipe.output.write("in\n")
    assert pipe.read_lines("begin") == ["one line", "two in", "one piece", "and a begin"]


def test_two_threads_do_not_write_into_each_others_lines(pipe: Pipe) -> None:
    pipe.output.write("half of ")
    other = threading.Thread(target=lambda: print("another's", file=pipe.output))
    other.start()
    other.join()
    pipe.output.write("this one's\n")
    assert pipe.read_lines("one's") == ["another's", "half of this one's"]


def test_a_pipe_that_nobody_reads_costs_lines_and_no_time_and_the_loss_is_told_when_it_flows_again(pipe: Pipe) -> None:
    pipe.fill()
    for number in range(MOST_LINES + 500):
        print(number, file=pipe.output)
    eventually(lambda: pipe.output.dropped >= 498)  # one may be in the writer's hand
    lost = pipe.output.dropped
    thread = threading.Thread(target=lambda: eventually(lambda: _says(pipe.output, "the last")))
    thread.start()
    lines = pipe.read_lines("the last")
    thread.join()
    told = [line.partition(" log_lines_dropped ")[2] for line in lines if "log_lines_dropped" in line]
    assert json.loads(told[-1])["in_all"] >= lost
    assert [line for line in lines if line.isdigit()][:3] == ["0", "1", "2"]


def _says(output: LogOutput, line: str) -> bool:
    """Whether the line was taken."""
    before = output.dropped
    output.say(line)
    return output.dropped == before


def test_a_reader_that_is_gone_costs_lines_only(pipe: Pipe) -> None:
    pipe.close_reading()
    print("into nothing", file=pipe.output)
    eventually(lambda: pipe.output.dropped == 1)
    print("and again", file=pipe.output)
    eventually(lambda: pipe.output.dropped == 2)


def test_a_full_disk_behind_standard_error_costs_lines_only() -> None:
    full = os.open("/dev/full", os.O_WRONLY)
    output = LogOutput(full)
    print("no space left", file=output)
    eventually(lambda: output.dropped == 1)
    output.end(LIMIT_S)
    os.close(full)


def test_a_descriptor_that_somebody_made_non_blocking_is_waited_for_by_the_writer_alone(pipe: Pipe) -> None:
    os.set_blocking(pipe.writing, False)
    pipe.fill()
    os.set_blocking(pipe.writing, False)
    print("after the rest", file=pipe.output)
    assert pipe.read_lines("after the rest") == ["after the rest"]
    assert pipe.output.dropped == 0


def test_an_endless_line_is_cut_off(pipe: Pipe) -> None:
    print("x" * (MOST_CHARACTERS + 5), file=pipe.output)
    print("the next", file=pipe.output)
    assert [len(line) for line in pipe.read_lines("the next")] == [MOST_CHARACTERS, len("the next")]


SAYS_EVERYTHING = """
import ctypes, logging, os, sys, threading, warnings
from kiosk.runtime.log_output import never_wait_for_the_log
never_wait_for_the_log()
logging.basicConfig(stream=sys.stderr)
logging.getLogger("library").warning("of a library")
print("printed")
warnings.warn("a warning")
def fails(): raise RuntimeError("of a thread")
thread = threading.Thread(target=fails); thread.start(); thread.join()
ctypes.CDLL(None).dprintf(2, b"of C code\\n")
{more}
"""


def run_python(code: str, stderr: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stderr=stderr, stdout=stderr)


def test_whatever_a_process_says_goes_this_way_and_is_written_before_it_ends() -> None:
    reading, writing = os.pipe()
    process = run_python(SAYS_EVERYTHING.format(more=""), writing)
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as lines:
        said = lines.read()
    assert process.wait(LIMIT_S) == 0
    for words in ("of a library", "printed", "UserWarning: a warning", "RuntimeError: of a thread", "of C code"):
        assert words in said


def test_a_process_whose_standard_error_nobody_reads_says_all_it_has_to_and_ends() -> None:
    reading, writing = os.pipe()
    flood = f"""
for _ in range(100):
    print("." * {MORE_THAN_A_PIPE_HOLDS // 50})
    ctypes.CDLL(None).dprintf(1, b"." * 1000 + b"\\n")
"""
    process = run_python(SAYS_EVERYTHING.format(more=flood), writing)
    assert process.wait(LIMIT_S) == 0
    os.close(writing)
    os.close(reading)


def test_a_process_that_was_given_no_standard_streams_writes_into_no_file_of_its_own(tmp_path: Path) -> None:
    code = (
        "from drivers.standard_streams import stand_in_for_closed_streams as stand_in\nstand_in()\n"
        f"import ctypes, sys\nfile = open({str(tmp_path / 'own')!r}, 'w')\nfile.write('its own')\n"
        "file.flush()\nctypes.CDLL(None).dprintf(2, b'of C code')\nprint('seen by nobody', file=sys.stderr)\n"
        "print('nor this', flush=True)\n"
    )
    command = f'exec {sys.executable} -c "$0" <&- >&- 2>&-'
    assert subprocess.run(["sh", "-c", command, code], cwd=ROOT, check=False, timeout=LIMIT_S).returncode == 0
    assert (tmp_path / "own").read_text("utf-8") == "its own"
