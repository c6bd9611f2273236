from collections import Counter

numbers = [int(str(n)) for n in range(1025, 2025)]
addresses = [id(n) for n in numbers]
distances = Counter(b - a for a, b in zip(addresses, addresses[1:]))
print("most common distance:", distances.most_common(1)[0][0], "bytes")
