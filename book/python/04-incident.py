import gc


class Element:
    def __init__(self, parent):
        self.parent = parent
        self.children = []
        if parent is not None:
            parent.children.append(self)


def request():
    page = Element(None)
    for _ in range(9):
        Element(page)
    return len(page.children)


def alive():
    return sum(type(op) is Element for op in gc.get_objects())


gc.disable()  # "the collector costs us two per cent"
for number in range(0, 4001):
    if number % 1000 == 0:
        print(f"after {number:>4} requests: {alive():>6} elements")
    request()
