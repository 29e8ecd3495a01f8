"""Reads files of other tools."""
