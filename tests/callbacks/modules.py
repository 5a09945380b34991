"""A LightningModule and its data, small enough for a fit in a tenth of a second. Importable by spawned processes."""

from __future__ import annotations

from typing import Any

import torch
from lightning.pytorch import LightningModule, Trainer
from torch import nn
from torch.utils.data import DataLoader

TOKENS = list("abcde")
TEXT = "abcdeedcbaabcde"
#: Twelve batches of two sequences.
BATCHES = 12


def loader(batches: int = BATCHES) -> DataLoader[Any]:
    """Return batches, the same in each epoch."""
    indices = torch.randint(5, (2 * batches, 9), generator=torch.Generator().manual_seed(1))
    return DataLoader([(row[:-1], row[1:]) for row in indices], batch_size=2)  # type: ignore[arg-type]  # a list is enough


class TinyModule(LightningModule):
    """An embedding and a linear layer, with dropout between them, and a part that is trained in evaluation mode."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.embedding = nn.Embedding(5, 8)
        self.dropout = nn.Dropout(0.5)
        self.readout = nn.Linear(8, 5)
        self.frozen = nn.Dropout(0.5)
        self.modes: list[tuple[bool, bool, bool]] = []

    def forward(self, indices: torch.Tensor) -> torch.Tensor:
        return self.readout(self.frozen(self.dropout(self.embedding(indices))))

    def training_step(self, batch: Any, index: int) -> torch.Tensor:
        self.modes.append((self.training, self.dropout.training, self.frozen.training))
        return self.logged("train_loss", batch)

    def validation_step(self, batch: Any, index: int) -> None:
        self.logged("val_loss", batch)

    def logged(self, name: str, batch: Any) -> torch.Tensor:
        inputs, targets = batch
        loss = nn.functional.cross_entropy(self(inputs).flatten(0, 1), targets.flatten())
        self.log(name, loss)
        return loss

    def on_train_epoch_start(self) -> None:
        self.frozen.eval()

    def configure_optimizers(self) -> Any:
        optimizer = torch.optim.Adam(self.parameters(), 0.1)
        return [optimizer], [{"scheduler": torch.optim.lr_scheduler.StepLR(optimizer, 1, 0.5), "interval": "step"}]


def trainer(*callbacks: Any, **options: Any) -> Trainer:
    """Return a trainer that writes nothing."""
    parts = ("logger", "enable_checkpointing", "enable_progress_bar", "enable_model_summary")
    quiet: dict[str, Any] = dict.fromkeys(parts, False)
    return Trainer(**{"callbacks": list(callbacks), "accelerator": "cpu", **quiet, **options})


class StopsAt(TinyModule):
    """Ends the training after a number of steps."""

    def __init__(self, steps: int) -> None:
        super().__init__()
        self.steps = steps

    def on_train_batch_end(self, outputs: Any, batch: Any, batch_idx: int) -> None:
        self.trainer.should_stop = self.trainer.global_step == self.steps
