"""The audit tells a fault from an answer that did not come."""

from support.audit import verdict

FINE = {"name": "flask", "version": "3.1.3", "vulns": []}
FAULT = {"name": "jinja2", "version": "3.1.2", "vulns": [{"id": "PYSEC-1", "fix_versions": ["3.1.6"]}]}
UNKNOWN = {"name": "idna", "skip_reason": "not found"}


def test_a_fault_is_named_with_the_version_that_mends_it() -> None:
    assert verdict([FINE, FAULT, UNKNOWN]) == (1, ["jinja2 3.1.2: PYSEC-1, mended in 3.1.6"])


def test_no_answer_is_not_taken_for_a_good_one() -> None:
    assert verdict([FINE, UNKNOWN]) == (2, ["idna: not found"])
    assert verdict([]) == (2, [])
    assert verdict([FINE]) == (0, [])
