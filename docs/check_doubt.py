"""Which score tells photos of the model's classes from others? As the model card has it.

    python check_doubt.py MODEL.safetensors SPLIT HELD_OUT OTHERS

SPLIT holds train/ and val/, HELD_OUT more class folders, OTHERS pictures of anything else. For each class the last layer is
trained anew on the other four, and that class's photos stand for flowers of another kind. The figures are areas under ROC.
"""
import json
import pathlib
import sys

import numpy
import torch
from PIL import Image
from safetensors import safe_open
from torch import nn


model, split, held_out, others = map(pathlib.Path, sys.argv[1:])
with safe_open(model, "pt") as file:
    classes = json.loads(file.metadata()["classes"])
    weights = {name: file.get_tensor(name).float() for name in file.keys()}
for name in [name for name in weights if name.endswith(".scale")]:  # 8 bits, with a scale for each output
    tensor = weights[name.removesuffix(".scale")]
    tensor *= weights.pop(name).reshape(-1, *[1] * (tensor.dim() - 1))

conv = lambda i, o, k, s=1, p=1: [nn.Conv2d(i, o, k, s, p), nn.ReLU()]
pool = lambda: nn.MaxPool2d(3, 2)
features = nn.Sequential(*conv(3, 48, 11, 4, 2), pool(), *conv(48, 128, 5, 1, 2), pool(), *conv(128, 192, 3),
                         *conv(192, 192, 3), *conv(192, 128, 3), pool(), nn.Flatten())
classifier = nn.Sequential(nn.Dropout(), nn.Linear(4608, 2048), nn.ReLU(), nn.Dropout(), nn.Linear(2048, 2048), nn.ReLU(),
                           nn.Linear(2048, len(classes)))
net = nn.ModuleDict({"features": features, "classifier": classifier}).eval()
net.load_state_dict(weights)


def photos(folder):
    return sorted(path for path in folder.rglob("*") if path.suffix.lower() in (".jpg", ".jpeg", ".png"))


@torch.no_grad()
def look(paths):
    """What the last layer decides on, for each photo."""
    def image(path):
        pixels = numpy.array(Image.open(path).convert("RGB").resize((224, 224), Image.BILINEAR))
        return torch.tensor(pixels).permute(2, 0, 1) / 255 * 2 - 1
    batches = [paths[at : at + 64] for at in range(0, len(paths), 64)]
    return torch.cat([classifier[:6](features(torch.stack([image(path) for path in batch]))) for batch in batches])


def labelled(*folders):
    paths = [path for folder in folders for path in photos(folder)]
    return look(paths), torch.tensor([classes.index(path.parent.name) for path in paths])


def head(x, y, outputs):
    """The last layer, trained alone: Adam at 0.0002, 30 epochs of batches of 32."""
    torch.manual_seed(0)
    layer = nn.Linear(x.shape[1], outputs)
    nn.init.normal_(layer.weight, 0, 0.01), nn.init.zeros_(layer.bias)
    adam = torch.optim.Adam(layer.parameters(), lr=2e-4)
    for _ in range(30):
        for batch in torch.randperm(len(x)).split(32):
            adam.zero_grad()
            nn.functional.cross_entropy(layer(x[batch]), y[batch]).backward()
            adam.step()
    return layer


@torch.no_grad()
def scores(layer, x, x_train, y_train):
    logits, cosine = layer(x), nn.functional.cosine_similarity
    probabilities = logits.softmax(1)
    means = torch.stack([x_train[y_train == label].mean(0) for label in range(logits.shape[1])])
    return {
        "top probability": probabilities.amax(1),
        "negative entropy": (probabilities * probabilities.clamp(1e-12).log()).sum(1),
        "largest logit": logits.amax(1),
        "log-sum-exp of the logits": logits.logsumexp(1),
        "cosine to the nearest class mean": torch.stack([cosine(x, mean[None]) for mean in means]).amax(0),
    }


def area(own, other):
    """The share of pairs in which the photo of a class of the model has the higher score."""
    return ((own[:, None] > other).float() + (own[:, None] == other).float() / 2).mean().item()


(x_train, y_train), (x, y) = labelled(split / "train"), labelled(split / "val", held_out)
found = {}
for left_out in range(len(classes)):
    known = y_train[y_train != left_out]
    known = known - (known > left_out).long()
    inputs = x_train[y_train != left_out]
    layer = head(inputs, known, len(classes) - 1)
    own, other = (scores(layer, part, inputs, known) for part in (x[y != left_out], x[y == left_out]))
    for name in own:
        found.setdefault(name, []).append(area(own[name], other[name]))
own, other = (scores(classifier[6], part, x_train, y_train) for part in (x, look(photos(others))))
for name, areas in found.items():
    each = " ".join(f"{area:.3f}" for area in areas)
    print(f"{name}: {numpy.mean(areas):.3f} ({each}), other pictures {area(own[name], other[name]):.3f}")
