"""The form of a calendar: its sections, its hours as switches and times, what is not saved, the preview."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Dialog, Page, expect
from support.accessibility import LARGE, NARROW, accessible, fits
from support.browser_steps import open_section, set_up
from support.server_process import Server

Visitor = Callable[..., Page]
PHONE = {"width": 390, "height": 844}
WIDE = {"width": 1280, "height": 800}


@pytest.fixture(params=[WIDE, PHONE], ids=["wide", "phone"])
def owner(request: pytest.FixtureRequest, server: Server, visitor: Visitor) -> Page:
    page = visitor(viewport=request.param)
    set_up(page, server)
    page.goto(f"{server.address}/settings/calendars/1")
    return page


@pytest.fixture
def wide(server: Server, visitor: Visitor) -> Page:
    page = visitor(viewport=WIDE, bypass_csp=True, reduced_motion="reduce")
    set_up(page, server)
    page.goto(f"{server.address}/settings/calendars/1#when")
    return page


def sent(page: Page, day: str) -> str:
    """Return the text of a day that would be sent."""
    return page.locator(f"[name=hours_{day}]").input_value()


def bodies(page: Page) -> list[str]:
    """Return the sections whose content can be seen."""
    return [part for part in SECTIONS if page.locator(f"#{part} .part-body").is_visible()]


SECTIONS = ("what", "when", "rules", "links", "changes")


def test_one_section_is_shown_at_a_time_and_has_an_address(owner: Page) -> None:
    assert bodies(owner) == ["what"]
    open_section(owner, "Rules")
    assert bodies(owner) == ["rules"]
    assert owner.url.endswith("#rules")
    owner.go_back()
    owner.goto(owner.url.partition("#")[0] + "#changes")
    owner.reload()
    expect(owner.get_by_label("How often invitees can move it")).to_be_visible()
    assert bodies(owner) == ["changes"]


def test_a_section_is_closed_by_its_head_on_a_phone_only(owner: Page) -> None:
    folds = owner.viewport_size == PHONE
    head = owner.locator("#what [data-fold]")
    assert head.is_visible() is folds
    if folds:
        expect(head).to_have_attribute("aria-expanded", "true")
        head.press("Enter")
        expect(head).to_have_attribute("aria-expanded", "false")
        assert bodies(owner) == []
        owner.set_viewport_size(WIDE)
        expect(owner.locator("#what .part-body")).to_be_visible()


def test_the_index_says_what_is_in_a_section_and_follows_the_form(owner: Page) -> None:
    said = owner.locator("[data-said=what]").locator("visible=true")
    expect(said).to_have_text("30-minute meeting, 30 min")
    owner.get_by_label("Duration in minutes").fill("90")
    expect(said).to_have_text("30-minute meeting, 1 h 30 min")
    expect(owner.locator("[data-said=when]").locator("visible=true")).to_have_text("Mo–Fr, Berlin")


def test_an_error_opens_its_section_and_its_link_leads_to_the_field(owner: Page) -> None:
    open_section(owner, "Rules")
    owner.get_by_label("Bookable how many days ahead").fill("99999")
    open_section(owner, "When")
    owner.locator("[data-day=tue] [data-closes]").fill("08:00")
    open_section(owner, "What")
    owner.get_by_role("button", name="Save").click()
    expect(owner.locator("#errors")).to_be_focused()
    assert bodies(owner) == ["when"]
    owner.get_by_role("link", name="Tuesday").click()
    expect(owner.get_by_label("Tuesday, from")).to_be_focused()
    owner.get_by_role("link", name="Bookable how many days ahead").click()
    expect(owner.get_by_label("Bookable how many days ahead")).to_be_focused()
    assert bodies(owner) == ["rules"]


def test_hours_are_switched_set_added_and_removed(owner: Page) -> None:
    open_section(owner, "When")
    monday = owner.locator("[data-day=mon]")
    expect(monday.get_by_role("switch", name="Monday")).to_be_checked()
    monday.get_by_label("Monday, until").fill("12:30")
    monday.get_by_role("button", name="Add hours: Monday").click()
    expect(monday.get_by_label("Monday, from").nth(1)).to_be_focused()
    assert sent(owner, "mon") == "09:00-12:30, 13:30-16:30"
    monday.get_by_role("button", name="Remove these hours").first.click()
    assert sent(owner, "mon") == "13:30-16:30"
    owner.get_by_role("switch", name="Sunday").press("Space")
    assert sent(owner, "sun") == "13:30-16:30"
    monday.get_by_role("switch").press("Space")
    assert sent(owner, "mon") == ""
    expect(monday.get_by_text("closed")).to_be_visible()
    monday.get_by_role("switch").press("Space")
    assert sent(owner, "mon") == "13:30-16:30"
    owner.get_by_role("button", name="Save").click()
    expect(owner.get_by_text("“30-minute meeting” was saved.")).to_be_visible()


def test_hours_are_copied_to_other_days(owner: Page) -> None:
    open_section(owner, "When")
    owner.get_by_label("Tuesday, until").fill("11:00")
    button = owner.get_by_role("button", name="Copy to …: Tuesday")
    button.press("Enter")
    owner.get_by_role("button", name="Monday to Friday").press("Enter")  # a mouse might meet what is still moving
    assert [sent(owner, day) for day in ("mon", "fri", "sat")] == ["09:00-11:00", "09:00-11:00", ""]
    expect(button).to_be_focused()
    expect(owner.get_by_text("Copied to Monday, Wednesday, Thursday, Friday.")).to_be_attached()
    button.click()
    owner.locator("#copy-menu").get_by_role("button", name="Saturday").click()
    assert sent(owner, "sat") == "09:00-11:00"


def test_a_day_can_end_at_midnight_and_be_open_all_day(owner: Page, server: Server) -> None:
    open_section(owner, "When")
    owner.get_by_label("Wednesday, until").fill("00:00")
    assert sent(owner, "wed") == "09:00-24:00"
    expect(owner.locator("[data-day=wed]").get_by_text("midnight")).to_be_visible()
    owner.get_by_label("Wednesday, from").fill("00:00")
    owner.get_by_role("button", name="Save").click()
    expect(owner.get_by_text("“30-minute meeting” was saved.")).to_be_visible()
    owner.goto(f"{server.address}/settings/calendars/1#when")
    assert sent(owner, "wed") == "00:00-24:00"
    expect(owner.get_by_label("Wednesday, until")).to_have_value("00:00")


def test_hours_can_be_typed_and_what_is_not_understood_stays_text(owner: Page) -> None:
    open_section(owner, "When")
    owner.get_by_role("button", name="Type them instead").click()
    owner.get_by_label("Monday", exact=True).fill("9-12, 13-17:30")
    owner.get_by_label("Friday", exact=True).fill("mornings")
    owner.get_by_role("button", name="Use switches instead").click()
    expect(owner.get_by_label("Monday, until").nth(1)).to_have_value("17:30")
    expect(owner.get_by_label("Friday", exact=True)).to_have_value("mornings")
    owner.get_by_role("button", name="Save").click()
    expect(owner.locator("#errors")).to_contain_text("Friday")
    expect(owner.get_by_label("Friday", exact=True)).to_have_value("mornings")


def test_another_line_of_dates_leaves_the_switches_and_the_section(owner: Page) -> None:
    open_section(owner, "When")
    owner.get_by_label("Monday, until").fill("12:00")
    owner.get_by_label("From", exact=True).fill("2027-12-24")
    owner.get_by_role("button", name="Another line").click()
    expect(owner.locator("[name=dates_since]")).to_have_count(2)
    expect(owner.get_by_label("Monday, until")).to_have_value("12:00")
    assert bodies(owner) == ["when"]
    expect(owner.locator("[data-said-unsaved]")).to_have_text("2 changes not saved: Monday, Other dates")


def test_the_bar_counts_what_is_not_saved(owner: Page) -> None:
    said = owner.locator("[data-said-unsaved]")
    expect(said).to_be_empty()
    owner.get_by_label("Name", exact=True).fill("Visit")
    expect(said).to_have_text("1 change not saved: Name")
    open_section(owner, "Changes")
    owner.get_by_label("Invitees can put a cancelled appointment back").uncheck()
    expect(said).to_have_text("2 changes not saved: Name, Invitees can put a cancelled appointment back")
    owner.get_by_label("Invitees can put a cancelled appointment back").check()
    expect(said).to_have_text("1 change not saved: Name")
    expect(said).to_be_in_viewport()
    owner.get_by_role("link", name="Discard").click()
    expect(owner.get_by_label("Name", exact=True)).to_have_value("30-minute meeting")
    expect(said).to_be_empty()


def test_leaving_with_changes_is_asked_about_and_saving_is_not(owner: Page, server: Server) -> None:
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss() if len(asked) == 1 else dialog.accept()

    owner.on("dialog", stay)
    owner.get_by_role("link", name="Calendars").first.click()
    expect(owner.get_by_role("heading", name="Calendars", exact=True)).to_be_visible()
    owner.goto(f"{server.address}/settings/calendars/1")
    assert asked == []
    owner.get_by_label("Name", exact=True).fill("")
    owner.get_by_role("link", name="Appointments").click(no_wait_after=True)
    expect(owner.get_by_label("Name", exact=True)).to_be_visible()
    owner.wait_for_timeout(300)
    assert asked == ["beforeunload"]
    owner.get_by_role("button", name="Save").click()
    expect(owner.locator("#errors")).to_be_visible()  # and nothing was asked
    expect(owner.locator("[data-said-unsaved]")).to_have_text("Not saved yet")
    assert asked == ["beforeunload"]
    owner.get_by_label("Name", exact=True).fill("Visit")
    owner.get_by_role("button", name="Save").click()
    expect(owner.get_by_text("“Visit” was saved.")).to_be_visible()
    assert asked == ["beforeunload"]


def test_the_preview_comes_when_it_is_in_sight_with_its_times_on_demand(owner: Page) -> None:
    if owner.viewport_size == PHONE:
        expect(owner.locator(".fortnight")).to_have_count(0)
    owner.locator("#preview").scroll_into_view_if_needed()
    first = owner.locator("details.day-times").first
    expect(first).to_be_visible()
    assert not first.locator(".all-times").is_visible()
    first.locator("summary").click()
    expect(first.locator(".all-times")).to_be_visible()
    expect(owner.locator(".fortnight li")).to_have_count(14)


def test_without_script_all_sections_stand_below_each_other(server: Server, visitor: Visitor) -> None:
    owner = visitor(java_script_enabled=False, viewport=WIDE)
    set_up(owner, server)
    owner.goto(f"{server.address}/settings/calendars/1")
    assert bodies(owner) == list(SECTIONS)
    owner.locator("[data-index]").get_by_role("link", name=re.compile("^Rules")).click()
    expect(owner.get_by_label("Bookable how many days ahead")).to_be_in_viewport()
    expect(owner.get_by_label("Monday", exact=True)).to_have_value("09:00-17:00")
    assert owner.get_by_role("button", name="Type them instead").count() == 0
    owner.get_by_label("Monday", exact=True).fill("9-24")
    owner.get_by_role("button", name="Show the times").click()
    expect(owner.locator(".fortnight li")).to_have_count(14)
    owner.get_by_role("button", name="Save", exact=True).click()
    expect(owner.get_by_text("“30-minute meeting” was saved.")).to_be_visible()


def test_longer_words_and_letters_fit(wide: Page) -> None:
    """German takes a third more: each word of the page is made that much longer."""
    wide.wait_for_selector(".fortnight")
    wide.evaluate("""() => {
        const walk = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
        while (walk.nextNode()) {
          const { data } = walk.currentNode;
          walk.currentNode.data = data.replace(
            /\\p{L}{4,}/gu, (word) => word + word.slice(0, Math.ceil(word.length * 0.35)));
        }
    }""")
    for size in (WIDE, PHONE, NARROW):
        wide.set_viewport_size(size)
        fits(wide, f"longer words, {size['width']}")
        inner = wide.evaluate("""() => [...document.querySelectorAll('.day-row, .save-inner, .index a')]
            .filter((each) => each.scrollWidth > each.clientWidth + 12).map((each) => each.textContent)""")
        assert inner == []


def test_large_letters_fit_on_a_phone(wide: Page) -> None:
    wide.set_viewport_size(PHONE)
    wide.add_style_tag(content=LARGE)
    for section in SECTIONS:
        if section != "when":
            open_section(wide, section)
        fits(wide, f"large letters, {section}")


def test_axe_finds_nothing_in_the_switches_light_and_dark(wide: Page) -> None:
    wide.wait_for_selector(".fortnight")
    for scheme in ("light", "dark"):
        wide.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        accessible(wide, f"switches, {scheme}")
    wide.get_by_role("button", name="Copy to …: Monday").click()
    accessible(wide, "the menu of copying")
