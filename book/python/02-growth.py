import sys

items = []
places = 0
for n in range(1, 66):
    items.append(None)
    now = (sys.getsizeof(items) - sys.getsizeof([])) // 8
    if now != places:
        print(f"{n:>2} items: room for {now}")
        places = now
