"""The live view: what is written under a folder, read as it grows and shown to browsers."""
