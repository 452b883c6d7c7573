from pathlib import Path

import pytest

from appealnlp.errors import InputError
from appealnlp.training.labels import Mapped, read_label_map, short_label

HEADER = "source_group,source_topic,n,group,topic,quality\n"
LONG = "один два три четыре пять шесть семь восемь девять десять"


@pytest.mark.parametrize(
    ("label", "short"),
    [
        ("Отопление", "Отопление"),
        ("один два три четыре пять шесть семь восемь девять", "один два три четыре пять шесть семь восемь девять"),
        (LONG, "один два три четыре пять шесть … восемь девять десять"),
    ],
)
def test_short_label(label: str, short: str) -> None:
    assert short_label(label) == short
    assert short_label(short) == short


def test_long_labels_are_found_whole(tmp_path: Path) -> None:
    path = tmp_path / "map.csv"
    path.write_text(HEADER + f"А,{short_label(LONG)},1,roads,roads.pothole,exact\n", encoding="utf-8")
    assert read_label_map(path, by_group=True).find("А", LONG) == Mapped("roads", "roads.pothole", "exact")
    assert read_label_map(path, by_group=True).find("Б", LONG) is None
    assert read_label_map(path, by_group=False).find("Б", LONG) is not None


def test_contradicting_rows_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "map.csv"
    path.write_text(HEADER + "А,Б,1,roads,roads.pothole,exact\nА,Б,1,roads,roads.bridge,exact\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_label_map(path, by_group=True)
    assert caught.value.row == 3
