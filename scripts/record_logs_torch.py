"""Records the logs of tools on PyTorch, as `record_logs.py` does for the others.

python scripts/record_logs_torch.py lightning transformers fastai ultralytics
"""

from __future__ import annotations

import os
import shutil
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
from record_logs import BATCH, EPOCHS, WIDTH, Said, Tools, Truth, data, nameless, record


def lightning(folder: Path) -> Truth:
    """CSVLogger and TensorBoardLogger of one training: losses by step and epoch, validation, the rate's monitor."""
    import lightning as pl
    import torch
    from lightning.pytorch.callbacks import LearningRateMonitor
    from lightning.pytorch.loggers import CSVLogger, TensorBoardLogger

    class Network(pl.LightningModule):
        def __init__(self) -> None:
            super().__init__()
            self.layers = torch.nn.Sequential(torch.nn.Linear(WIDTH, 8), torch.nn.ReLU(), torch.nn.Linear(8, 2))

        def training_step(self, batch: Any, _: int) -> Any:
            loss = torch.nn.functional.cross_entropy(self.layers(batch[0]), batch[1])
            self.log("train_loss", loss, on_step=True, on_epoch=True)
            return loss

        def validation_step(self, batch: Any, _: int) -> None:
            self.log("val_loss", torch.nn.functional.cross_entropy(self.layers(batch[0]), batch[1]))
            self.log("val_acc", (self.layers(batch[0]).argmax(1) == batch[1]).float().mean())

        def configure_optimizers(self) -> Any:
            optimizer = torch.optim.Adam(self.parameters(), 0.02)
            return [optimizer], [torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.8)]

    said = Said()

    class Listener(pl.Callback):
        def on_train_batch_end(self, trainer: Any, *_: Any) -> None:
            if trainer.global_step % trainer.log_every_n_steps == 0:
                said.take(trainer.global_step - 1, {"train_loss_step": trainer.callback_metrics["train_loss_step"]})

        def on_train_epoch_end(self, trainer: Any, *_: Any) -> None:
            names = ("val_loss", "val_acc")
            said.take(trainer.global_step - 1, {name: trainer.callback_metrics[name] for name in names})

    pl.seed_everything(0)
    loggers = [CSVLogger(folder, "", "csv"), TensorBoardLogger(folder, "", "events")]
    trainer = pl.Trainer(
        max_epochs=EPOCHS, logger=loggers, log_every_n_steps=4, accelerator="cpu", enable_progress_bar=False,
        enable_checkpointing=False, enable_model_summary=False, callbacks=[LearningRateMonitor("step"), Listener()],
    )  # fmt: skip
    loaders = [
        torch.utils.data.DataLoader(torch.utils.data.TensorDataset(*map(torch.from_numpy, data(seed))), BATCH)
        for seed in (0, 1)
    ]
    trainer.fit(Network(), *loaders)
    nameless(folder)
    return {"csv/metrics.csv": {"": dict(said)}, "events": {"": dict(said)}}


def transformers(folder: Path) -> Truth:
    """Trainer with a tiny BERT at random weights: trainer_state.json of a checkpoint and of the end, event files."""
    import torch
    import transformers as t

    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, 128)
    tokens = rng.integers(5, 50, (128, 8))
    tokens[:, 0] = labels + 1
    rows = [{"input_ids": torch.tensor(row), "labels": int(label)} for row, label in zip(tokens, labels, strict=True)]
    t.set_seed(0)
    config = t.BertConfig(
        vocab_size=64, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16, num_labels=2
    )
    os.environ["TENSORBOARD_LOGGING_DIR"] = str(folder / "events")
    trainer = t.Trainer(
        t.BertForSequenceClassification(config),
        t.TrainingArguments(
            output_dir=str(folder / "output"), num_train_epochs=4, per_device_train_batch_size=16, learning_rate=3e-3,
            logging_steps=2, eval_strategy="epoch", save_strategy="epoch", report_to="tensorboard", use_cpu=True,
            disable_tqdm=True, seed=0,
        ),
        train_dataset=rows[:96], eval_dataset=rows[96:],
        compute_metrics=lambda p: {"accuracy": float((p.predictions.argmax(1) == p.label_ids).mean())},
    )  # fmt: skip
    said: dict[int, dict[str, float]] = defaultdict(dict)

    class Listener(t.TrainerCallback):
        def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **_: Any) -> None:
            said[state.global_step].update(logs)

    trainer.add_callback(Listener())
    trainer.train()
    trainer.save_state()
    shutil.copy(folder / "output" / "checkpoint-12" / "trainer_state.json", folder / "checkpoint_state.json")
    shutil.copy(folder / "output" / "trainer_state.json", folder / "trainer_state.json")
    shutil.rmtree(folder / "output")
    nameless(folder)
    whole, half = Said(), Said()
    for step, values in said.items():
        whole.take(step, values)
        if step <= 12:
            half.take(step, values)
    truth = {"": dict(whole)}
    return {"trainer_state.json": truth, "checkpoint_state.json": {"": dict(half)}, "events": truth}


