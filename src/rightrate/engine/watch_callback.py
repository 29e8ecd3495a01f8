"""The base class of a callback, for code that may not know Keras itself."""

from __future__ import annotations

import keras

KerasCallback = keras.callbacks.Callback
