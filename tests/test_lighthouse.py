"""How Lighthouse's reports are read; whether it is content, `./run.sh lighthouse` asks."""

from typing import Any

from lighthouse import CATEGORIES, faults, scores


def report(score: float) -> dict[str, Any]:
    audits = {
        "slow": {"id": "slow", "score": score, "displayValue": "3 s"},
        "fine": {"id": "fine", "score": 1},
        "not weighed": {"id": "not weighed", "score": 0},
        "does not apply": {"id": "does not apply", "score": None},
    }
    refs = [{"id": name, "weight": 0 if name == "not weighed" else 1} for name in audits]
    return {"categories": {name: {"score": score, "auditRefs": refs} for name in CATEGORIES}, "audits": audits}


def test_the_median_of_the_runs_counts_and_no_score_is_none() -> None:
    assert scores([report(1), report(0.42), report(0.99)]) == dict.fromkeys(CATEGORIES, 99)
    broken = report(1)
    broken["categories"]["performance"]["score"] = None
    assert scores([broken])["performance"] == 0


def test_what_costs_points_is_named() -> None:
    assert faults(report(0.5)) == ["slow: 0.5 3 s"]
    assert faults(report(1)) == []
