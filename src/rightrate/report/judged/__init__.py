"""A judgement as terminal text, Markdown, JSON, JUnit XML, GitHub summary and annotations, and one HTML page."""
