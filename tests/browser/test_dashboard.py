"""The dashboard in a real browser: a fault by clicking, by keyboard, and what is then seen.

Screenshots are written to $CI_ARTIFACTS (.ci-artifacts/ where it is not set).
"""

from collections.abc import Iterator

import pytest

from tests.dashboard.running import Start, Up
from tests.machine import missing

pytest.importorskip("playwright", reason="playwright is not installed; see the extra `browser`")

from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser import chromium

expect.set_options(timeout=20_000)

pytestmark = [
    pytest.mark.xdist_group("dashboard in a browser"),  # one dashboard for all
    chromium.NEEDED,
    pytest.mark.timeout(400),
]


@pytest.fixture(scope="module")
def up(request: pytest.FixtureRequest, start: Start) -> Up:
    backend = getattr(request, "param", "embedded")
    reason = missing(backend)
    if reason:
        pytest.skip(reason)
    # The breaker recovers in two seconds instead of thirty: long enough to be seen open.
    return start(f"--backend={backend}", "--env=RECOVERY_TIMEOUT=2", "--env=CACHE_TTL=1")


@pytest.fixture
def complaints() -> list[str]:
    """Give what the page's console complains of; what is left at the end fails the test."""
    return []


@pytest.fixture
def page(browser: Browser, up: Up, complaints: list[str]) -> Iterator[Page]:
    """Give the page, opened, with no fault in force before and after."""
    opened = browser.new_page(viewport={"width": 1280, "height": 960})
    opened.on(
        "console",
        lambda said: complaints.append(said.text) if said.type in {"error", "warning"} else None,
    )
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("requestfailed", lambda request: complaints.append(f"{request.url} failed"))
    opened.goto(f"http://127.0.0.1:{up.port}/")
    expect(opened.get_by_role("status").filter(has_text="live")).to_be_visible()
    expect(breaker(opened, "catalog")).to_have_text("breaker closed")
    yield opened
    if up.state()["faults"]:
        opened.get_by_role("button", name="Heal all").click()
    expect(opened.get_by_text("None.")).to_be_visible()
    opened.close()
    assert complaints == []


def breaker(page: Page, dependency: str) -> Locator:
    return page.locator(f"[data-dependency={dependency}] .state")


def keep(page: Page, name: str) -> None:
    chromium.keep(page, f"dashboard-{name}")


@pytest.mark.parametrize(
    "up", ["embedded", pytest.param("docker", marks=pytest.mark.docker)], indirect=True
)
@pytest.mark.slow
def test_an_outage_by_clicking_opens_the_breaker_and_healing_closes_it(
    page: Page, request: pytest.FixtureRequest
) -> None:
    backend = request.node.callspec.params["up"]
    page.get_by_label("Show").select_option("1 minute")
    page.wait_for_timeout(8_000)  # some traffic to see the outage against, in the screenshot
    page.get_by_label("Dependency").select_option("catalog")
    page.get_by_label("Fault", exact=True).select_option("Outage")
    page.get_by_role("button", name="Inject", exact=True).click()
    expect(page.get_by_text("Outage(dependency='catalog') is in force for 60 s.")).to_be_visible()
    expect(breaker(page, "catalog")).to_have_text("breaker open")
    expect(breaker(page, "redis")).to_have_text("breaker closed")
    happened = page.get_by_role("log")
    expect(happened.get_by_text("calls at catalog fail")).to_be_visible()
    expect(happened.get_by_text("breaker of catalog: closed → open")).to_be_visible()
    expect(page.get_by_text("has touched traffic")).to_be_visible()
    expect(page.locator("#timeline").get_by_text("Outage")).to_be_visible()
    page.wait_for_timeout(6_000)
    keep(page, f"outage-{backend}")
    page.get_by_role("button", name="Heal Outage(dependency='catalog')").click()
    expect(page.locator("#outcome")).to_contain_text(
        "Healed Outage(dependency='catalog'). It touched"
    )
    expect(breaker(page, "catalog")).to_have_text("breaker closed")
    expect(happened.get_by_text("calls at catalog are answered again")).to_be_visible()
    page.wait_for_timeout(4_000)
    keep(page, f"light-{backend}")
    page.emulate_media(color_scheme="dark")
    keep(page, f"dark-{backend}")


def test_the_keyboard_alone_injects_renews_and_heals(page: Page) -> None:
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to injecting a fault")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Dependency")).to_be_focused()
    page.keyboard.type("redis")
    page.keyboard.press("Tab")
    page.keyboard.type("Latency")
    page.keyboard.press("Tab")
    expect(page.get_by_label("seconds", exact=True)).to_be_focused()
    page.keyboard.type("0.05")
    page.keyboard.press("Enter")
    heal = page.get_by_role("button", name="Heal Latency(dependency='redis'")
    expect(heal).to_be_visible()
    for _ in range(20):
        page.keyboard.press("Tab")
        if heal.evaluate("button => button === document.activeElement"):
            break
    page.wait_for_timeout(2_500)  # two looks more: they must not take the focus away
    expect(heal).to_be_focused()
    assert heal.evaluate("button => getComputedStyle(button).outlineStyle") == "solid"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Renewed for 60 s.")).to_be_visible()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Space")
    expect(heal).to_have_count(0)


def test_a_mistake_is_told_to_people_and_to_screen_readers(
    page: Page, complaints: list[str]
) -> None:
    page.get_by_label("Fault", exact=True).select_option("Latency")
    page.get_by_label("seconds", exact=True).fill("soon")
    page.get_by_role("button", name="Inject", exact=True).click()
    expect(page.get_by_role("alert")).to_have_text(
        "Latency(seconds='soon'): expected a number of seconds"
    )
    expect(page.locator("#fault option[value=Disconnect]")).to_be_disabled()
    # The browser's own line about a request that was refused: that it was, is what is tested.
    assert ["400 (Bad Request)" in complaints.pop()] == [True]


def test_every_control_has_a_name_and_the_page_fits_a_narrow_window(page: Page) -> None:
    unnamed = page.evaluate(
        """() => [...document.querySelectorAll("button, input, select, meter, progress, svg[role]")]
          .filter((each) => !(each.labels?.length || each.textContent.trim()
                              || each.getAttribute("aria-label")))
          .map((each) => each.outerHTML)"""
    )
    assert unnamed == []
    page.set_viewport_size({"width": 400, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    keep(page, "narrow")


@pytest.mark.slow
def test_a_lost_connection_is_told(browser: Browser, start: Start) -> None:
    passing = start("--backend=embedded")
    opened = browser.new_page()
    opened.goto(f"http://127.0.0.1:{passing.port}/")
    expect(opened.locator("#connection")).to_have_text("live")
    assert passing.stop() == 0
    expect(opened.locator("#connection")).to_contain_text("connection lost")
    opened.close()
