"""Where good fine-tuning rates lie, by the kind of fine-tuning: the centre of the first range, each with its source.

The kind is what a published recipe depends on: the optimizer's family, how much of the network is trainable, and
whether its head is new. "Measured" rows come from half-decade sweeps of plain Keras `fit` over six fine-tunings
(image networks with frozen and with trainable blocks, a text encoder, small CNNs).
"""

from __future__ import annotations

from dataclasses import dataclass

# Share of the weights that must be trainable for the network itself to be what is tuned, not a head on top of it.
HEAD_ONLY = 0.02
# A network with fewer weights than this, all trainable, is small: its best rates are those of training from
# scratch. The small CNN of the measurements has 10^4 to 10^5 weights, the pretrained networks 10^6 and more.
SMALL = 300_000


@dataclass(frozen=True)
class Kind:
    """What is fine-tuned.

    Args:
        optimizer: the Keras optimizer's class name.
        trainable: trainable weights.
        weights: all weights.
        momentum: of SGD; 0 elsewhere.
    """

    optimizer: str
    trainable: int
    weights: int
    momentum: float = 0.0

    @property
    def what(self) -> str:
        """`"head"`, `"small"` or `"network"`."""
        if self.trainable < HEAD_ONLY * self.weights:
            return "head"
        return "small" if self.weights < SMALL else "network"


@dataclass(frozen=True)
class Prior:
    """One row of the table: `centre` is the middle of the first range, `source` where the number comes from."""

    family: str
    what: str
    centre: float
    source: str


TABLE: tuple[Prior, ...] = (
    Prior("adam", "head", 3e-3, "Keras's EfficientNet example: 1e-2 for the head; measured: 1e-3 to 1e-1"),
    Prior(
        "adam",
        "network",
        1e-4,
        "BERT's appendix A.3: 2e-5 to 5e-5; AutoGluon: 1e-4; measured: 3e-4 on four of four",
    ),
    Prior("adam", "small", 3e-3, "Keras's default 1e-3; measured: 1e-2 on a small pretrained CNN"),
    Prior("sgd", "head", 1e-1, "linear probes of MAE and of self-supervised networks: 0.1 and above"),
    Prior("sgd", "network", 1e-2, "BiT's HyperRule: 0.003 at batch 512; ViT: 0.03 at batch 512"),
    Prior("sgd", "small", 3e-2, "Keras's default 1e-2 without momentum"),
    Prior("plain sgd", "head", 3e-1, "SGD with momentum 0.9 moves ten times as far: its rate times 3 to 10"),
    Prior("plain sgd", "network", 3e-2, "SGD with momentum 0.9 moves ten times as far: its rate times 3 to 10"),
    Prior("plain sgd", "small", 1e-1, "SGD with momentum 0.9 moves ten times as far: its rate times 3 to 10"),
    Prior("sign", "head", 1e-3, "Lion's paper (arXiv:2302.06675): 3 to 10 times below AdamW's"),
    Prior("sign", "network", 3e-5, "Lion's paper (arXiv:2302.06675): 3 to 10 times below AdamW's"),
    Prior("sign", "small", 1e-3, "Lion's paper (arXiv:2302.06675): 3 to 10 times below AdamW's"),
    Prior("adagrad", "head", 3e-2, "Keras documents 1e-3 as default and up to 1 in the original form"),
    Prior("adagrad", "network", 1e-3, "between Adam and SGD: rates only fall from the first step on"),
    Prior("adagrad", "small", 1e-2, "between Adam and SGD: rates only fall from the first step on"),
    Prior("adadelta", "head", 1.0, "Zeiler's form has rate 1 (arXiv:1212.5701), as Keras documents"),
    Prior(
        "adadelta",
        "network",
        1e-1,
        "a tenth of training from scratch, as timm and Swin advise for fine-tuning",
    ),
    Prior("adadelta", "small", 1.0, "Zeiler's form has rate 1 (arXiv:1212.5701), as Keras documents"),
)

_FAMILIES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("sign", ("Lion",)),
    ("adagrad", ("Adagrad", "Ftrl", "Adafactor")),
    ("adadelta", ("Adadelta",)),
    ("sgd", ("SGD", "Muon")),
)


def family(kind: Kind) -> str:
    """The optimizer's family; an unknown class counts as Adam's, whose ladder of nine spans four decades."""
    for name, classes in _FAMILIES:
        if kind.optimizer in classes:
            return "plain sgd" if kind.optimizer == "SGD" and kind.momentum == 0 else name
    return "adam"


def prior(kind: Kind) -> Prior:
    """The table's row for `kind`.

    Example:
        >>> prior(Kind("AdamW", trainable=5_000_000, weights=5_000_000)).centre
        0.0001
        >>> prior(Kind("Adam", trainable=2_562, weights=4_000_000)).centre
        0.003
    """
    name, what = family(kind), kind.what
    return next(row for row in TABLE if (row.family, row.what) == (name, what))
