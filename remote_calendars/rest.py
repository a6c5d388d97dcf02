"""Asking a service's API with an access token: JSON there and back, and what its refusals mean."""

import json
from collections.abc import Collection, Mapping
from typing import Any

from remote_calendars.fetching import Answer, Client, check_status, retry_after
from remote_calendars.reading import ProblemCode, ReadingFailed

Json = dict[str, Any]

GONE = (404, 410)
_TOO_OFTEN = {"rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded", "dailyLimitExceeded"}
_SWITCHED_OFF = {"accessNotConfigured", "SERVICE_DISABLED"}


class Rest:
    """An API below `base`, asked with an access token, which goes to no other host."""

    def __init__(self, client: Client, base: str, access: str) -> None:
        self._client, self._base, self._access = client, base, access

    def send(
        self,
        method: str,
        path: str,
        said: Json | None = None,
        headers: Mapping[str, str] | None = None,
        expected: Collection[int] = (),
    ) -> Answer:
        """Return the answer if it is a success, or has an expected status. Raises ReadingFailed."""
        sent = {"Authorization": f"Bearer {self._access}", "Accept": "application/json", **(headers or {})}
        body = None if said is None else json.dumps(said).encode()
        if body is not None:
            sent["Content-Type"] = "application/json"
        answer = self._client.request(method, self._base + path, sent, body)
        if answer.status not in expected:
            check_answer(answer)
        return answer

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> Json:
        """Return the object at a path. Raises ReadingFailed."""
        return object_of(self.send("GET", path, headers=headers))

    def path_of(self, url: object) -> str:
        """Return the path of an address within this API, such as that of the next page. Raises ReadingFailed."""
        if not isinstance(url, str) or not url.startswith(f"{self._base}/"):
            raise ReadingFailed(ProblemCode.CUT_OFF)
        return url.removeprefix(self._base)


def object_of(answer: Answer) -> Json:
    """Return the object that an answer holds. Raises ReadingFailed."""
    try:
        said = json.loads(answer.body)
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise ReadingFailed(ProblemCode.CUT_OFF)
    return said


def check_answer(answer: Answer) -> None:
    """Raise ReadingFailed unless the answer is a success; a 401 is LOGIN, after which the token is renewed once."""
    reasons = _reasons(answer) if answer.status == 403 else set()
    if answer.status in (429, 503) or reasons & _TOO_OFTEN:
        raise ReadingFailed(ProblemCode.SERVER, str(answer.status), retry_after(answer))
    if reasons & _SWITCHED_OFF:
        raise ReadingFailed(ProblemCode.CLIENT, "accessNotConfigured")
    if answer.status == 403:
        raise ReadingFailed(ProblemCode.CONSENT, "403")
    check_status(answer)


def _reasons(answer: Answer) -> set[str]:
    """Return the codes of a refusal, as Google lists them."""
    try:
        error = object_of(answer).get("error")
        return {str(each.get("reason", "")) for each in error["errors"]} if isinstance(error, dict) else set()
    except (ReadingFailed, KeyError, TypeError, AttributeError):
        return set()
