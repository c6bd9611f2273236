import sys

def room(items):
    return (sys.getsizeof(items) - sys.getsizeof([])) // 8

x = y = z = 5000
print("[x, y, z]       ", room([x, y, z]))
print("[1, 2, 3]       ", room([1, 2, 3]))
print("list((x, y, z)) ", room(list((x, y, z))))
print("[None] * 3      ", room([None] * 3))
appended = []
for item in (x, y, z):
    appended.append(item)
print("three appends   ", room(appended))
print("[… for … in …]  ", room([item for item in (x, y, z)]))
