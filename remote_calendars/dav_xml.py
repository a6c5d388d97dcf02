"""The XML of WebDAV and CalDAV (RFC 4918, RFC 4791): what is asked, and the parts of an answer."""

from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urljoin
from xml.etree import ElementTree

from remote_calendars.reading import ProblemCode, ReadingFailed

_DAV, _CALDAV, _CALENDARSERVER = "{DAV:}", "{urn:ietf:params:xml:ns:caldav}", "{http://calendarserver.org/ns/}"
_NAMESPACES = 'xmlns="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav" xmlns:cs="http://calendarserver.org/ns/"'
PROPFIND = (
    f'<?xml version="1.0" encoding="utf-8"?><propfind {_NAMESPACES}><prop><current-user-principal/><resourcetype/>'
    "<displayname/><c:calendar-home-set/><c:supported-calendar-component-set/><cs:getctag/></prop></propfind>"
).encode()


@dataclass(frozen=True)
class Resource:
    """One resource of an answer. Addresses are absolute; texts are '' where the server says nothing."""

    url: str
    name: str
    principal: str
    home: str
    ctag: str
    is_calendar: bool
    data: str


def calendar_query(since: datetime, until: datetime) -> bytes:
    """Return the question for the events that meet `[since, until)` (RFC 4791, section 7.8); iCloud wants VEVENT."""
    start, end = (f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}" for at in (since, until))
    return (
        f'<?xml version="1.0" encoding="utf-8"?><c:calendar-query {_NAMESPACES}>'
        "<prop><c:calendar-data/></prop>"
        '<c:filter><c:comp-filter name="VCALENDAR"><c:comp-filter name="VEVENT">'
        f'<c:time-range start="{start}" end="{end}"/></c:comp-filter></c:comp-filter></c:filter></c:calendar-query>'
    ).encode()


def parse_resources(body: bytes, base: str) -> list[Resource]:
    """Return the resources of a multistatus; `base` is the address that answered. Raises ReadingFailed."""
    try:
        root = ElementTree.fromstring(body)  # noqa: S314 - expat refuses entities that grow, and the process is limited
    except ElementTree.ParseError:
        raise ReadingFailed(ProblemCode.NOT_CALDAV) from None
    if root.tag != f"{_DAV}multistatus":
        raise ReadingFailed(ProblemCode.NOT_CALDAV)
    responses = list(root.iter(f"{_DAV}response"))
    if any(" 507" in (response.findtext(f"{_DAV}status") or "") for response in responses):
        raise ReadingFailed(ProblemCode.TOO_MUCH)  # the server left some out, and those must not become free
    return [_resource(response, base) for response in responses]


def _resource(response: ElementTree.Element, base: str) -> Resource:
    found = [
        status.find(f"{_DAV}prop")
        for status in response.iter(f"{_DAV}propstat")
        if " 200" in (status.findtext(f"{_DAV}status") or " 200")
    ]
    properties = {each.tag: each for prop in found if prop is not None for each in prop}
    kinds = properties.get(f"{_DAV}resourcetype")
    components = properties.get(f"{_CALDAV}supported-calendar-component-set")
    takes_events = components is None or any(each.get("name", "").upper() == "VEVENT" for each in components)

    def text(tag: str) -> str:
        return (properties[tag].text or "").strip() if tag in properties else ""

    def href(tag: str) -> str:
        inner = properties[tag].findtext(f"{_DAV}href") if tag in properties else None
        return urljoin(base, inner.strip()) if inner else ""

    return Resource(
        url=urljoin(base, (response.findtext(f"{_DAV}href") or "").strip()),
        name=text(f"{_DAV}displayname"),
        principal=href(f"{_DAV}current-user-principal"),
        home=href(f"{_CALDAV}calendar-home-set"),
        ctag=text(f"{_CALENDARSERVER}getctag"),
        is_calendar=kinds is not None and kinds.find(f"{_CALDAV}calendar") is not None and takes_events,
        data=properties[f"{_CALDAV}calendar-data"].text or "" if f"{_CALDAV}calendar-data" in properties else "",
    )
