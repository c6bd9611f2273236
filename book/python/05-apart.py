import sys
from collections import Counter


def apart(size):
    """How far neighbours lie apart, of many objects of `size` bytes."""
    many = [bytes(size - 33) for _ in range(2000)]
    assert sys.getsizeof(many[0]) == size
    places = [id(one) for one in many]
    steps = Counter(after - before for before, after in zip(places, places[1:]))
    return steps.most_common(1)[0][0]


for size in [34, 42, 48, 49, 64, 65, 512]:
    print(f"{size:3} bytes: the next object is {apart(size)} bytes further on")
