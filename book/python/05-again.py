# Three objects of 42 bytes each; the one in the middle goes.
left, middle, right = bytes(9), bytes(9), bytes(9)
place = id(middle)
del middle

larger, smaller = bytes(16), bytes(15)
print("49 bytes get its place:", id(larger) == place)
print("48 bytes get its place:", id(smaller) == place)
