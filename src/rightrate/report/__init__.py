"""Turns the values of a search into what people read: terminal, Markdown, JSON, CSV, charts, HTML."""
