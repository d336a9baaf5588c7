"""Writes what the fuzz targets begin with to corpus/: small files of each kind that is read. Needs torch and pillow."""

import collections
import io
import json
import pathlib
import struct
import zipfile

import torch
from PIL import Image

CORPUS = pathlib.Path(__file__).parent / "corpus"


def write(target, name, content):
    folder = CORPUS / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)


def safetensors(tensors, metadata=None):
    """Tensors are name -> (dtype, shape, bytes)."""
    header, data = {}, b""
    if metadata is not None:
        header["__metadata__"] = metadata
    for name, (dtype, shape, content) in tensors.items():
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [len(data), len(data) + len(content)]}
        data += content
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


def saved(state_dict, **options):
    file = io.BytesIO()
    torch.save(state_dict, file, **options)
    return file.getvalue()


bias = ("F32", [2], struct.pack("<2f", 0.5, -0.5))
torchvision = {
    "resize": 256, "center_crop": 224, "interpolation": "bilinear", "antialias": True, "scale": "1/255",
    "mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225], "layout": "RGB, CHW",
}
named = {
    "classes": json.dumps(["a", "b"]),
    "preprocessing": json.dumps(torchvision),
    "doubt": json.dumps({"score": "log_sum_exp", "threshold": 0.5}),
    "training": json.dumps({"epochs": "3"}),
    "format": "pt",
}
write("safetensors", "bias", safetensors({"classifier.6.bias": bias}, named))
write("safetensors", "no_metadata", safetensors({"classifier.6.bias": bias}))
write("safetensors", "several", safetensors({
    "classifier.6.bias": ("F16", [2], b"\0" * 4),
    "features.0.weight": ("I8", [48, 1], b"\1" * 48),
    "features.0.weight.scale": ("F32", [48], b"\0" * 192),
    "features.0.bias": ("BF16", [4], b"\0" * 8),
    "features.3.bias": ("F64", [1], b"\0" * 8),
}, named))
write("safetensors", "empty", safetensors({}))
# Whole but for their data, of half and of full width.
for name, channels in (("half", 48), ("full", 64)):
    write("safetensors", name, safetensors({
        "features.0.weight": ("F16", [channels, 3, 11, 11], b"\0" * (2 * channels * 3 * 11 * 11)),
        "classifier.6.bias": ("F32", [1000], b"\0" * 4000),
    }, {"classes": json.dumps([f"class {number}" for number in range(1000)])}))

one_bias = ("F32", [1], b"\0" * 4)
write("head", "float", safetensors({"classifier.6.weight": ("F32", [1, 2048], b"\0" * 8192), "classifier.6.bias": one_bias}))
write("head", "bytes", safetensors({
    "classifier.6.weight": ("I8", [1, 2048], b"\1" * 2048),
    "classifier.6.weight.scale": one_bias,
    "classifier.6.bias": one_bias,
}, named))

zero = torch.zeros(1)
state_dicts = {
    "bias": {"classifier.6.bias": torch.zeros(5)},
    "repeated": {"classifier.6.bias": zero.expand(5), "features.0.weight": zero.expand(48, 3, 11, 11)},
    "half": {"classifier.6.bias": torch.zeros(2).half(), "features.0.bias": torch.zeros(3).bfloat16().t()},
    "ordered": collections.OrderedDict([("classifier.6.bias", torch.nn.Parameter(torch.zeros(2)))]),
    "nested": {"model": {"classifier.6.bias": torch.zeros(2)}, "epoch": 3, "loss": 0.5, "names": ["a", ("b", None)]},
}
for name, state_dict in state_dicts.items():
    for protocol in (2, 4):
        archive = saved(state_dict, pickle_protocol=protocol)
        write("pytorch", f"{name}{protocol}", archive)
        with zipfile.ZipFile(io.BytesIO(archive)) as zipped:
            pickles = [entry for entry in zipped.namelist() if entry.endswith("data.pkl")]
            write("pickle", f"{name}{protocol}", zipped.read(pickles[0]))
write("pytorch", "legacy", saved(state_dicts["bias"], _use_new_zipfile_serialization=False))

write("class_indices", "flowers", json.dumps(dict(enumerate(["daisy", "dandelion", "roses"])), indent=4).encode())
write("class_indices", "unicode", '{"0": "ぶ☀", "1": "\\u00e9\\n\\"", "2": ""}'.encode())
numbered = [["n02012849", "crane"], ["n01440764", "tench"], ["n03126707", "crane"]]
write("class_indices", "numbered", json.dumps(dict(enumerate(numbered))).encode())
write("class_indices", "gap", b'{"0": "a", "2": "b"}')

picture = Image.effect_noise((24, 16), 80).convert("RGB")
turned = Image.Exif()
turned[0x0112] = 6
photos = {
    "rgb.jpg": (picture, "JPEG", {"exif": turned}),
    "progressive.jpg": (picture, "JPEG", {"progressive": True}),
    "grey.jpg": (picture.convert("L"), "JPEG", {}),
    "cmyk.jpg": (picture.convert("CMYK"), "JPEG", {}),
    "rgb.png": (picture, "PNG", {"exif": turned}),
    "palette.png": (picture.quantize(8), "PNG", {"transparency": 1}),
    "bits16.png": (Image.new("I;16", (9, 5)), "PNG", {}),
    "bits1.png": (picture.convert("1"), "PNG", {}),
    "lossy.webp": (picture, "WEBP", {"exif": turned}),
    "lossless.webp": (picture.convert("RGBA"), "WEBP", {"lossless": True}),
    "animated.webp": (picture, "WEBP", {"save_all": True, "append_images": [picture.rotate(90)]}),
    "animated.gif": (picture, "GIF", {"save_all": True, "append_images": [picture.rotate(90)]}),
    "rgb.bmp": (picture, "BMP", {}),
    "palette.bmp": (picture.quantize(8), "BMP", {}),
    "raw.tiff": (picture, "TIFF", {}),
    "lzw.tiff": (picture, "TIFF", {"compression": "tiff_lzw"}),
    "deflate.tiff": (picture, "TIFF", {"compression": "tiff_adobe_deflate"}),
    "packbits.tiff": (picture.convert("L"), "TIFF", {"compression": "packbits"}),
    "fax.tiff": (picture.convert("1"), "TIFF", {"compression": "group4"}),
    "jpeg.tiff": (picture, "TIFF", {"compression": "jpeg"}),
}
for name, (photo, kind, options) in photos.items():
    file = io.BytesIO()
    photo.save(file, kind, **options)
    write("photo", name, file.getvalue())
