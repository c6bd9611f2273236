import gc


class Node:
    pass


def tracked(label, op):
    print(f"{label:<26}", gc.is_tracked(op))


tracked("5000:", 5000)
tracked("'text':", "text")
tracked("[]:", [])
tracked("Node, a class:", Node)
tracked("Node():", Node())
tracked("{}:", {})
tracked("{'a': 1}:", {"a": 1})
tracked("{'a': []}:", {"a": []})
t = tuple([1, "text"])
tracked("a new tuple (1, 'text'):", t)
gc.collect()
tracked("after a collection:", t)
u = tuple([1, []])
gc.collect()
tracked("(1, []), after one:", u)
tracked("list, a type:", list)
