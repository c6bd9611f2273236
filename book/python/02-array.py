import array
import sys

def room(items, empty, each):
    return (sys.getsizeof(items) - empty) // each

for kind, items, each in (("list ", [], 8), ("array", array.array("q"), 8)):
    empty = sys.getsizeof(items)
    steps = []
    for n in range(60):
        items.append(n)
        places = room(items, empty, each)
        if not steps or steps[-1] != places:
            steps.append(places)
    print(kind, "empty:", empty, "bytes; room:", steps)
