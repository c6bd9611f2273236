from itertools import combinations

def take_a_reference(shared):
    register = shared["count"]  # load
    yield
    register = register + 1     # add
    yield
    shared["count"] = register  # store
    yield

lost = []
for turns in combinations(range(6), 3):
    shared = {"count": 1}
    threads = take_a_reference(shared), take_a_reference(shared)
    for turn in range(6):
        next(threads[turn in turns])
    if shared["count"] != 3:
        lost.append(turns)
print(len(lost), "of 20 orders lose a reference")
