"""Real trainings by plain `Model.fit`, over rates from far too low to far too high, to measure the diagnosis on."""
