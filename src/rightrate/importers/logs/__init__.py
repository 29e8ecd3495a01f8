"""Training logs of any tool -> `Training`s and warnings. One file a format; `read.IMPORTERS` lists them."""
