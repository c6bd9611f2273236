def address_after(change, op):
    before = id(op)
    op = change(op)
    return "the same object" if id(op) == before else "a new object"

def append_many(items):
    for n in range(10_000):
        items.append(n)
    return items

def concatenate(items):
    items += (3,)
    return items

print("a list after 10,000 appends:", address_after(append_many, [1, 2]))
print("a tuple after +=           :", address_after(concatenate, (1, 2)))
