"""Folders of pictures to try `--dataset folder:PATH` on: glyphs, Omniglot as JPEGs, KanjiVG, fonts.

    python -m benchmarks.own_folders omniglot FOLDER [--drawers N] [--test]
    python -m benchmarks.own_folders glyphs FOLDER [--drawers N]
    python -m benchmarks.own_folders kanjivg FOLDER --archive kanjivg.whl [--drawers N]
    python -m benchmarks.own_folders fonts FOLDER --fonts DIR [--drawers N]

Omniglot's pictures become greyscale JPEGs of 300x200 pixels, as a scanner's would be: the drawing
between broad margins; --test takes the ten test alphabets alone. Of KanjiVG (CC BY-SA 3.0) strokes
are drawn by simulated hands, which shift, turn and scale each stroke a little; an alphabet is the
kanji of one number of strokes. Fonts (Noto, SIL Open Font License 1.1; Debian's package
fonts-noto-core, DIR is /usr/share/fonts/truetype/noto) give letters of scripts that Omniglot has
not, whose strokes simulated hands draw likewise, each letter bent a little besides. Nothing of it
belongs to the project: FOLDER is to be a temporary one.
"""

from __future__ import annotations

import gzip
import re
import xml.etree.ElementTree as ElementTree
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from benchmarks.command import make_parser, run_main
from benchmarks.font_letters import own_way, scripts
from data.collection import SIDE
from data.sources.load import load_collection
from data.splits import paper_splits

Floats = NDArray[np.float64]
WIDTH, HEIGHT = 300, 200
"""Pixels of a JPEG."""
SEED = 2015
FEWEST, MOST = 20, 30
"""Kanji of an alphabet."""
FIELD = 109
"""Width and height of KanjiVG's drawings, in its units."""


