"""What Lighthouse says is told as it is, and no answer is not taken for a good one."""

from pathlib import Path
from typing import Any

import pytest
from support import lighthouse
from support.lighthouse import CATEGORIES, Target, faults, judged, scores

PAGE = "http://127.0.0.1:8080/b/token"
LOGIN = "http://127.0.0.1:8080/login"


def report(score: float = 1, led_to: str = PAGE, **more: Any) -> dict[str, Any]:
    """Return a report: an audit that weighs in each category, one that weighs nothing, and one that does not apply."""
    refs = [{"id": "slow", "weight": 3}, {"id": "hint", "weight": 0}, {"id": "other", "weight": 1}]
    found = {"slow": (score, "2.1 s"), "hint": (0, ""), "other": (None, "")}
    audits = {name: {"id": name, "score": score, "displayValue": said} for name, (score, said) in found.items()}
    categories = {name: {"score": 1, "auditRefs": refs} for name in CATEGORIES}
    categories["performance"] = {"score": score, "auditRefs": refs}
    return {"categories": categories, "audits": audits, "requestedUrl": PAGE, "finalDisplayedUrl": led_to} | more


ANOTHER = report(led_to=LOGIN)
BROKEN = report(runtimeError={"code": "ERRORED_DOCUMENT_REQUEST", "message": "Status code: 500"})


def test_what_costs_a_point_is_named() -> None:
    assert scores([report()]) == {"performance": 100, "accessibility": 100, "best-practices": 100}
    assert faults(report()) == []
    assert scores([report(0.99)]) == {"performance": 99, "accessibility": 100, "best-practices": 100}
    assert faults(report(0.99)) == ["slow: 0.99 2.1 s"]


def test_a_page_that_was_not_seen_has_nothing() -> None:
    assert set(scores([ANOTHER]).values()) == set(scores([BROKEN]).values()) == {0}
    assert faults(ANOTHER) == [f"not seen: it led to {LOGIN}"]
    assert faults(BROKEN) == ["not seen: ERRORED_DOCUMENT_REQUEST"]


@pytest.mark.parametrize(
    ("seen", "is_perfect", "last_line"),
    [
        ([1], True, "slot page, phone 100 100 100"),
        ([0.9, 1, 1], True, "slot page, phone 100 100 100"),
        ([0.9, 1, 0.98], False, "slow: 0.98 2.1 s"),
    ],
    ids=["once", "the median", "too slow"],
)
def test_where_it_is_less_than_100_the_median_of_three_counts(
    seen: list[float], is_perfect: bool, last_line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    left = [report(score) for score in seen]
    assert judged("slot page, phone", lambda: left.pop(0)) == is_perfect
    assert left == []
    assert " ".join(capsys.readouterr().out.splitlines()[-1].split()) == last_line


@pytest.mark.parametrize(("here", "missing"), [([], "node"), (["node"], "npm")])
def test_without_node_or_npm_nothing_is_known_and_one_line_says_so(
    here: list[str],
    missing: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name in here:
        (tmp_path / name).touch(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert lighthouse.main() == lighthouse.NOT_RUN
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith(f"Lighthouse needs {missing}")


def test_the_browsers_note_of_a_status_is_left_out_where_the_status_is_meant() -> None:
    assert "audits" not in Target("slot page", PAGE).settings("phone")
    (audit,) = Target("spent page", PAGE, status=410).settings("desktop")["audits"]
    assert audit["options"] == {"ignoredPatterns": ["the server responded with a status of 410"]}
