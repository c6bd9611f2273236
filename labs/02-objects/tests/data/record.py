"""Prints what this Python says about the sizes of objects, one row a line.

    PYTHONHASHSEED=0 python3.11 record.py sizes  > sizes-3.11.7.txt
    PYTHONHASHSEED=0 python3.11 record.py growth > growth-3.11.7.txt
    PYTHONHASHSEED=0 python3.11 record.py hashes > hashes-3.11.7.txt
"""

import sys


class Car:
    def __init__(self, wheels):
        self.wheels = wheels


def sizes():
    row = lambda kind, what, op: print(kind, what, sys.getsizeof(op), sep="\t")
    row("object", "-", object())
    row("NoneType", "-", None)
    row("bool", "0", False)
    row("bool", "1", True)
    for value in (0, 1, -1, 256, -5, 1025, 2**30 - 1, 2**30, -(2**30), 2**60 - 1, 2**60, 2**62):
        row("int", value, value)
    row("float", "1.5", 1.5)
    for text in ("", "a", "hi", "wheels", "x" * 100, "é", "éé", "한", "한글", "é한", "😀", "a😀"):
        row("str", text, text)
    for n in (0, 1, 2, 3, 10, 100):
        row("tuple", n, (1,) * n)
    # A list that was filled by `append`.
    for n in (0, 1, 2, 4, 5, 8, 9, 16, 17, 100):
        items = []
        for i in range(n):
            items.append(i)
        row("list", n, items)
    # A list display of three names: exactly three places.
    x = y = z = 1
    row("display", 3, [x, y, z])
    for n in (0, 1, 5, 6, 10, 11, 21, 22, 100):
        row("dict", n, {str(i): i for i in range(n)})
        row("intdict", n, {i: i for i in range(n)})
    for n in (0, 1, 4, 5, 18, 19, 100):
        row("set", n, set(range(n)))
    row("instance", "Car", Car(4))
    row("function", "sizes", sizes)


def growth():
    # What happened, the number of items, the places that the list has room for.
    places = lambda items: (sys.getsizeof(items) - sys.getsizeof([])) // 8
    items = []
    for i in range(200):
        items.append(i)
        print("append", len(items), places(items), sep="\t")
    while items:
        items.pop()
        print("pop", len(items), places(items), sep="\t")


def hashes():
    for text in ("", "a", "hi", "wheels", "x" * 8, "x" * 100, "é", "한글", "😀"):
        print("str", text, hash(text), sep="\t")
    for value in (0, 1, -1, 2**61 - 1, 2**61, -(2**100)):
        print("int", value, hash(value), sep="\t")
    for value in (0.0, 1.5, -2.25, 0.1, 1e300, float("inf")):
        print("float", value, hash(value), sep="\t")


{"sizes": sizes, "growth": growth, "hashes": hashes}[sys.argv[1]]()
