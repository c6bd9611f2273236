def made_twice(text):
    return int(text) is int(text)

print([n for n in range(-10, 2000) if made_twice(str(n))][:3], "…")
shared = [n for n in range(-10, 2000) if made_twice(str(n))]
print("from", min(shared), "to", max(shared), "without a gap:", shared == list(range(min(shared), max(shared) + 1)))
