"""raid: the arrays in /proc/mdstat."""

import pytest

from hexmon.model.color import Color
from tests.support.client_rules import DATE, squares

GOOD = "md0 : active raid1 sdb1[1] sda1[0]\n      104320 blocks super 1.2 [2/2] [UU]\n      bitmap: 0/1 pages [0KB]\n\n"
BAD = "md1 : active raid1 sda2[0]\n      104320 blocks [2/1] [U_]\n\n"
MENDING = "md127 : active raid5 sda3[0]\n      104320 blocks [3/2] [UU_]\n      [=>....]  recovery =  9.9% (1/2) x\n\n"
PLAIN = "md3 : active raid0 sda4[0] sdb4[1]\n      104320 blocks 64k chunks\n\n"
PERSONALITIES = "Personalities : [raid1]\n"
UNUSED = "unused devices: <none>\n"


@pytest.mark.parametrize(
    ("arrays", "color", "word", "notes"),
    [
        pytest.param(GOOD, Color.GREEN, "OK", ["&green md0 : 2 devices of 2 active"], id="whole"),
        pytest.param(
            BAD, Color.RED, "failure", ["&red md1 : Disk failure in array : 1 devices of 2 active"], id="broken"
        ),
        pytest.param(
            MENDING,
            Color.YELLOW,
            "recovering",
            ["&yellow md127 status recovery in progress : 2 devices of 3 active"],
            id="being mended",
        ),
        pytest.param(
            GOOD + MENDING + BAD + PLAIN,
            Color.RED,
            "failure",
            [
                "&green md0 : 2 devices of 2 active",
                "&yellow md127 status recovery in progress : 2 devices of 3 active",
                "&red md1 : Disk failure in array : 1 devices of 2 active",
            ],
            id="the worst counts",
        ),
    ],
)
def test_raid(arrays: str, color: Color, word: str, notes: list[str]) -> None:
    report = squares(f"[mdstat]\n{PERSONALITIES}{arrays}{UNUSED}")["raid"]
    text = report.text.decode()
    assert report.color is color
    assert text.startswith(f"{color.word} {DATE} - RAID {word}\n\n")
    assert [line for line in text.split("\n") if line.startswith("&")] == notes
    assert arrays in text


@pytest.mark.parametrize(
    "arrays",
    [
        pytest.param("", id="none"),
        pytest.param(PLAIN, id="one that cannot lose a disk"),
        pytest.param("md9 : inactive sda[1](S)\n      100 blocks\n", id="one that is not running"),
        pytest.param("mdx : active\n 1 [2/1]\n", id="no array"),
        pytest.param("md0 : active\n " + "9" * 5000 + "\n", id="digits"),
    ],
)
def test_no_square_without_arrays_that_can_fail(arrays: str) -> None:
    assert "raid" not in squares(f"[mdstat]\n{PERSONALITIES}{arrays}{UNUSED}")


def test_only_linux_has_it() -> None:
    assert "raid" not in squares(f"[mdstat]\n{GOOD}", os_type="freebsd")