def copy_collection(name: str, folder: Path, drawers: int, test: bool) -> None:
    """Writes a collection's pictures by its first drawers: JPEGs of Omniglot, else PNGs."""
    collection = load_collection(name, None)
    splits = paper_splits(collection)
    alphabets = splits.test.alphabets if test else collection.background + collection.evaluation
    characters = collection.characters(alphabets, collection.drawers[:drawers], SIDE)
    for row, character in enumerate(characters.names):
        place = folder / character
        place.mkdir(parents=True, exist_ok=True)
        for column in range(drawers):
            picture = Image.fromarray(255 - characters.pictures[row, column].numpy())
            if name == "omniglot":
                sheet = Image.new("L", (WIDTH, HEIGHT), 255)
                scaled = picture.resize((HEIGHT, HEIGHT), Image.Resampling.BICUBIC)
                sheet.paste(scaled, ((WIDTH - HEIGHT) // 2, 0))
                sheet.save(place / f"{column + 1:02d}.jpg", quality=85)
            else:
                picture.save(place / f"{column + 1:02d}.png")


def draw_kanji(archive: Path, folder: Path, drawers: int) -> None:
    """Draws alphabets of 20 to 30 kanji each, each kanji by several hands."""
    rng = np.random.default_rng(SEED)
    alphabets: dict[int, dict[str, list[Floats]]] = defaultdict(dict)
    for kanji, strokes in read_kanji(archive):
        alphabets[len(strokes)][kanji] = strokes
    for count, kanji_of in sorted(alphabets.items()):
        if len(kanji_of) < FEWEST:
            continue
        names = sorted(kanji_of)
        chosen = [names[place] for place in rng.permutation(len(names))[:MOST]]
        for name in chosen:
            place = folder / f"{count:02d} strokes" / name
            place.mkdir(parents=True, exist_ok=True)
            for number in range(drawers):
                by_hand(kanji_of[name], rng).save(place / f"{number + 1:02d}.png")


def draw_letters(fonts: Path, folder: Path, drawers: int) -> None:
    """Draws alphabets of scripts that Omniglot has not, each letter by several hands."""
    for number, (script, letters) in enumerate(scripts(fonts).items()):
        rng = np.random.default_rng([SEED, number])
        for name, strokes in letters.items():
            place = folder / script / name
            place.mkdir(parents=True, exist_ok=True)
            for drawer in range(drawers):
                drawn = [stroke + FIELD / 2 for stroke in own_way(strokes, rng)]
                by_hand(drawn, rng).save(place / f"{drawer + 1:02d}.png")


def read_kanji(archive: Path) -> Iterator[tuple[str, list[Floats]]]:
    """Kanji of the archive, from U+4E00 on, and the points of each one's strokes."""
    with ZipFile(archive) as files:
        for member in files.namelist():
            if found := re.search(r"kanji/([0-9a-f]{5})\.svg(\.gz)?$", member):
                if not 0x4E00 <= int(found[1], 16) <= 0x9FFF:
                    continue
                content = files.read(member)
                drawing = ElementTree.fromstring(gzip.decompress(content) if found[2] else content)
                paths = drawing.iter("{http://www.w3.org/2000/svg}path")
                yield chr(int(found[1], 16)), [points_of(path.attrib["d"]) for path in paths]


def points_of(path: str) -> Floats:
    """Points along an SVG path of moves and cubic curves: [n, 2]."""
    tokens = re.findall(r"[MmCcSs]|-?\d*\.?\d+", path)
    at, control, points, letter = np.zeros(2), np.zeros(2), [], ""
    position = 0
    while position < len(tokens):
        if tokens[position].isalpha():
            letter, position = tokens[position], position + 1
        wanted = {"m": 2, "c": 6, "s": 4}[letter.lower()]
        numbers = np.array(tokens[position : position + wanted], float).reshape(-1, 2)
        position += wanted
        numbers = numbers + (at if letter.islower() else 0)
        if letter in "Mm":
            at = control = numbers[0]
            continue
        first = 2 * at - control if letter in "Ss" else numbers[0]
        second, end = numbers[-2], numbers[-1]
        t = np.linspace(0, 1, 20)[:, None]
        powers = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3)
        points.append(
            sum(p * place for p, place in zip(powers, (at, first, second, end), strict=True))
        )
        at, control = end, second
    return np.concatenate(points)


def by_hand(strokes: list[Floats], rng: np.random.Generator) -> Image.Image:
    """Draws strokes on a page, as one hand would."""
    page = Image.new("L", (WIDTH, WIDTH), 255)
    draw = ImageDraw.Draw(page)
    pen, size = int(rng.integers(3, 8)), rng.uniform(1.6, 2.3)
    slant, turn = rng.normal(0, 0.12), rng.normal(0, 0.08)
    whole = size * np.array([[np.cos(turn), np.sin(turn) + slant], [-np.sin(turn), np.cos(turn)]])
    for stroke in strokes:
        middle = stroke.mean(0)
        angle, scale = rng.normal(0, 0.06), np.exp(rng.normal(0, 0.06))
        own = scale * np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
        moved = (stroke - middle) @ own + middle + rng.normal(0, 2.5, 2)
        placed = (moved - FIELD / 2) @ whole.T + WIDTH / 2
        draw.line([tuple(point) for point in placed], fill=20, width=pen, joint="curve")
    return page


def main() -> None:
    """Writes a folder."""
    parser = make_parser(__doc__)
    parser.add_argument("what", choices=["omniglot", "glyphs", "kanjivg", "fonts"])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--drawers", type=int, default=20)
    parser.add_argument("--test", action="store_true", help="the ten test alphabets alone")
    parser.add_argument("--archive", type=Path, help="KanjiVG's wheel, as `pip download` gets it")
    parser.add_argument("--fonts", type=Path, help="a folder that holds Noto's fonts")
    arguments = parser.parse_args()
    for what, option in (("kanjivg", "archive"), ("fonts", "fonts")):
        if arguments.what == what and getattr(arguments, option) is None:
            parser.error(f"{what} needs --{option}")
    if arguments.what == "kanjivg":
        draw_kanji(arguments.archive, arguments.folder, arguments.drawers)
    elif arguments.what == "fonts":
        draw_letters(arguments.fonts, arguments.folder, arguments.drawers)
    else:
        copy_collection(arguments.what, arguments.folder, arguments.drawers, arguments.test)


if __name__ == "__main__":
    run_main(main)
