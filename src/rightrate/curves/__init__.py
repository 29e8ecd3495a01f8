"""What one training printed, as values: the type `Curve`."""

from rightrate.curves.curve import Curve

__all__ = ["Curve"]
