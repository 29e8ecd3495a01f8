"""A step that runs on several devices: two processors that TensorFlow is told to see, in a process of their own."""

from __future__ import annotations

import subprocess
import sys

SCRIPT = """
import tensorflow as tf
processor = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(processor, [tf.config.LogicalDeviceConfiguration()] * 2)
import keras, numpy as np, rightrate as rr
strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
x = np.random.default_rng(0).normal(size=(160, 3)).astype("float32")

def fit(rate, watch):
    with strategy.scope():
        keras.utils.set_random_seed(1)
        model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
        model.compile(keras.optimizers.SGD(rate), "mse")
    return model.fit(x, x.sum(1), batch_size=8, epochs=3, verbose=0, callbacks=[watch])

watch = rr.Watch(quiet=True)
history = fit(0.01, watch)
loss = watch.diagnosis.document.training.curves["loss"]
assert loss.steps[-1] == 60
np.testing.assert_allclose(loss.values[loss.steps <= 20].mean(), history.history["loss"][0], rtol=1e-4)

watch = rr.Watch("rescue", factor=0.001, quiet=True)
history = fit(1e6, watch)
assert [done.kind for done in watch.interventions][0] == "rescue"

try:
    fit(keras.optimizers.schedules.CosineDecay(0.1, 100), rr.Watch("rescue", quiet=True))
except rr.UsageError as error:
    assert "cannot lower a schedule here: the step runs on several devices" in str(error)
else:
    raise AssertionError("a schedule would not have been lowered")
"""


def test_a_training_on_two_devices_is_watched_and_rescued() -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
