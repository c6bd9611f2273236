import gc
import weakref


class Node:
    def __init__(self, value):
        self.value = value
        self.next = None


gc.disable()  # only counting is left
node1 = Node(1025)
node2 = Node(1026)
node1.next = node2
node2.next = node1
ref = weakref.ref(node1)
del node1, node2
print("alive:", ref() is not None)
print("collected:", gc.collect())
print("alive:", ref() is not None)
