"""docs/asvs.md names tests and files that exist, and has all chapters with an answer in each row."""

import re

from support.server_process import HOUSE

TABLE = (HOUSE / "docs/asvs.md").read_text()


def test_each_test_and_file_that_is_named_exists() -> None:
    code = "\n".join(path.read_text() for path in (HOUSE / "tests").rglob("test_*.py"))
    defined = set(re.findall(r"^def (test_\w+)", code, re.M))
    named = set(re.findall(r"`(test_\w+)`", TABLE))
    assert len(named) > 40
    assert named - defined == set()
    files = re.findall(r"`([\w/]+\.(?:py|html|md|txt))`", TABLE)
    assert [name for name in files if not (HOUSE / name).exists()] == []


def test_each_chapter_is_there_and_each_row_has_an_answer() -> None:
    assert re.findall(r"^## V(\d+) ", TABLE, re.M) == [str(number) for number in range(1, 18)]
    rows = re.findall(r"^\| (\d+\.\d+\.\d+[^|]*) \| ([^|]*) \|", TABLE, re.M)
    assert len(rows) > 120
    assert {answer.strip() for _, answer in rows} == {"yes", "partly", "no", "none", "you"}
