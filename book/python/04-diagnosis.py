import gc
import weakref
from collections import Counter


class Element:
    def __init__(self, parent, link):
        self.parent = link(parent)
        self.children = []
        if parent is not None:
            parent.children.append(self)


def strong(parent):
    return parent


def weak(parent):
    return parent and weakref.ref(parent)


def request(link):
    page = Element(None, link)
    for _ in range(9):
        Element(page, link)


gc.disable()
for link in strong, weak:
    gc.collect()
    gc.set_debug(gc.DEBUG_SAVEALL)
    request(link)
    print(f"{link.__name__} parents: {gc.collect()} collected")
    print("  ", Counter(type(op).__name__ for op in gc.garbage))
    gc.set_debug(0)
    gc.garbage.clear()
