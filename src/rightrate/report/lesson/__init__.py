"""The interactive lesson: recorded trainings, and what the tool says of them, as one HTML page."""