def fastai(folder: Path) -> Truth:
    """A Learner of fit_one_cycle with its CSVLogger."""
    import torch
    from fastai.basics import DataLoader, DataLoaders, Learner, accuracy
    from fastai.callback.all import CSVLogger

    torch.manual_seed(0)
    sets = [list(zip(*map(torch.from_numpy, data(seed)), strict=True)) for seed in (0, 1)]
    loaders = DataLoaders(*(DataLoader(rows, BATCH, shuffle=False) for rows in sets))
    network = torch.nn.Sequential(torch.nn.Linear(WIDTH, 8), torch.nn.ReLU(), torch.nn.Linear(8, 2))
    learner = Learner(loaders, network, loss_func=torch.nn.CrossEntropyLoss(), metrics=accuracy, path=folder)
    learner.fit_one_cycle(5, 0.02, cbs=CSVLogger())
    names = ("train_loss", "valid_loss", "accuracy")
    said = Said()
    for epoch, values in enumerate(learner.recorder.values):
        said.take(epoch, dict(zip(names, values, strict=True)))
    return {"history.csv": {"": dict(said)}}


def ultralytics(folder: Path) -> Truth:
    """YOLO from random weights: a detector and a classifier, on drawn squares."""
    from PIL import Image
    from ultralytics import YOLO

    rng = np.random.default_rng(0)
    for split in ("train", "val"):
        for place in range(8):
            size, left = int(rng.integers(12, 24)), int(rng.integers(0, 40))
            picture = np.zeros((64, 64, 3), "uint8")
            picture[left : left + size, left : left + size, place % 2] = 255
            middle = (left + size / 2) / 64
            for kind, path in (("detect", f"images/{split}"), ("classify", f"{split}/{'rg'[place % 2]}")):
                file = Path("data", kind, path, f"{place}.png")
                file.parent.mkdir(parents=True, exist_ok=True)
                Image.fromarray(picture).save(file)
            words = f"{place % 2} {middle} {middle} {size / 64} {size / 64}\n"
            label = Path("data", "detect", "labels", split, f"{place}.txt")
            label.parent.mkdir(parents=True, exist_ok=True)
            label.write_text(words)
    home = Path("data", "detect").resolve()
    Path("data.yaml").write_text(f"path: {home}\ntrain: images/train\nval: images/val\nnames: [r, g]\n")
    truth: Truth = {}
    for kind, model, source in (
        ("detect", "yolov8n.yaml", "data.yaml"),
        ("classify", "yolov8n-cls.yaml", "data/classify"),
    ):
        said, network = Said(), YOLO(model)

        def listen(trainer: Any, said: Said = said) -> None:
            # It is called once more when the best weights are evaluated at the end.
            if trainer.epoch < trainer.epochs:
                losses = trainer.label_loss_items(trainer.tloss)
                said.take(trainer.epoch + 1, {**losses, **trainer.metrics, **trainer.lr})

        network.add_callback("on_fit_epoch_end", listen)
        network.train(
            data=source, epochs=3, imgsz=64, batch=4, device="cpu", workers=0, plots=False, amp=False, save=False,
            project=str(Path("out").resolve()), name=kind, seed=0, verbose=False, val=True,
        )  # fmt: skip
        shutil.copy(Path("out", kind, "results.csv"), folder / f"{kind}.csv")
        truth[f"{kind}.csv"] = {"": dict(said)}
    return truth


TOOLS: Tools = {
    "lightning": (lightning, ("lightning", "torch")),
    "transformers": (transformers, ("transformers", "torch")),
    "fastai": (fastai, ("fastai", "torch")),
    "ultralytics": (ultralytics, ("ultralytics", "torch")),
}


if __name__ == "__main__":
    for asked in sys.argv[1:] or TOOLS:
        record(asked, TOOLS)
