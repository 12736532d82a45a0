"""The paper's splits, and that a search cannot see the test alphabets."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest
import torch

from data.collection import Collection
from data.splits import (
    SearchData,
    all_drawer_splits,
    drawer_splits,
    held_out_characters,
    paper_splits,
)

CPU = torch.device("cpu")


@pytest.fixture(params=["glyphs", "omniglot"])
def collection(request: pytest.FixtureRequest) -> Collection:
    collection: Collection = request.getfixturevalue(request.param)
    return collection


def test_alphabets_and_drawers(collection: Collection) -> None:
    train, validation, test = paper_splits(collection)
    assert (len(train.alphabets), len(validation.alphabets), len(test.alphabets)) == (30, 10, 10)
    assert set(train.alphabets) == set(collection.background)
    assert set(test.alphabets) == {run.alphabet for run in collection.runs}
    assert len({*train.alphabets, *validation.alphabets, *test.alphabets}) == 50
    assert train.drawers == tuple(range(1, 13))
    assert validation.drawers == (13, 14, 15, 16)
    assert test.drawers == (17, 18, 19, 20)


def test_splits_of_re_implementations(collection: Collection) -> None:
    paper, hands, everyone = (
        f(collection) for f in (paper_splits, drawer_splits, all_drawer_splits)
    )
    assert [split.alphabets for split in hands] == [collection.background] * 3
    assert [split.drawers for split in hands] == [split.drawers for split in paper]
    assert [split.alphabets for split in everyone] == [split.alphabets for split in paper]
    assert {split.drawers for split in everyone} == {tuple(range(1, 21))}


def test_search_data_is_the_same_without_the_test_alphabets(collection: Collection) -> None:
    tested = {run.alphabet for run in collection.runs}
    rows = [row for row, name in enumerate(collection.names) if name.partition("/")[0] in tested]
    packed = collection.packed.copy()
    packed[rows] = 0
    blind = SearchData.of(replace(collection, packed=packed), 35, CPU)
    search = SearchData.of(collection, 35, CPU)
    assert [field.name for field in fields(SearchData)] == [
        "train",
        "validation",
        "extra_alphabets",
    ]
    assert search.extra_alphabets == 0
    for seen, unseen in ((search.train, blind.train), (search.validation, blind.validation)):
        assert not tested & set(seen.alphabets)
        assert not tested & {name.partition("/")[0] for name in seen.names}
        assert torch.equal(seen.pictures, unseen.pictures)
        assert seen.pictures.flatten(1).any(dim=1).all()
        # Not a view of a larger memory that would hold the test alphabets, too.
        assert seen.pictures.untyped_storage().nbytes() == seen.pictures.numel()
    assert not held_out_characters(replace(collection, packed=packed), 35, CPU).pictures.any()


def test_held_out_characters_are_the_test_alphabets_by_all_drawers(collection: Collection) -> None:
    held_out = held_out_characters(collection, 35, CPU)
    assert held_out.alphabets == paper_splits(collection).test.alphabets
    assert held_out.drawers == tuple(range(1, 21))
