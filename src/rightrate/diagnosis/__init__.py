"""What is worth telling a person: the type `Finding`."""

from rightrate.diagnosis.finding import Finding, Severity

__all__ = ["Finding", "Severity"]
