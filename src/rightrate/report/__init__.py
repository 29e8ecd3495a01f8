"""Turns the values of a search into what people read: terminal, Markdown, JSON, CSV, charts, HTML."""

from rightrate.report.document import Document

__all__ = ["Document"]
