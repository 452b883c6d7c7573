"""The HTML report on a model: what is gathered for it, its pictures, its words, its page."""

from .gather import report_on
from .page import ErrorRow, Report, render_report, write_report

__all__ = ["ErrorRow", "Report", "render_report", "report_on", "write_report"]
