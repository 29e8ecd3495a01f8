"""What is worth telling a person: the type `Finding`, and the findings that a search can make."""

from rightrate.diagnosis.finding import Finding, Severity

