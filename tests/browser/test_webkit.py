"""The main job in WebKitGTK, which stands for Safari, by WebDriver."""

import os
from collections.abc import Callable, Iterator

import pytest
from selenium.common.exceptions import NoSuchFrameException, StaleElementReferenceException
from selenium.webdriver import WebKitGTK, WebKitGTKOptions
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait
from selenium.webdriver.webkitgtk.service import Service
from support import webkit
from support.browser_steps import PASSWORD
from support.commands import beside
from support.server_process import Server

SELENIUM_WARNS_OF_ITSELF = "ignore:setting remote_server_addr in RemoteConnection"
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings(SELENIUM_WARNS_OF_ITSELF)]


@pytest.fixture
def person() -> Iterator[Callable[[], WebKitGTK]]:
    """Make browsers, each of a person of their own, in Berlin."""
    people: list[WebKitGTK] = []
    with webkit.screen() as display:

        def make() -> WebKitGTK:
            found = webkit.find()
            assert found, webkit.HELP
            options = WebKitGTKOptions()
            options.binary_location = found.browser
            options.add_argument("--automation")
            env = os.environ | {"DISPLAY": display, "TZ": "Europe/Berlin"}
            people.append(WebKitGTK(options, Service(found.driver, env=env)))
            return people[-1]

        yield make
        for browser in people:
            browser.quit()


def waiting(browser: WebKitGTK) -> WebDriverWait[WebKitGTK]:
    """Return what waits until something is so, also while one page goes and the next one comes."""
    gone = [StaleElementReferenceException, NoSuchFrameException]
    return WebDriverWait(browser, 20, ignored_exceptions=gone)


def see(browser: WebKitGTK, css: str, words: str = "", nth: int = 0) -> WebElement:
    """Wait until what is at `css` and has these words is seen; return it."""

    def seen(_browser: WebKitGTK) -> WebElement | None:
        found = [it for it in browser.find_elements(By.CSS_SELECTOR, css) if it.is_displayed() and words in it.text]
        return found[nth] if nth < len(found) else None

    return waiting(browser).until(seen, f"{css} {words}")


def fill(browser: WebKitGTK, **fields: str) -> None:
    for name, words in fields.items():
        browser.find_element(By.NAME, name).send_keys(words)


def test_a_link_is_shared_booked_once_and_spent(server: Server, person: Callable[[], WebKitGTK]) -> None:
    zone = ("--timezone", "Europe/Berlin")
    account = ("--email", "olivia@example.com", "--name", "Olivia Ownerson", *zone, "--password-stdin")
    with beside(server) as flask:
        flask("owner", "create", *account, stdin=PASSWORD)
        flask("calendar", "create", "--name", "Visit", "--owner", "olivia@example.com", *zone)
    owner = person()
    owner.get(f"{server.address}/login")
    fill(owner, email="olivia@example.com", password=PASSWORD)
    see(owner, "button", "Sign in").click()
    see(owner, "#dots-1").click()
    see(owner, "#menu-1 button", "Share").click()
    see(owner, "dialog .address", "/b/")
    link = owner.find_element(By.CSS_SELECTOR, "dialog input[readonly]").get_attribute("value") or ""
    assert link.startswith(f"{server.address}/b/")
    button = see(owner, "dialog button", "Copy")
    assert owner.switch_to.active_element == button
    button.click()
    see(owner, "dialog [role=status]", "Copied")
    see(owner, "dialog button[aria-label=Close]").click()
    waiting(owner).until(lambda _: owner.switch_to.active_element == see(owner, "#dots-1"))

    jane = person()
    jane.get(link)
    see(jane, ".zone", "Berlin (UTC")
    see(jane, ".days .free", nth=1).click()
    waiting(jane).until(lambda _: see(jane, ".days .free", nth=1).get_attribute("aria-current") == "date")
    see(jane, "[data-start]", nth=2).click()
    see(jane, "button", "Book ").click()
    see(jane, "[role=alert]", "name")
    fill(jane, name="Jane Doe", email="jane@example.com")
    see(jane, "button", "Book ").click()
    see(jane, ".state", "Confirmed")

    john = person()
    john.get(link)
    see(john, "h1", "This link has already been used")
    jane.get(link)
    see(jane, ".state", "Confirmed")
