import gc


class Node:
    def __init__(self, value):
        self.value = value
        self.next = None


gc.disable()
gc.collect()
node1, node2 = Node(1), Node(2)
node1.next, node2.next = node2, node1
print("names still bound:", gc.collect())
del node1, node2
print("names gone:       ", gc.collect())
