def one_object(text):
    return int(text) is int(text)

shared = [n for n in range(-10, 2000) if one_object(str(n))]
least, most = min(shared), max(shared)
print("shared: from", least, "to", most)
print("without a gap:", shared == list(range(least, most + 1)))
