class Node:
    def __init__(self, next):
        self.next = next


chain = None
for _ in range(1_000_000):
    chain = [chain]
del chain
print("a million lists are gone")

for _ in range(1_000_000):
    chain = (chain,) if _ else ()
del chain
print("a million tuples are gone")

chain = None
for _ in range(1_000_000):
    chain = Node(chain)
del chain
print("a million nodes are gone")
