"""What is kept of ready answers, and what has to go."""

from __future__ import annotations

from service.web.ready.table import NEWCOMERS, Table


class Item:
    def __init__(self, size: int = 10) -> None:
        self.size, self.used = size, False


def used(table: Table[Item], key: str) -> None:
    item = table.find(key)
    assert item is not None
    item.used = True


def test_what_is_asked_for_often_outlives_a_flood_of_keys() -> None:
    table = Table[Item](1_000)
    for key in "abc":
        table.put(key, Item())
        used(table, key)
    for number in range(10_000):
        table.put(f"flood-{number}", Item())
    assert all(table.find(key) is not None for key in "abc")
    assert table.size <= 1_000


def test_of_what_is_kept_that_goes_which_nobody_asks_for_any_more() -> None:
    table, anew = Table[Item](1_000), 0
    for number in range(400):
        table.put(str(number), Item())
        used(table, str(number))
        for again in ("0", "1")[: number + 1]:
            if table.find(again) is None:
                # Where all have been asked for the oldest goes, and comes back.
                table.put(again, Item())
                anew += 1
            used(table, again)
    assert anew <= 4
    assert table.find("0") is not None
    assert table.find("1") is not None
    assert table.find("30") is None
    assert table.size <= 1_000


def test_another_answer_takes_the_place_of_the_one_before() -> None:
    table = Table[Item](1_000)
    first, second = Item(10), Item(30)
    table.put("a", first)
    table.put("a", second)
    assert table.find("a") is second
    assert (table.size, len(table)) == (30, 1)
    table.drop("a", first)
    assert table.find("a") is second, "somebody else has put another one there"
    table.drop("a", second)
    assert (table.size, len(table)) == (0, 0)


def test_what_fits_stays_though_each_is_asked_for_after_all_others() -> None:
    """A site's articles in turn: none must go before it is asked for again."""
    table = Table[Item](1_000)
    for number in range(100):
        table.put(str(number), Item())
    assert len(table) == 100


def test_a_flood_has_no_more_than_its_part_once_others_are_asked_for() -> None:
    table = Table[Item](1_000)
    for number in range(80):
        table.put(str(number), Item())
        used(table, str(number))
    for number in range(1_000):
        table.put(f"flood-{number}", Item())
    assert sum(table.find(str(number)) is not None for number in range(80)) == 1_000 * (1 - NEWCOMERS) / 10


def test_what_is_larger_than_the_room_is_not_kept() -> None:
    table = Table[Item](1_000)
    table.put("a", Item(2_000))
    assert table.find("a") is None
    table.put("b", Item(950))
    assert table.find("b") is not None
    assert table.size == 950


def test_all_used_still_fit() -> None:
    """Nothing goes round for ever when everything has been asked for."""
    table = Table[Item](1_000)
    for number in range(500):
        table.put(str(number), Item())
        for _, item in table.all():
            item.used = True
    assert table.size <= 1_000
