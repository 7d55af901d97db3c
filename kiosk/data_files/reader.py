"""The reader of files for `kiosk` and `screens`. It is defined in `drivers.data_file`, because device files and permit
files are also read without a kiosk.
"""

from drivers.data_file import (
    LONGEST_LINE,
    DataFileError,
    demand_toml_numbers,
    flaw_of_wide_characters,
    read_json,
    read_text,
    read_toml,
    readable_line,
    text_of,
)

__all__ = [
    "LONGEST_LINE",
    "DataFileError",
    "demand_toml_numbers",
    "flaw_of_wide_characters",
    "read_json",
    "read_text",
    "read_toml",
    "readable_line",
    "text_of",
]
