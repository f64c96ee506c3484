"""One self-contained HTML file: readable without JavaScript, on a phone, in the dark, on paper."""

from windtunnel.reports.html.page import LIMIT, page

__all__ = ["LIMIT", "page"]
