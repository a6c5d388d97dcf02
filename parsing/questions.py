"""The questions of a calendar's booking form, and the text as which they are stored."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

MAX_QUESTIONS = 10
MAX_OPTIONS = 20


class QuestionKind(StrEnum):
    """How a question is answered. `consent`: a box, whose words are kept with the answer."""

    LINE = "line"
    TEXT = "text"
    ONE = "one"
    SEVERAL = "several"
    CONSENT = "consent"

    @property
    def has_options(self) -> bool:
        """Whether the answer is chosen among options."""
        return self in (QuestionKind.ONE, QuestionKind.SEVERAL)


@dataclass(frozen=True)
class Question:
    """A question; `id` is its own within its calendar, and stays when the others change."""

    id: int
    kind: QuestionKind
    label: str
    options: tuple[str, ...] = ()
    required: bool = False


Answers = tuple[tuple[str, str], ...]
"""Of a booking: the words of each question that was answered, and the answer."""


def write_questions(questions: Iterable[Question]) -> str:
    """Return the questions as JSON, in their order."""
    kept = [[each.id, each.kind, each.label, each.options, each.required] for each in questions]
    return json.dumps(kept, ensure_ascii=False, separators=(",", ":"))


@lru_cache(maxsize=1024)
def read_questions(text: str) -> tuple[Question, ...]:
    """Return the questions that `write_questions` wrote."""
    return tuple(
        Question(number, QuestionKind(kind), label, tuple(options), required)
        for number, kind, label, options, required in json.loads(text)
    )


def write_answers(answers: Answers) -> str:
    """Return the answers as JSON, in their order."""
    return json.dumps(answers, ensure_ascii=False, separators=(",", ":")) if answers else "[]"


def read_answers(text: str) -> Answers:
    """Return the answers that `write_answers` wrote."""
    return tuple((label, answer) for label, answer in json.loads(text)) if text != "[]" else ()
