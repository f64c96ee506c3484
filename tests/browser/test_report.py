"""The HTML report in a real browser: without JavaScript, in light and dark, narrow and on paper."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("playwright", reason="playwright is not installed; see the extra `browser`")

from playwright.sync_api import Browser, Page, expect

from tests.browser.chromium import NEEDED, keep
from tests.load.hand_made_runs import load_run
from tests.reports.made import EVERY_KIND, session
from windtunnel.records import FaultWindow
from windtunnel.reports.files import TextFile
from windtunnel.reports.html import page as rendered
from windtunnel.reports.latency_plot import picture

pytestmark = [NEEDED, pytest.mark.timeout(120), pytest.mark.xdist_group("report in a browser")]

LOW_CONTRAST = """() => {
  const channels = (text) => text.match(/[\\d.]+/g).map(Number);
  const luminance = ([r, g, b]) => [r, g, b]
    .map((c) => c / 255).map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, place) => sum + c * [0.2126, 0.7152, 0.0722][place], 0);
  const behind = (element) => {
    for (let each = element; each; each = each.parentElement) {
      const [r, g, b, a = 1] = channels(getComputedStyle(each).backgroundColor);
      if (a > 0) return [r, g, b];
    }
    return [255, 255, 255];
  };
  return [...document.querySelectorAll("body *")]
    .filter((each) => [...each.childNodes].some((n) => n.nodeType === 3 && n.data.trim()))
    .filter((each) => !["TITLE", "title", "STYLE"].includes(each.tagName))
    .map((each) => {
      const style = getComputedStyle(each);
      const ink = each instanceof SVGElement ? style.fill : style.color;
      const [a, b] = [luminance(channels(ink)), luminance(behind(each))];
      return [(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), each.outerHTML.slice(0, 120)];
    })
    .filter(([ratio]) => ratio < 4.5);
}"""
"""Texts below the contrast of WCAG 2.2, success criterion 1.4.3 (AA), which is 4.5 to 1."""


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> str:
    window = FaultWindow(fault="Outage(dependency='prices')", dependency="prices", began=1, ended=2)
    latencies = [0.02 + (n % 7) / 100 for n in range(300)]
    plot = picture([load_run(latencies, failed=range(120, 180))], [window])
    path = tmp_path_factory.mktemp("report") / "report.html"
    tests = [replace(each, plot=plot) for each in EVERY_KIND[:2]]
    TextFile(path, rendered).write(session([*tests, *EVERY_KIND[2:]], minimum=80))
    return path.as_uri()


@pytest.fixture(params=["light", "dark"])
def page(request: pytest.FixtureRequest, browser: Browser, report: str) -> Iterator[Page]:
    """Give the report, opened; what it fetches or complains of fails the test."""
    complaints: list[str] = []
    opened = browser.new_page(color_scheme=request.param, viewport={"width": 1100, "height": 900})
    opened.on("console", lambda said: complaints.append(said.text))
    opened.on("request", lambda asked: complaints.append(asked.url))
    opened.goto(report)
    assert complaints == [report]
    yield opened
    opened.close()
    assert complaints == [report]


def test_every_text_has_enough_contrast_and_everything_fits(page: Page) -> None:
    page.evaluate("document.querySelectorAll('details').forEach((each) => each.open = true)")
    assert page.evaluate(LOW_CONTRAST) == []
    dark = page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    keep(page, "report-dark" if dark else "report-light")
    page.set_viewport_size({"width": 360, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_on_paper_everything_is_open_and_light(page: Page) -> None:
    """Chromium's colour for text on paper is black, whatever the screen's setting is."""
    evidence = page.get_by_text("It needs about 90 requests.").locator("xpath=../..")
    replay = evidence.locator("code")
    expect(replay).to_be_hidden()
    page.emulate_media(media="print")
    expect(replay).to_be_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate(LOW_CONTRAST) == []


def test_it_is_read_and_walked_through_without_javascript(browser: Browser, report: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(report)
    expect(page.get_by_role("heading", level=1)).to_have_text("windtunnel report")
    page.get_by_role("link", name="Matrix").click()
    assert page.url.endswith("#matrix")
    expect(page.get_by_role("table").filter(has_text="vacuous")).to_be_visible()
    page.get_by_text("mean response").click()
    expect(page.get_by_text("20.40 ms to 25.40 ms")).to_be_visible()
    context.close()


def test_it_prints_as_a_document_of_some_pages(page: Page, tmp_path: Path) -> None:
    page.pdf(path=tmp_path / "report.pdf", format="A4")
    assert 1 < (tmp_path / "report.pdf").read_bytes().count(b"/Type /Page\n") < 12
