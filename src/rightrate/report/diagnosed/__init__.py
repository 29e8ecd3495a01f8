"""A diagnosis as terminal text, Markdown, JSON, and one HTML page."""
