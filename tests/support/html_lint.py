"""What must hold of every page that any test opens."""

from collections import Counter
from html.parser import HTMLParser

NAMELESS = {"hidden", "submit", "button"}


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open_labels = 0
        self.required_select: str | None = None
        self.wrong_selects: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "option":
            if self.required_select is not None and dict(attrs).get("value"):
                self.wrong_selects.append(self.required_select)
            self.required_select = None
        elif tag == "select":
            self.required_select = dict(attrs).get("name") if "required" in dict(attrs) else None

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.tags if name == tag]


def faults(html: str) -> list[str]:
    """Return what is wrong with a page, or with a fragment of one, in words."""
    page = _Page()
    page.feed(html)
    found = []
    if page.named("html"):
        headings = len(page.named("h1"))
        found += [f"{headings} h1"] if headings != 1 else []
        found += [] if page.named("title") else ["no title"]
    ids = Counter(attrs["id"] for _tag, attrs in page.tags if "id" in attrs)
    found += [f"id {name!r} {count} times" for name, count in ids.items() if count > 1]
    labels = {attrs.get("for") for attrs in page.named("label")}
    for tag in ("input", "select", "textarea"):
        for attrs in page.named(tag):
            if attrs.get("type") not in NAMELESS and attrs.get("id") not in labels and "aria-label" not in attrs:
                found.append(f"{tag} {attrs.get('name')!r} has no label")
    found += [f"select {name!r} is required, but begins with a choice" for name in page.wrong_selects]
    for attrs in page.named("form"):
        if attrs.get("method") != "dialog" and not attrs.get("action"):
            found.append("a form without an action")
    for tag, attrs in page.tags:
        if tag == "style" or "style" in attrs or any(name.startswith(("on", "hx-on")) for name in attrs):
            found.append(f"inline script or style in {tag}")
        if tag == "script" and "src" not in attrs:
            found.append("an inline script")
        for name in ("src", "href", "action", "formaction"):
            if tag in ("script", "link", "img", "iframe") and (attrs.get(name) or "/").startswith(("http", "//")):
                found.append(f"{tag} loads from another host: {attrs[name]}")
    for name in ("aria-describedby", "aria-labelledby", "popovertarget"):
        for _tag, attrs in page.tags:
            for target in (attrs.get(name) or "").split():
                if target not in ids:
                    found.append(f"{name} points at {target!r}, which is not there")
    return found
